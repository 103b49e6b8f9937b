"""A payment provider for demos and training: no money moves, everything else is as with a real one.

It keeps a book of its own beside the store's file, since a provider remembers what a crashed store forgot.
The shopper's page (`entrypoints/pay_page.py`) is what a bank's app would be.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlite_utils

from edge_agent.adapters.payments.port import (
    Forged,
    Pace,
    PaymentAsked,
    ProviderAnswer,
    RefundAsked,
    RefundRefusedByProvider,
    StatementLine,
)


class SandboxProvider:
    """Fills `port.PaymentProvider`; `look`, `pay` and `decline` are the shopper's side. Safe from any thread."""

    pace = Pace(first_s=0.25, most_s=0.25)

    def __init__(self, path: Path, page_url: str, today: Callable[[], str] = str) -> None:
        """`today` names the day of the store's calendar, for the statement; without it the book keeps no days."""
        self._page_url = page_url
        self._today = today
        self._lock = threading.Lock()
        self._db = sqlite_utils.Database(sqlite3.connect(path, check_same_thread=False))
        self._db.conn.execute("PRAGMA journal_mode = WAL")
        # No money moves here: the book outlives a killed process, and need not outlive a power cut.
        self._db.conn.execute("PRAGMA synchronous = NORMAL")
        if not self._db.table("payments").exists():
            self._db.table("payments").create(
                {
                    "payment": str, "token": str, "order": str, "amount_minor": int, "currency": str,
                    "state": str, "refunded_minor": int,
                },
                pk="payment",
            )  # fmt: skip
            self._db.table("payments").create_index(["token"], unique=True)
            self._db.table("refunds").create(
                {"refund": str, "payment": str, "amount_minor": int}, pk="refund"
            )
        self._db.table("payments").add_missing_columns([{"day": ""}])
        self._db.table("refunds").add_missing_columns([{"day": ""}])

    def close_book(self) -> None:
        """Close the file."""
        self._db.close()

    # ── the store's side ────────────────────────────────────────────────────────────────────────────

    def create(self, asked: PaymentAsked) -> ProviderAnswer:
        """Open a payment and say where the shopper pays."""
        with self._lock, self._db.atomic():
            if not self._find("payment", asked.payment):
                self._db.table("payments").insert(
                    {
                        "payment": asked.payment,
                        "token": secrets.token_urlsafe(12),
                        "order": asked.order,
                        "amount_minor": asked.amount_minor,
                        "currency": asked.currency,
                        "state": "pending",
                        "refunded_minor": 0,
                    }
                )
            return self._answer(asked.payment)

    def ask(self, asked: PaymentAsked) -> ProviderAnswer:
        """How the payment stands."""
        with self._lock:
            return self._answer(asked.payment)

    def close(self, asked: PaymentAsked) -> ProviderAnswer:
        """Take no more money for it."""
        with self._lock, self._db.atomic():
            self._move(asked.payment, "closed")
            return self._answer(asked.payment)

    def refund(self, asked: RefundAsked) -> str:
        """Give back part or all of what was paid, once per refund id."""
        with self._lock, self._db.atomic():
            row = self._find("payment", asked.payment)
            if row is None or row["state"] != "paid":
                raise RefundRefusedByProvider("this payment was never paid")
            if not list(self._db.table("refunds").rows_where("refund = ?", [asked.refund])):
                left_minor = row["amount_minor"] - row["refunded_minor"]
                if asked.amount_minor > left_minor:
                    raise RefundRefusedByProvider(f"only {left_minor} of it is left")
                self._db.table("refunds").insert(
                    {
                        "refund": asked.refund,
                        "payment": asked.payment,
                        "amount_minor": asked.amount_minor,
                        "day": self._today(),
                    }
                )
                self._db.table("payments").update(
                    asked.payment, {"refunded_minor": row["refunded_minor"] + asked.amount_minor}
                )
            return f"sandbox-{asked.refund}"

    def statement(self, day: str) -> list[StatementLine]:
        """What was paid and given back on a day."""
        with self._lock:
            paid = self._db.query(
                "SELECT payment, '' AS refund, amount_minor, currency, day AS at FROM payments"
                " WHERE day = :day AND state = 'paid' ORDER BY payment",
                {"day": day},
            )
            back = self._db.query(
                "SELECT r.payment, r.refund, r.amount_minor, p.currency, r.day AS at FROM refunds r"
                " JOIN payments p ON p.payment = r.payment WHERE r.day = :day ORDER BY r.refund",
                {"day": day},
            )
            return [StatementLine(**row) for row in [*paid, *back]]

    def notified(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ProviderAnswer]:
        """It never sends anything by itself."""
        raise Forged("the training provider sends no notifications")

    # ── the shopper's side ──────────────────────────────────────────────────────────────────────────

    def look(self, token: str) -> dict[str, Any] | None:
        """What the page shows of a payment."""
        with self._lock:
            return self._find("token", token)

    def pay(self, token: str) -> dict[str, Any] | None:
        """The shopper presses pay; a payment that is closed stays closed."""
        return self._by_shopper(token, "paid")

    def decline(self, token: str) -> dict[str, Any] | None:
        """The shopper presses no."""
        return self._by_shopper(token, "closed")

    def _by_shopper(self, token: str, state: str) -> dict[str, Any] | None:
        with self._lock, self._db.atomic():
            row = self._find("token", token)
            if row is not None:
                self._move(row["payment"], state)
            return self._find("token", token)

    def _move(self, payment: str, state: str) -> None:
        row = self._find("payment", payment)
        if row is not None and row["state"] == "pending":
            self._db.table("payments").update(payment, {"state": state, "day": self._today()})

    def _find(self, column: str, value: str) -> dict[str, Any] | None:
        return next(self._db.table("payments").rows_where(f"{column} = ?", [value]), None)

    def _answer(self, payment: str) -> ProviderAnswer:
        row = self._find("payment", payment)
        if row is None:
            return ProviderAnswer("unheard")
        return ProviderAnswer(
            state=row["state"],
            provider_ref=f"sandbox-{payment}",
            pay_url=f"{self._page_url}/pay/{row['token']}",
            amount_minor=row["amount_minor"],
            currency=row["currency"],
            payment=payment,
            order=row["order"],
        )
