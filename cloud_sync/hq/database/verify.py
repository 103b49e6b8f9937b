"""Recounts headquarters' books from what it was sent: chains from bytes, postings from rows, balances from postings.

Nothing that was summed up before is believed. One snapshot, rows streamed, memory does not grow with the logs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import psycopg

from cloud_sync.hq.database.verify_books import books_differences
from cloud_sync.hq.database.verify_rows import Posted, row_differences
from cloud_sync.hq.database.verify_takings import MONEY, MoneyCheck
from cloud_sync.hq.rules import ledger_rows
from cloud_sync.hq.rules.accept import Row, read_row
from cloud_sync.hq.rules.books import Log
from cloud_sync.hq.rules.folds import Fold
from cloud_sync.protocol.identifiers import LEDGER
from cloud_sync.protocol.numbered_log import GENESIS, row_hash

Connection = psycopg.Connection[Any]

MAX_DIFFERENCES: Final = 1_000
"""More are counted no further: somebody has to look anyway."""
_BATCH_ROWS: Final = 2_000
_STORES: Final = 'SELECT store, timezone, epoch FROM stores ORDER BY store COLLATE "C"'
_LOGS: Final = """
SELECT store, stream, epoch, acked, hash, last_seq, received, opening FROM logs
UNION ALL
SELECT DISTINCT store, stream, epoch, 0::bigint, NULL::bytea, 0::bigint, 0::bigint, 0::bigint FROM events e
WHERE NOT EXISTS (SELECT 1 FROM logs l WHERE (l.store, l.stream, l.epoch) = (e.store, e.stream, e.epoch))"""
_EVENTS: Final = """
SELECT seq, body, hash FROM events WHERE store = %s AND stream = %s AND epoch = %s ORDER BY seq"""
_WAITING: Final = """
SELECT seq FROM quarantine WHERE store = %s AND stream = %s AND epoch = %s AND settled_at IS NULL"""
_POSTINGS: Final = """
SELECT store, epoch, seq, sku, source, target, qty FROM postings WHERE seq > 0
ORDER BY store COLLATE "C", epoch, seq, id"""


@dataclass(slots=True)
class Report:
    """What was recounted, and each difference in words. None: every row is there once and had its one effect."""

    checked: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def tell(self, *differences: str) -> None:
        """Add differences, up to the limit."""
        self.differences += differences[: MAX_DIFFERENCES - len(self.differences)]

    def count(self, what: str, number: int = 1) -> None:
        """So many more were recounted."""
        self.checked[what] = self.checked.get(what, 0) + number


def verify(connection: Connection) -> Report:
    """Recount everything. Takes some seconds per million rows; stores go on meanwhile."""
    report = Report()
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        stores = {store: (zone, epoch) for store, zone, epoch in connection.execute(_STORES)}
        postings = _Postings(connection)
        money = MoneyCheck()
        for head in sorted(_logs(connection)):
            zone, current = stores[head.log.store]
            check = _LogCheck(connection, report, head, zone, current, money)
            check.run(postings if head.log.stream == LEDGER else None)
        report.tell(*(f"{where}: postings of a row that is not there" for where in postings.rest()))
        report.count("postings", postings.taken)
        report.tell(*money.differences(connection))
        checked, differences = books_differences(connection)
        for what, number in checked.items():
            report.count(what, number)
        report.tell(*differences)
    return report


class _LogHead(NamedTuple):
    """A log as the books say it stands. No hash: nothing is said of it."""

    log: Log
    acked: int
    chain_hash: bytes | None
    last_seq: int
    received: int
    opening: int


def _logs(connection: Connection) -> Iterator[_LogHead]:
    for store, stream, epoch, *head in connection.execute(_LOGS):
        yield _LogHead(Log(store, stream, epoch), *head)


class _Postings:
    """All postings that name a row, streamed beside the ledgers, both in the same order."""

    def __init__(self, connection: Connection) -> None:
        self._rows = self._stream(connection)
        self._next = next(self._rows, None)
        self._orphans: list[str] = []
        self.taken = 0

    @staticmethod
    def _stream(connection: Connection) -> Iterator[tuple[tuple[str, int, int], Posted]]:
        with connection.cursor("verify_postings") as cursor:
            cursor.itersize = _BATCH_ROWS
            for store, epoch, seq, *posted in cursor.execute(_POSTINGS):
                yield (store, epoch, seq), Posted(*posted)

    def of(self, store: str, epoch: int, seq: int) -> list[Posted]:
        """The postings of a row. Must be asked for in the order of store, epoch and number."""
        key = (store, epoch, seq)
        found = []
        while self._next is not None and self._next[0] <= key:
            if self._next[0] == key:
                found.append(self._next[1])
            else:
                self._orphans.append(_place(*self._next[0]))
            self.taken += 1
            self._next = next(self._rows, None)
        return found

    def rest(self) -> list[str]:
        """The rows that postings name and that were never asked for."""
        while self._next is not None:
            self._orphans.append(_place(*self._next[0]))
            self.taken += 1
            self._next = next(self._rows, None)
        return list(dict.fromkeys(self._orphans))


def _place(store: str, epoch: int, seq: int) -> str:
    return f"{store}, epoch {epoch}, ledger row {seq}"


@dataclass(slots=True)
class _LogCheck:
    """One log being recounted."""

    connection: Connection
    report: Report
    head: _LogHead
    zone: str
    current: int
    money: MoneyCheck

    def run(self, postings: _Postings | None) -> None:
        """Recount the chain and, in a ledger, what each row posted."""
        log = self.head.log
        waiting = {seq for (seq,) in self.connection.execute(_WAITING, log)}
        chain, last, rows = GENESIS, 0, 0
        fold = Fold(log.stream, self.zone, log.epoch)
        for seq, body, kept_hash in self._events():
            if seq != last + 1:
                self._tell(f"rows {last + 1} to {seq - 1} are not there")
            chain = row_hash(chain, seq, body)
            if chain != kept_hash:
                self._tell(f"the hash kept with row {seq} is not that of its bytes")
                chain = kept_hash
            if postings is not None:
                posted = postings.of(log.store, log.epoch, seq)
                row = read_row(seq, body, chain)
                self.report.tell(*self._row(row, posted, waits=seq in waiting))
                if isinstance(row.fact, MONEY):
                    fold.add(row)
            last, rows = seq, rows + 1
        self.money.add(log, fold)
        self.report.count("logs")
        self.report.count("rows", rows)
        self._check_head(last, chain, rows)

    def _check_head(self, last: int, chain: bytes, rows: int) -> None:
        _, acked, chain_hash, last_seq, received, _ = self.head
        if chain_hash is None:
            self._tell(f"{rows} rows of a log that has no head")
            return
        if (last, chain) != (acked, bytes(chain_hash)):
            self._tell(f"the rows end at {last}, the head says {acked}, or another hash")
        if rows != received:
            self._tell(f"{rows} rows are there, {received} are said to have been received")
        if last_seq < acked:
            self._tell(f"{acked} acknowledged, and only {last_seq} expected")

    def _tell(self, difference: str) -> None:
        store, stream, epoch = self.head.log
        self.report.tell(f"{store}, epoch {epoch}, {stream}: {difference}")

    def _events(self) -> Iterator[tuple[int, bytes, bytes]]:
        with self.connection.cursor("verify_events") as cursor:
            cursor.itersize = _BATCH_ROWS
            for seq, body, kept_hash in cursor.execute(_EVENTS, self.head.log):
                yield seq, bytes(body), bytes(kept_hash)

    def _row(self, row: Row, posted: list[Posted], *, waits: bool) -> list[str]:
        """What differs between what a ledger row says and what was posted for it."""
        store, _, epoch = self.head.log
        where = _place(store, epoch, row.seq)
        fact = row.fact if type(row.fact) in ledger_rows.CONCERNED else None
        if fact is None or waits or row.seq <= self.head.opening:
            return [f"{where}: {len(posted)} postings of a row that moves nothing"] if posted else []
        if self._misfit(row):
            return [f"{where}: nobody can mean it, and it is not in quarantine"]
        told = row_differences(fact, posted, store, epoch, past=epoch < self.current)
        return [f"{where}: {difference}" for difference in told]

    def _misfit(self, row: Row) -> bool:
        fold = Fold(self.head.log.stream, self.zone)
        fold.add(row)
        return bool(fold.deltas.misfits)
