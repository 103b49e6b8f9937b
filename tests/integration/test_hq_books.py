"""The rules of shared stock over both books there are: PostgreSQL's, and the simulation's in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import psycopg
import pytest

from cloud_sync.hq import enrolment
from cloud_sync.hq.database import schema
from cloud_sync.hq.database.pool import Pool, again, open_pool
from cloud_sync.hq.database.postgres_books import open_books
from cloud_sync.hq.database.verify import verify
from cloud_sync.hq.rules import intake, joining, online, refill, rights, warehouse
from cloud_sync.hq.rules.accept import Fenced, SyncRefused
from cloud_sync.hq.rules.books import (
    RETIRED,
    WAREHOUSE,
    Books,
    Log,
    OpenBooks,
    Posting,
    Reservation,
    StoreRecord,
)
from cloud_sync.hq.rules.reconsider import reconsider
from cloud_sync.hq.store import grant_nothing
from cloud_sync.protocol import facts, instructions
from cloud_sync.protocol import stock_facts as stock
from cloud_sync.protocol.identifiers import LEDGER
from cloud_sync.protocol.instructions import Grant, Instruction, Pin, Recall
from cloud_sync.protocol.session import SalvageRequest, SyncReply
from cloud_sync.protocol.shop_instructions import CarryOver
from cloud_sync.protocol.stock_rights import POOL, hold_of, limbo_of
from popshop.simulate.memory_books import MemoryHq
from tests.journal_rows import NOON, Journal, cash, planned

SKU = "A1"
T = TypeVar("T")


@dataclass
class Desk:
    """Headquarters' rules over some books, and what a test wants to know of them."""

    open_books: OpenBooks
    enrol: Callable[[str], object]

    def do(self, work: Callable[[Books], T]) -> T:
        """One transaction."""

        def once() -> T:
            with self.open_books() as books:
                return work(books)

        return again(once)

    def with_store(self, store: str, work: Callable[[Books, StoreRecord], T]) -> T:
        """One transaction under the store's lock."""

        def locked(books: Books) -> T:
            record = books.lock_store(store)
            assert record is not None
            return work(books, record)

        return self.do(locked)

    def join(self, store: str, known_epoch: int = 0) -> Journal:
        """The store's next epoch, and the journal it begins."""
        self.enrol(store)
        joined = self.with_store(store, lambda b, r: joining.begin_epoch(b, r, known_epoch, "m", NOON))
        return Journal(store, epoch=joined.epoch)

    def sync(self, journal: Journal, acked: int = 0, down_seq: int = 0, incarnation: int = 0) -> SyncReply:
        asked = journal.request(acked, down_seq=down_seq, machine="m", incarnation=incarnation)
        return again(lambda: intake.sync(self.open_books, asked, NOON, grant_nothing)).reply

    def receive(self, qty: int, sku: str = SKU, receipt: str = "r-1") -> bool:
        return self.do(lambda b: warehouse.receive(b, sku, qty, receipt, NOON))

    def grant(self, store: str, qty: int, sku: str = SKU) -> str:
        return self.with_store(store, lambda b, r: rights.grant(b, r, sku, qty, "by hand", NOON))

    def reserve(self, name: str, qty: int = 1, sku: str = SKU, how: str = WAREHOUSE, store: str = "") -> str:
        wanted = Reservation(name, sku, qty, how, store, "", NOON + timedelta(minutes=15))
        return self.do(lambda b: online.reserve(b, wanted, NOON)).state

    def pool(self, sku: str = SKU) -> int:
        return self.do(lambda b: b.lock_pool([sku])).get(sku, 0)

    def hold(self, store: str, epoch: int = 1, sku: str = SKU) -> int:
        return self.do(lambda b: b.holdings(store)).get((hold_of(store, epoch), sku), 0)

    def limbo(self, store: str, epoch: int = 1, sku: str = SKU) -> int:
        return self.do(lambda b: b.holdings(store)).get((limbo_of(store, epoch), sku), 0)


@pytest.fixture
def pool(postgres_dsn: str) -> Iterator[Pool]:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        schema.migrate(connection)
    with open_pool(postgres_dsn, size=20) as opened:
        yield opened
        with opened.connection() as connection:
            assert verify(connection).differences == [], "what a test leaves behind adds up"


def postgres_desk(pool: Pool) -> Desk:
    return Desk(
        open_books(pool), lambda store: enrolment.enrol(pool, store, store, "Asia/Shanghai", "CNY", NOON)
    )


@pytest.fixture(params=["postgres", "memory"])
def desk(request: pytest.FixtureRequest) -> Desk:
    if request.param == "postgres":
        return postgres_desk(request.getfixturevalue("pool"))
    hq = MemoryHq()
    return Desk(hq.open_books, lambda store: hq.enrol(store, "Asia/Shanghai"))


def down(reply: SyncReply) -> list[Instruction | str]:
    return [instructions.read_instruction(instructions.read_row(row)) for row in reply.down]


def released(down_seq: int, asked: int, qty: int, sku: str = SKU) -> stock.RightsReleased:
    return stock.RightsReleased(recall=f"R{down_seq}", down_seq=down_seq, sku=sku, asked=asked, qty=qty)


# ── one at a time ───────────────────────────────────────────────────────────────────────────────────


def test_a_grant_leaves_the_pool_and_reaches_the_store_once(desk: Desk) -> None:
    journal = desk.join("sh-01")
    desk.receive(10)
    name = desk.grant("sh-01", 4)
    assert (desk.pool(), desk.hold("sh-01")) == (6, 4)
    (told,) = down(desk.sync(journal))
    assert told == Grant(grant=name, sku=SKU, qty=4, why="by hand")
    taken = stock.RightsGranted(grant=name, down_seq=1, sku=SKU, qty=4, source="pool")
    assert down(desk.sync(journal.write(taken), down_seq=1)) == []
    assert (desk.pool(), desk.hold("sh-01")) == (6, 4)


def test_what_the_pool_has_not_is_not_granted_and_nothing_of_it_happens(desk: Desk) -> None:
    journal = desk.join("sh-01")
    desk.receive(3)
    with pytest.raises(rights.RightsRefused, match="the pool has 3"):
        desk.grant("sh-01", 4)
    assert (desk.pool(), desk.hold("sh-01"), desk.sync(journal).down) == (3, 0, [])


def test_a_transaction_that_fails_leaves_nothing(desk: Desk) -> None:
    def fail(books: Books) -> None:
        warehouse.receive(books, SKU, 5, "r-1", NOON)
        online.reserve(books, Reservation("o-1", SKU, 1, WAREHOUSE, "", "", NOON), NOON)
        raise LookupError

    with pytest.raises(LookupError):
        desk.do(fail)
    assert desk.pool() == 0
    assert desk.do(lambda b: b.reservation("o-1")) is None
    assert desk.receive(5), "the receipt is not in the books either"


@pytest.mark.parametrize("account", [POOL, "sh-01/hold/1", "sh-01/limbo/1"])
@pytest.mark.parametrize("known", [True, False])
def test_the_books_themselves_refuse_a_balance_below_zero(desk: Desk, account: str, known: bool) -> None:
    desk.join("sh-01")
    if known:
        desk.do(lambda b: b.post([Posting(SKU, "external", account, 2, "test")], {(account, SKU): 2}, NOON))
    wrong = Posting(SKU, account, "shrink", 3, "test")
    with pytest.raises(Exception, match=r"units|would have"):
        desk.do(lambda b: b.post([wrong], {(account, SKU): -3}, NOON))


def test_a_receipt_counts_once(desk: Desk) -> None:
    assert desk.receive(5, receipt="r-7")
    assert not desk.receive(5, receipt="r-7")
    assert desk.receive(1, receipt="r-8")
    assert desk.pool() == 6


def test_a_stores_ledger_moves_its_hold(desk: Desk) -> None:
    journal = desk.join("sh-01")
    journal.write(*planned("1-01", SKU, 8), cash("c1"), cash("c2"))
    journal.write(stock.StockReceived(receipt="r", sku=SKU, qty=20, kind="supplier"))
    journal.write(stock.StockWasted(sku=SKU, qty=3, bucket="available", reason="broken"))
    journal.write(stock.SlotFilled(device="vm-1", slot="1-01", sku=SKU, qty=5))
    desk.sync(journal)
    assert desk.hold("sh-01") == 8 - 2 + 20 - 3
    desk.sync(journal)
    assert desk.hold("sh-01") == 23, "sent again is not counted again"


def test_many_rows_at_once_are_posted_each_by_itself(desk: Desk) -> None:
    journal = desk.join("sh-01")
    skus = [f"S{n}" for n in range(40)]
    for n, sku in enumerate(skus):
        journal.write(*planned(f"1-{n:02}", sku, 8))
        journal.write(cash(f"c{n}", sku, slot=f"1-{n:02}"))
    desk.sync(journal)
    assert {desk.hold("sh-01", sku=sku) for sku in skus} == {7}


def test_a_row_that_the_hold_cannot_pay_waits_and_blocks_nothing(desk: Desk) -> None:
    journal = desk.join("sh-01").write(cash("too-early"), *planned("1-01", SKU, 5), cash("fine"))
    desk.sync(journal)
    log = Log("sh-01", LEDGER, 1)
    assert [row[:2] for row in desk.do(lambda b: b.waiting("sh-01", "stock: "))] == [(log, 1)]
    assert desk.hold("sh-01") == 4
    assert reconsider(desk.open_books, NOON) == 1
    assert reconsider(desk.open_books, NOON) == 0
    assert desk.hold("sh-01") == 3
    assert desk.do(lambda b: b.waiting("sh-01", "")) == []


def test_a_recall_is_a_request_and_the_answer_moves(desk: Desk) -> None:
    journal = desk.join("sh-01").write(*planned("1-01", SKU, 5))
    desk.sync(journal)
    name = desk.with_store("sh-01", lambda b, r: rights.recall(b, r, SKU, 9, "idle", NOON))
    (told,) = down(desk.sync(journal))
    assert told == Recall(recall=name, sku=SKU, qty=9, why="idle")
    assert (desk.pool(), desk.hold("sh-01")) == (0, 5)
    desk.sync(journal.write(released(1, 9, 5)), down_seq=1)
    assert (desk.pool(), desk.hold("sh-01")) == (5, 0)
    assert desk.do(lambda b: b.away("sh-01", SKU)) == -5


def test_joining_puts_the_hold_into_limbo_and_a_count_brings_it_back(desk: Desk) -> None:
    old = desk.join("sh-01").write(*planned("1-01", SKU, 8), cash("known"))
    old_rows = desk.sync(old).acked
    old.write(cash("late"))
    new = desk.join("sh-01", known_epoch=1)
    assert (desk.hold("sh-01", 2), desk.limbo("sh-01")) == (0, 7)
    assert desk.sync(old).down == []
    assert desk.limbo("sh-01") == 6, "a late row of the old epoch is paid by its limbo"
    carried, told = down(desk.sync(new.write(stock.StockCountedIn(sku=SKU, goods=5))))
    known, began = cash("known"), desk.do(lambda b: b.hash_at(Log("sh-01", LEDGER, 1), 1))
    assert began is not None
    assert carried == CarryOver(
        z=0, total_minor=known.price_minor, currency=known.currency, heads={1: (old_rows, began.hex())}
    ), "the epoch's first row says how far headquarters knew the store to be when it began"
    assert isinstance(told, Grant)
    assert (told.qty, told.source) == (5, "limbo")
    assert (desk.hold("sh-01", 2), desk.limbo("sh-01")) == (5, 1)
    assert desk.with_store("sh-01", lambda b, r: joining.write_off(b, r, SKU, NOON)) == 1


def test_an_epoch_that_the_store_knows_is_never_minted_again(desk: Desk) -> None:
    assert desk.join("sh-01", known_epoch=6).epoch == 7


def test_a_reservation_is_promised_confirmed_given_back_and_never_twice(desk: Desk) -> None:
    desk.receive(3)
    assert desk.reserve("o-1", 2) == "reserved"
    assert desk.reserve("o-1", 2) == "reserved"
    assert desk.pool() == 1
    with pytest.raises(rights.RightsRefused, match="another"):
        desk.reserve("o-1", 1)
    with pytest.raises(rights.RightsRefused, match="1 of A1 can be sold"):
        desk.reserve("o-2", 2)
    assert desk.do(lambda b: online.confirm(b, "o-1", NOON)).confirmed
    assert desk.do(lambda b: online.cancel(b, "o-1", NOON)).state == "confirmed"
    assert desk.reserve("o-3") == "reserved"
    late = NOON + timedelta(minutes=15)
    assert desk.do(lambda b: b.overdue(late - timedelta(seconds=1), 9)) == []
    assert desk.do(lambda b: b.overdue(late, 9)) == ["o-3"]
    desk.do(lambda b: online.expire(b, "o-3", late))
    desk.do(lambda b: online.expire(b, "o-3", late))
    assert (desk.pool(), desk.do(lambda b: b.overdue(late, 9))) == (1, [])


def test_a_stores_unit_is_pinned_for_a_buyer_and_pinned_anew_after_a_join(desk: Desk) -> None:
    journal = desk.join("sh-01").write(*planned("1-01", SKU, 5))
    desk.sync(journal)
    assert desk.reserve("o-1", how="picked_up", store="sh-01") == "pinning"
    assert down(desk.sync(journal)) == [Pin(reservation="o-1", sku=SKU, qty=1)]
    pinned = stock.StockPinned(reservation="o-1", down_seq=1, sku=SKU, asked=1, qty=1)
    desk.sync(journal.write(pinned), down_seq=1)
    assert desk.reserve("o-1", how="picked_up", store="sh-01") == "reserved"
    new = desk.join("sh-01").write(stock.StockCountedIn(sku=SKU, goods=5))
    told = down(desk.sync(new))
    assert [type(instruction).__name__ for instruction in told] == ["Grant", "Pin"]


def test_a_sale_told_again_after_a_restore_stands_once_and_takes_only_from_the_pool(desk: Desk) -> None:
    desk.join("sh-01")
    desk.receive(3)

    def restate(name: str, qty: int = 2) -> Reservation:
        sold = Reservation(name, SKU, qty, WAREHOUSE, "", "confirmed", NOON, True)
        return desk.do(lambda b: online.restate(b, sold, NOON))

    assert (restate("o-1").state, restate("o-1").confirmed, desk.pool()) == ("confirmed", True, 1)
    assert (restate("o-2").state, desk.pool()) == ("confirmed", 0), "one of them is nobody's: an alert tells"
    with pytest.raises(rights.RightsRefused, match="another"):
        restate("o-1", qty=1)
    desk.reserve("o-3", 2, how="picked_up", store="sh-01")
    with pytest.raises(rights.RightsRefused, match="not put the units aside"):
        restate("o-3")


def test_rows_of_a_fork_are_kept_aside_once(desk: Desk) -> None:
    old = desk.join("sh-01").write(cash("a"), cash("b"))
    desk.sync(old)
    desk.join("sh-01")
    other = Journal("sh-01").write(cash("a"), cash("other"), cash("more"))
    asked = SalvageRequest(store="sh-01", epoch=1, stream=LEDGER, from_seq=1, events=other.request().events)
    assert intake.salvage(desk.open_books, asked, NOON).kept == 2
    again_kept = intake.salvage(desk.open_books, asked, NOON)
    assert (again_kept.known, again_kept.kept) == (3, 0)
    with pytest.raises(SyncRefused):
        intake.salvage(
            desk.open_books,
            SalvageRequest(store="sh-01", epoch=2, stream=LEDGER, from_seq=1, events=[]),
            NOON,
        )


def test_another_machine_and_a_retired_store_are_fenced(desk: Desk) -> None:
    journal = desk.join("sh-01").write(*planned("1-01", SKU, 5))
    desk.sync(journal)
    with pytest.raises(Fenced) as cloned:
        intake.sync(desk.open_books, journal.request(machine="copy"), NOON, grant_nothing)
    assert cloned.value.code == "cloned"
    desk.with_store("sh-01", lambda b, r: joining.give_up(b, r, RETIRED, NOON))
    with pytest.raises(Fenced) as retired:
        desk.sync(journal)
    assert retired.value.code == "retired"
    assert desk.with_store("sh-01", lambda b, r: joining.bring_back(b, r, SKU, 9, NOON)) == 5
    assert desk.pool() == 5


def test_a_restored_headquarters_moves_nothing_until_every_store_told_everything(desk: Desk) -> None:
    journals = [desk.join(store).write(*planned("1-01", SKU, 5)) for store in ("sh-01", "sh-02")]
    desk.receive(9)
    for journal in journals:
        desk.sync(journal)
    # sh-01 knows of a grant and of rows that the backup has not.
    granted = stock.RightsGranted(grant="G1", down_seq=1, sku=SKU, qty=4, source="pool")
    journals[0].write(granted, cash("c"))
    with pytest.raises(SyncRefused) as lacking:
        desk.sync(journals[0], acked=4, down_seq=1, incarnation=1)
    assert lacking.value.code == "gap"
    assert desk.do(lambda b: b.hq().refilling)
    with pytest.raises(rights.RightsRefused, match="restored"):
        desk.grant("sh-02", 1)
    with pytest.raises(rights.RightsRefused, match="restored"):
        desk.reserve("o-1")
    reply = desk.sync(journals[0], acked=2, down_seq=1, incarnation=1)
    assert desk.do(refill.awaited) == ["sh-01", "sh-02"], "it has only now heard of the new incarnation"
    assert (desk.pool(), desk.hold("sh-01")) == (5, 5 + 4 - 1)
    desk.sync(journals[0], journals[0].last_seq, down_seq=1, incarnation=reply.incarnation)
    assert desk.do(refill.awaited) == ["sh-02"]
    desk.sync(journals[1], journals[1].last_seq, incarnation=reply.incarnation)
    assert not desk.do(lambda b: b.hq().refilling)
    assert desk.reserve("o-1") == "reserved"


# ── at once, on PostgreSQL ──────────────────────────────────────────────────────────────────────────


def test_fifty_sellers_at_once_sell_exactly_what_there_is(pool: Pool) -> None:
    desk = postgres_desk(pool)
    desk.receive(1_000)

    def sell(seller: int) -> int:
        sold = 0
        for number in range(24):
            try:
                sold += desk.reserve(f"o-{seller}-{number}") == "reserved"
            except rights.RightsRefused as refused:
                assert refused.code == "sold_out"
        return sold

    with ThreadPoolExecutor(50) as threads:
        assert sum(threads.map(sell, range(50))) == 1_000
    assert desk.pool() == 0


def test_the_same_reservation_ten_times_at_once_is_one(pool: Pool) -> None:
    desk = postgres_desk(pool)
    desk.receive(20)
    desk.join("sh-01")
    for name, how, store in (("o-1", WAREHOUSE, ""), ("o-2", "picked_up", "sh-01")):
        with ThreadPoolExecutor(10) as threads:
            asked = [threads.submit(desk.reserve, name, 2, SKU, how, store) for _ in range(10)]
            assert len({done.result() for done in asked}) == 1
    assert desk.pool() == 18
    assert desk.do(lambda b: b.down_head("sh-01", 1)) == 1


def test_stores_that_release_while_sellers_reserve_stand_in_nobodys_way(pool: Pool) -> None:
    desk = postgres_desk(pool)
    skus = [f"S{n}" for n in range(6)]
    journals = {}
    for store in ("sh-01", "sh-02"):
        journal = desk.join(store)
        for sku in skus:
            journal.write(stock.StockReceived(receipt="r", sku=sku, qty=100, kind="supplier"))
        desk.sync(journal)
        journals[store] = journal

    def release(store: str) -> None:
        journal = journals[store]
        ordered = skus if store == "sh-01" else skus[::-1]
        for down_seq in range(1, 21):
            acked = journal.last_seq
            journal.write(*(released(down_seq, 2, 2, sku) for sku in ordered))
            desk.sync(journal, acked)

    def sell(seller: int) -> None:
        for number in range(40):
            name = f"o-{seller}-{number}"
            try:
                desk.reserve(name, sku=skus[(seller + number) % len(skus)])
            except rights.RightsRefused:
                continue
            desk.do(lambda b, name=name: online.cancel(b, name, NOON))  # type: ignore[misc]

    with ThreadPoolExecutor(10) as threads:
        work = [threads.submit(release, store) for store in journals]
        work += [threads.submit(sell, seller) for seller in range(8)]
        for done in work:
            done.result()
    assert [desk.pool(sku) for sku in skus] == [80] * len(skus)


def test_stores_that_end_a_refill_at_once_see_each_other(pool: Pool) -> None:
    desk = postgres_desk(pool)
    journals = [desk.join(f"sh-{n:02}").write(*planned("1-01", SKU, 5)) for n in range(4)]
    for journal in journals:
        desk.sync(journal)
    desk.do(lambda b: refill.begin(b, NOON))
    incarnation = desk.do(lambda b: b.hq().incarnation)
    with ThreadPoolExecutor(4) as threads:
        told = [threads.submit(desk.sync, journal, journal.last_seq, 0, incarnation) for journal in journals]
        for done in told:
            done.result()
    assert not desk.do(lambda b: b.hq().refilling)


def test_what_a_store_of_before_had_in_its_slots_is_its_opening_hold(postgres_dsn: str) -> None:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE migrations (name text PRIMARY KEY, applied_at timestamptz DEFAULT now())"
        )
        connection.execute(dict(schema.MIGRATIONS)["0001_first"])
        connection.execute("INSERT INTO migrations VALUES ('0001_first')")
        connection.execute(
            "INSERT INTO stores (store, name, timezone, currency, epoch, enrolled_at)"
            " VALUES ('sh-01', 'x', 'Asia/Shanghai', 'CNY', 2, now())"
        )
        connection.execute(
            "INSERT INTO slots (store, device, slot, sku, count) VALUES ('sh-01', 'vm-1', '1', 'A1', 5),"
            " ('sh-01', 'vm-1', '2', 'A1', 3), ('sh-01', 'vm-1', '3', 'B2', -1), ('sh-01', 'vm-1', '4', '', 9)"
        )
        schema.migrate(connection)
        held = connection.execute("SELECT account, sku, units FROM balances").fetchall()
        assert held == [("sh-01/hold/2", "A1", 8)]
        assert verify(connection).differences == []


def test_facts_of_before_there_were_rights_still_move_them(desk: Desk) -> None:
    old = facts.SlotCounted(device="vm-1", slot="1-01", sku=SKU, count=4, delta=4, by="staff")
    assert old.rights is None
    desk.sync(desk.join("sh-01").write(old))
    assert desk.hold("sh-01") == 4
