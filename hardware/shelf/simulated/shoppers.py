"""Shoppers at a simulated shelf, one hand each, and the planogram of a shelf nobody has seen. All from a seed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import Final

from hardware.shelf.port import Plate
from hardware.shelf.simulated.geometry import Place
from hardware.shelf.simulated.world import Deed, ShelfWorld, Unit

WIDE_CHANCE: Final = 0.35
SHARED_CHANCE: Final = 0.15
LEAST_IN_FACING: Final = 4
FEWEST_UNITS_APART: Final = 0.12
"""Who plans a weighing shelf puts two SKUs on one plate only if no few units of one weigh like few of the other."""

DEEDS: Final = {
    "take": 38,
    "take_several": 16,
    "give_back": 26,
    "misplace": 2.5,
    "take_and_give_back": 6,
    "rest_hand": 12,
    "push": 6,
    "bump": 2,
    "lean": 0.6,
    "leave": 3,
}
"""How often each is tried, relative to each other."""


class Shopper:
    """One person's hand. It never works in a bay where another's is."""

    def __init__(self, world: ShelfWorld, rng: Random, busy: set[int], *, begin_s: float) -> None:
        self._world = world
        self._rng = rng
        self._busy = busy
        self._free_s = begin_s
        self._bay: int | None = None
        self._held: list[list[Unit]] = []

    def act(self, now_s: float) -> list[Deed]:
        """Begin something if the hand is free. Called once a sample."""
        if now_s < self._free_s:
            return []
        if self._bay is not None:
            self._busy.discard(self._bay)
            self._bay = None
        kind = self._rng.choices(list(DEEDS), list(DEEDS.values()))[0]
        done, end_s = self._do(kind, now_s)
        self._free_s = end_s + self._rng.uniform(0.3, 0.5) + self._rng.expovariate(1 / 1.2)
        return done

    def _do(self, kind: str, now_s: float) -> tuple[list[Deed], float]:
        world, rng = self._world, self._rng
        if kind in ("give_back", "misplace"):
            return self._return(now_s, elsewhere=kind == "misplace")
        if kind == "leave":
            # The next person comes with empty hands; the shelf is not told.
            self._held.clear()
        item = self._go_somewhere() if kind != "leave" else None
        if item is None:
            return [], now_s
        plate = rng.choice(sorted(world.plan.goods[item].plates))
        match kind:
            case "rest_hand":
                return [], world.rest_hand(now_s, plate)
            case "push":
                return [], world.push(now_s, plate)
            case "bump":
                return [], world.bump(now_s, world.plan.board_of[plate])
            case "lean":
                return [], world.lean(now_s, plate)
        if world.on_shelf(item) < LEAST_IN_FACING:
            return [], now_s
        several = 1 if kind != "take_several" else rng.randint(2, 3)
        deed, units = world.take(now_s, item, several)
        if kind != "take_and_give_back":
            self._held.append(units)
            return [deed], deed.released_s
        again = world.give_back(deed.released_s + rng.uniform(0.25, 0.6), units)
        return [deed, again], again.released_s

    def _return(self, now_s: float, *, elsewhere: bool) -> tuple[list[Deed], float]:
        """What was taken last comes back, sometimes only a part of it, sometimes to the wrong place."""
        if not self._held:
            return [], now_s
        units = self._held[-1]
        goods = self._world.plan.goods
        item = units[0].item
        if elsewhere:
            others = [name for name in goods if self._bay_of(name) not in {*self._busy, self._bay_of(item)}]
            if not others:
                return [], now_s
            onto = self._rng.choice(others)
        else:
            onto = item
        if self._bay_of(onto) in self._busy:
            return [], now_s
        self._enter(onto)
        self._held.pop()
        back = units
        if len(units) > 1 and not elsewhere and self._rng.random() < 0.4:
            back, kept = units[:1], units[1:]
            self._held.append(kept)
        deed = self._world.give_back(now_s, back, onto if elsewhere else None)
        return [deed], deed.released_s

    def _go_somewhere(self) -> str | None:
        free = [item for item in self._world.plan.goods if self._bay_of(item) not in self._busy]
        if not free:
            return None
        item = self._rng.choice(free)
        self._enter(item)
        return item

    def _enter(self, item: str) -> None:
        self._bay = self._bay_of(item)
        self._busy.add(self._bay)

    def _bay_of(self, item: str) -> int:
        plates = self._world.plan.goods[item].plates
        return self._world.plan.bay_of[min(plates)]


def some_planogram(rng: Random, places: Sequence[Place]) -> list[Plate]:
    """What might lie there: products on one plate, on two, and some plates with two products."""
    rows: list[Plate] = []
    number = 0
    while number < len(places):
        here = [places[number]]
        if rng.random() < WIDE_CHANCE and places[number + 1 : number + 2]:
            here += [place for place in places[number + 1 : number + 2] if place.board == here[0].board]
        weights = [_some_weight(rng)]
        if rng.random() < SHARED_CHANCE:
            weights.append(_apart_from(rng, weights[0]))
        goods = [
            (f"SKU-{number + 1}{letter}", round(weight_g, 1), round(rng.uniform(0.8, 2.5), 2))
            for letter, weight_g in zip("AB", weights, strict=False)
        ]
        rows += [
            Plate(plate=place.plate, item=item, weight_g=weight_g, spread_percent=spread, shelf=place.board)
            for place in here
            for item, weight_g, spread in goods
        ]
        number += len(here)
    return rows


def _some_weight(rng: Random) -> float:
    return math.exp(rng.uniform(math.log(25), math.log(900)))


def _apart_from(rng: Random, first_g: float) -> float:
    while True:
        other_g = _some_weight(rng)
        sums: Sequence[float] = [
            abs(one * first_g / (two * other_g) - 1) for one in (1, 2, 3) for two in (1, 2, 3)
        ]
        if min(sums) > FEWEST_UNITS_APART:
            return other_g
