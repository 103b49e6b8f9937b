"""Goods and rights over the agent's HTTP API: what staff do with them, once only, and what screens get to see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.client import connect

from cloud_sync.protocol import instructions
from edge_agent.domain import commands
from hardware import messages
from tests.edge_live import LiveAgent
from tests.integration.test_edge_http import STOCK_DEEDS, Caller, documented, feed_url, refused

AT = "2026-05-01T04:00:00Z"


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAgent]:
    with LiveAgent(tmp_path_factory.mktemp("stock") / "store", None, serve=True) as agent:
        agent.stock(("vm-1", "1", "A", 9), ("vm-1", "2", "B", 0))
        born = messages.Describe(kind="vending", model="m", serial="s", firmware="1", boot="b")
        agent.do(commands.DeviceIntroduced("", "vm-1", born))
        agent.do(commands.DevicePresence("", "vm-1", messages.State(status="ready", boot="b")))
        yield agent


@pytest.fixture
def kiosk(agent: LiveAgent) -> Caller:
    return Caller(agent, agent.agent.access.kiosk_token)


@pytest.fixture
def staff(agent: LiveAgent) -> Caller:
    return Caller(agent, agent.agent.access.staff_token)


def told(agent: LiveAgent, instruction: instructions.Instruction) -> None:
    """Headquarters' next row arrives."""
    row = instructions.write(agent.queries.down_seq() + 1, agent.queries.epoch(), AT, instruction)
    assert agent.do(commands.ApplyDown("", row)).refusal is None


def pin(staff: Caller, agent: LiveAgent, reservation: str, sku: str = "B") -> None:
    staff.post("/api/stock/receive", {"sku": sku, "qty": 1, "kind": "supplier"})
    told(agent, instructions.Pin(reservation=reservation, sku=sku, qty=1, for_whom="H7KQ"))


def goods(staff: Caller, sku: str) -> dict[str, Any]:
    return next(row for row in staff.get("/api/stock").json()["stock"] if row["sku"] == sku)


def test_goods_come_go_into_a_slot_and_are_sold(staff: Caller, kiosk: Caller) -> None:
    got = staff.post("/api/stock/receive", {"sku": "B", "qty": 6, "kind": "supplier", "document": "LS-1"})
    assert got.json()["available"] == 6
    assert got.json()["room"] == {"available": 6, "damaged": 0, "tester": 0}
    assert kiosk.get("/api/snapshot").json()["entities"]["item"]["B"]["available"] == 0, "not in a machine"
    device = staff.post("/api/stock/fill", {"device": "vm-1", "slot": "2", "qty": 4}).json()
    assert [slot["count"] for slot in device["slots"]] == [9, 4]
    assert kiosk.get("/api/snapshot").json()["entities"]["item"]["B"]["available"] == 4
    assert staff.post("/api/stock/fill", {"device": "vm-1", "slot": "2", "qty": -4}).status_code == 200
    assert goods(staff, "B")["in_slots"] == 0


def test_a_key_used_again_moves_goods_once_and_gives_the_same_transfer(staff: Caller) -> None:
    staff.post("/api/stock/receive", {"sku": "A", "qty": 5, "kind": "supplier"}, key="box")
    staff.post("/api/stock/receive", {"sku": "A", "qty": 5, "kind": "supplier"}, key="box")
    body = {"sku": "A", "qty": 2, "kind": "transfer", "to": "sh-jingan"}
    first, second = (staff.post("/api/stock/send", body, key="van").json() for _ in range(2))
    assert first == second
    assert len(first["transfer"]) == 10
    assert first["stock"]["room"]["available"] == 3
    back = {"sku": "A", "qty": 2, "kind": "transfer", "transfer": first["transfer"]}
    assert staff.post("/api/stock/receive", back).json()["room"]["available"] == 5


def test_units_change_what_they_are_good_for_and_come_back_or_go(staff: Caller) -> None:
    before = goods(staff, "A")
    move = {"sku": "A", "qty": 2, "source": "available", "target": "damaged"}
    assert staff.post("/api/stock/move", move).json()["available"] == before["available"] - 2
    returned = {"sku": "A", "qty": 1, "condition": "damaged", "reason": "damaged"}
    assert staff.post("/api/stock/return", returned).json()["room"]["damaged"] == 3
    waste = {"sku": "A", "qty": 3, "bucket": "damaged", "reason": "broken"}
    assert staff.post("/api/stock/waste", waste).json()["room"]["damaged"] == 0
    counted = {"sku": "A", "counted": before["room"]["available"] - 3, "reason": "lost"}
    assert staff.post("/api/stock/count", counted).json()["available"] == before["available"] - 3


def test_the_rules_of_goods_refuse_by_name(staff: Caller) -> None:
    refused(staff.post("/api/stock/receive", {"sku": "Z", "qty": 1, "kind": "supplier"}), 404, "unknown_item")
    refused(staff.post("/api/stock/receive", {"sku": "A", "qty": 1, "kind": "transfer"}), 400, "malformed")
    refused(
        staff.post("/api/stock/send", {"sku": "A", "qty": 9_999, "kind": "transfer"}), 409, "not_enough_stock"
    )
    refused(staff.post("/api/stock/fill", {"device": "vm-1", "slot": "9", "qty": 1}), 404, "unknown_slot")
    refused(staff.post("/api/pins/NONE/hand-over", {}), 404, "unknown_reservation")


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("receive", {"sku": "A", "qty": 0, "kind": "supplier"}),
        ("receive", {"sku": "A", "qty": 10_001, "kind": "supplier"}),
        ("receive", {"sku": "A", "qty": 1, "kind": "stolen"}),
        ("send", {"sku": "A", "qty": 1, "kind": "delivery"}),
        ("count", {"sku": "A", "counted": -1}),
        ("count", {"sku": "A", "bucket": "cellar", "counted": 1}),
        ("waste", {"sku": "A", "qty": 1, "reason": ""}),
        ("count-in", {"skus": []}),
        ("fill", {"device": "vm-1", "slot": "1", "qty": 0}),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(staff: Caller, path: str, wrong: dict[str, Any]) -> None:
    refused(staff.post(f"/api/stock/{path}", wrong), 400, "malformed")


def test_a_reservation_is_put_aside_shown_and_handed_over_once(agent: LiveAgent, staff: Caller) -> None:
    pin(staff, agent, "R-1")
    (waiting,) = staff.get("/api/pins").json()["open"]
    assert (waiting["reservation"], waiting["for_whom"], waiting["how"]) == ("R-1", "H7KQ", "picked_up")
    assert goods(staff, "B")["pinned"] == 1
    first, again = (staff.post("/api/pins/R-1/hand-over", {}, key="collected") for _ in range(2))
    assert first.json() == again.json() == {"reservation": "R-1", "how": "picked_up"}
    refused(staff.post("/api/pins/R-1/hand-over", {}), 409, "reservation_closed")
    assert staff.get("/api/pins").json() == {"open": []}


def test_counting_in_says_how_many_products(staff: Caller) -> None:
    assert staff.post("/api/stock/count-in", {"skus": ["A", "B"]}).json() == {"counted_in": 2}


# ── what screens get ────────────────────────────────────────────────────────────────────────────────


def test_stock_and_pins_have_the_documented_keys(agent: LiveAgent, staff: Caller) -> None:
    pin(staff, agent, "R-2")
    entities = staff.get("/api/snapshot").json()["entities"]
    for kind in ("stock", "pin"):
        assert entities[kind]
        for value in entities[kind].values():
            assert set(value) == documented(kind), kind


def changes(agent: LiveAgent, token: str, seq: int, upto: int) -> list[dict[str, Any]]:
    """Everything a screen is told between two numbers of the feed."""
    found: list[dict[str, Any]] = []
    with connect(f"{feed_url(agent)}?after={seq}&token={token}", max_queue=None) as socket:
        while seq < upto:
            message = json.loads(socket.recv(timeout=10))
            seq = message["seq"]
            found += message["changes"]
    return found


def test_staffs_screens_follow_stock_and_pins_and_a_kiosk_sees_neither(
    agent: LiveAgent, staff: Caller, kiosk: Caller
) -> None:
    access = agent.agent.access
    seq = staff.get("/api/snapshot").json()["seq"]
    pin(staff, agent, "R-3")
    staff.post("/api/pins/R-3/hand-over", {})
    upto = staff.get("/api/snapshot").json()["seq"]
    for_staff = changes(agent, access.staff_token, seq, upto)
    assert {"kind": "pin", "key": "R-3", "value": None} in for_staff
    stock = next(change["value"] for change in for_staff if change["kind"] == "stock")
    assert stock == goods(staff, "B")
    for_kiosk = changes(agent, access.kiosk_token, seq, upto)
    assert {change["kind"] for change in for_kiosk} == {"item", "store", "sync"}
    assert not {"stock", "pin"} & set(kiosk.get("/api/snapshot").json()["entities"])


def test_while_everybody_listens_each_screen_gets_its_own(agent: LiveAgent, staff: Caller) -> None:
    access = agent.agent.access
    seq = staff.get("/api/snapshot").json()["seq"]
    kinds: list[set[str]] = []
    with (
        connect(f"{feed_url(agent)}?after={seq}&token={access.staff_token}") as at_staff,
        connect(f"{feed_url(agent)}?after={seq}&token={access.kiosk_token}") as at_kiosk,
    ):
        for socket in (at_staff, at_kiosk):
            socket.recv(timeout=5)
        staff.post("/api/stock/receive", {"sku": "A", "qty": 1, "kind": "supplier"})
        upto = staff.get("/api/snapshot").json()["seq"]
        for socket in (at_staff, at_kiosk):
            seen: set[str] = set()
            while (message := json.loads(socket.recv(timeout=10)))["seq"] < upto:
                seen |= {change["kind"] for change in message["changes"]}
            kinds.append(seen | {change["kind"] for change in message["changes"]})
    assert "stock" in kinds[0]
    assert "stock" not in kinds[1]


def test_a_number_of_an_earlier_epoch_is_told_to_start_anew(agent: LiveAgent, staff: Caller) -> None:
    seq = staff.get("/api/snapshot").json()["seq"] % 10**12
    with connect(f"{feed_url(agent)}?after={seq}&token={agent.agent.access.staff_token}") as socket:
        assert json.loads(socket.recv(timeout=5))["reset"] is True


def test_every_deed_needs_a_key(agent: LiveAgent, staff: Caller) -> None:
    for path, body in STOCK_DEEDS:
        refused(staff.post(path, body, key="k" * 201), 400, "malformed")
