"""What a training gateway keeps: trades and refunds, and how each trade is to behave. No network, no signatures."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sqlite_utils

BEHAVIOURS: Final = {
    "paid": "a shown code pays at once",
    "waiting": "the shopper has to confirm, on the training page",
    "unknown_paid": "the money is taken, but the first answer says that nobody knows",
    "unknown": "nobody knows, and no money comes: it has to be cancelled; the first cancelling is unknown too",
    "dropped": "the money is taken and the connection breaks before the answer",
    "failed": "the shopper has not enough money",
    "wrong_amount": "as paid, but answers tell of one minor unit more",
    "wrong_order": "as paid, but answers tell of another order",
    "refund_refused": "as paid, but refunds are refused",
    "twice": "as paid, and every notification comes twice",
}
BY_ENDING: Final = {
    91: "waiting",
    92: "unknown_paid",
    93: "unknown",
    94: "dropped",
    95: "failed",
    96: "wrong_amount",
    97: "refund_refused",
    98: "twice",
    99: "wrong_order",
}
"""How a trade behaves by the last two digits of its amount, where nobody asked for something else."""


class Unknown(Exception):
    """The gateway says that it does not know (yet)."""


class Dropped(Exception):
    """The gateway did it and says nothing."""


class Refused(Exception):
    """A no; the text is the reason's code."""


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade. `state`: waiting, paid, closed."""

    number: str
    ref: str
    subject: str
    attach: str
    amount_minor: int
    state: str
    behaviour: str
    scanned: bool
    notify_url: str
    at: str
    refunded_minor: int

    @property
    def told_minor(self) -> int:
        """The amount that answers tell."""
        return self.amount_minor + (self.behaviour == "wrong_amount")

    @property
    def told_number(self) -> str:
        """The number that answers tell."""
        return f"X-{self.number}" if self.behaviour == "wrong_order" else self.number


class Book:
    """Safe from any thread; kept in a file, since a provider remembers what a crashed store forgot."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.now = now
        self._lock = threading.RLock()
        self._next = ""
        self._db = sqlite_utils.Database(sqlite3.connect(path, check_same_thread=False))
        self._db.conn.executescript(
            "CREATE TABLE IF NOT EXISTS trades (number TEXT PRIMARY KEY, ref TEXT, subject TEXT, attach TEXT,"
            " amount_minor INTEGER, state TEXT, behaviour TEXT, scanned INTEGER, notify_url TEXT, at TEXT,"
            " unsure INTEGER, unsure_end INTEGER);"
            "CREATE TABLE IF NOT EXISTS refunds (refund TEXT PRIMARY KEY, number TEXT, amount_minor INTEGER, at TEXT)"
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def behave(self, behaviour: str) -> None:
        """How the next trade is to behave."""
        with self._lock:
            self._next = behaviour

    def open(
        self, number: str, amount_minor: int, subject: str, attach: str, notify_url: str, *, scanned: bool
    ) -> Trade:
        """A new trade, or the one of that number. Raises Unknown, Dropped, Refused as it behaves."""
        with self._lock:
            known = self.find(number)
            if known is not None:
                if known.amount_minor != amount_minor:
                    raise Refused("CONTEXT_INCONSISTENT")
                if known.state == "closed":
                    raise Refused("TRADE_HAS_CLOSE")
                return known
            behaviour = self._next or BY_ENDING.get(amount_minor % 100, "paid")
            self._next = ""
            if behaviour == "failed":
                raise Refused("BUYER_BALANCE_NOT_ENOUGH")
            at = self.now().isoformat()
            waits = not scanned or behaviour in ("waiting", "unknown")
            unsure = behaviour in ("unknown", "unknown_paid")
            count = self._db.table("trades").count
            with self._db.atomic():
                self._db.table("trades").insert(
                    {
                        "number": number, "ref": f"{self.now():%Y%m%d}{count + 1:016d}", "subject": subject,
                        "attach": attach, "amount_minor": amount_minor,
                        "state": "waiting" if waits else "paid", "behaviour": behaviour,
                        "scanned": scanned, "notify_url": notify_url, "at": at, "unsure": int(unsure),
                        "unsure_end": int(behaviour == "unknown"),
                    }
                )  # fmt: skip
            if scanned and unsure:
                raise Unknown
            if scanned and behaviour == "dropped":
                raise Dropped
            return self._must(number)

    def query(self, number: str) -> Trade | None:
        """How it stands. Raises Unknown once more for one that is to be unknown."""
        with self._lock:
            trade = self.find(number)
            if trade is not None and self._once(number, "unsure"):
                raise Unknown
            return trade

    def _once(self, number: str, column: str) -> bool:
        with self._db.atomic():
            done = self._db.execute(
                f"UPDATE trades SET {column} = {column} - 1 WHERE number = ? AND {column} > 0", [number]
            )
            return done.rowcount > 0

    def cancel(self, number: str) -> tuple[Trade | None, bool]:
        """Close it, giving money back that is there; whether there was some. Raises Unknown."""
        with self._lock:
            trade = self.find(number)
            if trade is None or trade.state == "closed":
                return trade, False
            if self._once(number, "unsure_end"):
                raise Unknown
            if trade.state == "paid":
                self.refund(f"{number}-reversed", number, trade.amount_minor - trade.refunded_minor)
            self._state(number, "closed")
            return self.find(number), trade.state == "paid"

    def pay(self, number: str, *, late: bool = False) -> Trade | None:
        """The shopper confirms; `late` pays even what was closed."""
        with self._lock:
            trade = self.find(number)
            if trade is not None and (trade.state == "waiting" or (late and trade.state == "closed")):
                self._state(number, "paid")
            return self.find(number)

    def refund(self, refund: str, number: str, amount_minor: int) -> tuple[Trade, bool]:
        """Give back, once per refund; whether it was done now. Raises Refused."""
        with self._lock:
            trade = self.find(number)
            if trade is None:
                raise Refused("TRADE_NOT_EXIST")
            if list(self._db.query("SELECT 1 FROM refunds WHERE refund = ?", [refund])):
                return trade, False
            if trade.behaviour == "refund_refused":
                raise Refused("SELLER_BALANCE_NOT_ENOUGH")
            if trade.state != "paid" or amount_minor > trade.amount_minor - trade.refunded_minor:
                raise Refused("REFUND_AMT_NOT_EQUAL_TOTAL")
            with self._db.atomic():
                self._db.table("refunds").insert(
                    {
                        "refund": refund,
                        "number": number,
                        "amount_minor": amount_minor,
                        "at": self.now().isoformat(),
                    }
                )
            return self._must(number), True

    def refunded(self, refund: str) -> int | None:
        """What a refund gave back."""
        rows = list(self._db.query("SELECT amount_minor FROM refunds WHERE refund = ?", [refund]))
        return int(rows[0]["amount_minor"]) if rows else None

    def find(self, number: str) -> Trade | None:
        """One trade."""
        with self._lock:
            rows = list(self._db.query(f"{_TRADE} WHERE number = ?", [number]))
            return Trade(**(rows[0] | {"scanned": bool(rows[0]["scanned"])})) if rows else None

    def trades(self) -> list[Trade]:
        """All trades, newest first."""
        with self._lock:
            rows = list(self._db.query(f"{_TRADE} ORDER BY at DESC LIMIT 500"))
            return [Trade(**(row | {"scanned": bool(row["scanned"])})) for row in rows]

    def bill(self, day: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Payments and refunds that were booked on a day (YYYY-MM-DD)."""
        with self._lock:
            paid = self._db.query(
                "SELECT number, ref, amount_minor, at FROM trades WHERE substr(at, 1, 10) = ?"
                " AND (state = 'paid' OR EXISTS (SELECT 1 FROM refunds r WHERE r.number = trades.number))"
                " ORDER BY number",
                [day],
            )
            back = self._db.query(
                "SELECT refund, r.number, ref, r.amount_minor, r.at FROM refunds r"
                " JOIN trades t ON t.number = r.number WHERE substr(r.at, 1, 10) = ? ORDER BY refund",
                [day],
            )
            return list(paid), list(back)

    def _state(self, number: str, state: str) -> None:
        with self._db.atomic():
            self._db.execute("UPDATE trades SET state = ? WHERE number = ?", [state, number])

    def _must(self, number: str) -> Trade:
        trade = self.find(number)
        assert trade is not None
        return trade


_TRADE: Final = """SELECT number, ref, subject, attach, amount_minor, state, behaviour, scanned, notify_url, at,
    (SELECT COALESCE(SUM(amount_minor), 0) FROM refunds r WHERE r.number = trades.number) AS refunded_minor
    FROM trades"""
