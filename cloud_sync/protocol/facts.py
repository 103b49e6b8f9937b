"""Every kind of fact a store can write into its journal, in shop language.

A type name carries its version; old versions are read for ever, a new meaning gets a new name.
Amounts are minor units, times RFC 3339 UTC. No field names a person. Devices, goods with rights, campaigns, handing
over, members, promotions, receipts, the day and headquarters' rules have rooms of their own (`device_facts`,
`stock_facts`, …); `read` knows those too.
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloud_sync.protocol import (
    campaign_facts,
    day_facts,
    device_facts,
    handover_facts,
    member_facts,
    payment_facts,
    promotion_facts,
    receipt_facts,
    rules_facts,
    stock_facts,
)
from cloud_sync.protocol.fact import Fact as Fact
from cloud_sync.protocol.identifiers import INTERACTIONS

# ── the store, its catalogue and its planogram ──────────────────────────────────────────────────────


class StoreOpened(Fact, frozen=True, kw_only=True):
    """The first row of an epoch: who writes here, in which time zone and currency.

    With it every right of an earlier epoch is gone; a count brings the rights back.
    """

    TYPE = "popshop.store.opened.v1"
    store: str
    name: str
    timezone: str
    currency: str
    epoch: int = 1


class ItemListed(Fact, frozen=True, kw_only=True):
    """A SKU is in the catalogue with this text and price (the newest row counts)."""

    TYPE = "popshop.catalogue.item_listed.v1"
    sku: str
    gtin: str = ""
    name_zh: str
    name_en: str
    brand: str = ""
    category: str = ""
    price_minor: int
    currency: str
    tax_rate_bp: int = 0
    """Tax in basis points of the price, included in it (1300 = 13 %)."""
    price_version: int = 0
    """Goes up with every new price of the SKU; 0 in rows from before there were versions."""
    food: bool = False
    """It spoils when it is warm for too long, so it is not sold then."""
    tax_group: str = ""
    """Which goods share a rate on receipts and reports; empty: those with the same rate."""


class PriceVersionRaised(Fact, frozen=True, kw_only=True):
    """The same price has a higher version: a label showed one that a device must take for newer."""

    TYPE = "popshop.catalogue.price_version_raised.v1"
    sku: str
    price_version: int


class SlotPlanned(Fact, frozen=True, kw_only=True):
    """The planogram: this slot sells this SKU. Does not change the count."""

    TYPE = "popshop.stock.slot_planned.v1"
    device: str
    slot: str
    sku: str
    par_level: int
    capacity: int


class SlotCounted(Fact, frozen=True, kw_only=True):
    """Somebody counted a slot. `delta` is what its book changes by.

    `rights` is what the right to sell the SKU changes by, and `deficit` what the shortage does (see
    `stock_facts.StockCounted`); None, in rows from before there were rights: as `delta`.
    """

    TYPE = "popshop.stock.slot_counted.v1"
    device: str
    slot: str
    sku: str
    count: int
    delta: int
    by: str
    """`device` or the staff member's role."""
    rights: int | None = None
    deficit: int = 0


class SlotBlocked(Fact, frozen=True, kw_only=True):
    """Nothing is sold from this slot until a person looks at it."""

    TYPE = "popshop.stock.slot_blocked.v1"
    device: str
    slot: str
    reason: str


class SlotUnblocked(Fact, frozen=True, kw_only=True):
    """The slot sells again."""

    TYPE = "popshop.stock.slot_unblocked.v1"
    device: str
    slot: str
    by: str


# ── orders and money ────────────────────────────────────────────────────────────────────────────────


class Adjustment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a unit costs other than its list price: `kind` is discount, coupon, bundle, member, points or staff.

    `id` names the promotion, coupon or tier, `version` the one that was frozen; `amount_minor` is per unit, below 0
    for a reduction, before tax where tax is added.
    """

    kind: str
    id: str
    version: int = 0
    amount_minor: int


class OrderLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line as frozen at checkout: list price, price asked, tax, and the slot the units are held in.

    Every unit of a line costs the same: what does not divide evenly becomes two lines, so that a unit's money back is
    exact.
    """

    line: int
    sku: str
    qty: int
    list_price_minor: int
    price_minor: int
    """Per unit, all taxes in it: what the shopper pays."""
    tax_rate_bp: int
    device: str
    slot: str
    """The slot the units are held in; both are empty where they come out of the stock room or the warehouse."""
    price_version: int = 0
    """Of the list price."""
    handover: str = "vend"
    """How the units reach the shopper: one of `handover_facts.WAYS`."""
    tax_minor: int = 0
    """Per unit, contained in `price_minor`."""
    tax_group: str = ""
    adjustments: list[Adjustment] = msgspec.field(default_factory=list)
    campaign: str = ""
    """Of a sample."""
    reservation: str = ""
    """Headquarters' reservation of units that the warehouse ships."""


class OrderPlaced(Fact, frozen=True, kw_only=True):
    """A shopper (or staff for one) ordered; the units are held until handed over or given back."""

    TYPE = "popshop.order.placed.v1"
    order: str
    channel: str
    device: str
    currency: str
    total_minor: int
    lines: list[OrderLine]
    expires_at: str
    member: str = ""
    """The random key of a member, who is never needed."""
    visit: str = ""
    coupons: list[str] = msgspec.field(default_factory=list)
    """Ids of the coupons that this order uses up; they come free when it is cancelled or expires."""
    points: int = 0
    """Points spent on it, likewise."""
    tax: str = "inclusive"
    """Whether list prices contain the tax: inclusive or exclusive."""


class OrderClosed(Fact, frozen=True, kw_only=True):
    """An order reached its end: completed, part_refunded, refunded, cancelled or expired."""

    TYPE = "popshop.order.closed.v1"
    order: str
    state: str


class OrderCancelRequested(Fact, frozen=True, kw_only=True):
    """The shopper wants out while a payment is on its way: it is closed at the provider first."""

    TYPE = "popshop.order.cancel_requested.v1"
    order: str


class PaymentRequested(Fact, frozen=True, kw_only=True):
    """Money is asked for by a method; the provider has not been told yet."""

    TYPE = "popshop.payment.requested.v1"
    payment: str
    order: str
    method: str
    amount_minor: int
    currency: str
    scanned: bool = False
    """By the shopper's payment code, which itself is never written anywhere."""


class PaymentPending(Fact, frozen=True, kw_only=True):
    """The provider knows of the payment; `pay_url` is what the shopper's phone opens."""

    TYPE = "popshop.payment.pending.v1"
    payment: str
    order: str
    provider_ref: str
    pay_url: str = ""


class PaymentPaid(Fact, frozen=True, kw_only=True):
    """The money is ours."""

    TYPE = "popshop.payment.paid.v1"
    payment: str
    order: str
    method: str
    amount_minor: int
    currency: str
    provider_ref: str = ""


class PaymentUnknown(Fact, frozen=True, kw_only=True):
    """The provider's answer is missing or makes no sense: it is asked again, never guessed."""

    TYPE = "popshop.payment.unknown.v1"
    payment: str
    order: str
    reason: str


class PaymentClosed(Fact, frozen=True, kw_only=True):
    """No money came and none can come any more."""

    TYPE = "popshop.payment.closed.v1"
    payment: str
    order: str
    reason: str


class RefundRequested(Fact, frozen=True, kw_only=True):
    """Money is owed back to the shopper."""

    TYPE = "popshop.payment.refund_requested.v1"
    refund: str
    payment: str
    order: str
    amount_minor: int
    currency: str
    reason: str


class PaymentRefunded(Fact, frozen=True, kw_only=True):
    """The money went back."""

    TYPE = "popshop.payment.refunded.v1"
    refund: str
    payment: str
    order: str
    method: str
    amount_minor: int
    currency: str
    provider_ref: str = ""


class RefundRefused(Fact, frozen=True, kw_only=True):
    """The provider would not give the money back: a person must."""

    TYPE = "popshop.payment.refund_refused.v1"
    refund: str
    payment: str
    order: str
    reason: str


# ── handing over ────────────────────────────────────────────────────────────────────────────────────


class VendRequested(Fact, frozen=True, kw_only=True):
    """A machine is to drop one unit. Its command carries the vend's id and is never sent as a new one."""

    TYPE = "popshop.vend.requested.v1"
    vend: str
    order: str
    line: int
    device: str
    slot: str
    sku: str
    expires_at: str
    due_by: str
    """Without an answer by then the outcome is unknown."""


class VendStarted(Fact, frozen=True, kw_only=True):
    """The motor turns."""

    TYPE = "popshop.vend.started.v1"
    vend: str
    order: str
    device: str
    slot: str


class VendDispensed(Fact, frozen=True, kw_only=True):
    """The unit is with the shopper: a sale, at `sold_at`."""

    TYPE = "popshop.vend.dispensed.v1"
    vend: str
    order: str
    line: int
    device: str
    slot: str
    sku: str
    price_minor: int
    currency: str
    sold_at: str
    drop_confirmed: bool
    by: str = "device"
    """Who says so: `device`, or `staff` for a vend a person settled."""


class VendFailed(Fact, frozen=True, kw_only=True):
    """The unit stayed in the machine, for certain."""

    TYPE = "popshop.vend.failed.v1"
    vend: str
    order: str
    line: int
    device: str
    slot: str
    sku: str
    code: str
    """EVA-DTS event code, or `refused:<reason>`, or `staff`."""
    by: str = "device"


class VendUnknown(Fact, frozen=True, kw_only=True):
    """Nobody knows whether the unit dropped. A person decides; `case` is the number on the screens."""

    TYPE = "popshop.vend.unknown.v1"
    vend: str
    order: str
    device: str
    slot: str
    reason: str
    case: str


class VendDisputed(Fact, frozen=True, kw_only=True):
    """The machine reported after the vend was settled, and says something else. A person looks at it."""

    TYPE = "popshop.vend.disputed.v1"
    vend: str
    order: str
    device: str
    settled_as: str
    device_says: str


class SaleReversed(Fact, frozen=True, kw_only=True):
    """Staff gave the money back for a unit that had been handed over: the sale no longer counts."""

    TYPE = "popshop.sale.reversed.v1"
    vend: str
    order: str
    device: str
    slot: str
    sku: str
    price_minor: int
    currency: str
    sold_at: str
    by: str


class CashSold(Fact, frozen=True, kw_only=True):
    """A machine sold for cash by itself and told us. `sale` is unique per store."""

    TYPE = "popshop.sale.cash.v1"
    sale: str
    device: str
    slot: str
    sku: str
    """Empty when the slot is not in the planogram."""
    price_minor: int
    currency: str
    sold_at: str


# ── what visitors do ────────────────────────────────────────────────────────────────────────────────

INTERACTION_KINDS = (
    "exposure",
    "person_sensed",
    "item_sensed",
    "item_touched",
    "item_viewed",
    "item_picked_up",
    "item_put_back",
    "code_scanned",
    "favourited",
    "coupon_taken",
    "sample_taken",
    "game_started",
    "prize_drawn",
    "photo_taken",
    "shared",
    "cart_added",
    "cart_removed",
    "checkout_started",
    "purchased",
)


class Interaction(Fact, frozen=True, kw_only=True):
    """A visitor did something at a device. The kind is in the type: `popshop.interaction.<kind>.v1`."""

    STREAM = INTERACTIONS
    device: str
    kind: str
    visit: str = ""
    item: str = ""
    brand: str = ""
    detail: dict[str, Any] = msgspec.field(default_factory=dict)
    """What else the device said: weight_g, dwell_ms, plate, symbology …"""

    @property
    def type(self) -> str:
        """The row's type."""
        return interaction_type(self.kind)


def interaction_type(kind: str) -> str:
    """The journal type of an interaction kind."""
    return f"popshop.interaction.{kind}.v1"


def type_of(fact: Fact) -> str:
    """The journal type of a fact."""
    return fact.type if isinstance(fact, Interaction) else fact.TYPE


_ROOMS = (
    globals(),
    *map(
        vars,
        (
            campaign_facts,
            day_facts,
            device_facts,
            handover_facts,
            member_facts,
            payment_facts,
            promotion_facts,
            receipt_facts,
            rules_facts,
            stock_facts,
        ),
    ),
)
LEDGER_FACTS: dict[str, type[Fact]] = {
    cls.TYPE: cls
    for room in _ROOMS
    for cls in room.values()
    if isinstance(cls, type) and issubclass(cls, Fact) and cls.TYPE
}
"""Ledger fact classes by type name."""

_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    **{name: msgspec.json.Decoder(cls) for name, cls in LEDGER_FACTS.items()},
    **{interaction_type(kind): msgspec.json.Decoder(Interaction) for kind in INTERACTION_KINDS},
}


def read(type_name: str, data: bytes | msgspec.Raw) -> Fact | None:
    """The fact in a row's data; None for a type this version does not know (keep it, its effect waits).

    Raises msgspec.ValidationError or DecodeError when a known type's data does not fit.
    """
    decoder = _decoders.get(type_name)
    return None if decoder is None else decoder.decode(data)
