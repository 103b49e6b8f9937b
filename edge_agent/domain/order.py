"""Orders: the aggregate, placing one, and how one ends."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from cloud_sync.protocol import facts
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.handover_facts import NOT_OURS, VEND
from cloud_sync.protocol.stock_rights import Right
from edge_agent.domain.commands import CancelOrder, PlaceOrder, RequestedLine
from edge_agent.domain.places import Free, Piece, Slot
from edge_agent.domain.policy import Policy
from edge_agent.domain.pricing.basket import Priced, Terms, Wanted, price, used_coupons, used_points
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
    how: str = VEND
    reservation: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """A line that reaches the shopper without a motor. `state`: requested, done, failed or reversed (all of it)."""

    id: str
    line: int
    how: str
    sku: str
    qty: int
    amount_minor: int
    """Of all its units."""
    state: str
    device: str = ""
    slot: str = ""
    sold_at: str = ""
    reversed: int = 0
    """Units whose sale no longer counts."""


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
    reversed: bool = False
    """Its sale no longer counts."""


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
    handovers: tuple[Handover, ...] = ()

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

    def handover(self, handover: str) -> Handover:
        """The handover of that id; it must be this order's."""
        return next(h for h in self.handovers if h.id == handover)

    def with_handover(self, changed: Handover) -> Order:
        """This order as it will be with that handover added or changed."""
        others = tuple(h for h in self.handovers if h.id != changed.id)
        return replace(self, handovers=(*others, changed))

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
    tax_group: str = ""
    brand: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Checkout:
    """What placing an order looks at: the items asked for, the right to sell them, and every slot that holds them."""

    currency: str
    items: dict[str, Item]
    slots: tuple[Slot, ...]
    rights: dict[str, Right]
    room: dict[str, int] = field(default_factory=dict)
    """Units of the stock room that nobody has been promised."""


def order_id(command_id: str) -> str:
    """A short id a person can read out, the same for the same command (50 bits)."""
    digest = hashlib.sha256(command_id.encode()).digest()
    return base64.b32encode(digest)[:10].decode()


def place(
    checkout: Checkout, terms: Terms, command: PlaceOrder, now: datetime, policy: Policy
) -> list[facts.Fact] | Refusal:
    """Hold the units and freeze the prices; all lines or none. A unit is sold from a place, and with the right to."""
    lines = lines_of(checkout, terms, command)
    if isinstance(lines, Refusal):
        return lines
    priced = lines.priced
    return [
        facts.OrderPlaced(
            order=order_id(command.id),
            channel=command.channel,
            device=command.device,
            currency=checkout.currency,
            total_minor=sum(line.qty * line.price_minor for line in lines.lines),
            lines=lines.lines,
            expires_at=rfc3339(now + timedelta(seconds=policy.order_ttl_s)),
            member=command.member,
            visit=command.visit,
            coupons=used_coupons(priced),
            points=used_points(priced, terms),
            tax=terms.tax,
        )
    ]


class Lines(NamedTuple):
    """An order's lines as they would be frozen now, and the prices they come from."""

    lines: list[facts.OrderLine]
    priced: list[Priced]


def lines_of(checkout: Checkout, terms: Terms, command: PlaceOrder) -> Lines | Refusal:
    """Find a place for every unit, and its price. Holds nothing: a quote is this and no more."""
    if not command.lines or any(wanted.qty < 1 for wanted in command.lines):
        return Refusal("malformed", "an order needs lines with a quantity of 1 or more")
    if sum(wanted.qty for wanted in command.lines) > MAX_UNITS:
        return Refusal("malformed", f"more than {MAX_UNITS} units in one order")
    free = Free(checkout.slots, dict(checkout.room))
    units: Counter[str] = Counter()
    places: list[list[Piece]] = []
    for wanted in command.lines:
        if wanted.sku not in checkout.items:
            return Refusal("unknown_item", wanted.sku)
        taken = free.take(wanted)
        if isinstance(taken, Refusal):
            return taken
        places.append(taken)
        if wanted.handover in NOT_OURS:
            continue
        units[wanted.sku] += wanted.qty
        refused = may_sell(checkout.rights, wanted.sku, units[wanted.sku])
        if refused:
            return Refusal(refused, wanted.sku)
    priced = price([_wanted(checkout.items[x.sku], x) for x in command.lines], terms)
    lines: list[facts.OrderLine] = []
    for number, wanted in enumerate(command.lines):
        for piece, one in _together(places[number], [each for each in priced if each.wanted == number]):
            lines.append(_line(len(lines) + 1, wanted, piece, one))
    return Lines(lines, priced)


def _wanted(item: Item, line: RequestedLine) -> Wanted:
    return Wanted(
        sku=item.sku,
        qty=line.qty,
        list_price_minor=item.price_minor,
        price_version=item.price_version,
        tax_rate_bp=item.tax_rate_bp,
        tax_group=item.tax_group,
        brand=item.brand,
        category=item.category,
        fixed_price_minor=line.price_minor,
    )


def _together(pieces: Sequence[Piece], priced: Sequence[Priced]) -> Iterator[tuple[Piece, Priced]]:
    """Cut both into parts of one place and one price; quantities stand in the pieces."""
    left = [(one, one.qty) for one in priced]
    for piece in pieces:
        missing = piece.qty
        while missing:
            one, qty = left[0]
            part = min(missing, qty)
            missing -= part
            left[0] = (one, qty - part)
            if part == qty:
                left.pop(0)
            yield piece._replace(qty=part), one


def _line(number: int, wanted: RequestedLine, piece: Piece, one: Priced) -> facts.OrderLine:
    return facts.OrderLine(
        line=number,
        sku=wanted.sku,
        qty=piece.qty,
        list_price_minor=one.list_price_minor,
        price_minor=one.price_minor,
        tax_rate_bp=one.tax_rate_bp,
        device=piece.device,
        slot=piece.slot,
        price_version=one.price_version,
        handover=piece.how,
        tax_minor=one.tax_minor,
        tax_group=one.tax_group,
        adjustments=list(one.adjustments),
        campaign=wanted.campaign,
        reservation=wanted.reservation,
    )


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
    """The order's end, once every unit's fate is known and every refund is through; else nothing."""
    units = [v.state for v in order.vends] + [h.state for h in order.handovers]
    if not units or any(state in OPEN_VENDS for state in units):
        return []
    if any(r.state != "refunded" for r in order.refunds):
        return []
    paid = order.paid_payment
    refunded_minor = 0 if paid is None else order.refunded_minor(paid)
    with_shopper = sum(state in ("dispensed", "done", "reversed") for state in units)
    if with_shopper == 0 or (refunded_minor and refunded_minor >= order.total_minor):
        state = "refunded"
    elif refunded_minor or with_shopper < len(units):
        state = "part_refunded"
    else:
        state = "completed"
    return [facts.OrderClosed(order=order.id, state=state)] if state != order.state else []
