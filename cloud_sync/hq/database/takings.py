"""Takings per business day, and Z reports: written with the batch that tells of them, and read for people."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

import psycopg

from cloud_sync.hq.database.pool import Cursor, Pool
from cloud_sync.hq.rules.day_folds import DayDeltas
from cloud_sync.protocol.shop_instructions import CarryOver

MOST_LISTED: Final = 400

_TAKINGS: Final = """
INSERT INTO takings (store, day, method, currency, paid_minor, refunded_minor)
SELECT %s, * FROM unnest(%s::date[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])
ON CONFLICT (store, day, method, currency) DO UPDATE
SET paid_minor = takings.paid_minor + excluded.paid_minor,
    refunded_minor = takings.refunded_minor + excluded.refunded_minor"""
_CLOSED: Final = """
INSERT INTO z_reports (store, epoch, z, day, closed_at, currency, takings_minor, over_minor, grand_total_minor, figures)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb) ON CONFLICT DO NOTHING"""
_DAYS: Final = """
SELECT day::text, method, currency, paid_minor, refunded_minor FROM takings WHERE store = %s
ORDER BY takings.day DESC, method, currency LIMIT %s"""
_REPORTS: Final = """
SELECT epoch, z, day, closed_at, currency, takings_minor, over_minor, grand_total_minor FROM z_reports
WHERE store = %s ORDER BY epoch DESC, z DESC LIMIT %s"""
_FIGURES: Final = "SELECT figures FROM z_reports WHERE store = %s AND epoch = %s AND z = %s"

_LAST_Z: Final = "SELECT coalesce(max(z), 0) FROM z_reports WHERE store = %s"
_TOTAL: Final = """
SELECT s.currency, coalesce(sum(m.paid_minor - m.refunded_minor + m.cash_minor), 0)::bigint
FROM stores s LEFT JOIN money m ON m.store = s.store AND m.currency = s.currency
WHERE s.store = %s GROUP BY s.currency"""
_HEADS: Final = """
SELECT epoch, acked, encode(events.hash, 'hex') FROM logs JOIN events USING (store, stream, epoch)
WHERE store = %s AND stream = 'ledger' AND seq = 1"""


class ClosedDay(NamedTuple):
    """A Z report in short."""

    epoch: int
    z: int
    day: date
    closed_at: str
    currency: str
    takings_minor: int
    over_minor: int | None
    grand_total_minor: int


def apply(cursor: psycopg.Cursor[Any], store: str, deltas: DayDeltas) -> None:
    """Add a batch's changes, for the store whose row the caller has locked."""
    if deltas.takings:
        rows = [(*key, d.paid_minor, d.refunded_minor) for key, d in deltas.takings.items()]
        cursor.execute(_TAKINGS, [store, *(list(column) for column in zip(*rows, strict=True))])
    for report in deltas.closed:
        cursor.execute(_CLOSED, [store, *report])


class DayBooks:
    """Fills the day's part of `Books` in one open transaction."""

    cursor: Cursor

    def carry_over(self, store: str) -> CarryOver:
        """How far a store's computers have come; the store's row is locked by the caller."""
        ((z,),) = self.cursor.execute(_LAST_Z, [store]).fetchall()
        ((currency, total_minor),) = self.cursor.execute(_TOTAL, [store]).fetchall()
        rows = self.cursor.execute(_HEADS, [store]).fetchall()
        heads = {epoch: (acked, first) for epoch, acked, first in rows}
        return CarryOver(z=z, total_minor=total_minor, currency=currency, heads=heads)


class Takings:
    """What people ask of takings."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def days(self, store: str, most: int = MOST_LISTED) -> list[dict[str, Any]]:
        """Takings of a store by day, way of paying and currency, the newest day first."""
        names = ("day", "method", "currency", "paid_minor", "refunded_minor")
        with self._pool.connection() as connection:
            rows = connection.execute(_DAYS, [store, min(most, MOST_LISTED)]).fetchall()
        return [dict(zip(names, row, strict=True)) for row in rows]

    def closed_days(self, store: str, most: int = MOST_LISTED) -> list[ClosedDay]:
        """A store's Z reports, the newest first."""
        with self._pool.connection() as connection:
            rows = connection.execute(_REPORTS, [store, min(most, MOST_LISTED)]).fetchall()
        return [ClosedDay(*row) for row in rows]

    def figures(self, store: str, epoch: int, z: int) -> dict[str, Any] | None:
        """A Z report as the store printed it."""
        with self._pool.connection() as connection:
            row = connection.execute(_FIGURES, [store, epoch, z]).fetchone()
        return None if row is None else dict(row[0])
