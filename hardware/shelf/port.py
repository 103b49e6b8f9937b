"""What can happen to a cloud shelf, what it can be asked to do, and how it is planned."""

from __future__ import annotations

import msgspec

from hardware.behaviour import Act, Input

MAX_PLATES = 2_000
MAX_PLATE_G = 1_000_000.0


class Plate(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the planogram: a SKU that lies on a weighing plate, and the label in front of it.

    Rows stand in the order of the plates. The same SKU on neighbouring plates of one shelf is one facing, whose
    units may lie across them; several SKUs on one plate are several rows. Weights in grams.
    """

    plate: str
    item: str
    weight_g: float
    """One unit, as a mean."""
    label: str = ""
    spread_percent: float = 2.0
    """The standard deviation of a unit's weight, in percent of it."""
    shelf: str = ""
    """Plates of one board: what bumps one bumps all."""
    least_g: float = -20_000.0
    most_g: float = 30_000.0
    """Raw readings at which the plate is at its end (saturated)."""


def check_planogram(plates: list[Plate]) -> list[Plate]:
    """The rows, if one can weigh with them. Raises ValueError with the row that is wrong."""
    if not plates or len(plates) > MAX_PLATES:
        raise ValueError(f"a planogram has 1 to {MAX_PLATES} rows, this one has {len(plates)}")
    if not any(row.item for row in plates):
        raise ValueError("a planogram has an item on one plate at least")
    shelves: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(plates, start=1):
        if not row.plate:
            raise ValueError(f"planogram row {number}: the plate has no name")
        if row.item and not 0 < row.weight_g < MAX_PLATE_G:
            raise ValueError(f"planogram row {number}: weight_g {row.weight_g} is no unit's weight in grams")
        if not 0 <= row.spread_percent <= 25:
            raise ValueError(f"planogram row {number}: spread_percent {row.spread_percent} is not 0 to 25")
        if not row.least_g < row.most_g:
            raise ValueError(f"planogram row {number}: least_g is not below most_g")
        if shelves.setdefault(row.plate, row.shelf) != row.shelf:
            raise ValueError(f"planogram row {number}: plate {row.plate} stands on two shelves")
        if (row.plate, row.item) in seen:
            raise ValueError(f"planogram row {number}: {row.item} on {row.plate} stands there twice")
        seen.add((row.plate, row.item))
    return plates


# ── what happens ────────────────────────────────────────────────────────────────────────────────────


class ShopperCame(Input, frozen=True):
    """Somebody stands in front of the shelf."""


class ShopperLeft(Input, frozen=True):
    """Nobody stands in front of the shelf any more."""


class Weighed(Input, frozen=True):
    """Samples off the wire: (seconds of the stream, plate, raw grams), in the order of their time. NaN: no value."""

    samples: tuple[tuple[float, str, float], ...]


class TareOrdered(Input, frozen=True):
    """What lies on the plates now is taken as it is: somebody filled the shelf."""


class WireLost(Input, frozen=True):
    """The plates' line is gone. It comes back by itself or not at all."""


class WireBack(Input, frozen=True):
    """The plates' line is there (again)."""


class TagRead(Input, frozen=True):
    """The RFID reader heard a tag: its EPC in hex, and how strong it was in dBm."""

    epc: str
    rssi_dbm: float = 0.0


class LabelAnswered(Input, frozen=True):
    """An electronic label confirmed what it shows; `battery_percent` below 0: it did not say."""

    label: str
    version: int
    battery_percent: float = -1.0


# ── what is to be done ──────────────────────────────────────────────────────────────────────────────


class WriteLabel(Act, frozen=True):
    """Send a price to an electronic label."""

    label: str
    item: str
    price_minor: int
    version: int


class Light(Act, frozen=True):
    """Light a plate up."""

    plate: str


class ShowContent(Act, frozen=True):
    """Put content on the shelf's screen."""

    content: str


class Identify(Act, frozen=True):
    """Blink, so that a person can find the shelf."""


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """What simulated shoppers do: means of exponential times, chances from 0 to 1."""

    arrive_every_s: float = 0.0
    """0: nobody comes by themselves."""
    look_s: float = 6.0
    touch_chance: float = 0.3
    pick_up_chance: float = 0.5
    put_back_chance: float = 0.6
