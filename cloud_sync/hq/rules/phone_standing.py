"""Pure: how a payment on headquarters' phone page stands, from what the page and the store's ledger know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cloud_sync.hq.rules.books import RETIRED

UNSPENT: Final = "-unspent"
"""What the id of a refund ends in that headquarters made by itself, as the store gave the payment up."""


@dataclass(frozen=True, slots=True)
class PhonePayment:
    """One payment. `signed`: by signed receipt, for a store that was offline. Times where they are known."""

    payment: str
    order: str
    signed: bool
    amount_minor: int
    currency: str
    state: str
    ledger: str
    asked_at: datetime | None
    paid_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    """Spent or closed, by the store's clock."""
    refunded_minor: int
    refunded_at: datetime | None
    unspent: bool
    """It went back by itself, as the store had given it up."""


def standing(payment: PhonePayment, store_state: str, now: datetime) -> str:
    """waiting, closed, paid, open, overdue, going_back, spent, part_refunded, refunded; or contradiction.

    The last is spent though it went back: the goods were given for nothing.
    """
    if payment.state != "paid":
        gone = payment.state == "closed" or payment.ledger in ("closed", "spent")
        return "closed" if gone else "waiting"
    if payment.refunded_minor:
        if payment.unspent and payment.ledger == "spent":
            return "contradiction"
        return "part_refunded" if payment.refunded_minor < payment.amount_minor else "refunded"
    if not payment.signed:
        return "paid"
    if payment.ledger == "spent":
        return "spent"
    expired = payment.expires_at is not None and payment.expires_at <= now
    if payment.ledger == "closed" or (expired and store_state == RETIRED):
        return "going_back"
    return "overdue" if expired else "open"
