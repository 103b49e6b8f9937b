"""What can happen to a cloud shelf and how it is planned."""

from __future__ import annotations

import msgspec

from hardware.behaviour import Input


class Plate(msgspec.Struct, frozen=True, kw_only=True):
    """One weighing plate of the planogram, the SKU that lies on it and the label in front of it."""

    plate: str
    item: str
    weight_g: float
    label: str = ""


class ShopperCame(Input, frozen=True):
    """Somebody stands in front of the shelf."""


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """What simulated shoppers do: means of exponential times, chances from 0 to 1."""

    arrive_every_s: float = 0.0
    """0: nobody comes by themselves."""
    look_s: float = 6.0
    touch_chance: float = 0.3
    pick_up_chance: float = 0.5
    put_back_chance: float = 0.6
