"""Handing over without a motor: staff, shelf, pick-up, shipping. A line goes as one, and ends once.

requested → done | failed; what is done may be reversed when staff give the money back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from cloud_sync.protocol import facts, handover_facts
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.handover_facts import BY_MACHINE, SHELF
from edge_agent.domain import vend
from edge_agent.domain.commands import FailHandover, HandOver
from edge_agent.domain.order import Handover, Order, Refund, conclusion
from edge_agent.domain.policy import Policy
from edge_agent.domain.refund import owed
from edge_agent.domain.refusals import Refusal

MAX_TEXT = 200


def fulfil(order: Order, queued: Mapping[str, int], now: datetime, policy: Policy) -> list[facts.Fact]:
    """Set everything of a paid order in motion: machines, staff. What stands on the shelf is the shopper's at once."""
    out = vend.request_all(order, queued, now, policy)
    after = order
    for line in order.lines:
        if line.how in BY_MACHINE:
            continue
        asked = Handover(
            f"{order.id}-{line.line}", line.line, line.how, line.sku, line.qty, line.qty * line.price_minor,
            "requested", line.device, line.slot,
        )  # fmt: skip
        out.append(
            handover_facts.HandoverRequested(
                handover=asked.id,
                order=order.id,
                line=asked.line,
                how=asked.how,
                sku=asked.sku,
                qty=asked.qty,
                device=asked.device,
                slot=asked.slot,
            )
        )
        if line.how == SHELF:
            out.append(_done(order, asked, rfc3339(now), document="", by="shopper"))
            asked = replace(asked, state="done")
        after = after.with_handover(asked)
    return out if vend.waits_for_machines(order) else [*out, *conclusion(after)]


def hand_over(order: Order | None, command: HandOver, now: datetime) -> list[facts.Fact] | Refusal:
    """The shopper, or the carrier, has the units."""
    if order is None:
        return Refusal("unknown_handover", command.handover)
    found = order.handover(command.handover)
    if found.state != "requested":
        return Refusal("handover_closed", found.id)
    done = _done(order, found, rfc3339(now), document=command.document[:MAX_TEXT], by=command.by)
    return [done, *conclusion(order.with_handover(replace(found, state="done")))]


def fail(order: Order | None, command: FailHandover) -> list[facts.Fact] | Refusal:
    """The units will not reach the shopper: what was paid for them goes back, and they may be sold again."""
    if order is None:
        return Refusal("unknown_handover", command.handover)
    found = order.handover(command.handover)
    if found.state != "requested":
        return Refusal("handover_closed", found.id)
    out: list[facts.Fact] = [
        handover_facts.HandoverFailed(
            handover=found.id,
            order=order.id,
            line=found.line,
            how=found.how,
            sku=found.sku,
            qty=found.qty,
            reason=command.reason[:MAX_TEXT],
            device=found.device,
            slot=found.slot,
        )
    ]
    after = order.with_handover(replace(found, state="failed"))
    paid = order.paid_payment
    if paid is not None and found.amount_minor:
        back = owed(order, paid, found.amount_minor, f"not_handed_over:{command.reason[:MAX_TEXT]}")
        out.append(back)
        after = after.with_refund(Refund(back.refund, paid.id, back.amount_minor, "requested"))
    return [*out, *conclusion(after)]


def _done(order: Order, h: Handover, at: str, *, document: str, by: str) -> handover_facts.HandedOver:
    return handover_facts.HandedOver(
        handover=h.id,
        order=order.id,
        line=h.line,
        how=h.how,
        sku=h.sku,
        qty=h.qty,
        amount_minor=h.amount_minor,
        currency=order.currency,
        sold_at=at,
        device=h.device,
        slot=h.slot,
        document=document,
        by=by,
    )
