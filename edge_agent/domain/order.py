"""Orders: the aggregate, placing one, and how one ends."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cloud_sync.protocol import facts
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.stock_rights import Right
from edge_agent.domain.commands import CancelOrder, PlaceOrder, RequestedLine
from edge_agent.domain.policy import Policy
from edge_agent.domain.refusals import Refusal
from edge_agent.domain.rights import may_sell

OPEN_VENDS = frozenset({"requested", "dispensing", "unknown"})
LIVE_PAYMENTS = frozenset({"created", "pending", "unknown"})
ENDED = frozenset({"completed", "part_refunded", "refunded", "cancelled", "expired"})
MAX_UNITS = 20
"""Of one order. A kiosk sells hand-carried goods; more is a slip or an attack."""


@dataclass(frozen=True, slots=True)
class Line:
    line: int
    sku: str
    qty: int
    price_minor: int
    device: str
    slot: str


@dataclass(frozen=True, slots=True)
class Payment:
    id: str
    method: str
    state: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    payment: str
    amount_minor: int
    state: str


@dataclass(frozen=True, slots=True)
class Vend:
    id: str
    line: int
    device: str
    slot: str
    sku: str
    price_minor: int
    state: str
    due_by: str
    sold_at: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One order with everything that hangs on it, as loaded for a decision."""

    id: str
    state: str
    currency: str
    total_minor: int
    expires_at: str
    cancel_requested: bool
    lines: tuple[Line, ...]
    payments: tuple[Payment, ...]
    refunds: tuple[Refund, ...]
    vends: tuple[Vend, ...]

    @property
    def live_payment(self) -> Payment | None:
        """The payment that may still bring money."""
        return next((p for p in self.payments if p.state in LIVE_PAYMENTS), None)

    @property
    def paid_payment(self) -> Payment | None:
        """The payment whose money is ours. Money that came twice goes back whole: that payment is the other one."""
        ours = [p for p in self.payments if p.state in ("paid", "refunded")]
        return next((p for p in ours if self.refunded_minor(p) < p.amount_minor), ours[0] if ours else None)

    def refunded_minor(self, payment: Payment) -> int:
        """What of a payment went back or is to go back."""
        return sum(r.amount_minor for r in self.refunds if r.payment == payment.id)

    def vend(self, vend_id: str) -> Vend:
        """The vend of that id; it must be this order's."""
        return next(v for v in self.vends if v.id == vend_id)

    def with_vend(self, vend_id: str, state: str) -> Order:
        """This order as it will be once that vend is in `state`."""
        return replace(
            self, vends=tuple(replace(v, state=state) if v.id == vend_id else v for v in self.vends)
        )

    def with_refund(self, refund: Refund) -> Order:
        """This order as it will be with that refund added or changed."""
        others = tuple(r for r in self.refunds if r.id != refund.id)
        return replace(self, refunds=(*others, refund))


@dataclass(frozen=True, slots=True)
class Item:
    sku: str
    price_minor: int
    currency: str
    tax_rate_bp: int
    price_version: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot as a sale sees it."""

    device: str
    slot: str
    sku: str
    count: int
    held: int
    blocked: bool
    ready: bool
    failures: int = 0
    spoiling: bool = False
    """It holds food that was too warm for too long, and nobody has looked after it."""
    sampling: bool = False
    """Of a sampling machine: what it holds is given away by the rule of a campaign, not sold."""

    @property
    def available(self) -> int:
        """Units nobody has been promised. Never below 0."""
        return max(0, self.count - self.held)


@dataclass(frozen=True, slots=True)
class Checkout:
    """What placing an order looks at: the items asked for, the right to sell them, and every slot that holds them."""

    currency: str
    items: dict[str, Item]
    slots: tuple[Slot, ...]
    rights: dict[str, Right]


def order_id(command_id: str) -> str:
    """A short id a person can read out, the same for the same command (50 bits)."""
    digest = hashlib.sha256(command_id.encode()).digest()
    return base64.b32encode(digest)[:10].decode()


def place(
    checkout: Checkout, command: PlaceOrder, now: datetime, policy: Policy
) -> list[facts.Fact] | Refusal:
    """Hold the units and freeze the prices; all lines or none. A unit is sold from a slot, and with the right to."""
    if not command.lines or any(wanted.qty < 1 for wanted in command.lines):
        return Refusal("malformed", "an order needs lines with a quantity of 1 or more")
    if sum(wanted.qty for wanted in command.lines) > MAX_UNITS:
        return Refusal("malformed", f"more than {MAX_UNITS} units in one order")
    free = {(s.device, s.slot): s.available for s in checkout.slots}
    units: Counter[str] = Counter()
    lines: list[facts.OrderLine] = []
    for wanted in command.lines:
        item = checkout.items.get(wanted.sku)
        if item is None:
            return Refusal("unknown_item", wanted.sku)
        taken = _take(checkout.slots, free, wanted)
        if isinstance(taken, Refusal):
            return taken
        units[wanted.sku] += wanted.qty
        refused = may_sell(checkout.rights, wanted.sku, units[wanted.sku])
        if refused:
            return Refusal(refused, wanted.sku)
        for slot, qty in taken:
            lines.append(_line(len(lines) + 1, item, wanted, slot, qty))
    return [
        facts.OrderPlaced(
            order=order_id(command.id),
            channel=command.channel,
            device=command.device,
            currency=checkout.currency,
            total_minor=sum(line.qty * line.price_minor for line in lines),
            lines=lines,
            expires_at=rfc3339(now + timedelta(seconds=policy.order_ttl_s)),
        )
    ]


def _line(number: int, item: Item, wanted: RequestedLine, slot: Slot, qty: int) -> facts.OrderLine:
    price_minor = item.price_minor if wanted.price_minor is None else wanted.price_minor
    return facts.OrderLine(
        line=number,
        sku=item.sku,
        qty=qty,
        list_price_minor=item.price_minor,
        price_minor=price_minor,
        tax_rate_bp=item.tax_rate_bp,
        device=slot.device,
        slot=slot.slot,
        price_version=item.price_version,
    )


def _take(
    slots: Sequence[Slot], free: dict[tuple[str, str], int], wanted: RequestedLine
) -> list[tuple[Slot, int]] | Refusal:
    """Choose slots for a line, fullest first so that facings empty evenly; takes them out of `free`."""
    fitting = [
        s
        for s in slots
        if s.sku == wanted.sku
        and (not wanted.device or s.device == wanted.device)
        and (not wanted.slot or s.slot == wanted.slot)
    ]
    if not fitting:
        return Refusal("unknown_slot" if wanted.slot or wanted.device else "sold_out", wanted.sku)
    for_sale = [s for s in fitting if not s.sampling]
    if not for_sale:
        return Refusal("samples_only", wanted.sku)
    in_sale = [s for s in for_sale if not s.blocked and free[s.device, s.slot] > 0]
    stocked = [s for s in in_sale if not s.spoiling]
    usable = sorted(
        (s for s in stocked if s.ready), key=lambda s: (-free[s.device, s.slot], s.device, s.slot)
    )
    if sum(free[s.device, s.slot] for s in usable) < wanted.qty:
        return Refusal(_why_not(in_sale, stocked, usable), wanted.sku)
    taken: list[tuple[Slot, int]] = []
    missing = wanted.qty
    for slot in usable:
        qty = min(missing, free[slot.device, slot.slot])
        free[slot.device, slot.slot] -= qty
        missing -= qty
        taken.append((slot, qty))
        if not missing:
            break
    return taken


def _why_not(in_sale: Sequence[Slot], stocked: Sequence[Slot], usable: Sequence[Slot]) -> str:
    """Of several reasons the one that somebody can do most about."""
    if len(stocked) > len(usable):
        return "machine_not_ready"
    return "food_stopped" if len(in_sale) > len(stocked) else "sold_out"


def cancel(order: Order | None, command: CancelOrder) -> list[facts.Fact] | Refusal:
    """Let go of the units; with a payment on its way, close that first."""
    if order is None:
        return Refusal("unknown_order", command.order)
    if order.state in ENDED:
        return Refusal("order_closed", order.id)
    if order.paid_payment is not None:
        return Refusal("already_paid", order.id)
    if order.live_payment is not None:
        return [] if order.cancel_requested else [facts.OrderCancelRequested(order=order.id)]
    return [facts.OrderClosed(order=order.id, state="cancelled")]


def expire(order: Order | None, now: datetime) -> list[facts.Fact]:
    """Let go of the units of an order nobody paid in time."""
    if order is None or order.state in ENDED or order.paid_payment or order.live_payment:
        return []
    return [facts.OrderClosed(order=order.id, state="expired")] if order.expires_at <= rfc3339(now) else []


def conclusion(order: Order) -> list[facts.Fact]:
    """The order's end, once every vend has an outcome and every refund is through; else nothing."""
    if not order.vends or any(v.state in OPEN_VENDS for v in order.vends):
        return []
    if any(r.state != "refunded" for r in order.refunds):
        return []
    paid = order.paid_payment
    refunded_minor = 0 if paid is None else order.refunded_minor(paid)
    dispensed = sum(v.state == "dispensed" for v in order.vends)
    if dispensed == 0 or (refunded_minor and refunded_minor >= order.total_minor):
        state = "refunded"
    elif refunded_minor or dispensed < len(order.vends):
        state = "part_refunded"
    else:
        state = "completed"
    return [facts.OrderClosed(order=order.id, state=state)] if state != order.state else []
