"""Another computer of the same store: its Zs go on from the last one's, and the grand total never starts over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_sync.protocol import day_facts, facts
from cloud_sync.protocol.shop_instructions import CarryOver
from edge_agent.adapters.sqlite_store.verify import verify
from edge_agent.domain.day import commands as day
from edge_agent.domain.day import paper
from edge_agent.domain.day.report import Carried, Report
from hardware import messages
from tests.edge_harness import Store

OTHERS = "ab" * 32
"""How another computer's epoch began."""


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Store]:
    """A new computer with an empty folder: the store's fourth epoch."""
    made = Store(tmp_path / "store.db", first_epoch=4)
    yield made
    assert verify(made.path) == []
    made.close()


def paid_in(store: Store) -> None:
    store.do(day.MoveCash(store.key(), "paid_in", 100, "change"))


def sell(store: Store) -> None:
    """A machine sells one unit for 5.00 in coins."""
    store.introduce("vm-1")
    store.report(messages.CashSale(slot="1", price_minor=500, currency="CNY"))


def close(store: Store) -> Report:
    assert store.do(day.CloseDay(store.key(), uncounted=True)).refused == ""
    made = store.queries.z_report()
    assert made is not None
    return made


def head(store: Store, lost: int = 0) -> tuple[int, str]:
    """The first epoch's head as headquarters has it, which has `lost` more rows than the disk."""
    ((first,),) = store.db.execute(
        "SELECT hash FROM journal WHERE epoch = 1 AND stream = 'ledger' AND seq = 1"
    )
    return store.queries.last_seq("ledger") + lost, bytes(first).hex()


def test_the_first_z_of_a_new_computer_goes_on_from_the_last_one_and_says_so(new: Store) -> None:
    new.told(CarryOver(z=41, total_minor=987_650, currency="CNY", heads={3: (5_000, OTHERS)}))
    sell(new)
    z = close(new)
    assert (z.z, z.takings_minor, z.grand_total_minor) == (42, 500, 988_150)
    assert z.carried == [Carried(z=41, minor=987_650)]
    english, chinese = dict(paper.rows(z, "en")), dict(paper.rows(z, "zh"))
    assert english["Goes on from"] == "Z report 41"
    assert english["Its takings, by headquarters"] == "¥9,876.50"
    assert english["What it took and never sent"] == "not in it"
    assert chinese["接续"] == "Z 报表 41"
    paid_in(new)
    after = close(new)
    assert (after.z, after.grand_total_minor, after.carried) == (43, 988_150, [])


def test_days_are_closed_before_headquarters_has_said_anything_and_the_next_z_puts_it_right(
    new: Store,
) -> None:
    paid_in(new)
    first = close(new)
    assert (first.z, first.grand_total_minor, first.carried) == (1, 0, [])
    new.told(CarryOver(z=41, total_minor=987_650, currency="CNY"))
    paid_in(new)
    assert new.queries.z_report(1) == first, "a Z that was made stays as it was"
    second = close(new)
    assert (second.z, second.grand_total_minor) == (42, 987_650)
    assert second.carried == [Carried(z=41, minor=987_650)]


def test_a_day_that_stands_open_shows_what_it_goes_on_from(new: Store) -> None:
    new.told(CarryOver(z=41, total_minor=1_000, currency="CNY"))
    new.restart()
    x = new.queries.x_report(new.clock.now())
    assert (x.kind, x.z, x.grand_total_minor, x.takings_minor) == ("x", 42, 1_000, 0)
    assert new.do(day.CloseDay("z", uncounted=True)).refused == "day_not_open", "carrying over is no business"


def test_a_store_that_joins_again_with_its_own_disk_carries_nothing_over(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db")
    sell(store)
    close(store)
    sell(store)
    had = head(store)
    store.open_epoch(2)
    store.told(CarryOver(z=1, total_minor=1_000, currency="CNY", heads={1: had}))
    z = close(store)
    assert (z.z, z.grand_total_minor, z.carried) == (2, 1_000, [])
    assert store.facts(day_facts.CarriedOver)[0].mine_minor == 1_000
    assert verify(store.path) == []


def test_a_disk_put_back_from_an_older_copy_counts_nothing_twice(tmp_path: Path) -> None:
    # Two sales of 5.00 are on the copy; on the lost disk came one more, and a Z.
    store = Store(tmp_path / "store.db")
    sell(store)
    sell(store)
    heads = {1: head(store, lost=20)}
    store.open_epoch(2)
    store.told(CarryOver(z=1, total_minor=1_500, currency="CNY", heads=heads))
    sell(store)
    z = close(store)
    assert (z.z, z.takings_minor, z.grand_total_minor) == (2, 1_500, 2_000)
    assert z.carried == [Carried(z=1, minor=500)]
    assert verify(store.path) == []


def test_what_a_store_took_alone_before_it_joined_stays_in_its_grand_total(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db")
    sell(store)
    close(store)
    store.open_epoch(4)
    store.told(CarryOver(z=41, total_minor=900, currency="CNY", heads={1: (5_000, OTHERS), 3: (70, OTHERS)}))
    sell(store)
    z = close(store)
    assert (z.z, z.grand_total_minor) == (42, 500 + 900 + 500), "headquarters never had rows of this disk"
    assert verify(store.path) == []


def test_a_total_in_another_currency_is_not_added(new: Store) -> None:
    new.told(CarryOver(z=41, total_minor=900, currency="EUR"))
    sell(new)
    z = close(new)
    assert (z.z, z.grand_total_minor, z.carried) == (42, 500, [Carried(z=41, minor=0)])


def test_a_carry_over_is_applied_once_and_nonsense_is_passed_over(new: Store) -> None:
    carry = CarryOver(z=7, total_minor=900, currency="CNY")
    new.told(carry)
    new.told(carry, seq=1)
    new.told(CarryOver(z=-1, total_minor=900, currency="CNY"))
    new.told(CarryOver(z=7, total_minor=10**18, currency="CNY"))
    new.told(CarryOver(z=7, total_minor=900, currency="CNY", heads={1: (3, "no hash")}))
    assert len(new.facts(day_facts.CarriedOver)) == 1
    assert new.queries.down_seq() == 4
    assert new.queries.x_report(new.clock.now()).grand_total_minor == 900
    assert new.facts(facts.StoreOpened)[0].epoch == 4
