"""Pure: folds a batch of facts into the changes of headquarters' views.

A fact whose values no shop can mean (a price of a trillion, a name of a kilobyte, a sale at no time) is a misfit:
it is named, has no effect, and the facts behind it are folded all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cloud_sync.hq.rules import day_folds, phone_folds, receipt_folds, shipping_folds
from cloud_sync.hq.rules.accept import Row
from cloud_sync.hq.rules.deltas import (
    Deltas,
    DeviceDelta,
    ExposureDelta,
    ExposureKey,
    InteractionKey,
    MoneyDelta,
    OpenVend,
    PeopleDelta,
    SaleDelta,
    SaleKey,
    SlotDelta,
)
from cloud_sync.hq.rules.limits import Misfit, amount, count, people
from cloud_sync.hq.rules.member_folds import MEMBER_FACTS, fold_member
from cloud_sync.hq.rules.stock_folds import STOCK_FACTS, fold_stock
from cloud_sync.protocol import day_facts, device_facts, facts, handover_facts
from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.identifiers import Stream

Sale = (
    facts.VendDispensed
    | facts.CashSold
    | facts.SaleReversed
    | handover_facts.HandedOver
    | handover_facts.HandoverReversed
)
MAX_KEY_CHARS: Final = 200
MAX_DWELL_MS: Final = 24 * 3_600_000
"""Nobody looks at a screen for longer than a day."""
NO_TIME: Final = timedelta(0)
MINUTE: Final = timedelta(minutes=1)
_SECONDS: Final = re.compile(r":[0-5][0-9]\.[0-9]{6}Z", re.ASCII)
"""What follows a minute in a time as stores write it."""
LARGE_BODY_BYTES: Final = 1_000
"""In a smaller row no text can be too long for a key, so that only larger ones are looked through."""


K = TypeVar("K")
V = TypeVar("V")


class Fold:
    """One batch being folded: the changes so far, and the zone in which its business days are counted."""

    def __init__(self, stream: Stream, timezone: str, epoch: int = 0) -> None:
        self.stream = stream
        self.zone = ZoneInfo(timezone)
        self.deltas = Deltas()
        self.deltas.receipts.epoch = epoch
        self._days: dict[tuple[ZoneInfo, str], date] = {}

    def add(self, row: Row) -> None:
        """Sum up what a row changes; one with a problem is passed over."""
        if row.fact is None or row.event is None:
            return
        try:
            _apply(self, row, row.fact, row.event.time)
        except Misfit as misfit:
            self.deltas.misfits[row.seq] = str(misfit)

    def day(self, at: str) -> date:
        """The business day of an RFC 3339 time. Raises Misfit."""
        # A batch's rows are minutes apart at most, and taking a time apart costs more than all else in a small row.
        minute = (self.zone, at[:16]) if _SECONDS.fullmatch(at, 16) else None
        known = self._days.get(minute) if minute is not None else None
        if known is not None:
            return known
        moment = parse_time(at)
        if moment is None:
            raise Misfit(f"{at[:40]!r} is not a time")
        try:
            here = moment.astimezone(self.zone)
        except OverflowError:
            raise Misfit(f"{at[:40]!r} is not a time that a calendar has") from None
        # Before there were time zones a minute could hold midnight.
        if minute is not None and not (here.utcoffset() or NO_TIME) % MINUTE:
            self._days[minute] = here.date()
        return here.date()

    def slot(self, device: str, slot: str) -> SlotDelta:
        """The slot's change so far."""
        return _entry(self.deltas.slots, (device, slot), SlotDelta)

    def device(self, device: str) -> DeviceDelta:
        """The device's change so far."""
        return _entry(self.deltas.devices, device, DeviceDelta)

    def money(self, currency: str) -> MoneyDelta:
        """The money's change so far."""
        return _entry(self.deltas.money, currency, MoneyDelta)

    def taking(self, at: str, method: str, currency: str) -> day_folds.TakingDelta:
        """A business day's takings of one way of paying so far. Raises Misfit."""
        return self.deltas.days.taking(day_folds.TakingKey(self.day(at), method, currency))

    def sell(self, fact: facts.VendDispensed | facts.CashSold) -> None:
        """A unit left its slot for money."""
        self.sold(fact, 1, fact.price_minor)
        if fact.sku:
            self.slot(fact.device, fact.slot).count -= 1

    def sold(self, fact: Sale, units: int, minor: int) -> None:
        """So many units for so much, on the day they were sold; both below 0 when they no longer count."""
        amount(abs(minor))
        key = SaleKey(self.day(fact.sold_at), fact.device, fact.sku, fact.currency)
        sale = _entry(self.deltas.sales, key, SaleDelta)
        sale.units += units
        sale.takings_minor += minor


def fold(rows: Iterable[Row], stream: Stream, timezone: str) -> Deltas:
    """Sum up what these rows change."""
    state = Fold(stream, timezone)
    for row in rows:
        state.add(row)
    return state.deltas


def _entry(entries: dict[K, V], key: K, make: Callable[[], V]) -> V:
    found = entries.get(key)
    if found is None:
        found = entries[key] = make()
    return found


_KEYS: Final = (
    "store",
    "device",
    "slot",
    "sku",
    "item",
    "kind",
    "currency",
    "code",
    "vend",
    "case",
    "state",
    "timezone",
    "grant",
    "recall",
    "reservation",
    "receipt",
    "method",
    "transfer",
    "to",
    "order",
    "member",
    "into",
    "tier",
    "consent",
)


def _apply(state: Fold, row: Row, fact: facts.Fact, at: str) -> None:
    if state.stream != fact.STREAM:
        raise Misfit(f"{row.type} does not belong into the stream {state.stream}")
    if len(row.body) > LARGE_BODY_BYTES:
        for key in _KEYS:
            if len(getattr(fact, key, None) or "") > MAX_KEY_CHARS:
                raise Misfit(f"{key} is longer than {MAX_KEY_CHARS} characters")
    kind = type(fact)
    handler = _HANDLERS.get(kind)
    if handler is not None:
        handler(state, fact, at)
    if kind in receipt_folds.CONCERNED:
        receipt_folds.fold(state.deltas.receipts, fact, row.seq)
    if kind in phone_folds.CONCERNED:
        phone_folds.fold(state.deltas.phone, fact, at)
    device = getattr(fact, "device", "")
    if device:
        state.device(device).seen_at = at


def _store_opened(state: Fold, fact: facts.StoreOpened, _at: str) -> None:
    try:
        state.zone = ZoneInfo(fact.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misfit(f"unknown time zone {fact.timezone[:60]!r}") from None
    state.deltas.opened = fact


def _item_listed(state: Fold, fact: facts.ItemListed, _at: str) -> None:
    amount(fact.price_minor)
    state.deltas.items[fact.sku] = fact


def _slot_planned(state: Fold, fact: facts.SlotPlanned, _at: str) -> None:
    par, capacity = count(fact.par_level), count(fact.capacity)
    slot = state.slot(fact.device, fact.slot)
    slot.sku, slot.par_level, slot.capacity = fact.sku, par, capacity


def _slot_counted(state: Fold, fact: facts.SlotCounted, _at: str) -> None:
    # A recount is a delta: a sale that was on its way while somebody counted stays counted.
    delta = count(fact.delta)
    count(fact.rights or 0)
    count(fact.deficit)
    slot = state.slot(fact.device, fact.slot)
    slot.count += delta
    slot.sku = fact.sku


def _slot_blocked(state: Fold, fact: facts.SlotBlocked, _at: str) -> None:
    state.slot(fact.device, fact.slot).blocked = fact.reason or "blocked"


def _slot_unblocked(state: Fold, fact: facts.SlotUnblocked, _at: str) -> None:
    state.slot(fact.device, fact.slot).blocked = ""


def _device_described(state: Fold, fact: device_facts.DeviceDescribed, _at: str) -> None:
    state.device(fact.device).described = fact


def _device_status(state: Fold, fact: device_facts.DeviceStatusChanged, _at: str) -> None:
    device = state.device(fact.device)
    device.status, device.faults = fact.status, list(fact.faults)
    device.raised, device.cleared = [], []


def _fault_raised(state: Fold, fact: device_facts.FaultRaised, _at: str) -> None:
    device = state.device(fact.device)
    device.cleared = [code for code in device.cleared if code != fact.code]
    if fact.code not in device.raised:
        device.raised.append(fact.code)


def _fault_cleared(state: Fold, fact: device_facts.FaultCleared, _at: str) -> None:
    device = state.device(fact.device)
    device.raised = [code for code in device.raised if code != fact.code]
    if fact.code not in device.cleared:
        device.cleared.append(fact.code)


def _footfall_counted(state: Fold, fact: device_facts.FootfallCounted, _at: str) -> None:
    entered, left = people(fact.entered), people(fact.left)
    door = _entry(state.deltas.footfall, (state.day(fact.counted_at), fact.device), PeopleDelta)
    door.entered += entered
    door.left += left


def _order_placed(state: Fold, fact: facts.OrderPlaced, _at: str) -> None:
    shipping_folds.placed(state.deltas.shipping, fact)
    state.deltas.orders["placed"] = state.deltas.orders.get("placed", 0) + 1


def _order_closed(state: Fold, fact: facts.OrderClosed, at: str) -> None:
    if fact.state == "completed":
        day = state.day(at)
        state.deltas.completed[day] = state.deltas.completed.get(day, 0) + 1
    state.deltas.orders[fact.state] = state.deltas.orders.get(fact.state, 0) + 1


def _payment_paid(state: Fold, fact: facts.PaymentPaid, at: str) -> None:
    paid_minor = amount(fact.amount_minor)
    state.taking(at, fact.method, fact.currency).paid_minor += paid_minor
    state.money(fact.currency).paid_minor += paid_minor


def _payment_refunded(state: Fold, fact: facts.PaymentRefunded, at: str) -> None:
    refunded_minor = amount(fact.amount_minor)
    state.taking(at, fact.method, fact.currency).refunded_minor += refunded_minor
    state.money(fact.currency).refunded_minor += refunded_minor


def _vend_dispensed(state: Fold, fact: facts.VendDispensed, _at: str) -> None:
    state.sell(fact)
    _settle(state, fact.vend)


def _vend_failed(state: Fold, fact: facts.VendFailed, _at: str) -> None:
    _settle(state, fact.vend)


def _vend_unknown(state: Fold, fact: facts.VendUnknown, at: str) -> None:
    state.deltas.unknown_vends[fact.vend] = OpenVend(
        fact.order, fact.device, fact.slot, fact.reason, fact.case, at
    )


def _settle(state: Fold, vend: str) -> None:
    state.deltas.unknown_vends.pop(vend, None)
    state.deltas.settled_vends.add(vend)


def _sale_reversed(state: Fold, fact: facts.SaleReversed, _at: str) -> None:
    # It leaves the day it was sold on. Its unit does not come back into the slot.
    state.sold(fact, -1, -fact.price_minor)


def _handed_over(state: Fold, fact: handover_facts.HandedOver, at: str) -> None:
    units = count(fact.qty)
    state.sold(fact, units, fact.amount_minor)
    if fact.device:
        state.slot(fact.device, fact.slot).count -= units
    shipping_folds.handed_over(state.deltas.shipping, fact, at)


def _handover_failed(state: Fold, fact: handover_facts.HandoverFailed, at: str) -> None:
    shipping_folds.failed(state.deltas.shipping, fact, at)


def _handover_reversed(state: Fold, fact: handover_facts.HandoverReversed, _at: str) -> None:
    state.sold(fact, -count(fact.qty), -fact.amount_minor)
    state.deltas.shipping.reversed.add(fact.handover)


def _cash_sold(state: Fold, fact: facts.CashSold, _at: str) -> None:
    state.sell(fact)
    state.money(fact.currency).cash_minor += fact.price_minor
    state.taking(fact.sold_at, day_folds.MACHINE, fact.currency).paid_minor += fact.price_minor


def _day_closed(state: Fold, fact: day_facts.DayClosed, _at: str) -> None:
    state.deltas.days.closed.append(day_folds.closed(fact))


def _interaction(state: Fold, fact: facts.Interaction, at: str) -> None:
    key = InteractionKey(state.day(at), fact.device, fact.kind, fact.item)
    state.deltas.interactions[key] = state.deltas.interactions.get(key, 0) + 1
    if fact.kind == "exposure":
        _exposure(state, fact, key.day)


def _exposure(state: Fold, fact: facts.Interaction, day: date) -> None:
    """Sum up how long a content was looked at; what a screen cannot mean counts as an interaction only."""
    content, dwell_ms = fact.detail.get("content"), fact.detail.get("dwell_ms")
    if not isinstance(content, str) or len(content) > MAX_KEY_CHARS:
        return
    if isinstance(dwell_ms, int) and 0 <= dwell_ms <= MAX_DWELL_MS:
        shown = _entry(state.deltas.exposures, ExposureKey(day, fact.device, content), ExposureDelta)
        shown.times += 1
        shown.dwell_ms += dwell_ms


def _stock(state: Fold, fact: facts.Fact, _at: str) -> None:
    fold_stock(state.deltas, fact)


def _member(_state: Fold, fact: facts.Fact, _at: str) -> None:
    fold_member(fact)


_HANDLERS: Final[dict[type[facts.Fact], Callable[[Fold, Any, str], None]]] = {
    facts.StoreOpened: _store_opened,
    facts.ItemListed: _item_listed,
    facts.SlotPlanned: _slot_planned,
    facts.SlotCounted: _slot_counted,
    facts.SlotBlocked: _slot_blocked,
    facts.SlotUnblocked: _slot_unblocked,
    device_facts.DeviceDescribed: _device_described,
    device_facts.DeviceStatusChanged: _device_status,
    device_facts.FaultRaised: _fault_raised,
    device_facts.FaultCleared: _fault_cleared,
    device_facts.FootfallCounted: _footfall_counted,
    facts.OrderPlaced: _order_placed,
    facts.OrderClosed: _order_closed,
    facts.PaymentPaid: _payment_paid,
    facts.PaymentRefunded: _payment_refunded,
    facts.VendDispensed: _vend_dispensed,
    facts.VendFailed: _vend_failed,
    facts.VendUnknown: _vend_unknown,
    facts.SaleReversed: _sale_reversed,
    facts.CashSold: _cash_sold,
    handover_facts.HandedOver: _handed_over,
    handover_facts.HandoverFailed: _handover_failed,
    handover_facts.HandoverReversed: _handover_reversed,
    day_facts.DayClosed: _day_closed,
    facts.Interaction: _interaction,
    **dict.fromkeys(STOCK_FACTS, _stock),
    **dict.fromkeys(MEMBER_FACTS, _member),
}
