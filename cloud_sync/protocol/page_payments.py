"""What a store and headquarters say to each other about money on headquarters' phone page."""

from __future__ import annotations

from typing import Final

import msgspec

PAYMENTS_PATH: Final = "/v1/payments"
STATEMENTS_PATH: Final = "/v1/payment-statements"


class PageAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A payment to be opened."""

    order: str
    amount_minor: int
    currency: str


class PageRefund(msgspec.Struct, frozen=True, kw_only=True):
    """Money to go back."""

    amount_minor: int


class PagePayment(msgspec.Struct, frozen=True, kw_only=True):
    """How a payment stands: pending, paid or closed. `path`: its page, under headquarters' address for phones."""

    payment: str
    order: str
    state: str
    amount_minor: int
    currency: str
    path: str = ""
    refunded_minor: int = 0


class PageRefunded(msgspec.Struct, frozen=True, kw_only=True):
    """The money went back."""

    reference: str
