"""Per device report: load what the rule needs, decide. A report we can make no sense of is refused, and its
bytes then go to the quarantine while the device's log goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.codes.meaning import meaning_of
from edge_agent.domain import audit, commands, device, food, footfall, label, stock, vend, visit
from edge_agent.domain.order import Order
from edge_agent.domain.places import Slot
from edge_agent.domain.policy import Policy
from edge_agent.domain.refusals import Refusal
from edge_agent.services.handlers import Outcome
from edge_agent.services.ports import Reader
from hardware import messages

ReportHandler = Callable[[Reader, commands.DeviceReported, Any, datetime, Policy], Outcome]


def decide_report(
    r: Reader, c: commands.DeviceReported, report: messages.Report, now: datetime, policy: Policy
) -> Outcome:
    """The facts a readable report leads to."""
    return _REPORTS[type(report)](r, c, report, now, policy)


def _own_order(r: Reader, c: commands.DeviceReported, vend_id: str) -> Order | None:
    """The order of a vend that was asked of this very device; a device cannot speak for another's."""
    order = r.order_of_vend(vend_id)
    return order if order is not None and order.vend(vend_id).device == c.device else None


def _vend_started(
    r: Reader, c: commands.DeviceReported, m: messages.VendStarted, now: datetime, policy: Policy
) -> Outcome:
    order = _own_order(r, c, m.command_id)
    return Refusal("unknown_vend", m.command_id) if order is None else vend.started(order, m.command_id)


def _vend_succeeded(
    r: Reader, c: commands.DeviceReported, m: messages.VendSucceeded, now: datetime, policy: Policy
) -> Outcome:
    order = _own_order(r, c, m.command_id)
    if order is None:
        return Refusal("unknown_vend", m.command_id)
    machine = r.device(c.device)
    return vend.succeeded(
        order,
        m.command_id,
        confirmed=m.drop_confirmed,
        must_confirm=machine is not None and machine.drop_sensor,
        slot=r.slot(c.device, order.vend(m.command_id).slot),
        device_time=c.at,
        now=now,
        policy=policy,
    )


def _vend_failed(
    r: Reader, c: commands.DeviceReported, m: messages.VendFailed, now: datetime, policy: Policy
) -> Outcome:
    order = _own_order(r, c, m.command_id)
    if order is None:
        return Refusal("unknown_vend", m.command_id)
    asked = order.vend(m.command_id)
    return vend.failed(order, m.command_id, m.code, r.slot(c.device, asked.slot), policy)


def _command_refused(
    r: Reader, c: commands.DeviceReported, m: messages.CommandRefused, now: datetime, policy: Policy
) -> Outcome:
    said: facts.Fact = device_facts.CommandRefused(device=c.device, command_id=m.command_id, reason=m.reason)
    order = _own_order(r, c, m.command_id)
    if order is None:
        return [said]
    # A refusal says nothing of the slot's motor, so it does not count towards blocking it.
    slot: Slot | None = None
    return [said, *vend.failed(order, m.command_id, f"refused:{m.reason}", slot, policy)]


def _booted(
    r: Reader, c: commands.DeviceReported, m: messages.Booted, now: datetime, policy: Policy
) -> Outcome:
    out: list[facts.Fact] = [device_facts.DeviceBooted(device=c.device, boot=c.boot)]
    for vend_id in r.open_vends(c.device, ("dispensing",)):
        out += vend.unknown(r.order_of_vend(vend_id), vend_id, "machine_restarted")
    return out


def _cash_sale(
    r: Reader, c: commands.DeviceReported, m: messages.CashSale, now: datetime, policy: Policy
) -> Outcome:
    return stock.cash_sale(c.device, r.slot(c.device, m.slot), m, r.currency(), c.id, c.at, now, policy)


def _slot_counted(
    r: Reader, c: commands.DeviceReported, m: messages.SlotCounted, now: datetime, policy: Policy
) -> Outcome:
    slot = r.slot(c.device, m.slot)
    if slot is None:
        return Refusal("unknown_slot", f"{c.device} {m.slot}")
    if not 0 <= m.count <= stock.MAX_COUNT:
        return Refusal("malformed", f"slot {m.slot} cannot hold {m.count} units")
    delta = m.count - slot.count
    return [
        facts.SlotCounted(device=c.device, slot=m.slot, sku=slot.sku, count=m.count, delta=delta, by="device")
    ]


def _fault_raised(
    r: Reader, c: commands.DeviceReported, m: messages.FaultRaised, now: datetime, policy: Policy
) -> Outcome:
    said = device.plain(c.device, m)
    return [*said, *food.timer_ran_out(r.food_in(c.device))] if food.is_health_timer(m.code) else said


def _plain(
    r: Reader, c: commands.DeviceReported, m: messages.Report, now: datetime, policy: Policy
) -> Outcome:
    return device.plain(c.device, m)


def _interaction(
    r: Reader, c: commands.DeviceReported, m: messages.Report, now: datetime, policy: Policy
) -> Outcome:
    item = visit.item_of(m)
    return visit.interaction(c.device, m, r.brand(item) if item else "")


def _code_scanned(
    r: Reader, c: commands.DeviceReported, m: messages.CodeScanned, now: datetime, policy: Policy
) -> Outcome:
    meaning = meaning_of(m.text, m.symbology)
    item = r.sku_of_gtin(meaning.gtin14) if meaning.gtin14 else ""
    return visit.scanned(c.device, m, meaning, item, r.brand(item) if item else "")


def _slot_selected(
    r: Reader, c: commands.DeviceReported, m: messages.SlotSelected, now: datetime, policy: Policy
) -> Outcome:
    slot = r.slot(c.device, m.slot)
    sku = "" if slot is None else slot.sku
    return visit.selected(c.device, m, sku, r.brand(sku) if sku else "")


def _audit_read(
    r: Reader, c: commands.DeviceReported, m: messages.AuditRead, now: datetime, policy: Policy
) -> Outcome:
    machine = r.device(c.device)
    described = "" if machine is None else machine.described
    return audit.taken_in(c.device, m, r.audit_books(c.device), described, r.currency())


def _label_shown(
    r: Reader, c: commands.DeviceReported, m: messages.LabelShown, now: datetime, policy: Policy
) -> Outcome:
    return label.shown(c.device, m)


def _label_failed(
    r: Reader, c: commands.DeviceReported, m: messages.LabelFailed, now: datetime, policy: Policy
) -> Outcome:
    return label.failed(c.device, m)


def _footfall_counted(
    r: Reader, c: commands.DeviceReported, m: messages.FootfallCounted, now: datetime, policy: Policy
) -> Outcome:
    return footfall.counted(c.device, m, now, policy)


_REPORTS: dict[type[messages.Report], ReportHandler] = {
    messages.VendStarted: _vend_started,
    messages.VendSucceeded: _vend_succeeded,
    messages.VendFailed: _vend_failed,
    messages.CommandRefused: _command_refused,
    messages.Booted: _booted,
    messages.CashSale: _cash_sale,
    messages.SlotCounted: _slot_counted,
    messages.SlotSelected: _slot_selected,
    messages.AuditRead: _audit_read,
    messages.LabelShown: _label_shown,
    messages.LabelFailed: _label_failed,
    messages.FootfallCounted: _footfall_counted,
    messages.CodeScanned: _code_scanned,
    **dict.fromkeys(device.PLAIN_REPORTS, _plain),
    messages.FaultRaised: _fault_raised,
    **dict.fromkeys(visit.KINDS, _interaction),
}
