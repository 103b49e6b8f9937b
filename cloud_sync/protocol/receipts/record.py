"""Everything a receipt is made of, as the store's tables or the rows of its journal tell it."""

from __future__ import annotations

import msgspec

from cloud_sync.protocol.facts import Adjustment
from cloud_sync.protocol.rules_facts import StoreRules


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """The store, and what its country asks for."""

    store: str
    name: str
    timezone: str
    rules: StoreRules


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Units of one product at one price; amounts are per unit."""

    line: int
    sku: str
    name_zh: str
    name_en: str
    qty: int
    list_price_minor: int
    price_minor: int
    tax_rate_bp: int
    tax_minor: int = 0
    adjustments: tuple[Adjustment, ...] = ()


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """Money that was paid. `reference` is the provider's, whole; paper and page show its end."""

    payment: str
    method: str
    amount_minor: int
    reference: str = ""


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """Money that goes back, or went."""

    refund: str
    payment: str
    amount_minor: int
    reason: str
    state: str
    """requested, refunded or refused."""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a line on their way to the shopper. `state`: waiting, done, failed, unknown or reversed."""

    line: int
    how: str
    qty: int
    state: str


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt of the order."""

    receipt: str
    kind: str
    reference: str
    amount_minor: int
    at: str
    copies: int = 0
    """How often its printing was begun."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One order with all that hangs on it."""

    seller: Seller
    order: str
    currency: str
    state: str
    ended: bool
    lines: tuple[Line, ...]
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    units: tuple[Unit, ...] = ()
    cases: tuple[str, ...] = ()
    receipts: tuple[Issued, ...] = ()
    member: str = ""
    points_spent: int = 0
    points_earned: int = 0
    tax: str = "inclusive"
