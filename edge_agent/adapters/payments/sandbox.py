"""A payment provider for demos and training: no money moves, everything else is as with a real one.

It keeps a book of its own beside the store's file, since a provider remembers what a crashed store forgot.
The shopper's page (`entrypoints/pay_page.py`) is what a bank's app would be.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from pathlib import Path
from typing import Any

import sqlite_utils

from edge_agent.adapters.payments.port import ProviderAnswer, ProviderTrouble, RefundRefusedByProvider


class SandboxProvider:
    """Fills `port.PaymentProvider`; `look`, `pay` and `decline` are the shopper's side. Safe from any thread."""

    def __init__(self, path: Path, page_url: str) -> None:
        self._page_url = page_url
        self._lock = threading.Lock()
        self._db = sqlite_utils.Database(sqlite3.connect(path, check_same_thread=False))
        self._db.conn.execute("PRAGMA journal_mode = WAL")
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

    def close_book(self) -> None:
        """Close the file."""
        self._db.close()

    # ── the store's side ────────────────────────────────────────────────────────────────────────────

    def create(self, payment: str, order: str, amount_minor: int, currency: str) -> ProviderAnswer:
        """Open a payment and say where the shopper pays."""
        with self._lock, self._db.atomic():
            if not self._find("payment", payment):
                self._db.table("payments").insert(
                    {
                        "payment": payment,
                        "token": secrets.token_urlsafe(12),
                        "order": order,
                        "amount_minor": amount_minor,
                        "currency": currency,
                        "state": "pending",
                        "refunded_minor": 0,
                    }
                )
            return self._answer(payment)

    def ask(self, payment: str) -> ProviderAnswer:
        """How the payment stands."""
        with self._lock:
            return self._answer(payment)

    def close(self, payment: str) -> ProviderAnswer:
        """Take no more money for it."""
        with self._lock, self._db.atomic():
            self._move(payment, "closed")
            return self._answer(payment)

    def refund(self, refund: str, payment: str, amount_minor: int) -> str:
        """Give back part or all of what was paid, once per refund id."""
        with self._lock, self._db.atomic():
            row = self._find("payment", payment)
            if row is None or row["state"] != "paid":
                raise RefundRefusedByProvider("this payment was never paid")
            if not list(self._db.table("refunds").rows_where("refund = ?", [refund])):
                left_minor = row["amount_minor"] - row["refunded_minor"]
                if amount_minor > left_minor:
                    raise RefundRefusedByProvider(f"only {left_minor} of it is left")
                self._db.table("refunds").insert(
                    {"refund": refund, "payment": payment, "amount_minor": amount_minor}
                )
                self._db.table("payments").update(
                    payment, {"refunded_minor": row["refunded_minor"] + amount_minor}
                )
            return f"sandbox-{refund}"

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
            self._db.table("payments").update(payment, {"state": state})

    def _find(self, column: str, value: str) -> dict[str, Any] | None:
        return next(self._db.table("payments").rows_where(f"{column} = ?", [value]), None)

    def _answer(self, payment: str) -> ProviderAnswer:
        row = self._find("payment", payment)
        if row is None:
            raise ProviderTrouble(f"payment {payment} is not known there")
        return ProviderAnswer(
            state=row["state"],
            provider_ref=f"sandbox-{payment}",
            pay_url=f"{self._page_url}/pay/{row['token']}",
            amount_minor=row["amount_minor"],
            currency=row["currency"],
        )
