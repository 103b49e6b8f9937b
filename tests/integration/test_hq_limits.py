"""What a store may take while offline: laid down at headquarters by command and API, kept to in the store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cloud_sync.protocol.rules_facts import NO_TOTAL, OfflineLimit
from edge_agent.domain import commands
from edge_agent.domain.payment_commands import LinkChanged
from popshop.commands import hq as hq_command
from popshop.console import UserError
from tests.edge_live import LiveAgent, eventually
from tests.hq_process import Headquarters
from tests.hq_stock import StockHq, started
from tests.offline_store import PRICE, join, opened, stock_still

hq = pytest.fixture(started)
LIMITS = "/api/stores/mall-a/offline-limits"


@pytest.fixture
def store(shared_headquarters: Headquarters, tmp_path: Path) -> Iterator[LiveAgent]:
    with opened(tmp_path / "s", join(shared_headquarters, tmp_path / "s", "pop-limits")) as agent:
        stock_still(agent)
        yield agent


def type_in(hq: Headquarters, *words: str) -> str:
    """What the command prints for a program; a refusal is raised."""
    done = CliRunner().invoke(
        hq_command.app, ["limits", "pop-limits", *words, "--data", str(hq.folder)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return str(done.stdout)


def show(hq: Headquarters, method: str) -> dict[str, Any]:
    told = json.loads(type_in(hq, "--json"))
    by_method: dict[str, dict[str, Any]] = {limit["method"]: limit for limit in told["limits"]}
    return {**by_method[method], "heard": told["heard"]}


def asked_for(agent: LiveAgent) -> str:
    """Ask for an order's money at the counter; why not, or nothing."""
    line = (commands.RequestedLine("A", 1),)
    order = agent.do(commands.PlaceOrder(agent.key(), "kiosk", "kiosk-1", line)).subject
    told = agent.do(commands.RequestPayment(agent.key(), order, "counter", by_staff=True))
    return "" if told.refusal is None else told.refusal.code


def kept_to(agent: LiveAgent) -> OfflineLimit | None:
    """What the store has of headquarters' limits. It writes something, so that it syncs at once."""
    agent.do(commands.ListItems(agent.key(), (commands.ListedItem("B", "B", "B", PRICE),)))
    return agent.queries.reader().store_rules().offline_limits.get("counter")


def test_a_limit_laid_down_by_command_reaches_the_store_and_holds_there_until_it_is_reset(
    store: LiveAgent, shared_headquarters: Headquarters
) -> None:
    hq = shared_headquarters
    assert (show(hq, "counter")["default"], show(hq, "counter")["total_minor"]) == (True, None)
    made = json.loads(
        type_in(hq, "--method", "counter", "--payment", "4.99", "--total", "none", "--why", "theft", "--json")
    )
    assert (made["payment_minor"], made["total_minor"]) == (499, None), "programs read minor units"
    eventually(lambda: kept_to(store) == OfflineLimit(payment_minor=499, total_minor=NO_TOTAL))
    eventually(lambda: show(hq, "counter")["heard"], what="the store's answer")
    assert (show(hq, "counter")["default"], show(hq, "counter")["why"]) == (False, "theft")

    store.do(LinkChanged("", online=False, at="2026-01-01T00:00:00Z"))
    assert PRICE > 499
    assert asked_for(store) == "offline_limit"
    store.do(LinkChanged("", online=True, at="2026-01-01T01:00:00Z"))
    assert asked_for(store) == "", "limits are for a store that is offline"

    assert "¥4.99" in type_in(hq), "people read the store's currency"
    type_in(hq, "--method", "counter", "--total", "20")
    assert show(hq, "counter")["payment_minor"] == 499, "what is left out stays"
    type_in(hq, "--method", "counter", "--reset")
    eventually(lambda: kept_to(store) is None, what="the store's own limit")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--payment", "5"), "say with --method"),
        (("--method", "barter", "--payment", "5"), "no way of paying"),
        (("--method", "card"), "--payment or --total"),
        (("--method", "card", "--payment", "5", "--reset"), "--payment or --total"),
        (("--method", "card", "--payment", "five"), "'five' is not an amount"),
        (("--method", "card", "--payment", "-1"), "below zero"),
        (("--method", "card", "--total", "1.005"), "finer than the smallest unit of CNY"),
    ],
)
def test_what_is_no_amount_or_no_method_is_refused_and_changes_nothing(
    shared_headquarters: Headquarters, words: tuple[str, ...], told: str
) -> None:
    shared_headquarters.enrol("pop-limits", "Limits")
    with pytest.raises(UserError, match=told):
        type_in(shared_headquarters, *words)
    assert show(shared_headquarters, "card")["default"]


def test_a_program_can_say_that_there_is_no_total_and_take_a_limit_back(hq: StockHq) -> None:
    hq.shop("mall-a")
    hq.post(LIMITS, method="card", payment_minor=100, total_minor=None)
    card = {limit["method"]: limit for limit in hq.get(LIMITS)["limits"]}["card"]
    assert (card["payment_minor"], card["total_minor"], card["default"]) == (100, None, False)
    assert hq.get(LIMITS)["heard"] is False
    taken_back = [hq.client.delete(f"{LIMITS}/card", auth=("me", "open sesame")).json() for _ in range(2)]
    assert taken_back == [{"reset": True}, {"reset": False}]
    wrong: tuple[tuple[dict[str, Any], int], ...] = (
        ({"method": "card", "payment_minor": -1, "total_minor": 5}, 400),
        ({"method": "card", "payment_minor": 5}, 400),
        ({"method": "barter", "payment_minor": 5, "total_minor": 5}, 404),
        ({"method": "card", "payment_minor": 5, "total_minor": 5, "why": "\0"}, 400),
    )
    for body, status in wrong:
        assert hq.refused(LIMITS, **body)[0] == status
    assert hq.refused("/api/stores/nobody/offline-limits", method="card", payment_minor=1, total_minor=1) == (
        404,
        "unknown_store",
    )
