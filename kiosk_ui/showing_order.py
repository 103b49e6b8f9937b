"""What an order shows from its payment to its end. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final, Literal
from zoneinfo import ZoneInfo

from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.money import format_minor
from kiosk_ui.answers import Pickup
from kiosk_ui.naming import name_of, picture_of
from kiosk_ui.orders import AT_THE_COUNTER, Line, Order
from kiosk_ui.requests import CancelOrder, PrintReceipt, RequestPayment, UseScan
from kiosk_ui.shop import Shop
from kiosk_ui.state import State
from kiosk_ui.views import (
    Body,
    Case,
    Collect,
    CollectKind,
    Dispensing,
    Ending,
    EndKind,
    Pay,
    PayStep,
    Picture,
    Summary,
    Unit,
)

MOST_ROWS: Final = 5
"""Units that are shown one by one."""
AT_COUNTER: Final = frozenset({"counter", "card"})
"""Ways to pay that a member of staff confirms."""
BY_MACHINE: Final = frozenset({"", "vend", "sample"})
"""Ways to hand over of which a machine tells, unit by unit."""


def show_order(state: State, shop: Shop, order: Order, now_s: float) -> Body:
    """The screen of the order that is followed."""
    summary = _summary(state, shop, order)
    if order.cases and not order.over:
        return Case(summary, _units(state, order), order.cases)
    if order.state in ("open", "awaiting_payment"):
        return _pay(state, shop, order, summary, now_s)
    if order.over or order.arranged:
        return _ending(state, order, summary, now_s)
    units = _units(state, order)
    units = units if len(units) <= MOST_ROWS else _grouped(units)
    refunding = order.settled and any(unit.state == "failed" for unit in units)
    return Dispensing(summary, units, refunding, can_leave=order.at_counter)


def _summary(state: State, shop: Shop, order: Order) -> Summary:
    line = order.lines[0] if order.lines else Line(0, "", 0, 0)
    item = shop.items.get(line.sku)
    return Summary(
        order=order.id,
        name=name_of(line, state.language) if line.name_zh or item is None else name_of(item, state.language),
        qty=sum(each.qty for each in order.lines),
        total=format_minor(order.total_minor, order.currency),
        picture=picture_of(item) if item is not None else Picture("", line.sku),
        more=max(0, len({each.sku for each in order.lines}) - 1),
    )


def _pay(state: State, shop: Shop, order: Order, summary: Summary, now_s: float) -> Pay:
    limit_s = _limit_s(order)
    left_s = None if limit_s is None else max(0, math.ceil(limit_s - (now_s - state.order_since_s)))
    payment = order.payment
    return Pay(
        summary=summary,
        step=_pay_step(state, order),
        method=payment.method if payment is not None else "",
        methods=state.pay_methods if state.chooses_method else (),
        scanner=state.has_scanner,
        offline=shop.sync.state == "offline",
        pay_url=payment.pay_url if payment is not None and payment.state == "pending" else "",
        left_s=left_s,
        limit_s=int(limit_s or 0),
        can_cancel=state.can_cancel,
    )


def _pay_step(state: State, order: Order) -> PayStep:
    payment = order.payment
    if state.waits_for(CancelOrder):
        return "cancelling"
    if payment is not None and payment.state == "unknown":
        return "asking"
    if isinstance(state.unsent, RequestPayment | CancelOrder):
        return "unreachable"
    if payment is not None and payment.state == "pending":
        return _pending_step(state, payment.method, payment.pay_url)
    if state.chooses_method:
        return "choose"
    if state.waits_for(RequestPayment):
        return "preparing"
    if state.refusal is not None or (payment is not None and payment.state == "closed"):
        return "failed"
    return "preparing"


def _pending_step(state: State, method: str, pay_url: str) -> PayStep:
    if method in AT_COUNTER:
        return "counter"
    if not pay_url:
        # The shopper's own code was scanned: the provider has it, and they may have to say yes on their phone.
        return "asking" if not state.waits_for(RequestPayment) else "preparing"
    if method == "signed":
        return "signed" if not state.waits_for(UseScan) else "asking"
    return "scan" if not state.waits_for(UseScan) else "asking"


def _limit_s(order: Order) -> float | None:
    """How long the order was given, by the agent's clock at both ends."""
    placed, expires = parse_time(order.placed_at), parse_time(order.expires_at)
    return (expires - placed).total_seconds() if placed and expires else None


def _units(state: State, order: Order) -> tuple[Unit, ...]:
    """Every unit that a machine drops, with its vend where there is one; every other line as a whole."""
    vends = {line.line: [v for v in order.vends if v.line == line.line] for line in order.lines}
    handed = {each.line: each for each in order.handovers}
    units: list[Unit] = []
    for line in order.lines:
        name = name_of(line, state.language)
        if line.handover not in BY_MACHINE or line.line in handed:
            how = handed[line.line].how if line.line in handed else line.handover
            reached = handed[line.line].state if line.line in handed else "waiting"
            units.append(Unit(len(units) + 1, name, line.device, line.slot, reached, how, line.qty))
            continue
        for index in range(max(line.qty, len(vends[line.line]))):
            vend = vends[line.line][index] if index < len(vends[line.line]) else None
            device, slot = (vend.device, vend.slot) if vend else (line.device, line.slot)
            units.append(Unit(len(units) + 1, name, device, slot, vend.state if vend else "waiting"))
    return tuple(units)


def _grouped(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Units of which the same is to be said, together."""
    found: dict[Unit, int] = {}
    for unit in units:
        alike = replace(unit, number=0, qty=0)
        found[alike] = found.get(alike, 0) + unit.qty
    return tuple(replace(unit, number=number, qty=qty) for number, (unit, qty) in enumerate(found.items(), 1))


_END_KINDS: Final[dict[str, EndKind]] = {
    "completed": "thanks",
    "refunded": "money_back",
    "part_refunded": "part_money_back",
    "cancelled": "cancelled",
    "expired": "expired",
}


def _ending(state: State, order: Order, summary: Summary, now_s: float) -> Ending:
    kind = _END_KINDS.get(order.state, "arranged")
    receipt = order.receipt
    return Ending(
        # Of what was given away no money comes back.
        kind="not_out" if kind == "money_back" and not order.total_minor else kind,
        summary=summary,
        units=_grouped(_units(state, order)),
        refunded=format_minor(order.refunded_minor, order.currency) if order.refunded_minor else "",
        paid=order.paid_minor > 0,
        left_s=math.ceil(state.left_s(now_s)),
        vended=any(line.handover in BY_MACHINE for line in order.lines),
        receipt=receipt.number if receipt is not None else 0,
        receipt_url=receipt.url if receipt is not None else "",
        printing=_printing(state, order),
        points=order.points_earned,
        pickup_code=order.pickup_code,
    )


_COLLECTED: Final[dict[str, CollectKind]] = {
    "collected": "collected",
    "refunded": "refunded",
    "unpaid": "unpaid",
    "cancelled": "cancelled",
}


def show_collect(state: State, shop: Shop, order: Order, told: Pickup) -> Collect:
    """The order that somebody showed a code of; it changes under their eyes when staff hand it over."""
    if order.to_collect:
        kind: CollectKind = "ready"
    else:
        kind = "handed" if told.standing == "ready" else _COLLECTED.get(told.standing, "nothing")
    when = parse_time(told.at)
    local = "" if when is None else when.astimezone(ZoneInfo(shop.store.timezone)).strftime("%m-%d %H:%M")
    units = tuple(unit for unit in _units(state, order) if unit.way in AT_THE_COUNTER)
    return Collect(kind, _summary(state, shop, order), units, local)


def _printing(state: State, order: Order) -> Literal["", "can", "asked", "done"]:
    """Where there is a printer: whether the receipt can be printed, waits, or is on its way out."""
    printer = state.shop is not None and state.shop.store.printer
    if order.receipt is None or not order.receipt.receipt or not printer:
        return ""
    if state.printed == order.receipt.receipt:
        return "done"
    return "asked" if state.waits_for(PrintReceipt) else "can"
