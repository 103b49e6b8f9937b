"""The file's machines, rebuilt: a slot for every product they sold, and a clock that follows the file."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.eva_dts import events
from hardware.device import Device
from hardware.link import BrokerAddress
from hardware.messages import Command
from hardware.runner import random_boot_mark, system_clock
from hardware.vending.port import CashPaid, Machine, ScriptedVend, Slot
from hardware.vending.simulator import VendingSimulator
from popshop.replay.rows import Sale
from popshop.shop.client import JSON

SLOT_UNITS: Final = 10_000
"""The most a slot can hold; a product that sold more gets another one."""
MOST_AHEAD: Final = 12
"""Units ordered but not yet begun, per machine."""
WAIT_AHEAD_S: Final = 60.0


class Place(NamedTuple):
    """One slot of one machine."""

    device: str
    slot: str


class Planogram:
    """Which slot each sale comes out of, worked out from the sales: a coil keeps its number while it can.

    Files change what a coil sells over the months, and may not name coils at all; a place here sells one item.
    """

    def __init__(self, sales: Iterable[Sale]) -> None:
        self.items: dict[str, Sale] = {}
        """The newest sale of each item: its list price and category count."""
        self.units: dict[Place, int] = defaultdict(int)
        self.item_in: dict[Place, str] = {}
        self.place_of: dict[int, Place] = {}
        """Line of the file → place."""
        current: dict[tuple[str, str, str], Place] = {}
        for sale in sales:
            key = (sale.device, sale.slot, sale.item)
            place = current.get(key)
            if place is None or self.units[place] + sale.qty > SLOT_UNITS:
                place = current[key] = self._free_place(sale)
                self.item_in[place] = sale.item
            self.units[place] += sale.qty
            self.place_of[sale.line] = place
            self.items[sale.item] = sale

    def _free_place(self, sale: Sale) -> Place:
        base = sale.slot or "slot"
        place = Place(sale.device, base)
        number = 1
        while place in self.item_in:
            number += 1
            place = Place(sale.device, f"{base}-{number}")
        return place

    def catalogue(self) -> list[JSON]:
        """The items as the agent's import takes them."""
        return [
            {
                "sku": item,
                "name_zh": item,
                "name_en": item,
                "category": sale.category[:64],
                "price_minor": sale.list_price_minor,
            }
            for item, sale in self.items.items()
        ]

    def slots(self) -> list[JSON]:
        """The planogram as the agent's import takes it, each slot filled with what it will sell."""
        return [
            {
                "device": place.device,
                "slot": place.slot,
                "sku": item,
                "par_level": self.units[place],
                "capacity": self.units[place],
                "count": self.units[place],
            }
            for place, item in self.item_in.items()
        ]


class ReplayedMachine:
    """One machine of the file. `expect` a sale before ordering it, so that the machine knows its part."""

    def __init__(
        self,
        device: str,
        planogram: Planogram,
        store: str,
        currency: str,
        folder: Path,
        address: BrokerAddress,
    ) -> None:
        self.device = device
        self._planogram = planogram
        self._parts: dict[str, Sale] = {}
        self._ahead = threading.Semaphore(MOST_AHEAD)
        slots = [
            Slot(slot=place.slot, capacity=units, count=units)
            for place, units in planogram.units.items()
            if place.device == device
        ]
        simulator = VendingSimulator(
            slots,
            rng=Random(0),
            machine=Machine(serial=device, currency=currency, motor_ms=0),
            script=self._script,
        )
        self.shell = Device(
            store, device, simulator, folder, address, clock=system_clock, new_boot_mark=random_boot_mark
        )

    def expect(self, order: str, sale: Sale) -> None:
        """This order is that sale. Waits while the machine is too far behind."""
        for _ in range(sale.qty):
            # A vend that the machine refuses never begins; it must not hold up the file for ever.
            self._ahead.acquire(timeout=WAIT_AHEAD_S)
        self._parts[order] = sale

    def sell_for_cash(self, sale: Sale) -> None:
        """The machine sold by itself, a unit at a time."""
        paid = CashPaid(
            self._planogram.place_of[sale.line].slot, rfc3339(sale.at), sale.total_minor // sale.qty
        )
        self.shell.put(*[paid] * sale.qty)

    def _script(self, command: Command) -> ScriptedVend | None:
        sale = self._parts.get(command.order_line.partition("/")[0])
        if sale is None:
            return None
        self._ahead.release()
        return ScriptedVend(at=rfc3339(sale.at), code=events.DELIVERY_FAILED if sale.fate == "failed" else "")
