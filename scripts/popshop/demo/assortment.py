"""What the demo store sells and where it lies: invented products with restricted-circulation GTINs (GS1 prefix 2)."""

from __future__ import annotations

from importlib import resources
from typing import Final

import msgspec

from hardware.shelf.port import Plate
from hardware.vending.port import Slot
from popshop.demo.steps import JSON

FILE: Final = "assortment.json"


class Item(msgspec.Struct, frozen=True):
    """One product, with the fields of the agent's catalogue import."""

    sku: str
    gtin: str
    name_zh: str
    name_en: str
    brand: str
    category: str
    price_minor: int
    tax_rate_bp: int


class PlannedMachine(msgspec.Struct, frozen=True):
    """A vending machine and what lies in its slots, from the first on."""

    device: str
    skus: list[str]


class PlannedSampler(PlannedMachine, frozen=True):
    """A sampling machine, and the campaign by which it gives its samples away."""

    campaign: JSON


class PlannedShelf(msgspec.Struct, frozen=True):
    """A cloud shelf and its plates."""

    device: str
    capacity: int
    """Of each plate, for the book."""
    plates: list[Plate]


class Assortment(msgspec.Struct, frozen=True):
    """The whole plan. Every slot of a machine has the same capacity and par level.

    `room`: what lies in the stock room when the store opens for the first time, by SKU. `promotions` and `games` are
    the bodies of the agent's API.
    """

    currency: str
    timezone: str
    capacity: int
    par_level: int
    items: list[Item]
    machines: list[PlannedMachine]
    sampler: PlannedSampler
    shelf: PlannedShelf
    room: dict[str, int]
    promotions: list[JSON]
    games: list[JSON]
    float_minor: int
    scanner: str
    door: str
    """Its people counter."""

    @property
    def devices(self) -> list[str]:
        """Every device's name."""
        machines = (machine.device for machine in self.with_slots)
        return [*machines, self.shelf.device, self.scanner, self.door]

    @property
    def with_slots(self) -> list[PlannedMachine]:
        """Machines that sell, and the one that gives away."""
        return [*self.machines, self.sampler]

    def catalogue(self) -> list[JSON]:
        """The products for `POST /api/catalogue`."""
        return [msgspec.to_builtins(item) for item in self.items]

    def planogram(self) -> list[JSON]:
        """Every slot and every plate, full, for `POST /api/planogram`."""
        in_machines = [
            _full(machine.device, slot_name(place), sku, self.capacity, self.par_level)
            for machine in self.with_slots
            for place, sku in enumerate(machine.skus)
        ]
        shelf = self.shelf
        on_shelf = [
            _full(shelf.device, plate.plate, plate.item, shelf.capacity, shelf.capacity)
            for plate in shelf.plates
        ]
        return in_machines + on_shelf

    def labels(self) -> list[JSON]:
        """The shelf's labels and what they show, for `POST /api/labels`."""
        return [
            {"device": self.shelf.device, "label": plate.label, "sku": plate.item}
            for plate in self.shelf.plates
        ]

    def slots(self, device: str, counts: dict[str, int]) -> list[Slot]:
        """A machine's slots as it knows them itself; `counts` is what each holds (full where it says nothing)."""
        machine = next(m for m in self.with_slots if m.device == device)
        prices = {item.sku: item.price_minor for item in self.items}
        return [
            Slot(
                slot=slot_name(place),
                capacity=self.capacity,
                count=counts.get(slot_name(place), self.capacity),
                par_level=self.par_level,
                price_minor=prices[sku],
                item=sku,
            )
            for place, sku in enumerate(machine.skus)
        ]


def _full(device: str, slot: str, sku: str, capacity: int, par_level: int) -> JSON:
    return {
        "device": device,
        "slot": slot,
        "sku": sku,
        "par_level": par_level,
        "capacity": capacity,
        "count": capacity,
    }


def slot_name(place: int) -> str:
    """Row and column: four slots to a row."""
    return f"{place // 4 + 1}-{place % 4 + 1:02}"


def load() -> Assortment:
    """Read the plan that comes with the package."""
    body = resources.files("popshop.demo").joinpath(FILE).read_bytes()
    return msgspec.json.decode(body, type=Assortment)
