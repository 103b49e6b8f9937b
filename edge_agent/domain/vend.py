"""Vends: one unit leaving one machine. A motor is not idempotent, so a vend is requested exactly once.

requested → dispensing → dispensed | failed | unknown. Only the machine (or a person who looked) settles one;
silence, or a restart in the middle, makes it unknown and a person's case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from cloud_sync.protocol import facts
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.eva_dts.events import HEALTH_TIMER
from cloud_sync.protocol.handover_facts import BY_MACHINE
from edge_agent.domain.clocks import sold_at
from edge_agent.domain.commands import SettleVend
from edge_agent.domain.order import OPEN_VENDS, Order, Refund, Vend, conclusion
from edge_agent.domain.places import Slot
from edge_agent.domain.policy import Policy
from edge_agent.domain.refund import owed
from edge_agent.domain.refusals import Refusal
from edge_agent.domain.stock import found_in


def request_all(order: Order, queued: Mapping[str, int], now: datetime, policy: Policy) -> list[facts.Fact]:
    """Ask the machines for every unit of a paid order. `queued`: open vends per device before this order."""
    out: list[facts.Fact] = []
    waiting = Counter(queued)
    for line in order.lines:
        if line.how not in BY_MACHINE:
            continue
        for unit in range(1, line.qty + 1):
            waiting[line.device] += 1
            turns = waiting[line.device]
            ttl = timedelta(milliseconds=policy.vend_command_ttl_ms * turns)
            timeout = timedelta(milliseconds=policy.vend_timeout_ms * turns)
            out.append(
                facts.VendRequested(
                    vend=f"{order.id}-{line.line}-{unit}",
                    order=order.id,
                    line=line.line,
                    device=line.device,
                    slot=line.slot,
                    sku=line.sku,
                    expires_at=rfc3339(now + ttl),
                    due_by=rfc3339(now + timeout),
                )
            )
    return out


def waits_for_machines(order: Order) -> bool:
    """Whether a machine has a part in it."""
    return any(line.how in BY_MACHINE for line in order.lines)


def started(order: Order, vend_id: str) -> list[facts.Fact]:
    """The machine says its motor turns."""
    if order.vend(vend_id).state != "requested":
        return []
    vend = order.vend(vend_id)
    return [facts.VendStarted(vend=vend.id, order=order.id, device=vend.device, slot=vend.slot)]


def succeeded(
    order: Order,
    vend_id: str,
    *,
    confirmed: bool,
    must_confirm: bool,
    slot: Slot | None,
    device_time: str,
    now: datetime,
    policy: Policy,
) -> list[facts.Fact]:
    """The machine says the unit dropped. `must_confirm`: it has a drop sensor, whose silence is doubt."""
    vend = order.vend(vend_id)
    if vend.state not in OPEN_VENDS:
        return _late(order, vend, "dispensed")
    if must_confirm and not confirmed:
        return unknown(order, vend_id, "drop_not_confirmed")
    at = rfc3339(sold_at(device_time, now, policy.device_clock_window_days))
    return _dispensed(order, vend, slot, at, confirmed=confirmed, by="device")


def failed(order: Order, vend_id: str, code: str, slot: Slot | None, policy: Policy) -> list[facts.Fact]:
    """The machine is certain that the unit stayed inside: the money goes back by itself."""
    vend = order.vend(vend_id)
    if vend.state not in OPEN_VENDS:
        return _late(order, vend, "failed")
    out = _failed(order, vend, code, by="device")
    if slot is not None and not slot.blocked and slot.failures + 1 >= policy.failures_to_block:
        out.append(facts.SlotBlocked(device=slot.device, slot=slot.slot, reason=f"repeated_failures:{code}"))
    return out


def withhold(order: Order | None, vend_id: str, slot: Slot | None) -> list[facts.Fact]:
    """Food that was too warm for too long stays in the machine, and the money goes back.

    Only for a vend that was never sent: whoever sends them says so. One that may be at the machine is left to it.
    """
    if order is None or slot is None or not slot.spoiling:
        return []
    vend = order.vend(vend_id)
    return _failed(order, vend, HEALTH_TIMER, by="store") if vend.state == "requested" else []


def unknown(order: Order | None, vend_id: str, reason: str) -> list[facts.Fact]:
    """Nobody can tell what happened: open a case for a person. The case number is the vend's id."""
    if order is None or order.vend(vend_id).state not in ("requested", "dispensing"):
        return []
    vend = order.vend(vend_id)
    return [
        facts.VendUnknown(
            vend=vend.id, order=order.id, device=vend.device, slot=vend.slot, reason=reason, case=vend.id
        )
    ]


def overdue(order: Order | None, vend_id: str, now: datetime) -> list[facts.Fact]:
    """The machine had its time and said nothing."""
    if order is None or order.vend(vend_id).due_by > rfc3339(now):
        return []
    return unknown(order, vend_id, "no_answer")


def settle(
    order: Order | None, command: SettleVend, slot: Slot | None, now: datetime
) -> list[facts.Fact] | Refusal:
    """A person looked into the tray. Only an unknown vend may be settled by hand."""
    if order is None:
        return Refusal("unknown_vend", command.vend)
    vend = order.vend(command.vend)
    if vend.state not in OPEN_VENDS:
        return Refusal("already_settled", vend.id)
    if vend.state != "unknown":
        return Refusal("not_unknown", vend.id)
    if command.dispensed:
        return _dispensed(order, vend, slot, rfc3339(now), confirmed=False, by="staff")
    return _failed(order, vend, "staff", by="staff")


def _dispensed(
    order: Order, vend: Vend, slot: Slot | None, at: str, *, confirmed: bool, by: str
) -> list[facts.Fact]:
    fact = facts.VendDispensed(
        vend=vend.id,
        order=order.id,
        line=vend.line,
        device=vend.device,
        slot=vend.slot,
        sku=vend.sku,
        price_minor=vend.price_minor,
        currency=order.currency,
        sold_at=at,
        drop_confirmed=confirmed,
        by=by,
    )
    return [*found_in(slot, vend.sku), fact, *conclusion(order.with_vend(vend.id, "dispensed"))]


def _failed(order: Order, vend: Vend, code: str, *, by: str) -> list[facts.Fact]:
    fact = facts.VendFailed(
        vend=vend.id,
        order=order.id,
        line=vend.line,
        device=vend.device,
        slot=vend.slot,
        sku=vend.sku,
        code=code,
        by=by,
    )
    after = order.with_vend(vend.id, "failed")
    paid = order.paid_payment
    if paid is None or vend.price_minor == 0:
        return [fact, *conclusion(after)]
    back = owed(order, paid, vend.price_minor, f"vend_failed:{code}")
    return [
        fact,
        back,
        *conclusion(after.with_refund(Refund(back.refund, paid.id, back.amount_minor, "requested"))),
    ]


def _late(order: Order, vend: Vend, device_says: str) -> list[facts.Fact]:
    """A report after the outcome: the same again is nothing new, another one is a dispute."""
    if vend.state == device_says:
        return []
    return [
        facts.VendDisputed(
            vend=vend.id, order=order.id, device=vend.device, settled_as=vend.state, device_says=device_says
        )
    ]
