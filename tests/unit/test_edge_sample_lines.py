"""A free sample beside what somebody buys, in one order: by the campaign's rule, and for itself alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloud_sync.protocol import campaign_facts
from edge_agent.domain import commands
from edge_agent.domain.campaign_commands import ListCampaigns, ListedCampaign
from hardware import messages
from tests.edge_harness import Store, Told, assert_books_hold, assert_chained, assert_headquarters_agrees

CAN = commands.RequestedLine("can", 1)
MASK = commands.RequestedLine("mask", 1, handover="sample", campaign="spring")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "can", 3), ("vm-2", "1", "mask", 3))
    spring = ListedCampaign(
        "spring", ("mask",), "visit", "2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z", 2, name_en="Spring",
        consent_zh="同意", consent_en="agree", consent_version="1",
    )  # fmt: skip
    assert store.do(ListCampaigns(store.key(), (spring,))).refused == ""
    yield store
    assert_books_hold(store.path)
    assert_headquarters_agrees(store.path)
    assert_chained(store.path)
    store.close()


def place(store: Store, *lines: commands.RequestedLine, visit: str = "visit-a", consent: str = "1") -> Told:
    wanted = commands.PlaceOrder(store.key(), "kiosk", "kiosk-1", lines, claimant=visit, consent=consent)
    return store.do(wanted)


def paid(store: Store, visit: str = "visit-a") -> dict[str, Any]:
    placed = place(store, CAN, MASK, visit=visit)
    assert placed.refused == "", placed
    store.do(commands.RequestPayment(store.key(), placed.subject, "counter"))
    return store.look(placed.subject)


def end(store: Store, order: dict[str, Any], sku: str, *, falls: bool) -> None:
    (vend,) = (vend for vend in order["vends"] if vend["sku"] == sku)
    report: messages.Report = (
        messages.VendSucceeded(command_id=vend["id"], slot="1", drop_confirmed=True)
        if falls
        else messages.VendFailed(command_id=vend["id"], slot="1", code="EJC")
    )
    assert store.report(report, device=vend["device"]).refused == ""


def released(store: Store) -> int:
    return len(store.facts(campaign_facts.SampleReleased))


def test_one_order_holds_a_can_to_pay_for_and_a_sample_for_nothing(store: Store) -> None:
    order = paid(store)
    assert order["total_minor"] == 500
    assert [(line["sku"], line["price_minor"]) for line in order["lines"]] == [("can", 500), ("mask", 0)]
    end(store, order, "can", falls=True)
    end(store, order, "mask", falls=True)
    assert store.look(order["id"])["state"] == "completed"
    (claimed,) = store.facts(campaign_facts.SampleClaimed)
    assert (claimed.sku, claimed.line) == ("mask", 2)
    assert place(store, MASK).refused == "sample_taken_already"


def test_what_becomes_of_the_can_says_nothing_of_the_sample(store: Store) -> None:
    order = paid(store)
    end(store, order, "can", falls=False)
    assert released(store) == 0
    assert place(store, MASK).refused == "sample_taken_already"
    end(store, order, "mask", falls=False)
    assert released(store) == 1
    assert place(store, MASK).refused == ""


def test_an_order_nobody_paid_lets_the_claim_go(store: Store) -> None:
    placed = place(store, CAN, MASK)
    assert place(store, MASK).refused == "sample_taken_already"
    store.do(commands.CancelOrder(store.key(), placed.subject))
    assert released(store) == 1
    assert place(store, CAN, MASK).refused == ""


@pytest.mark.parametrize(
    ("lines", "more", "code"),
    [
        ((MASK,), {"consent": ""}, "consent_needed"),
        ((MASK,), {"visit": ""}, "malformed"),
        ((MASK, MASK), {}, "malformed"),
        ((commands.RequestedLine("can", 1, handover="sample", campaign="spring"),), {}, "campaign_elsewhere"),
        ((commands.RequestedLine("mask", 1, handover="sample", campaign="ghost"),), {}, "unknown_campaign"),
    ],
)
def test_a_sample_among_lines_keeps_to_its_campaign(
    store: Store, lines: tuple[commands.RequestedLine, ...], more: dict[str, str], code: str
) -> None:
    assert place(store, *lines, **more).refused == code


def test_a_campaign_gives_no_more_than_it_has(store: Store) -> None:
    assert place(store, CAN, MASK, visit="visit-a").refused == ""
    assert place(store, CAN, MASK, visit="visit-b").refused == ""
    assert place(store, CAN, MASK, visit="visit-c").refused == "samples_gone"
