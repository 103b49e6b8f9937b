"""Refunds: owing money back, and learning that it went. A refund a provider refuses goes to a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from cloud_sync.protocol import facts, handover_facts
from edge_agent.domain.commands import PayOutRefund, RefundAnswered, RefundOrder
from edge_agent.domain.methods import BY_HAND
from edge_agent.domain.order import ENDED, Handover, Order, Payment, Refund, Vend, conclusion
from edge_agent.domain.refusals import Refusal


def owed(order: Order, payment: Payment, amount_minor: int, reason: str) -> facts.RefundRequested:
    """Owe the shopper this much of a payment."""
    return facts.RefundRequested(
        refund=f"{payment.id}-R{len(order.refunds) + 1}",
        payment=payment.id,
        order=order.id,
        amount_minor=amount_minor,
        currency=payment.currency,
        reason=reason,
    )


def answered(order: Order | None, command: RefundAnswered | PayOutRefund) -> list[facts.Fact] | Refusal:
    """The money went back, or a person must see to it."""
    found = None if order is None else next((r for r in order.refunds if r.id == command.refund), None)
    if order is None or found is None:
        return Refusal("unknown_refund", command.refund)
    payment = next(p for p in order.payments if p.id == found.payment)
    if isinstance(command, PayOutRefund):
        if found.state == "refunded":
            return Refusal("refund_not_open", found.id)
        if payment.method not in BY_HAND and found.state != "refused":
            return Refusal("refund_not_open", found.id)
        refunded, reference = True, "paid out by staff"
    else:
        if found.state != "requested":
            return []
        refunded, reference = command.refunded, command.provider_ref
        if not refunded:
            return [
                facts.RefundRefused(
                    refund=found.id, payment=payment.id, order=order.id, reason=command.reason
                )
            ]
    done = facts.PaymentRefunded(
        refund=found.id,
        payment=payment.id,
        order=order.id,
        method=payment.method,
        amount_minor=found.amount_minor,
        currency=payment.currency,
        provider_ref=reference,
    )
    after = order.with_refund(Refund(found.id, found.payment, found.amount_minor, "refunded"))
    return [done, *conclusion(after)]


def by_staff(order: Order | None, command: RefundOrder) -> list[facts.Fact] | Refusal:
    """Give money back for goods that were handed over: an amount, or what certain units cost.

    Units that are named lose their place in the sales; all that is left does once all the money is back.
    """
    if order is None:
        return Refusal("unknown_order", command.order)
    payment = order.paid_payment
    if payment is None or order.state not in ENDED:
        return Refusal("refund_not_open", order.id)
    left_minor = payment.amount_minor - order.refunded_minor(payment)
    amount_minor, back = command.amount_minor, list[Held]()
    if command.lines:
        found = _named(order, command.lines)
        if isinstance(found, Refusal):
            return found
        # What was given back before, for a wrong price, is not given back twice.
        back, amount_minor = found, min(left_minor, sum(each.price_minor * each.units for each in found))
        if command.amount_minor not in (0, amount_minor):
            return Refusal("refund_changed", str(amount_minor))
    if amount_minor < 1 or amount_minor > left_minor:
        return Refusal("refund_too_large", str(left_minor))
    back = with_shopper(order) if amount_minor == left_minor else back
    return [
        owed(order, payment, amount_minor, command.reason),
        *(_reversed(order, each) for each in back),
    ]


class Held(NamedTuple):
    """Units of a line that the shopper has, from one vend or one handover, and the price of each."""

    line: int
    units: int
    price_minor: int
    of: Vend | Handover


def with_shopper(order: Order) -> list[Held]:
    """What was handed over and not taken back since."""
    vended = [
        Held(v.line, 1, v.price_minor, v) for v in order.vends if v.state == "dispensed" and not v.reversed
    ]
    handed = [
        Held(h.line, h.qty - h.reversed, h.amount_minor // h.qty, h)
        for h in order.handovers
        if h.state == "done"
    ]
    return [*vended, *handed]


def _named(order: Order, lines: Sequence[tuple[int, int]]) -> list[Held] | Refusal:
    """The units that a person named, or that there are not so many."""
    asked: Counter[int] = Counter()
    for line, units in lines:
        if units < 1:
            return Refusal("line_not_with_shopper", str(line))
        asked[line] += units
    found = []
    for held in with_shopper(order):
        units = min(asked[held.line], held.units)
        if units:
            asked[held.line] -= units
            found.append(held._replace(units=units))
    missing = [str(line) for line, units in asked.items() if units]
    return Refusal("line_not_with_shopper", ", ".join(missing)) if missing else found


def _reversed(order: Order, held: Held) -> facts.Fact:
    if isinstance(held.of, Vend):
        return facts.SaleReversed(
            vend=held.of.id,
            order=order.id,
            device=held.of.device,
            slot=held.of.slot,
            sku=held.of.sku,
            price_minor=held.price_minor,
            currency=order.currency,
            sold_at=held.of.sold_at,
            by="staff",
        )
    return handover_facts.HandoverReversed(
        handover=held.of.id,
        order=order.id,
        line=held.line,
        sku=held.of.sku,
        qty=held.units,
        amount_minor=held.units * held.price_minor,
        currency=order.currency,
        sold_at=held.of.sold_at,
        device=held.of.device,
    )
