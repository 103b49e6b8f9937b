"""Orders whose lines reach the shopper in several ways: by machine, shelf, staff, pick-up, post."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloud_sync.protocol import facts, handover_facts
from edge_agent.domain import commands
from hardware import messages
from tests.edge_harness import (
    Store,
    Told,
    assert_books_hold,
    assert_chained,
    assert_headquarters_agrees,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Cans in a machine, mugs on a shelf, shirts in the stock room; and ten shirts more at the warehouse."""
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "can", 3), ("shelf-1", "1", "mug", 4), ("vm-1", "2", "shirt", 0))
    born = messages.Describe(kind="shelf", model="m", serial="s", firmware="1", boot="shelf")
    store.do(commands.DeviceIntroduced("", "shelf-1", born))
    assert store.do(commands.ReceiveStock(store.key(), "shirt", 5, "supplier")).refused == ""
    yield store
    assert_books_hold(store.path)
    assert_headquarters_agrees(store.path)
    assert_chained(store.path)
    store.close()


def place(store: Store, *wanted: tuple[str, int, str], channel: str = "kiosk") -> Told:
    lines = tuple(commands.RequestedLine(sku, qty, handover=how) for sku, qty, how in wanted)
    return store.do(commands.PlaceOrder(store.key(), channel, "kiosk-1", lines))


def paid(store: Store, *wanted: tuple[str, int, str]) -> dict[str, Any]:
    placed = place(store, *wanted)
    assert placed.refused == "", placed
    assert store.do(commands.RequestPayment(store.key(), placed.subject, "counter")).refused == ""
    return store.look(placed.subject)


def states(order: dict[str, Any]) -> dict[str, str]:
    return {h["sku"]: h["state"] for h in order["handovers"]}


def dispense(store: Store, order: dict[str, Any]) -> None:
    for vend in order["vends"]:
        store.report(messages.VendSucceeded(command_id=vend["id"], slot=vend["slot"], drop_confirmed=True))


def test_one_order_goes_out_by_machine_shelf_and_staff_and_ends_when_the_last_part_is_out(
    store: Store,
) -> None:
    order = paid(store, ("can", 1, "vend"), ("mug", 2, "shelf"), ("shirt", 1, "staff"))
    assert [vend["sku"] for vend in order["vends"]] == ["can"]
    assert states(order) == {"mug": "done", "shirt": "requested"}, (
        "what stands on the shelf is theirs at once"
    )
    assert store.slot("shelf-1")["count"] == 2
    dispense(store, order)
    assert store.look(order["id"])["state"] == "fulfilling"
    (shirt,) = (h["handover"] for h in order["handovers"] if h["sku"] == "shirt")
    assert store.do(commands.HandOver(store.key(), shirt)).refused == ""
    assert store.look(order["id"])["state"] == "completed"
    assert store.right("shirt")["available"] == 4


def test_without_a_way_asked_for_the_goods_decide(store: Store) -> None:
    lines = store.look(place(store, ("can", 1, ""), ("mug", 1, "")).subject)["lines"]
    assert [(line["sku"], line["handover"], line["device"]) for line in lines] == [
        ("can", "vend", "vm-1"),
        ("mug", "shelf", "shelf-1"),
    ]


def test_an_order_of_the_shelf_alone_is_over_when_it_is_paid(store: Store) -> None:
    assert paid(store, ("mug", 1, "shelf"))["state"] == "completed"


def test_what_cannot_be_handed_over_is_paid_back_and_may_be_sold_again(store: Store) -> None:
    order = paid(store, ("can", 1, "vend"), ("shirt", 2, "pickup"))
    dispense(store, order)
    (shirts,) = (h["handover"] for h in order["handovers"])
    assert store.right("shirt")["available"] == 3
    assert store.do(commands.FailHandover(store.key(), shirts, "moths")).refused == ""
    (refund,) = store.look(order["id"])["refunds"]
    assert refund["amount_minor"] == 1_000
    store.do(commands.PayOutRefund(store.key(), refund["id"]))
    assert store.look(order["id"])["state"] == "part_refunded"
    assert store.right("shirt")["available"] == 5
    again = store.do(commands.HandOver(store.key(), shirts))
    assert again.refused == "handover_closed", "one end, once"


def test_the_stock_room_is_promised_once(store: Store) -> None:
    assert place(store, ("shirt", 4, "staff")).refused == ""
    assert place(store, ("shirt", 2, "ship_store")).refused == "sold_out"
    assert place(store, ("shirt", 1, "pickup")).refused == ""


def test_an_order_nobody_paid_lets_go_of_shelf_and_stock_room(store: Store) -> None:
    placed = place(store, ("mug", 4, "shelf"), ("shirt", 5, "staff"))
    assert place(store, ("mug", 1, "shelf")).refused == "sold_out"
    assert store.do(commands.CancelOrder(store.key(), placed.subject)).refused == ""
    assert place(store, ("mug", 4, "shelf"), ("shirt", 5, "pickup")).refused == ""


def test_staff_give_the_money_back_for_what_was_handed_over(store: Store) -> None:
    order = paid(store, ("mug", 2, "shelf"))
    assert store.do(commands.RefundOrder(store.key(), order["id"], 1_000, "staff gives back")).refused == ""
    assert states(store.look(order["id"])) == {"mug": "reversed"}
    (told,) = store.facts(handover_facts.HandoverReversed)
    assert (told.qty, told.amount_minor) == (2, 1_000)


def test_what_the_warehouse_ships_takes_no_unit_and_no_right_of_the_store(store: Store) -> None:
    line = commands.RequestedLine("shirt", 9, handover="ship_warehouse", reservation="R-1")
    placed = store.do(commands.PlaceOrder(store.key(), "shelf", "shelf-1", (line,)))
    assert placed.refused == ""
    assert store.right("shirt")["available"] == 5
    store.do(commands.RequestPayment(store.key(), placed.subject, "counter"))
    (shirts,) = store.look(placed.subject)["handovers"]
    assert store.do(commands.HandOver(store.key(), shirts["handover"], "SF-1")).refused == ""
    assert store.look(placed.subject)["state"] == "completed"
    assert store.right("shirt")["available"] == 5


def test_the_warehouse_ships_only_what_headquarters_reserved(store: Store) -> None:
    assert place(store, ("shirt", 1, "ship_warehouse")).refused == "warehouse_offline"


def test_a_way_nobody_knows_is_refused(store: Store) -> None:
    assert place(store, ("can", 1, "drone")).refused == "malformed"


def test_prices_and_places_are_cut_so_that_the_units_of_a_line_cost_the_same(store: Store) -> None:
    store.do(commands.PlanSlots(store.key(), (commands.PlannedSlot("vm-1", "3", "can", 5, 10, 2),)))
    (placed,) = [store.facts(facts.OrderPlaced)[-1] for _ in [place(store, ("can", 4, "vend"))]]
    assert [(line.slot, line.qty) for line in placed.lines] == [("1", 3), ("3", 1)]
    assert placed.total_minor == sum(line.qty * line.price_minor for line in placed.lines) == 2_000
