"""Refunds: owing money back, and learning that it went. A refund a provider refuses goes to a person."""

from __future__ import annotations

from cloud_sync.protocol import facts, handover_facts
from edge_agent.domain.commands import PayOutRefund, RefundAnswered, RefundOrder
from edge_agent.domain.methods import BY_HAND
from edge_agent.domain.order import ENDED, Order, Payment, Refund, conclusion
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
    """Give money back for goods that were handed over; whole units lose their place in the sales."""
    if order is None:
        return Refusal("unknown_order", command.order)
    payment = order.paid_payment
    if payment is None or order.state not in ENDED:
        return Refusal("refund_not_open", order.id)
    left_minor = payment.amount_minor - order.refunded_minor(payment)
    if command.amount_minor < 1 or command.amount_minor > left_minor:
        return Refusal("refund_too_large", str(left_minor))
    out: list[facts.Fact] = [owed(order, payment, command.amount_minor, command.reason)]
    if command.amount_minor == left_minor:
        out += [
            facts.SaleReversed(
                vend=v.id,
                order=order.id,
                device=v.device,
                slot=v.slot,
                sku=v.sku,
                price_minor=v.price_minor,
                currency=order.currency,
                sold_at=v.sold_at,
                by="staff",
            )
            for v in order.vends
            if v.state == "dispensed"
        ]
        out += [
            handover_facts.HandoverReversed(
                handover=h.id,
                order=order.id,
                line=h.line,
                sku=h.sku,
                qty=h.qty,
                amount_minor=h.amount_minor,
                currency=order.currency,
                sold_at=h.sold_at,
                device=h.device,
            )
            for h in order.handovers
            if h.state == "done"
        ]
    return out
