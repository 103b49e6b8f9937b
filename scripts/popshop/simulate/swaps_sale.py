"""Rules of a sale, each as what stands in its place when it is taken out (see `mutants`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloud_sync.protocol import facts
from edge_agent.domain import handover, payment, refund, vend

Swap = tuple[Any, str, Any]


def vend_asked_again() -> list[Swap]:
    real = vend.overdue

    def overdue(order: Any, name: str, now: Any) -> list[facts.Fact]:
        told = real(order, name, now)
        if not told:
            return told
        lost = order.vend(name)
        again = facts.VendRequested(
            vend=f"{name}-again",
            order=order.id,
            line=lost.line,
            device=lost.device,
            slot=lost.slot,
            sku=lost.sku,
            expires_at=lost.due_by,
            due_by=lost.due_by,
        )
        return [*told, again]

    return [(vend, "overdue", overdue)]


def refund_given_twice() -> list[Swap]:
    real = refund.answered

    def answered(order: Any, command: Any) -> Any:
        for found in () if order is None else order.refunds:
            if found.id == command.refund:
                order = order.with_refund(replace(found, state="requested"))
        return real(order, command)

    return [(refund, "answered", answered)]


def handed_over_twice() -> list[Swap]:
    real = handover.hand_over

    def hand_over(order: Any, command: Any, now: Any) -> Any:
        if order is not None:
            found = order.handover(command.handover)
            order = order.with_handover(replace(found, state="requested"))
        return real(order, command, now)

    return [(handover, "hand_over", hand_over)]


def money_taken_twice() -> list[Swap]:
    real = payment.confirm

    def confirm(order: Any, command: Any, *more: Any) -> Any:
        if order is not None:
            opened = (replace(p, state="pending") for p in order.payments)
            order = replace(order, payments=tuple(opened))
        return real(order, command, *more)

    return [(payment, "confirm", confirm)]


def given_up_for_nothing() -> list[Swap]:
    real = handover.fail

    def fail(order: Any, command: Any) -> Any:
        told = real(order, command)
        if not isinstance(told, list):
            return told
        return [fact for fact in told if not isinstance(fact, facts.RefundRequested)]

    return [(handover, "fail", fail)]
