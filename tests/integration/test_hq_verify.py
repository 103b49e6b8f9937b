"""`verify` believes nothing that was summed up: whatever is changed behind headquarters' back is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from cloud_sync.hq import enrolment
from cloud_sync.hq.database import schema
from cloud_sync.hq.database.pool import Pool, open_pool
from cloud_sync.hq.database.postgres_books import transaction
from cloud_sync.hq.database.verify import Report, verify
from cloud_sync.hq.rules import online, rights, warehouse
from cloud_sync.hq.rules.books import WAREHOUSE, Reservation
from cloud_sync.hq.store import LogStore
from cloud_sync.protocol import stock_facts as stock
from cloud_sync.protocol.identifiers import INTERACTIONS
from cloud_sync.protocol.session import JoinRequest
from tests.journal_rows import NOON, Journal, cash, dispensed, paid, planned


@pytest.fixture
def pool(postgres_dsn: str) -> Iterator[Pool]:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        schema.migrate(connection)
    with open_pool(postgres_dsn) as opened:
        yield opened


@pytest.fixture
def shops(pool: Pool) -> Pool:
    """Two stores with every kind of thing in the books."""
    logs = LogStore(pool)
    for store in ("ny-01", "sh-01"):
        join(pool, store)
        journal = Journal(store).write(cash("waits"), *planned("1-01", "A1", 8), paid("v"), dispensed("v"))
        journal.write(stock.StockSent(transfer="t-1", sku="A1", qty=1, kind="transfer", to="x"))
        journal.write_raw(b"unreadable")
        logs.sync(journal.request(), NOON)
    logs.sync(Journal("sh-01", INTERACTIONS).write_raw(b"{}").request(), NOON)
    with transaction(pool) as books:
        warehouse.receive(books, "A1", 20, "r-1", NOON)
        record = books.lock_store("sh-01")
        assert record is not None
        name = rights.grant(books, record, "A1", 4, "by hand", NOON)
        for number, how in enumerate((WAREHOUSE, WAREHOUSE, WAREHOUSE)):
            wanted = Reservation(f"o-{number}", "A1", 1, how, "", "", NOON + timedelta(hours=1))
            online.reserve(books, wanted, NOON)
        online.confirm(books, "o-1", NOON)
        online.cancel(books, "o-2", NOON)
    granted = stock.RightsGranted(grant=name, down_seq=1, sku="A1", qty=4, source="pool")
    more = Journal("sh-01").write(cash("waits"), *planned("1-01", "A1", 8), paid("v"), dispensed("v"))
    more.write(stock.StockSent(transfer="t-1", sku="A1", qty=1, kind="transfer", to="x"))
    more.write_raw(b"unreadable").write(granted)
    more.write(stock.RightsReleased(recall="R", down_seq=2, sku="A1", asked=2, qty=2))
    logs.sync(more.request(more.last_seq - 2), NOON)
    join(pool, "sh-01")
    logs.sync(more.write(cash("late")).request(more.last_seq - 1), NOON)
    logs.sync(Journal("sh-01", epoch=2).write(stock.StockCountedIn(sku="A1", goods=5)).request(), NOON)
    return pool


def join(pool: Pool, store: str) -> None:
    code = enrolment.enrol(pool, store, store, "Asia/Shanghai", "CNY", NOON).code
    enrolment.join(pool, JoinRequest(code=code), NOON)


def verified(pool: Pool) -> Report:
    with pool.connection() as connection:
        return verify(connection)


def test_books_that_were_kept_by_the_rules_agree(shops: Pool) -> None:
    report = verified(shops)
    assert report.differences == []
    assert report.checked["logs"] == 4
    assert report.checked["rows"] == 7 + 10 + 1 + 1
    assert report.checked["down_rows"] == 3, "two grants, and what a replacement goes on from"
    assert report.checked["reservations"] == 3


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            "UPDATE events SET body = 'other' WHERE store = 'ny-01' AND seq = 2",
            "ny-01, epoch 1, ledger: the hash",
        ),
        ("DELETE FROM events WHERE store = 'ny-01' AND seq = 4", "rows 4 to 4 are not there"),
        ("DELETE FROM events WHERE store = 'ny-01' AND seq = 7", "the rows end at 6"),
        ("UPDATE logs SET received = 5 WHERE store = 'ny-01'", "7 rows are there, 5 are said"),
        ("DELETE FROM logs WHERE store = 'ny-01'", "a log that has no head"),
        ("UPDATE balances SET units = units + 1 WHERE account = 'pool'", "pool of A1: 17 in the books, 16"),
        ("INSERT INTO account_changes VALUES ('sold', 'A1', 1)", "sold of A1: "),
        ("DELETE FROM balances WHERE account = 'ny-01/hold/1'", "ny-01/hold/1 of A1: 0 in the books, 6"),
        (
            "DELETE FROM postings WHERE store = 'ny-01' AND seq = 5",
            "0 went from mine to sold, the row says 1",
        ),
        ("UPDATE postings SET qty = 2 WHERE store = 'ny-01' AND seq = 5", "2 went from mine to sold"),
        (
            "UPDATE postings SET sku = 'B2' WHERE store = 'ny-01' AND seq = 3",
            "B2: 8 went from elsewhere to mine",
        ),
        (
            "UPDATE postings SET seq = 99 WHERE store = 'ny-01' AND seq = 5",
            "ledger row 99: postings of a row",
        ),
        (
            "UPDATE postings SET store = 'zz' WHERE store = 'ny-01' AND seq = 5",
            "zz, epoch 1, ledger row 5: post",
        ),
        (
            "DELETE FROM quarantine WHERE store = 'ny-01' AND seq = 1",
            "ledger row 1: A1: 0 went from mine to sold",
        ),
        ("UPDATE reservations SET state = 'expired' WHERE id = 'o-0'", "reservation o-0: 1 reserved, 0 sold"),
        ("DELETE FROM reservations WHERE id = 'o-1'", "reservation o-1: 0 reserved, 1 sold"),
        ("UPDATE down_rows SET qty = 5 WHERE epoch = 1", "grant G1-1-sh-01: 4 in the books, 5"),
        ("UPDATE stores SET epoch = 3 WHERE store = 'sh-01'", "sh-01/hold/2 of A1: 5 in the books, 0"),
    ],
)
def test_what_was_changed_behind_its_back_is_named(shops: Pool, change: str, named: str) -> None:
    with shops.connection() as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        assert connection.execute(change).rowcount == 1
    assert any(named in difference for difference in verified(shops).differences), verified(shops).differences


def test_postings_are_never_edited(shops: Pool) -> None:
    for change in ("UPDATE postings SET qty = 9", "DELETE FROM postings", "TRUNCATE postings"):
        with shops.connection() as connection, pytest.raises(psycopg.errors.RaiseException, match="opposite"):
            connection.execute(change)
