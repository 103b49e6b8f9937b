"""The counters a vending machine keeps of itself, and the audit made of them. Pure.

What somebody else was paid for counts as a unit without a value: the machine took no money for it.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable

from cloud_sync.protocol.eva_dts.audit import Counter, MachineEvent, Selection, Unit
from cloud_sync.protocol.eva_dts.building import built
from hardware.vending.port import Machine, Slot


class AuditCounters:
    """Counts up since the machine was made; the interval starts anew at every readout."""

    def __init__(self) -> None:
        self._ever = _Counts()
        self._interval = _Counts()

    def sold(self, slot: str, cash_minor: int | None = None) -> None:
        """A unit left a slot, for cash of this amount or by an order of somebody else's."""
        for counts in (self._ever, self._interval):
            counts.units[slot] += 1
            if cash_minor is not None:
                counts.cash_units += 1
                counts.cash_minor[slot] += cash_minor

    def happened(self, code: str) -> None:
        """An event came, by its EVA-DTS code."""
        self._ever.events[code] += 1
        self._interval.events[code] += 1

    def read_out(self, machine: Machine, slots: Iterable[Slot]) -> str:
        """The audit as DEX text; a new interval begins."""
        ever, interval = self._ever, self._interval
        selections = [
            Selection(
                selection=slot.slot,
                price_minor=slot.price_minor,
                name=slot.item,
                capacity=slot.capacity,
                paid=Counter(
                    units_init=ever.units[slot.slot],
                    value_init_minor=ever.cash_minor[slot.slot],
                    units_reset=interval.units[slot.slot],
                    value_reset_minor=interval.cash_minor[slot.slot],
                ),
            )
            for slot in slots
        ]
        cash = Counter(
            units_init=ever.cash_units,
            value_init_minor=ever.cash_minor.total(),
            units_reset=interval.cash_units,
            value_reset_minor=interval.cash_minor.total(),
        )
        events = [
            MachineEvent(code=code, count_init=count, count_reset=interval.events[code])
            for code, count in sorted(ever.events.items())
        ]
        whose = Unit(serial=machine.serial, model=machine.model, revision=machine.firmware)
        text = built(whose, machine.currency, selections, cash, events).decode("utf-8")
        self._interval = _Counts()
        return text


class _Counts:
    def __init__(self) -> None:
        self.units: Tally[str] = Tally()
        self.cash_minor: Tally[str] = Tally()
        self.cash_units = 0
        self.events: Tally[str] = Tally()
