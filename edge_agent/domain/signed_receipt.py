"""Paying by signed receipt while the store is offline: headquarters took the money, the shopper shows its receipt.

Pure. A receipt is good in one store, for one order and payment, for the exact amount, until it expires, and once. What
is refused leaves nothing behind, so that any number of wrong receipts costs no more than looking at them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cloud_sync.protocol import facts
from cloud_sync.protocol.codes.errors import CodeError
from cloud_sync.protocol.codes.own_codes import MAX_CHARS, Content, check_signature, read
from edge_agent.domain import handover
from edge_agent.domain.commands import Command
from edge_agent.domain.methods import SIGNED
from edge_agent.domain.order import LIVE_PAYMENTS, Order, Payment
from edge_agent.domain.policy import Policy
from edge_agent.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class PresentReceipt(Command):
    """Somebody shows a receipt's code, at a scanner or typed."""

    text: str
    device: str = ""


def look(text: str, keys: Mapping[str, bytes], store: str, now: datetime) -> Content | Refusal:
    """What a receipt says, once headquarters' key vouches for it and it is for this store and time."""
    if len(text) > MAX_CHARS:
        return Refusal("receipt_invalid", "too long")
    try:
        code = read(text.strip())
    except CodeError:
        return Refusal("receipt_invalid", "unreadable")
    content = code.content
    if code.kind != "receipt" or check_signature(code, keys)[0] != "valid":
        return Refusal("receipt_invalid", "not signed by headquarters")
    if content.store != store:
        return Refusal("receipt_elsewhere", content.store)
    if not content.expires_at or now.timestamp() >= content.expires_at:
        return Refusal("receipt_expired", content.order)
    return content


def accept(
    order: Order | None, receipt: Content, used_by: str, queued: dict[str, int], now: datetime, policy: Policy
) -> list[facts.Fact] | Refusal:
    """Take a genuine receipt as the money of the order's open payment. `used_by`: the payment it paid already."""
    if used_by:
        return Refusal("receipt_used", used_by)
    if order is None:
        return Refusal("unknown_order", receipt.order)
    payment = next((p for p in order.payments if p.method == SIGNED and p.state in LIVE_PAYMENTS), None)
    if payment is None:
        paid = any(p.state in ("paid", "refunded") for p in order.payments)
        return Refusal("receipt_used" if paid else "receipt_late", order.id)
    if (receipt.amount_minor, receipt.currency) != (payment.amount_minor, payment.currency):
        return Refusal("receipt_differs", order.id)
    if order.cancel_requested:
        return Refusal("receipt_late", order.id)
    return [_paid(order, payment, receipt), *handover.fulfil(order, queued, now, policy)]


def _paid(order: Order, payment: Payment, receipt: Content) -> facts.PaymentPaid:
    return facts.PaymentPaid(
        payment=payment.id,
        order=order.id,
        method=SIGNED,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        provider_ref=receipt.id,
    )
