"""Money back for lines, and a day's books, over the agent's API: what staff ask for is checked before it is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from edge_agent.domain import commands
from hardware import messages
from popshop.commands.reconcile import reconcile
from tests.edge_live import LiveAgent


class Till:
    """An agent and a staff member's requests."""

    def __init__(self, agent: LiveAgent, data: Path) -> None:
        self.agent, self.data = agent, data
        token = json.loads((data / "credentials.json").read_text())["staff_token"]
        self._staff = {"Authorization": f"Bearer {token}"}

    def stock(self) -> None:
        """Five mugs on a shelf, at ¥3.33."""
        do = self.agent.do
        do(commands.ListItems("items", (commands.ListedItem("mug", "杯", "Mug", 333),)))
        do(commands.PlanSlots("plan", (commands.PlannedSlot("shelf-1", "1", "mug", 5, 10, 5),)))
        born = messages.Describe(kind="shelf", model="m", serial="s", firmware="1", boot="b")
        do(commands.DeviceIntroduced("", "shelf-1", born))

    def order(self, mugs: int, method: str) -> str:
        """So many mugs, their money asked for; by hand it is there."""
        lines = (commands.RequestedLine("mug", mugs, handover="shelf"),)
        order = self.agent.do(commands.PlaceOrder(f"order-{method}", "staff", "", lines)).subject
        self.agent.do(commands.RequestPayment(f"pay-{method}", order, method))
        return order

    def post(self, path: str, body: Any, key: str) -> requests.Response:
        headers = self._staff | {"Idempotency-Key": key}
        return requests.post(self.agent.url + path, json=body, headers=headers, timeout=10)

    def get(self, path: str) -> Any:
        return requests.get(self.agent.url + path, headers=self._staff, timeout=10).json()


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    data = Path(tmp_path_factory.mktemp("till")) / "store"
    with LiveAgent(data, None, serve=True) as agent:
        till = Till(agent, data)
        till.stock()
        yield till


def test_staff_give_lines_back_to_the_fen_and_never_more_than_the_shopper_has(till: Till) -> None:
    order = till.order(3, "counter")
    path = f"/api/orders/{order}/refund"

    for body in ({}, {"lines": [{"line": 1, "units": 0}]}, {"lines": [{"line": 1, "units": 1.5}]}):
        assert till.post(path, body, "bad").json()["code"] == "malformed"
    too_many = till.post(path, {"lines": [{"line": 1, "units": 4}]}, "many")
    assert (too_many.status_code, too_many.json()["code"]) == (409, "line_not_with_shopper")
    two = {"lines": [{"line": 1, "units": 2}], "reason": "returned"}
    assert till.post(path, two | {"amount_minor": 700}, "changed").json()["code"] == "refund_changed"
    for _ in range(2):
        given = till.post(path, two, "two").json()
        assert [back["amount_minor"] for back in given["refunds"]] == [666], "asked twice, done once"
    x = till.get("/api/day/x")
    assert (x["goods_minor"], x["units"]) == (333, 1)


def test_how_the_books_stand_is_for_staff_and_a_day_that_is_none_is_refused(
    till: Till, capsys: pytest.CaptureFixture[str]
) -> None:
    assert requests.get(f"{till.agent.url}/api/reconcile", timeout=10).status_code == 401
    assert till.get("/api/reconcile") == {"books": []}, "no provider was asked for money yet"
    (till.data / "address.json").write_text(json.dumps({"url": till.agent.url}))
    reconcile(data=till.data)
    assert "no provider was asked" in capsys.readouterr().out
    till.order(1, "sandbox")
    reconcile(data=till.data, json=True)
    (book,) = json.loads(capsys.readouterr().out)["books"]
    assert (book["method"], book["state"]) == ("sandbox", "running")
    reconcile(data=till.data)
    assert "not due yet" in capsys.readouterr().out
    for day in ("2026-13-01", "20261101", "2999-01-01", "x"):
        told = till.post(f"/api/reconcile/{day}", None, "day")
        assert (told.status_code, told.json()["code"]) == (400, "malformed")
