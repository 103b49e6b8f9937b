"""Payments for decisions, read inside the writer's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.domain.offline_limits import Link
from edge_agent.domain.reconciliation import Moved

NEAR: Final = timedelta(hours=1)
"""A provider's clock and the moment we hear of money may put it on two days by this much."""

_PAID = """SELECT id, '', amount_minor, CASE at WHEN '' THEN paid_at ELSE at END, paid_at FROM payments
    WHERE paid_at >= ? AND paid_at < ? AND method = ?"""
_BACK = """SELECT r.payment, r.id, r.amount_minor, r.refunded_at, r.refunded_at FROM refunds r
    JOIN payments p ON p.id = r.payment WHERE r.refunded_at >= ? AND r.refunded_at < ? AND p.method = ?"""
"""Payment, refund, minor units, and between which times the provider moved it: asked for, and heard of."""
_KNOWN_PAID = """SELECT amount_minor FROM payments WHERE id = ? AND method = ?
    AND (paid_at <> '' OR state IN ('created', 'pending', 'unknown'))"""
_KNOWN_BACK = """SELECT r.amount_minor FROM refunds r JOIN payments p ON p.id = r.payment
    WHERE r.payment = ? AND r.id = ? AND p.method = ? AND r.state <> 'refused'"""


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

        That is what moved shortly before and after the day, or since the book was asked for, or was asked for before
        the day and heard of on it.
        """
        (zone,) = self._db.execute("SELECT timezone FROM store").fetchone()
        begin = datetime.combine(date.fromisoformat(day), time(), ZoneInfo(zone))
        end = datetime.combine(begin.date() + timedelta(days=1), time(), ZoneInfo(zone))
        span = (rfc3339(begin - NEAR), rfc3339(end + NEAR), method)
        first, last = rfc3339(begin), min(rfc3339(end), asked_at or rfc3339(end))
        return [
            Moved(payment, refund, minor, near=since < first or heard >= last)
            for sql in (_PAID, _BACK)
            for payment, refund, minor, since, heard in self._db.execute(sql, span)
        ]

    def moved_elsewhere(self, method: str, booked: Iterable[tuple[str, str]]) -> list[Moved]:
        """Of payments and refunds that a book names those that moved by our journal on whatever day, or still may."""
        found = []
        for payment, refund in booked:
            row = (
                self._db.execute(_KNOWN_BACK, (payment, refund, method))
                if refund
                else self._db.execute(_KNOWN_PAID, (payment, method))
            ).fetchone()
            if row is not None:
                found.append(Moved(payment, refund, row[0], near=True))
        return found

    def difference_open(self, case: str) -> bool | None:
        """Whether a difference waits for a person; None when there is none of that name."""
        row = self._db.execute("SELECT settled_at FROM differences WHERE id = ?", (case,)).fetchone()
        return None if row is None else row[0] == ""
