"""Store and headquarters do the same sums: what a fact changes in a store is what it moves between accounts."""

from __future__ import annotations

import typing
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol import device_facts, facts, instructions, stock_facts, stock_rights
from cloud_sync.protocol.stock_rights import MINE, Right, moves_of
from edge_agent.domain import rights
from edge_agent.domain.rights import Units

QTY = st.integers(0, 50)
RIGHTS = st.builds(Right, available=QTY, held=QTY, deficit=QTY, counted_in=st.booleans())
ORDER = [Units("A", 2), Units("B", 1)]


def no_lines(order: str) -> list[Units]:
    return []


def values_of(name: str, hint: Any) -> st.SearchStrategy[Any]:
    if name == "sku":
        return st.sampled_from("AB")
    if name == "lines":
        return st.lists(st.builds(order_line, st.integers(1, 5)), max_size=3)
    if typing.get_origin(hint) is typing.Literal:
        return st.sampled_from(typing.get_args(hint))
    if name == "state":
        return st.sampled_from(["completed", "cancelled", "expired", "refunded"])
    if hint is int:
        return st.integers(-9, 9) if name in ("delta", "rights", "deficit") else st.integers(0, 9)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: st.just("x"),
        bool: st.booleans(),
        int | None: st.none() | st.integers(-9, 9),
    }
    return simple.get(hint, st.just([]) if typing.get_origin(hint) is list else st.just({}))


def order_line(qty: int) -> facts.OrderLine:
    return facts.OrderLine(
        line=1, sku="A", qty=qty, list_price_minor=1, price_minor=1, tax_rate_bp=0, device="d", slot="1"
    )


@pytest.mark.parametrize("kind", sorted(facts.LEDGER_FACTS))
@given(data=st.data())
def test_what_a_fact_changes_in_the_store_is_what_headquarters_posts(kind: str, data: st.DataObject) -> None:
    cls = facts.LEDGER_FACTS[kind]
    fields = {f.name: values_of(f.name, f.type) for f in msgspec.structs.fields(cls)}
    fact = data.draw(st.builds(cls, **fields))
    here = {"A": 0, "B": 0}
    for effect in rights.effects(fact, lambda order: ORDER):
        here[effect.sku] += effect.available + effect.held
    posted = {"A": 0, "B": 0}
    for sku, source, target, qty in moves_of(fact):
        posted[sku] += qty * ((target == MINE) - (source == MINE))
    if isinstance(fact, stock_facts.RightsGranted):
        posted[fact.sku] += fact.qty  # posted when it was granted
    assert here == posted


@given(RIGHTS, st.integers(-60, 60))
def test_a_count_never_takes_from_what_is_promised_and_leaves_no_field_below_0(
    right: Right, delta: int
) -> None:
    change = stock_rights.counted(right, delta)
    assert right.available + change.rights >= 0
    assert right.deficit + change.deficit >= 0
    assert change.rights - change.deficit == (delta if right.counted_in else 0)


@given(RIGHTS, st.integers(0, 100))
def test_a_recall_gets_no_more_than_is_free(right: Right, asked: int) -> None:
    assert 0 <= stock_rights.may_give(right, asked) <= min(asked, right.available)


FAILED = facts.VendFailed(vend="v", order="o", line=1, device="d", slot="1", sku="A", code="EJC", by="device")
CASH = facts.CashSold(sale="s", device="d", slot="1", sku="A", price_minor=1, currency="CNY", sold_at="now")
DISPENSED = facts.VendDispensed(
    vend="v", order="o", line=1, device="d", slot="1", sku="A", price_minor=1, currency="CNY", sold_at="now",
    drop_confirmed=True,
)  # fmt: skip


def completed(fact: facts.Fact, right: Right, *, shares_stock: bool = True) -> list[facts.Fact]:
    return rights.completed([fact], lambda sku: right, lambda order: ORDER, shares_stock)


def test_what_comes_free_settles_a_deficit_before_it_is_sold() -> None:
    settled = stock_facts.DeficitSettled(sku="A", qty=1)
    assert completed(FAILED, Right(held=2, deficit=1)) == [FAILED, settled]
    assert completed(FAILED, Right(held=2)) == [FAILED]
    cancelled = facts.OrderClosed(order="o", state="cancelled")
    two = stock_facts.DeficitSettled(sku="A", qty=2)
    assert completed(cancelled, Right(held=2, deficit=5)) == [
        cancelled, two, stock_facts.DeficitSettled(sku="B", qty=1)
    ]  # fmt: skip


def test_a_cash_sale_without_a_right_is_said_before_it_is_booked() -> None:
    found = stock_facts.StockFound(sku="A", qty=1, into="available", reason="sold_without_right")
    assert completed(CASH, Right()) == [found, CASH]


def test_a_vend_that_no_right_was_held_for_is_said_before_it_is_booked() -> None:
    found = stock_facts.StockFound(sku="A", qty=1, into="held", reason="order_under_way", order="o")
    assert completed(DISPENSED, Right(available=3)) == [found, DISPENSED]


def test_who_sells_the_last_unit_asks_for_more_once_and_only_with_a_headquarters() -> None:
    wanted = stock_facts.RightsWanted(sku="A")
    assert completed(CASH, Right(available=1)) == [CASH, wanted]
    assert completed(CASH, Right(available=2)) == [CASH]
    assert wanted not in completed(CASH, Right())
    assert completed(CASH, Right(available=1), shares_stock=False) == [CASH]


def test_a_decision_that_touches_no_stock_asks_for_no_right() -> None:
    door = device_facts.DoorOpened(device="d")

    def never(sku: str) -> Right:
        raise AssertionError(sku)

    assert rights.completed([door], never, no_lines, True) == [door]


def test_an_instruction_beyond_all_measure_is_nonsense() -> None:
    assert rights.nonsense(instructions.Grant(grant="g", sku="A", qty=2**60))
    assert rights.nonsense(instructions.Grant(grant="g" * 300, sku="A", qty=1))
    assert rights.nonsense(instructions.Grant(grant="g", sku="", qty=1))
    assert not rights.nonsense(instructions.Grant(grant="g", sku="A", qty=1, why="x" * 300))
