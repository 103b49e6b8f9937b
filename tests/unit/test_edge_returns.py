"""Money back for lines: what was handed over comes back in units, to the fen, and never more than was paid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cloud_sync.protocol import facts, handover_facts
from cloud_sync.protocol.receipts.record import Seller
from cloud_sync.protocol.receipts.told import told
from cloud_sync.protocol.rules_facts import StoreRules
from edge_agent.adapters.sqlite_store.return_tables import RETURN_TABLES
from edge_agent.domain import commands
from edge_agent.domain.refund import with_shopper
from hardware import messages
from tests.edge_harness import (
    START,
    Store,
    Told,
    assert_books_hold,
    assert_chained,
    assert_headquarters_agrees,
    read_journal,
)
from tests.recount import ledger, periods, recount, same


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Cans in a machine and mugs on a shelf, at ¥3.33 each: an amount that no discount divides evenly."""
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "can", 5), ("shelf-1", "1", "mug", 5), price_minor=333)
    born = messages.Describe(kind="shelf", model="m", serial="s", firmware="1", boot="shelf")
    store.do(commands.DeviceIntroduced("", "shelf-1", born))
    yield store
    rows = ledger(store.path)
    for period, closed in periods(rows):
        if closed is None:
            same(_report(store), recount(period, rows))
    assert store.queries.money_differences() == []
    assert_books_hold(store.path)
    assert_headquarters_agrees(store.path)
    assert_chained(store.path)
    store.close()


def _report(store: Store) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(store.queries.x_report(START))
    return found


def bought(store: Store, *lines: commands.RequestedLine) -> str:
    """Line 1 two cans out of the machine, line 2 three mugs off the shelf; all with the shopper."""
    wanted = lines or (
        commands.RequestedLine("can", 2, handover="vend"),
        commands.RequestedLine("mug", 3, handover="shelf"),
    )
    order = store.do(commands.PlaceOrder(store.key(), "staff", "", wanted)).subject
    assert not store.do(commands.RequestPayment(store.key(), order, "counter")).refused
    for vend in store.look(order)["vends"]:
        store.report(messages.VendSucceeded(command_id=vend["id"], slot=vend["slot"], drop_confirmed=True))
    assert store.look(order)["state"] == "completed"
    return order


def give_back(store: Store, order: str, *lines: tuple[int, int], minor: int = 0) -> Told:
    reason = "returned" if lines else "staff gives back"
    return store.do(commands.RefundOrder(store.key(), order, minor, reason, lines))


def asked_back(store: Store) -> list[int]:
    return [f.amount_minor for f in store.facts(facts.RefundRequested)]


def pay_out(store: Store) -> None:
    for row in store.queries.open_refunds():
        assert not store.do(commands.PayOutRefund(store.key(), row["id"])).refused


def test_the_units_that_are_named_leave_the_sales_and_their_price_goes_back(store: Store) -> None:
    order = bought(store)
    assert not give_back(store, order, (1, 1), (2, 2)).refused
    assert asked_back(store) == [3 * 333]
    assert len(store.facts(facts.SaleReversed)) == 1
    (mugs,) = store.facts(handover_facts.HandoverReversed)
    assert (mugs.line, mugs.qty, mugs.amount_minor) == (2, 2, 666)
    pay_out(store)
    after = store.look(order)
    assert (after["state"], after["refunded_minor"]) == ("part_refunded", 999)
    assert _report(store)["units"] == 2


def test_a_unit_comes_back_once_and_what_is_left_can_come_back_later(store: Store) -> None:
    order = bought(store)
    assert not give_back(store, order, (1, 2), (2, 1)).refused
    for again in ((1, 1), (2, 3), (3, 1), (2, 0)):
        assert give_back(store, order, again).refused == "line_not_with_shopper"
    assert give_back(store, order, (2, 1), (2, 2)).refused == "line_not_with_shopper"
    assert not give_back(store, order, (2, 2)).refused
    pay_out(store)
    after = store.look(order)
    assert (after["state"], after["refunded_minor"]) == ("refunded", 5 * 333)
    assert after["handovers"][0]["state"] == "reversed"
    assert give_back(store, order, (2, 1)).refused in ("line_not_with_shopper", "refund_not_open")


def test_what_went_back_before_for_a_wrong_price_is_not_given_back_twice(store: Store) -> None:
    order = bought(store)
    assert not give_back(store, order, minor=1_000).refused
    assert store.facts(facts.SaleReversed) == []
    assert not give_back(store, order, (2, 3)).refused
    assert asked_back(store) == [1_000, 665], "1,665 were paid"
    assert len(store.facts(facts.SaleReversed)) == 2, "all the money is back: no unit counts as sold"
    assert give_back(store, order, (1, 1)).refused == "line_not_with_shopper"
    pay_out(store)


def test_the_price_that_was_paid_goes_back_not_the_one_on_the_shelf(store: Store) -> None:
    cheaper = commands.RequestedLine("mug", 3, handover="shelf", price_minor=299)
    order = bought(store, cheaper)
    store.do(commands.ListItems(store.key(), (commands.ListedItem("mug", "杯", "Mug", 999),)))
    assert not give_back(store, order, (1, 2)).refused
    assert asked_back(store) == [598]
    pay_out(store)


def test_an_amount_that_was_shown_and_is_another_by_now_is_refused(store: Store) -> None:
    order = bought(store)
    assert give_back(store, order, (1, 1), minor=334).refused == "refund_changed"
    assert not give_back(store, order, (1, 1), minor=333).refused
    assert asked_back(store) == [333]


def test_a_machine_that_failed_leaves_nothing_to_take_back_of_that_unit(store: Store) -> None:
    wanted = commands.RequestedLine("can", 2, handover="vend")
    order = store.do(commands.PlaceOrder(store.key(), "staff", "", (wanted,))).subject
    store.do(commands.RequestPayment(store.key(), order, "counter"))
    good, bad = store.look(order)["vends"]
    store.report(messages.VendSucceeded(command_id=good["id"], slot=good["slot"], drop_confirmed=True))
    assert give_back(store, order, (1, 1)).refused == "refund_not_open", "the other unit is under way"
    store.report(messages.VendFailed(command_id=bad["id"], slot=bad["slot"], code="EDT"))
    pay_out(store)
    assert give_back(store, order, (1, 2)).refused == "line_not_with_shopper"
    assert not give_back(store, order, (1, 1)).refused
    assert asked_back(store) == [333, 333]


def test_what_the_shopper_has_stands_in_the_tables_after_a_crash(store: Store) -> None:
    order = bought(store)
    give_back(store, order, (1, 1), (2, 1))
    store.restart()
    found = store.queries.reader().order(order)
    assert found is not None
    assert [(held.line, held.units) for held in with_shopper(found)] == [(1, 1), (2, 2)]


def test_the_receipt_tells_units_that_stay_beside_those_that_came_back(store: Store) -> None:
    order = bought(store)
    for _ in range(2):
        give_back(store, order, (2, 1))
    rows = [(fact, event.time) for event, fact in read_journal(store.path)]
    seller = Seller(store="pop-1", name="Pop", timezone="Asia/Shanghai", rules=StoreRules(version=0))
    record = told([row for row in rows if getattr(row[0], "order", "") == order], seller, {})
    assert record is not None
    assert [(unit.qty, unit.state) for unit in record.units if unit.line == 2] == [
        (1, "done"),
        (2, "reversed"),
    ]


def test_an_older_file_learns_from_its_journal_which_units_came_back(store: Store) -> None:
    order = bought(store)
    store.do(commands.RefundOrder(store.key(), order, 5 * 333, "returned"))
    for table in ("vends", "handovers"):
        store.db.execute(f"ALTER TABLE {table} DROP COLUMN reversed")
    for statement in RETURN_TABLES.split(";"):
        store.db.execute(statement)
    store.db.commit()
    found = store.queries.reader().order(order)
    assert found is not None
    assert [vend.reversed for vend in found.vends] == [1, 1]
    assert [handover.reversed for handover in found.handovers] == [3]
