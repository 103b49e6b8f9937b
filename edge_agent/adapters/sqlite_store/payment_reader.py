"""Payments for decisions, read inside the writer's transaction."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cloud_sync.protocol.envelope import parse_time, rfc3339
from edge_agent.domain.offline_limits import Link
from edge_agent.domain.reconciliation import Moved

NEAR: Final = timedelta(hours=1)
"""A provider's clock and the moment we hear of money may put it on two days by this much."""

_PAID = "SELECT id, '', amount_minor, paid_at FROM payments WHERE paid_at >= ? AND paid_at < ? AND method = ?"
_BACK = """SELECT r.payment, r.id, r.amount_minor, r.refunded_at FROM refunds r JOIN payments p ON p.id = r.payment
    WHERE r.refunded_at >= ? AND r.refunded_at < ? AND p.method = ?"""
_COMING = """SELECT id, '', amount_minor FROM payments
    WHERE method = ?1 AND at >= ?2 AND state IN ('created', 'pending') UNION ALL
    SELECT r.payment, r.id, r.amount_minor FROM refunds r JOIN payments p ON p.id = r.payment
    WHERE r.state = 'requested' AND r.state <> 'refunded' AND p.method = ?1"""
"""Money that the provider may have moved without our having heard of it yet."""


class PaymentReader:
    """Fills `services.payment_port.PaymentReader` from the writer's connection."""

    _db: sqlite3.Connection

    def link(self) -> Link:
        """Whether headquarters can be reached."""
        online, since = self._db.execute("SELECT online, offline_since FROM link").fetchone()
        return Link(bool(online), since)

    def asked_since(self, method: str, at: str) -> int:
        """Minor units asked for by a method since a time, and not given up."""
        row = self._db.execute(
            "SELECT COALESCE(SUM(amount_minor), 0) FROM payments WHERE method = ? AND at >= ?"
            " AND state <> 'closed'",
            (method, at),
        ).fetchone()
        return int(row[0])

    def paid_by_receipt(self, receipt: str) -> str:
        """The payment that a signed receipt paid; empty for one that was not used."""
        row = self._db.execute(
            "SELECT id FROM payments WHERE provider_ref = ? AND method = 'signed' AND paid_at <> ''",
            (receipt,),
        ).fetchone()
        return "" if row is None else str(row[0])

    def moved_on(self, method: str, day: str, asked_at: str) -> list[Moved]:
        """Money that moved by a method on a day of the store's calendar, and what may or may not stand in that book.

        That is what moved shortly before and after the day, or since the book was asked for, or is on its way.
        """
        (zone,) = self._db.execute("SELECT timezone FROM store").fetchone()
        begin = datetime.combine(date.fromisoformat(day), time(), ZoneInfo(zone))
        end = datetime.combine(begin.date() + timedelta(days=1), time(), ZoneInfo(zone))
        span = (rfc3339(begin - NEAR), rfc3339(end + NEAR), method)
        first, last = rfc3339(begin), rfc3339(end)
        moved = [
            Moved(payment, refund, minor, near=not first <= at < min(last, asked_at or last))
            for sql in (_PAID, _BACK)
            for payment, refund, minor, at in self._db.execute(sql, span)
        ]
        asked = parse_time(asked_at)
        if asked is None:
            return moved
        coming = self._db.execute(_COMING, (method, rfc3339(asked - NEAR)))
        return moved + [Moved(payment, refund, minor, near=True) for payment, refund, minor in coming]

    def difference_open(self, case: str) -> bool | None:
        """Whether a difference waits for a person; None when there is none of that name."""
        row = self._db.execute("SELECT settled_at FROM differences WHERE id = ?", (case,)).fetchone()
        return None if row is None else row[0] == ""
