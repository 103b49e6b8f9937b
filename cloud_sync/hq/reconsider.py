"""After an update: gives rows their effect that waited because their type was not known yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import psycopg

from cloud_sync.hq import views
from cloud_sync.hq.accept import UNKNOWN_TYPE, read_row
from cloud_sync.hq.folds import Fold
from cloud_sync.hq.store import Pool

_WAITING: Final = """
SELECT q.store, q.stream, q.epoch, q.seq, e.body, e.hash, s.timezone
FROM quarantine q JOIN stores s ON s.store = q.store
JOIN events e ON (e.store, e.stream, e.epoch, e.seq) = (q.store, q.stream, q.epoch, q.seq)
WHERE q.settled_at IS NULL AND starts_with(q.reason, %s)
ORDER BY q.store, q.stream, q.epoch, q.seq LIMIT 10000 FOR UPDATE OF q"""
_SETTLE: Final = """
UPDATE quarantine SET settled_at = %s WHERE store = %s AND stream = %s AND epoch = %s AND seq = %s"""


def reconsider(pool: Pool, now: datetime) -> int:
    """Fold in what can be read by now, and return how many rows that were. Each row's effect comes once."""
    settled = 0
    with pool.connection() as connection, connection.cursor() as cursor:
        for row in cursor.execute(_WAITING, [UNKNOWN_TYPE]).fetchall():
            settled += _try(cursor, row, now)
    return settled


def _try(cursor: psycopg.Cursor[Any], waiting: tuple[Any, ...], now: datetime) -> bool:
    store, stream, epoch, seq, body, chain_hash, timezone = waiting
    row = read_row(seq, bytes(body), bytes(chain_hash))
    if row.problem:
        return False
    fold = Fold(stream, timezone)
    fold.add(row)
    if fold.deltas.misfits:
        return False
    cursor.execute("SELECT 1 FROM stores WHERE store = %s FOR UPDATE", [store])
    views.apply(cursor, store, fold.deltas)
    cursor.execute(_SETTLE, [now, store, stream, epoch, seq])
    return True
