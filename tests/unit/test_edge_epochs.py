"""A store that joined again: a new epoch, rights that come back by counting; and what proves or disproves a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from cloud_sync.protocol import facts, instructions, stock_facts
from cloud_sync.protocol.numbered_log import GENESIS
from edge_agent.adapters.sqlite_store import schema
from edge_agent.adapters.sqlite_store.connection import WriterConnection
from edge_agent.adapters.sqlite_store.journal import SqliteJournal
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.adapters.sqlite_store.verify import differences, verify
from edge_agent.domain import commands
from edge_agent.domain.policy import Policy
from edge_agent.services.brain import Brain
from edge_agent.services.handlers import Rules
from hardware import messages
from tests.edge_harness import METHODS, START, STORE, HandClock, Store, assert_books_hold, assert_chained


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "A", 3), ("vm-1", "2", "B", 1))
    yield store
    assert_books_hold(store.path)
    assert_chained(store.path)
    store.close()


def rights(store: Store, sku: str = "A") -> tuple[int, int, int, bool]:
    right = store.right(sku)
    return right["available"], right["held"], right["deficit"], right["counted_in"]


# ── a new epoch ─────────────────────────────────────────────────────────────────────────────────────


def test_a_new_epoch_has_no_rights_but_for_what_is_promised(store: Store) -> None:
    store.paid_order(("A", 1))
    store.order(("A", 1))
    store.told(instructions.Pin(reservation="R1", sku="B", qty=1))
    store.open_epoch(3)
    assert (rights(store), rights(store, "B")) == ((0, 2, 0, False), (0, 1, 0, False))
    assert store.queries.epoch() == 3
    assert store.queries.down_seq() == 0
    found = [(f.sku, f.qty, f.into, f.reason) for f in store.facts(stock_facts.StockFound)]
    assert found == [("A", 1, "held", "order_under_way")] * 2 + [("B", 1, "held", "order_under_way")]
    assert store.order(("A", 1)).refused == "not_counted_in"


def test_each_epoch_numbers_and_chains_its_rows_from_the_start(store: Store) -> None:
    before = store.queries.last_seq("ledger")
    head = store.queries.hash_at("ledger", before)
    store.open_epoch(3)
    store.restart()
    store.order(("A", 1))
    epoch, seq, digest = store.queries.journal_head()
    assert (epoch, seq) == (3, 1)
    assert store.queries.last_seq("ledger", 1) == before
    assert store.queries.hash_at("ledger", before, 1) == head != digest
    assert store.queries.hash_at("ledger", 1) == digest
    assert len(store.queries.bodies("ledger", 0, 9, epoch=3)) == 1


def test_an_epoch_that_is_over_is_never_written_in_again(store: Store) -> None:
    store.open_epoch(3)
    store.open_epoch(2)
    store.open_epoch(3)
    assert [opened.epoch for opened in store.facts(facts.StoreOpened)] == [1, 3]


def test_a_count_after_a_new_epoch_brings_goods_and_headquarters_brings_the_rights(store: Store) -> None:
    store.open_epoch(2)
    store.do(commands.CountSlot(store.key(), "vm-1", "1", 2))
    assert (rights(store), store.slot()["count"]) == ((0, 0, 0, False), 2)
    assert store.do(commands.CountIn(store.key(), ("Z",))).refused == "unknown_item"
    assert store.do(commands.CountIn(store.key(), ("A",))).refused == ""
    assert store.facts(stock_facts.StockCountedIn) == [stock_facts.StockCountedIn(sku="A", goods=2)]
    store.told(instructions.Grant(grant="g", sku="A", qty=2, source="limbo"))
    assert rights(store) == (2, 0, 0, True)
    assert store.order(("A", 2)).refused == ""
    store.do(commands.CountIn(store.key(), ("A",)))
    assert len(store.facts(stock_facts.StockCountedIn)) == 1


def test_what_was_under_way_ends_as_it_would_have(store: Store) -> None:
    paid = store.paid_order(("A", 2))
    placed = store.order(("A", 1)).subject
    store.open_epoch(2)
    first, second = (vend["id"] for vend in paid["vends"])
    store.report(messages.VendSucceeded(command_id=first, slot="1", drop_confirmed=True))
    store.report(messages.VendFailed(command_id=second, slot="1", code="EJC"))
    store.do(commands.CancelOrder(store.key(), placed))
    assert rights(store) == (0, 0, 0, False)
    assert sum(aside.qty for aside in store.facts(stock_facts.RightsSetAside)) == 2
    assert store.order(("A", 1)).refused == "not_counted_in", "what came free waits for the count too"


def test_nobody_counts_a_product_in_while_a_vend_of_it_has_no_outcome(store: Store) -> None:
    vend = store.paid_order(("A", 1))["vends"][0]["id"]
    store.open_epoch(2)
    assert store.do(commands.CountIn(store.key(), ("A",))).refused == "settle_first"
    store.report(messages.VendSucceeded(command_id=vend, slot="1", drop_confirmed=True))
    assert store.do(commands.CountIn(store.key(), ("A",))).refused == ""


def test_what_a_count_does_not_find_is_owed_by_what_is_promised(store: Store) -> None:
    placed = store.order(("A", 3)).subject
    store.open_epoch(2)
    store.do(commands.CountSlot(store.key(), "vm-1", "1", 1))
    store.do(commands.CountIn(store.key(), ("A",)))
    store.told(instructions.Shortage(claim="s", sku="A", qty=2))
    assert rights(store) == (0, 3, 2, True)
    store.do(commands.CancelOrder(store.key(), placed))
    assert rights(store) == (1, 0, 0, True)


def test_a_product_that_is_new_in_this_epoch_needs_no_counting_in(store: Store) -> None:
    store.open_epoch(2)
    store.stock(("vm-1", "9", "C", 4))
    assert rights(store, "C") == (4, 0, 0, True)


def test_a_computer_that_replaces_a_lost_one_counts_every_product_in(tmp_path: Path) -> None:
    new = Store(tmp_path / "new.db", shares_stock=True, first_epoch=3)
    new.stock(("vm-1", "1", "A", 4))
    assert (rights(new), new.slot()["count"]) == ((0, 0, 0, False), 4)
    assert new.order(("A", 1)).refused == "not_counted_in"
    new.told(instructions.Grant(grant="g1", sku="N", qty=2, source="pool"))
    assert rights(new, "N") == (2, 0, 0, False), "granted before it was listed"
    new.do(commands.CountIn(new.key(), ("A",)))
    new.told(instructions.Grant(grant="g2", sku="A", qty=4, source="limbo"))
    assert rights(new) == (4, 0, 0, True)
    assert verify(new.path) == []
    new.open_epoch(4)
    new.stock(("vm-1", "2", "B", 1))
    assert (rights(new), rights(new, "B")) == ((0, 0, 0, False), (1, 0, 0, True))
    assert_books_hold(new.path)
    new.close()


# ── the link's bookkeeping ──────────────────────────────────────────────────────────────────────────


def test_earlier_epochs_wait_until_they_are_settled_the_oldest_and_its_ledger_first(store: Store) -> None:
    store.report(messages.PersonSensed())
    rows = store.queries.waiting()["rows"]
    store.open_epoch(2)
    store.open_epoch(5)
    assert store.queries.unsettled() == [(1, "ledger"), (1, "interactions"), (2, "ledger")]
    assert store.queries.waiting()["rows"] == rows + 2
    store.do(commands.SyncAdvanced("", 1, "ledger", 2, store.queries.hash_at("ledger", 2, 1), START))
    assert store.queries.acked("ledger", 1)[0] == 2
    assert store.queries.acked("ledger") == (0, GENESIS.hex())
    store.do(commands.EpochSettled("", 1, "ledger"), commands.EpochSettled("", 2, "ledger"))
    assert store.queries.unsettled() == [(1, "interactions")]
    assert store.queries.acked("ledger", 1)[0] == 2


def test_a_newer_headquarters_is_told_of_earlier_epochs_again(store: Store) -> None:
    store.open_epoch(2)
    store.do(commands.EpochSettled("", 1, "ledger"), commands.HeardOfHq("", 1))
    assert (store.queries.unsettled(), store.queries.incarnation()) == ([(1, "ledger")], 1)
    store.do(commands.EpochSettled("", 1, "ledger"), commands.HeardOfHq("", 1), commands.HeardOfHq("", 0))
    assert (store.queries.unsettled(), store.queries.incarnation()) == ([], 1)


@pytest.mark.parametrize(("state", "refused"), [("fenced", "must_join"), ("ok", "")])
def test_only_a_store_that_may_sell_begins_something_new(store: Store, state: str, refused: str) -> None:
    under_way = store.paid_order(("A", 1))["vends"][0]["id"]
    placed = store.order(("A", 1)).subject
    store.do(commands.StandingChanged("", state, "cloned"))
    store.restart()
    assert store.queries.standing() == {"state": state, "reason": "cloned"}
    assert store.order(("A", 1)).refused == refused
    assert store.do(commands.RequestPayment(store.key(), placed, "counter")).refused == refused
    store.report(messages.VendSucceeded(command_id=under_way, slot="1", drop_confirmed=True))
    assert len(store.facts(facts.VendDispensed)) == 1


@pytest.mark.parametrize(("state", "reason"), [("fenced", "restored"), ("unproven", "no_witness")])
def test_a_disk_that_may_be_an_older_copy_leaves_reports_with_the_device_until_it_has_joined(
    store: Store, state: str, reason: str
) -> None:
    store.do(commands.StandingChanged("", state, reason))
    assert store.order(("A", 1)).refused
    sold = messages.CashSale(slot="1", price_minor=500, currency="CNY")
    before = len(store.facts(facts.Fact))
    assert store.report(sold).upto == 0
    assert len(store.facts(facts.Fact)) == before
    store.do(commands.StandingChanged("", "ok"))
    assert store.report(sold, seq=1).upto == 1
    assert len(store.facts(facts.CashSold)) == 1


def test_joining_again_lifts_a_fence(store: Store) -> None:
    store.do(commands.StandingChanged("", "fenced", "forked"))
    store.open_epoch(2)
    assert store.queries.standing() == {"state": "ok", "reason": ""}


# ── older files, files in memory, damaged files ─────────────────────────────────────────────────────


def test_a_file_from_before_rights_keeps_its_rows_and_may_sell_what_stands_in_its_slots(
    tmp_path: Path,
) -> None:
    path = tmp_path / "old.db"
    _older(path)
    store = Store(path)
    assert rights(store) == (3, 1, 0, True)
    assert store.queries.last_seq("ledger", 1) == 7
    assert store.queries.acked("ledger") == (2, "aa")
    assert store.order(("A", 3)).refused == ""
    assert verify(path) == []
    store.open_epoch(2)
    assert store.queries.unsettled() == [(1, "ledger")]
    assert verify(path) == []
    store.close()


def _older(path: Path) -> None:
    """A file as the version before wrote it: four units counted, one of them promised."""
    old = Store(path.with_name("new.db"))
    old.journal.begin(old.clock.now())
    listed = facts.ItemListed(sku="A", name_zh="甲", name_en="A", price_minor=500, currency="CNY")
    old.journal.record([listed], cause="l")
    old.journal.commit()
    old.do(commands.PlanSlots("p", (commands.PlannedSlot("vm-1", "1", "A", 5, 10, 4),)))
    old.introduce("vm-1")
    old.order(("A", 1), key="o")
    db = sqlite_utils.Database(path)
    schema.migrations.apply(db, stop_before="epochs_and_rights")
    db.conn.isolation_level = None
    db.conn.execute("ATTACH ? AS new", (str(old.path),))
    for table in ("store", "items", "devices", "slots", "orders", "order_lines", "replies"):
        columns = ", ".join(db[table].columns_dict)
        db.conn.execute(f"INSERT INTO main.{table} SELECT {columns} FROM new.{table}")
    db.conn.execute(
        "INSERT INTO main.journal SELECT stream, seq, body, hash, at FROM new.journal WHERE seq < 99"
    )
    db.conn.execute("INSERT INTO main.sync VALUES ('ledger', 2, 'aa', '')")
    db.close()
    old.close()


def test_a_store_in_memory_works_as_one_in_a_file() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None, factory=WriterConnection)) as db:
        schema.shape(db)
        brain = Brain(SqliteJournal(db, STORE), Rules(Policy(), METHODS), HandClock())
        brain.submit(commands.OpenStore("", STORE, "Pop", "Asia/Shanghai", "CNY", 1))
        brain.submit(commands.ListItems("k", (commands.ListedItem("A", "甲", "A", 500),)))
        brain.submit(commands.ReceiveStock("r", "A", 5, "supplier"))
        brain.step(0)
        queries = Queries.over(db)
        assert [right["available"] for right in queries.rights()] == [5]
        with queries.consistent():
            assert queries.journal_head()[:2] == (1, 3)
        assert differences(db) == []


DAMAGE = [
    ("UPDATE rights SET available = available + 1", "rights A: available is 4, the journal says 3"),
    ("DELETE FROM slots WHERE slot = '2'", "slots vm-1 2: missing, though the journal tells of it"),
    ("INSERT INTO room VALUES ('A', 'tester', 2)", "room A tester: the journal does not tell of it"),
    ("UPDATE journal SET hash = zeroblob(32) WHERE seq = 2", "epoch 1 ledger row 2: its hash does not"),
    ("DELETE FROM journal WHERE seq = 2", "epoch 1 ledger row 3: the row before it is 1"),
    ("UPDATE journal SET body = 'x' WHERE seq = 3", "epoch 1 ledger row 3: it cannot be read"),
    ("UPDATE rights SET held = 1", "rights A: 1 held, 0 promised"),
    ("UPDATE link SET down_seq = 4", "link 1: down_seq is 4, the journal says 0"),
]


@pytest.mark.parametrize(("damage", "named"), DAMAGE)
def test_verify_names_what_does_not_fit(tmp_path: Path, damage: str, named: str) -> None:
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "A", 3), ("vm-1", "2", "B", 1))
    assert verify(store.path) == []
    store.db.execute(damage)
    assert any(text.startswith(named) for text in verify(store.path)), verify(store.path)
    store.close()
