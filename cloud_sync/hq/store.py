"""Takes in a store's log: one request is one transaction under the store's row lock, committed before the reply.

Events are kept as the bytes they came in. All that is remembered stands in PostgreSQL; this process keeps nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

import psycopg
from psycopg_pool import ConnectionPool

from cloud_sync.hq import accept, views
from cloud_sync.hq.accept import Fenced, Head, SyncRefused
from cloud_sync.hq.event_copy import EventCopy
from cloud_sync.hq.folds import Fold
from cloud_sync.protocol import facts
from cloud_sync.protocol.envelope import parse_time, rfc3339
from cloud_sync.protocol.identifiers import STREAMS, Stream
from cloud_sync.protocol.numbered_log import GENESIS
from cloud_sync.protocol.session import SyncReply, SyncRequest

Cursor = psycopg.Cursor[Any]
Pool = ConnectionPool[psycopg.Connection[Any]]

SUBJECTS: Final[dict[type[facts.Fact], str]] = {
    facts.VendDispensed: "vend",
    facts.CashSold: "sale",
    facts.PaymentPaid: "payment",
    facts.PaymentRefunded: "refund",
}
"""What may happen only once in a store, and the field that names it."""

_LOCK_STORE: Final = "SELECT epoch, timezone FROM stores WHERE store = %s FOR UPDATE"
_HEAD: Final = "SELECT acked, hash FROM logs WHERE store = %s AND stream = %s AND epoch = %s"
_HASH_AT: Final = "SELECT hash FROM events WHERE store = %s AND stream = %s AND epoch = %s AND seq = %s"
_QUARANTINE: Final = """
INSERT INTO quarantine (store, stream, epoch, seq, type, reason, at) VALUES (%s, %s, %s, %s, %s, %s, %s)"""
_ADVANCE: Final = """
INSERT INTO logs AS old (store, stream, epoch, acked, hash, last_seq, received, skipped)
VALUES (%(store)s, %(stream)s, %(epoch)s, %(acked)s, %(hash)s, %(last_seq)s, %(received)s, %(skipped)s)
ON CONFLICT (store, stream, epoch) DO UPDATE
SET acked = greatest(old.acked, excluded.acked), hash = excluded.hash,
    last_seq = greatest(old.last_seq, excluded.last_seq),
    received = old.received + excluded.received, skipped = old.skipped + excluded.skipped"""
_SEEN: Final = (
    "UPDATE stores SET last_sync_at = %s, clock_offset_ms = coalesce(%s, clock_offset_ms) WHERE store = %s"
)


def open_pool(dsn: str, size: int = 8) -> Pool:
    """Connections to the database, opened as they are needed. Close it when done."""
    return ConnectionPool(dsn, min_size=1, max_size=size, open=True, timeout=30)


class Taken(NamedTuple):
    """What one request brought: the reply to give, and how many rows were new, known already, unreadable."""

    reply: SyncReply
    applied: int
    skipped: int
    quarantined: int


class LogStore:
    """Headquarters' copy of every store's log."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def sync(self, request: SyncRequest, now: datetime) -> Taken:
        """Take a request's new rows. Raises SyncRefused or Fenced; then nothing was taken.

        The reply may be given as soon as this returns: it returns after COMMIT.
        """
        if request.stream not in STREAMS:
            raise SyncRefused("malformed", f"unknown stream {request.stream!r}")
        with self.pool.connection() as connection, connection.cursor() as cursor:
            found = cursor.execute(_LOCK_STORE, [request.store]).fetchone()
            if found is None:
                raise SyncRefused("unknown_store", f"no store {request.store!r} is enrolled")
            epoch, timezone = found
            head = _head(cursor, request.store, request.stream, epoch)
            _check(cursor, request, head)
            taken = _take(cursor, request, head, timezone, now)
            _advance(cursor, request, taken, now)
        return taken


def _head(cursor: Cursor, store: str, stream: Stream, epoch: int) -> Head:
    found = cursor.execute(_HEAD, [store, stream, epoch]).fetchone()
    return Head(epoch) if found is None else Head(epoch, found[0], bytes(found[1]))


def _check(cursor: Cursor, request: SyncRequest, head: Head) -> None:
    at = request.acked
    if at == head.acked:
        ours = head.chain_hash
    elif 0 < at < head.acked:
        found = cursor.execute(_HASH_AT, [request.store, request.stream, head.epoch, at]).fetchone()
        if found is None:
            raise Fenced("forked", f"headquarters has lost row {at}", head.acked, head.chain_hash)
        ours = bytes(found[0])
    else:
        ours = GENESIS
    accept.check_position(request, head, ours)


def _take(cursor: Cursor, request: SyncRequest, head: Head, timezone: str, now: datetime) -> Taken:
    """Keep the new rows and fold them into the views, in one pass: the database stores a row while we read the next."""
    acked, chain_hash = head.acked, head.chain_hash
    fold = Fold(request.stream, timezone)
    problems: list[tuple[int, str, str]] = []
    if request.acked + len(request.events) > head.acked:
        with EventCopy(cursor, request, now) as copy:
            for row in accept.new_rows(request, head):
                copy.write(row, subject_of(row.fact))
                fold.add(row)
                if row.problem:
                    problems.append((row.seq, row.type, row.problem))
                elif row.seq in fold.deltas.misfits:
                    problems.append((row.seq, row.type, fold.deltas.misfits[row.seq]))
                acked, chain_hash = row.seq, row.chain_hash
    views.apply(cursor, request.store, fold.deltas)
    log = (request.store, request.stream, request.epoch)
    cursor.executemany(
        _QUARANTINE, [(*log, seq, kind, why[:500].replace("\0", ""), now) for seq, kind, why in problems]
    )
    applied = acked - head.acked
    return Taken(
        SyncReply(acked=acked, hash=chain_hash.hex(), at=rfc3339(now)),
        applied=applied,
        skipped=len(request.events) - applied,
        quarantined=len(problems),
    )


def subject_of(fact: facts.Fact | None) -> str | None:
    """The id of what this fact says has happened, where that may happen only once."""
    field = SUBJECTS.get(type(fact)) if fact is not None else None
    return None if field is None else getattr(fact, field)


def _advance(cursor: Cursor, request: SyncRequest, taken: Taken, now: datetime) -> None:
    cursor.execute(
        _ADVANCE,
        {
            "store": request.store,
            "stream": request.stream,
            "epoch": request.epoch,
            "acked": taken.reply.acked,
            "hash": bytes.fromhex(taken.reply.hash),
            "last_seq": max(request.last_seq, taken.reply.acked),
            "received": taken.applied,
            "skipped": taken.skipped,
        },
    )
    sent_at = parse_time(request.sent_at)
    offset_ms = None if sent_at is None else round((sent_at - now).total_seconds() * 1000)
    cursor.execute(_SEEN, [now, offset_ms, request.store])
