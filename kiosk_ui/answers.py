"""What the agent answers other than with an order: a price, what a scan came to, a prize; and how it is read."""

from __future__ import annotations

from typing import Final

import msgspec

from kiosk_ui.orders import Order
from kiosk_ui.shop import Member, read


class Adjustment(msgspec.Struct, frozen=True):
    """Why a unit costs other than its list price: discount, coupon, bundle, member, points or staff."""

    kind: str
    id: str = ""
    amount_minor: int = 0


class QuotedLine(msgspec.Struct, frozen=True):
    """Units of one product that cost the same."""

    sku: str
    qty: int
    price_minor: int
    handover: str = "vend"
    adjustments: tuple[Adjustment, ...] = ()


class QuotedCoupon(msgspec.Struct, frozen=True):
    """Whether a coupon counts for this order; `why` is a refusal's code where it does not."""

    coupon: str
    ok: bool = True
    why: str = ""


class Quote(msgspec.Struct, frozen=True):
    """What a basket would cost now. `tax_minor` is set apart only where it is `added` to the prices."""

    total_minor: int
    currency: str = "CNY"
    tax: str = "inclusive"
    tax_minor: int = 0
    lines: tuple[QuotedLine, ...] = ()
    coupons: tuple[QuotedCoupon, ...] = ()


class Pickup(msgspec.Struct, frozen=True):
    """How an order's pick-up stood: ready, collected (at, by), refunded, unpaid, cancelled or nothing (to pick up)."""

    order: str
    standing: str
    at: str = ""
    by: str = ""


class ScanUsed(msgspec.Struct, frozen=True):
    """What became of a scan: a coupon for the next order, a member who is here, an order that somebody comes for.

    Of an order that was paid by it the feed tells.
    """

    meaning: str = ""
    coupon: str = ""
    member: Member | None = None
    order: Order | None = None
    pickup: Pickup | None = None


class WonCoupon(msgspec.Struct, frozen=True):
    """A coupon that was won, by the text of its code."""

    code: str


class Drawn(msgspec.Struct, frozen=True):
    """A prize. `kind` is sku, coupon, points or nothing; `order` vends it."""

    prize: str
    kind: str
    name_zh: str = ""
    name_en: str = ""
    order: str = ""
    coupon: WonCoupon | None = None
    points: int = 0


class AddressAsked(msgspec.Struct, frozen=True):
    """A page for one address: `url` is what the shopper's phone opens, within `lasts_s` seconds."""

    id: str
    url: str
    lasts_s: float


class Done(msgspec.Struct, frozen=True):
    """The agent did it, and there is nothing more to say."""


Answer = Quote | ScanUsed | Drawn | AddressAsked | Done
NOT_THERE: Final = "not_there"
"""The code of an agent that has no such call."""


def read_quote(body: bytes) -> Quote:
    """Read `POST /api/quote`. Raises ContractError."""
    quote: Quote = read(body, Quote)
    return quote


def read_scan_used(body: bytes) -> ScanUsed:
    """Read `POST /api/scans/{scan}/use`. Raises ContractError."""
    used: ScanUsed = read(body, ScanUsed)
    return used


def read_drawn(body: bytes) -> Drawn:
    """Read `POST /api/games/{game}/play`. Raises ContractError."""
    drawn: Drawn = read(body, Drawn)
    return drawn


def read_address_asked(body: bytes) -> AddressAsked:
    """Read `POST /api/addresses`. Raises ContractError."""
    asked: AddressAsked = read(body, AddressAsked)
    return asked
