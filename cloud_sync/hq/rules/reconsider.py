"""After an update, or when more is known: gives rows their effect that waited for it. Knows no database."""

from __future__ import annotations

from datetime import datetime

from cloud_sync.hq.rules import ledger_rows
from cloud_sync.hq.rules.accept import UNKNOWN_TYPE, Row, read_row
from cloud_sync.hq.rules.books import Books, Log, OpenBooks, StoreRecord
from cloud_sync.hq.rules.folds import Fold
from cloud_sync.hq.rules.ledger_rows import WAITS, StockRow


def reconsider(open_books: OpenBooks, now: datetime) -> int:
    """Give every waiting row that can have it its effect, once, and return how many rows that were.

    Rows whose type an update knows come first: what they bring is what others wait for.
    """
    with open_books() as books:
        stores = [record.store for record in books.stores()]
    return sum(_reconsider(open_books, store, now) for store in stores)


def _reconsider(open_books: OpenBooks, store: str, now: datetime) -> int:
    settled = 0
    with open_books() as books:
        record = books.lock_store(store)
        assert record is not None, "stores are never deleted"
        for reason in (UNKNOWN_TYPE, WAITS):
            for log, seq, body, chain_hash in books.waiting(store, reason):
                row = read_row(seq, body, chain_hash)
                if not row.problem and _take(books, record, log, row, reason == UNKNOWN_TYPE, now):
                    books.settle(log, seq, now)
                    settled += 1
    return settled


def _take(books: Books, record: StoreRecord, log: Log, row: Row, unseen: bool, now: datetime) -> bool:
    """Apply what waits of a row: all of it, or (not `unseen`) its stock effect only."""
    assert row.fact is not None
    fold = Fold(log.stream, record.timezone, log.epoch)
    fold.add(row)
    if fold.deltas.misfits:
        return False
    if unseen:
        books.apply_views(record.store, fold.deltas)
    if type(row.fact) not in ledger_rows.CONCERNED:
        return True
    batch = ledger_rows.open_batch(books, record, log.epoch, [StockRow(row.seq, row.type, row.fact)], now)
    ledger_rows.take(batch, StockRow(row.seq, row.type, row.fact))
    ledger_rows.close_batch(batch)
    books.quarantine(log, batch.problems, now)
    return not batch.problems
