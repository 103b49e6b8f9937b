"""Payments: asking for money, believing an answer, and what money sets in motion.

created → pending → paid → refunded | closed | unknown. Money that arrives where none was due goes back.
"""

from __future__ import annotations

from datetime import datetime

from cloud_sync.protocol import facts, payment_facts
from cloud_sync.protocol.envelope import rfc3339
from edge_agent.domain import handover
from edge_agent.domain.commands import ProviderAnswered, RequestPayment
from edge_agent.domain.methods import BY_CODE, BY_HAND, NONE
from edge_agent.domain.order import ENDED, LIVE_PAYMENTS, Order, Payment
from edge_agent.domain.payment_commands import ConfirmPayment, SettlePayment
from edge_agent.domain.policy import Policy
from edge_agent.domain.refund import owed
from edge_agent.domain.refusals import Refusal


def request(
    order: Order | None,
    command: RequestPayment,
    methods: frozenset[str],
    queued: dict[str, int],
    now: datetime,
    policy: Policy,
) -> list[facts.Fact] | Refusal:
    """Ask for the money. What staff have in hand already, and a payment of zero, is paid at once."""
    if order is None:
        return Refusal("unknown_order", command.order)
    if order.state in ENDED:
        return Refusal("order_closed", order.id)
    if order.live_payment or order.paid_payment:
        return Refusal("already_paying", order.id)
    method = NONE if order.total_minor == 0 else command.method
    if method not in methods | {NONE}:
        return Refusal("unknown_method", command.method)
    if command.scanned and method not in BY_CODE:
        return Refusal("unknown_method", f"{method} is not paid by a payment code")
    payment = Payment(
        f"{order.id}-P{len(order.payments) + 1}", method, "created", order.total_minor, order.currency
    )
    asked = facts.PaymentRequested(
        payment=payment.id,
        order=order.id,
        method=method,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        scanned=command.scanned,
    )
    if method == NONE or (method in BY_HAND and command.by_staff):
        return [asked, _paid(order, payment, ""), *handover.fulfil(order, queued, now, policy)]
    return [asked]


def _paid(order: Order, payment: Payment, provider_ref: str) -> facts.PaymentPaid:
    return facts.PaymentPaid(
        payment=payment.id,
        order=order.id,
        method=payment.method,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        provider_ref=provider_ref,
    )


def answered(
    order: Order | None, command: ProviderAnswered, queued: dict[str, int], now: datetime, policy: Policy
) -> list[facts.Fact] | Refusal:
    """Take a provider's answer for what it proves, and nothing more."""
    payment = None if order is None else next((p for p in order.payments if p.id == command.payment), None)
    if order is None or payment is None:
        return Refusal("unknown_order", command.payment)
    if payment.state in ("paid", "refunded") or (payment.state == "closed" and command.state != "paid"):
        return []
    if command.state == "paid":
        return _money_arrived(order, payment, command, queued, now, policy)
    if command.state == "pending":
        return (
            []
            if payment.state == "pending"
            else [
                facts.PaymentPending(
                    payment=payment.id,
                    order=order.id,
                    provider_ref=command.provider_ref,
                    pay_url=command.pay_url,
                )
            ]
        )
    if command.state == "closed":
        return _closed(order, payment, command.reason, now)
    if payment.state == "unknown":
        return []
    return [facts.PaymentUnknown(payment=payment.id, order=order.id, reason=command.reason)]


def _closed(order: Order, payment: Payment, reason: str, now: datetime) -> list[facts.Fact]:
    closed = facts.PaymentClosed(payment=payment.id, order=order.id, reason=reason)
    if order.state in ENDED or order.paid_payment is not None:
        return [closed]
    if order.cancel_requested:
        return [closed, facts.OrderClosed(order=order.id, state="cancelled")]
    if order.expires_at <= rfc3339(now):
        return [closed, facts.OrderClosed(order=order.id, state="expired")]
    return [closed]


def confirm(
    order: Order | None, command: ConfirmPayment, queued: dict[str, int], now: datetime, policy: Policy
) -> list[facts.Fact] | Refusal:
    """Staff have the money of a payment by hand."""
    payment = None if order is None else next((p for p in order.payments if p.id == command.payment), None)
    if order is None or payment is None:
        return Refusal("unknown_payment", command.payment)
    if payment.method not in BY_HAND:
        return Refusal("not_by_hand", payment.method)
    if payment.state not in LIVE_PAYMENTS:
        return Refusal("payment_closed", payment.id)
    return _arrived(order, payment, command.reference, queued, now, policy)


def settle(
    order: Order | None, command: SettlePayment, queued: dict[str, int], now: datetime, policy: Policy
) -> list[facts.Fact] | Refusal:
    """A person looked at the provider's own pages: the money of an unknown payment is there, or it is not."""
    payment = None if order is None else next((p for p in order.payments if p.id == command.payment), None)
    if order is None or payment is None:
        return Refusal("unknown_payment", command.payment)
    if payment.state != "unknown":
        return Refusal("payment_not_unknown", payment.id)
    settled = payment_facts.PaymentSettled(
        payment=payment.id, order=order.id, arrived=command.arrived, note=command.note[:200]
    )
    if command.arrived:
        return [settled, *_arrived(order, payment, "staff", queued, now, policy)]
    return [settled, *_closed(order, payment, "staff: did not arrive", now)]


def _money_arrived(
    order: Order,
    payment: Payment,
    command: ProviderAnswered,
    queued: dict[str, int],
    now: datetime,
    policy: Policy,
) -> list[facts.Fact]:
    if (command.amount_minor, command.currency) != (payment.amount_minor, payment.currency):
        return _odd_money(order, payment, "amount_differs", now)
    if command.about not in ("", payment.id) or command.order not in ("", order.id):
        return _odd_money(order, payment, "order_differs", now)
    return _arrived(order, payment, command.provider_ref, queued, now, policy)


def _arrived(
    order: Order,
    payment: Payment,
    provider_ref: str,
    queued: dict[str, int],
    now: datetime,
    policy: Policy,
) -> list[facts.Fact]:
    """The right money is there: the goods follow, or it goes back where none was due."""
    paid = _paid(order, payment, provider_ref)
    if order.state in ENDED:
        return [paid, owed(order, payment, payment.amount_minor, "paid_late")]
    if order.paid_payment is not None:
        return [paid, owed(order, payment, payment.amount_minor, "paid_twice")]
    if order.cancel_requested:
        back = owed(order, payment, payment.amount_minor, "cancelled")
        return [paid, back, facts.OrderClosed(order=order.id, state="cancelled")]
    return [paid, *handover.fulfil(order, queued, now, policy)]


def _odd_money(order: Order, payment: Payment, reason: str, now: datetime) -> list[facts.Fact]:
    """The provider took other money than we asked for. A person must look; the units are not held for that."""
    out: list[facts.Fact] = []
    if payment.state != "unknown":
        out.append(facts.PaymentUnknown(payment=payment.id, order=order.id, reason=reason))
    if order.state not in ENDED and order.paid_payment is None:
        if order.cancel_requested:
            out.append(facts.OrderClosed(order=order.id, state="cancelled"))
        elif order.expires_at <= rfc3339(now):
            out.append(facts.OrderClosed(order=order.id, state="expired"))
    return out
