"""Slots: the planogram, counts and blocks. The book never goes below zero; a count posts its difference.

What a count means for the right to sell is added by `rights.completed`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cloud_sync.protocol import facts
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.money import MAX_MINOR
from edge_agent.domain.clocks import sold_at
from edge_agent.domain.commands import BlockSlot, CountSlot, PlanSlots, UnblockSlot
from edge_agent.domain.places import Slot
from edge_agent.domain.policy import Policy
from edge_agent.domain.refusals import Refusal
from hardware.messages import CashSale

MAX_COUNT = 10_000
"""No slot holds more; a larger count is a slip of the finger or a broken counter."""


def plan(
    command: PlanSlots, known_skus: frozenset[str], slots: dict[tuple[str, str], Slot]
) -> list[facts.Fact] | Refusal:
    """Give slots their SKU; all or none. A count given along posts its difference to the book."""
    out: list[facts.Fact] = []
    named: set[tuple[str, str]] = set()
    for wanted in command.slots:
        if (wanted.device, wanted.slot) in named:
            return Refusal("malformed", f"{wanted.device} {wanted.slot} stands twice in the planogram")
        named.add((wanted.device, wanted.slot))
        if wanted.sku not in known_skus:
            return Refusal("unknown_item", wanted.sku)
        before = slots.get((wanted.device, wanted.slot))
        if before is not None and before.sku != wanted.sku and before.count:
            # Another product goes in, so what stood there was taken out: it is missing until it is counted elsewhere.
            out.append(_emptied(before))
            before = replace(before, count=0)
        if wanted.par_level < 0 or wanted.capacity < 0:
            return Refusal("malformed", f"{wanted.device} {wanted.slot}: levels cannot be below 0")
        out.append(
            facts.SlotPlanned(
                device=wanted.device,
                slot=wanted.slot,
                sku=wanted.sku,
                par_level=wanted.par_level,
                capacity=wanted.capacity,
            )
        )
        if wanted.count is not None:
            counted = _counted(wanted.device, wanted.slot, wanted.sku, wanted.count, before, "planogram")
            if isinstance(counted, Refusal):
                return counted
            out += counted
    return out


def _emptied(slot: Slot) -> facts.SlotCounted:
    return facts.SlotCounted(
        device=slot.device, slot=slot.slot, sku=slot.sku, count=0, delta=-slot.count, by="planogram"
    )


def _counted(
    device: str, slot: str, sku: str, count: int, before: Slot | None, by: str
) -> list[facts.Fact] | Refusal:
    if not 0 <= count <= MAX_COUNT:
        return Refusal("malformed", f"a slot holds 0 to {MAX_COUNT} units, not {count}")
    delta = count - (before.count if before else 0)
    return [facts.SlotCounted(device=device, slot=slot, sku=sku, count=count, delta=delta, by=by)]


def count(slot: Slot | None, command: CountSlot, by: str) -> list[facts.Fact] | Refusal:
    """Somebody counted a slot."""
    if slot is None:
        return Refusal("unknown_slot", f"{command.device} {command.slot}")
    return _counted(slot.device, slot.slot, slot.sku, command.count, slot, by)


def block(slot: Slot | None, command: BlockSlot) -> list[facts.Fact] | Refusal:
    """Take a slot out of sale."""
    if slot is None:
        return Refusal("unknown_slot", f"{command.device} {command.slot}")
    if slot.blocked:
        return []
    return [facts.SlotBlocked(device=slot.device, slot=slot.slot, reason=command.reason or "staff")]


def unblock(slot: Slot | None, command: UnblockSlot) -> list[facts.Fact] | Refusal:
    """Put a slot back on sale."""
    if slot is None:
        return Refusal("unknown_slot", f"{command.device} {command.slot}")
    return [facts.SlotUnblocked(device=slot.device, slot=slot.slot, by="staff")] if slot.blocked else []


def cash_sale(
    device: str,
    slot: Slot | None,
    report: CashSale,
    currency: str,
    sale: str,
    device_time: str,
    now: datetime,
    policy: Policy,
) -> list[facts.Fact] | Refusal:
    """A machine sold for cash by itself. It is a fact whatever the book says, so the book is put right first."""
    if not 0 <= report.price_minor <= MAX_MINOR or report.currency != currency:
        return Refusal(
            "malformed", f"a sale for {report.price_minor} {report.currency}, the store takes {currency}"
        )
    sold = facts.CashSold(
        sale=sale,
        device=device,
        slot=report.slot,
        sku=slot.sku if slot else "",
        price_minor=report.price_minor,
        currency=report.currency,
        sold_at=rfc3339(sold_at(device_time, now, policy.device_clock_window_days)),
    )
    return [*found_in(slot, sold.sku), sold]


def found_in(slot: Slot | None, sku: str) -> list[facts.Fact]:
    """A unit is leaving a slot whose book says 0: the book was wrong by one, so say that first."""
    if slot is None or slot.count > 0:
        return []
    return [
        facts.SlotCounted(
            device=slot.device, slot=slot.slot, sku=sku, count=1, delta=1, by="sold_though_counted_empty"
        )
    ]
