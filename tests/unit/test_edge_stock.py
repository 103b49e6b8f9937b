"""Goods and rights in a store: the stock room, counts, what headquarters asks, and what is put aside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_sync.protocol import instructions, stock_facts
from edge_agent.domain import commands
from hardware import messages
from tests.edge_harness import Store, Told, assert_books_hold, assert_chained


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db", shares_stock=True)
    store.stock(("vm-1", "1", "A", 3), ("vm-1", "2", "B", 1))
    yield store
    assert_books_hold(store.path)
    assert_chained(store.path)
    store.close()


def receive(store: Store, qty: int, kind: str = "supplier", transfer: str = "") -> Told:
    return store.do(commands.ReceiveStock(store.key(), "A", qty, kind, transfer))


def rights(store: Store, sku: str = "A") -> tuple[int, int, int]:
    right = store.right(sku)
    return right["available"], right["held"], right["deficit"]


# ── rights follow goods ─────────────────────────────────────────────────────────────────────────────


def test_goods_counted_into_a_slot_bring_their_right_with_them(store: Store) -> None:
    assert rights(store) == (3, 0, 0)
    order = store.paid_order(("A", 2))
    assert rights(store) == (1, 2, 0)
    store.report(messages.VendSucceeded(command_id=order["vends"][0]["id"], slot="1", drop_confirmed=True))
    store.report(messages.VendFailed(command_id=order["vends"][1]["id"], slot="1", code="EJC"))
    assert rights(store) == (2, 0, 0)


def test_goods_without_a_right_are_not_sold(store: Store) -> None:
    store.told(instructions.Recall(recall="r1", sku="A", qty=2))
    assert rights(store) == (1, 0, 0)
    assert store.queries.items(["A"])[0]["available"] == 1
    assert store.order(("A", 2)).refused == "sold_out"
    assert store.order(("A", 1), ("A", 1)).refused == "sold_out", "two lines of one SKU need two rights"
    assert store.order(("A", 1)).refused == ""


def test_a_right_without_goods_is_not_sold_either(store: Store) -> None:
    store.told(instructions.Grant(grant="g1", sku="A", qty=10))
    assert rights(store) == (13, 0, 0)
    assert store.queries.items(["A"])[0]["available"] == 3
    assert store.order(("A", 4)).refused == "sold_out"


def test_what_a_count_finds_missing_is_owed_by_the_next_units_that_come_free(store: Store) -> None:
    order = store.order(("A", 3)).subject
    store.do(commands.CountSlot(store.key(), "vm-1", "1", 1))
    assert rights(store) == (0, 3, 2)
    store.do(commands.CancelOrder(store.key(), order))
    assert rights(store) == (1, 0, 0)
    assert store.facts(stock_facts.DeficitSettled) == [stock_facts.DeficitSettled(sku="A", qty=2)]


def test_another_product_in_a_slot_means_that_the_old_one_was_taken_out(store: Store) -> None:
    planned = commands.PlannedSlot("vm-1", "1", "B", 5, 10, 4)
    store.do(commands.PlanSlots(store.key(), (planned,)))
    assert rights(store) == (0, 0, 0)
    assert rights(store, "B") == (5, 0, 0)


def test_the_last_unit_sold_asks_headquarters_for_more_in_the_same_decision(store: Store) -> None:
    store.order(("A", 2))
    assert not store.facts(stock_facts.RightsWanted)
    store.report(messages.CashSale(slot="1", price_minor=500, currency="CNY"))
    assert [wanted.sku for wanted in store.facts(stock_facts.RightsWanted)] == ["A"]
    store.report(messages.CashSale(slot="1", price_minor=500, currency="CNY"))
    assert len(store.facts(stock_facts.StockFound)) == 1, "the machine sold what was promised"
    assert len(store.facts(stock_facts.RightsWanted)) == 1


# ── the stock room ──────────────────────────────────────────────────────────────────────────────────


def test_a_supplier_and_another_store_bring_rights_and_the_warehouse_brings_goods_only(store: Store) -> None:
    assert receive(store, 5).refused == ""
    assert receive(store, 4, "transfer").refused == "malformed"
    assert receive(store, 4, "transfer", "T1").subject == "T1"
    assert receive(store, 3, "delivery").refused == ""
    right = store.right()
    assert (right["available"], right["room"]["available"], right["in_slots"]) == (12, 12, 3)


def test_goods_are_sent_only_with_their_right_and_collected_without(store: Store) -> None:
    receive(store, 5)
    store.order(("A", 3))
    store.told(instructions.Recall(recall="r1", sku="A", qty=2))
    assert rights(store) == (3, 3, 0)
    assert store.do(commands.SendStock("k", "A", 4, "transfer", "pop-2")).refused == "not_enough_stock"
    sent = store.do(commands.SendStock("send", "A", 3, "transfer", "pop-2"))
    assert sent.subject == store.facts(stock_facts.StockSent)[0].transfer != ""
    assert store.do(commands.SendStock(store.key(), "A", 2, "collected")).refused == ""
    assert store.do(commands.SendStock(store.key(), "A", 1, "collected")).refused == "not_enough_stock"
    assert rights(store) == (0, 3, 0)


def test_what_comes_back_broken_is_kept_but_not_sold(store: Store) -> None:
    store.do(commands.ReturnStock(store.key(), "A", 1, "available"))
    store.do(commands.ReturnStock(store.key(), "A", 2, "damaged"))
    assert rights(store) == (4, 0, 0)
    assert store.right()["room"] == {"available": 1, "damaged": 2, "tester": 0}
    store.do(commands.MoveStock(store.key(), "A", 1, "available", "tester"))
    store.do(commands.MoveStock(store.key(), "A", 1, "damaged", "available", "only the box"))
    store.do(commands.WasteStock(store.key(), "A", 1, "damaged", "broken"))
    assert rights(store) == (4, 0, 0)
    assert store.right()["room"] == {"available": 1, "damaged": 0, "tester": 1}
    assert store.do(commands.WasteStock(store.key(), "A", 1, "available", "")).refused == "malformed"
    assert store.do(commands.WasteStock(store.key(), "A", 1, "available", "fell")).refused == ""
    assert rights(store) == (3, 0, 0)


def test_a_blind_count_of_the_room_posts_its_difference(store: Store) -> None:
    receive(store, 5)
    store.do(commands.CountStock(store.key(), "A", "available", 3))
    store.do(commands.CountStock(store.key(), "A", "tester", 2))
    assert rights(store) == (6, 0, 0)
    assert store.right()["room"] == {"available": 3, "damaged": 0, "tester": 2}
    assert store.do(commands.CountStock(store.key(), "A", "cellar", 2)).refused == "malformed"


def test_filling_a_slot_moves_goods_and_no_right_and_never_takes_what_is_promised(store: Store) -> None:
    receive(store, 2)
    fill = [commands.FillSlot(store.key(), "vm-1", "1", qty) for qty in (2, 1, -5, -1)]
    assert [store.do(each).refused for each in fill] == ["", "not_enough_stock", "", "not_enough_stock"]
    assert store.do(commands.FillSlot(store.key(), "vm-9", "1", 1)).refused == "unknown_slot"
    assert (rights(store), store.right()["room"]["available"], store.slot()["count"]) == ((5, 0, 0), 5, 0)


@pytest.mark.parametrize("qty", [0, -1, 10_001])
def test_a_quantity_out_of_range_is_a_slip_of_the_finger(store: Store, qty: int) -> None:
    assert receive(store, qty).refused == "malformed"
    assert store.do(commands.ReturnStock(store.key(), "Z", 1, "available")).refused == "unknown_item"


# ── rows of headquarters' log ───────────────────────────────────────────────────────────────────────


def test_a_down_row_has_its_effect_once_and_only_in_its_turn(store: Store) -> None:
    grant = instructions.Grant(grant="g1", sku="A", qty=2)
    store.told(grant, seq=2)
    store.told(grant, epoch=7)
    assert store.queries.down_seq() == 0
    store.told(grant)
    store.told(grant, seq=1)
    assert (rights(store), store.queries.down_seq()) == ((5, 0, 0), 1)
    assert len(store.facts(stock_facts.RightsGranted)) == 1


def test_a_recall_takes_nothing_that_is_promised(store: Store) -> None:
    store.order(("A", 2))
    store.told(instructions.Recall(recall="r1", sku="A", qty=5))
    store.told(instructions.Recall(recall="r2", sku="A", qty=5))
    assert [(r.asked, r.qty) for r in store.facts(stock_facts.RightsReleased)] == [(5, 1), (5, 0)]


def test_a_row_that_cannot_be_read_is_named_and_those_behind_it_go_on(store: Store) -> None:
    odd = b'{"seq":1,"epoch":1,"type":"popshop.down.dance.v1","at":"","data":{}}'
    assert store.do(commands.ApplyDown("", odd)).refused == ""
    store.told(instructions.Grant(grant="g", sku="A", qty=2**61))
    store.told(instructions.Grant(grant="g", sku="A", qty=1))
    assert [row.down_seq for row in store.facts(stock_facts.DownRowSkipped)] == [1, 2]
    assert (rights(store), store.queries.down_seq()) == ((4, 0, 0), 3)


def test_bytes_without_a_number_are_set_aside_once_and_change_nothing(store: Store) -> None:
    for _ in range(3):
        assert store.do(commands.ApplyDown("", b"\xff no row")).refused == "malformed"
    assert [row["topic"] for row in store.queries.quarantined()] == ["down"]
    assert store.queries.down_seq() == 0


def test_a_pin_puts_all_aside_or_nothing_and_a_known_one_is_told_as_it_stands(store: Store) -> None:
    store.told(instructions.Pin(reservation="R1", sku="A", qty=2, for_whom="7781"))
    store.told(instructions.Pin(reservation="R2", sku="A", qty=2))
    store.told(instructions.Pin(reservation="R1", sku="A", qty=2))
    assert [(p.reservation, p.qty) for p in store.facts(stock_facts.StockPinned)] == [
        ("R1", 2), ("R2", 0), ("R1", 2)
    ]  # fmt: skip
    assert rights(store) == (1, 2, 0)
    assert [(pin["reservation"], pin["for_whom"]) for pin in store.queries.pins()] == [("R1", "7781")]
    store.told(instructions.Unpin(reservation="R1", sku="A", qty=2))
    store.told(instructions.Unpin(reservation="R1", sku="A", qty=2))
    assert [unpinned.qty for unpinned in store.facts(stock_facts.StockUnpinned)] == [2, 0]
    assert rights(store) == (3, 0, 0)


def test_nothing_is_pinned_that_was_granted_and_never_delivered(store: Store) -> None:
    store.told(instructions.Grant(grant="g", sku="A", qty=9))
    store.told(instructions.Pin(reservation="R1", sku="A", qty=4))
    assert store.facts(stock_facts.StockPinned)[0].qty == 0


def test_pinned_units_are_handed_over_once_out_of_the_stock_room(store: Store) -> None:
    store.told(instructions.Pin(reservation="R1", sku="A", qty=2))
    hand_over = commands.HandOverPinned(store.key(), "R1", "picked_up")
    assert store.do(hand_over).refused == "not_enough_stock"
    store.do(commands.FillSlot(store.key(), "vm-1", "1", -2))
    assert store.do(hand_over).refused == ""
    assert rights(store) == (1, 0, 0)
    again = commands.HandOverPinned(store.key(), "R1", "picked_up")
    assert store.do(again).refused == "reservation_closed"
    unknown = commands.HandOverPinned(store.key(), "R9", "picked_up")
    assert store.do(unknown).refused == "unknown_reservation"
