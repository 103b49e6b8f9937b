"""A simulated shelf with its goods: what hands do to it, what its plates then say, and what truly happened.

Everything is from the generator handed in. Times are the stream's, in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import Final, Literal

import msgspec

from hardware.shelf.port import Plate
from hardware.shelf.simulated import forces
from hardware.shelf.simulated.forces import Force
from hardware.shelf.simulated.physics import SUBSTEPS, Cell, Noise
from hardware.shelf.weighing.plan import plan_of

HZ: Final = 60.0

Manner = Literal["pick_up", "pick_several", "put_back", "put_back_several", "misplace"]


class Unit(msgspec.Struct, frozen=True, eq=False):
    """One unit of a SKU: its own weight, and the plates that bear it."""

    item: str
    weight_g: float
    shares: tuple[tuple[int, float], ...]


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What truly happened. `released_s`: when the last force of the hand was gone and the goods stood or hung free."""

    began_s: float
    released_s: float
    manner: Manner
    plates: tuple[str, ...]
    item: str
    count: int
    misplaced: bool = False


class ShelfWorld:
    """Plates, goods and hands. `frame` says what all plates say at the next sample."""

    def __init__(
        self, rows: Sequence[Plate], rng: Random, *, noise: Noise | None = None, units: int = 10
    ) -> None:
        self._rng = rng
        self.plan = plan_of(rows)
        self.now_s = 0.0
        self._noise = noise or Noise()
        self._forces: list[Force] = []
        self._goods: dict[str, list[Unit]] = {item: [] for item in self.plan.goods}
        count = len(self.plan.names)
        self._load_g = [rng.uniform(150, 900) for _ in range(count)]
        """What stays: trays, pushers, dividers."""
        self._cells = [
            Cell(rng, self._noise, hz=HZ, zero_g=rng.uniform(-3_000, 6_000), least_g=least_g, most_g=most_g)
            for least_g, most_g in self.plan.limits
        ]
        for item in self._goods:
            self.fill(item, units)

    # ── goods ───────────────────────────────────────────────────────────────────────────────────────

    def fill(self, item: str, up_to: int) -> None:
        """Staff fill a facing while nobody weighs: the plates are at rest afterwards."""
        while len(self._goods[item]) < up_to:
            unit = self._unit(item)
            self._goods[item].append(unit)
            for plate, share in unit.shares:
                self._load_g[plate] += unit.weight_g * share
        for cell, load_g in zip(self._cells, self._load_g, strict=True):
            cell.rest(load_g)

    def _unit(self, item: str) -> Unit:
        """A new unit of a SKU: no two weigh the same."""
        goods = self.plan.goods[item]
        weight_g = max(goods.unit_g * 0.7, self._rng.gauss(goods.unit_g, goods.sd_g))
        return Unit(item, weight_g, self._place(item))

    def on_shelf(self, item: str) -> int:
        """How many units of a SKU lie in its facing."""
        return len(self._goods[item])

    def _place(self, item: str) -> tuple[tuple[int, float], ...]:
        """Where a unit comes to lie in its facing: on one plate, or across two neighbours."""
        plates = sorted(self.plan.goods[item].plates)
        first = self._rng.randrange(len(plates))
        if first + 1 < len(plates) and self._rng.random() < 0.5:
            share = self._rng.uniform(0.1, 0.9)
            return ((plates[first], share), (plates[first + 1], 1 - share))
        return ((plates[first], 1.0),)

    # ── hands ───────────────────────────────────────────────────────────────────────────────────────

    def take(self, at_s: float, item: str, count: int) -> tuple[Deed, list[Unit]]:
        """A hand comes, presses a little, lifts units and goes."""
        rng = self._rng
        units = [
            self._goods[item].pop(rng.randrange(len(self._goods[item])))
            for _ in range(min(count, len(self._goods[item])))
        ]
        touch_s, lift_s = rng.uniform(0.08, 0.4), rng.uniform(0.08, 0.3)
        plates = tuple({plate for unit in units for plate, _ in unit.shares})
        self._press(at_s, touch_s + lift_s * 0.5, rng.uniform(15, 180), plates[0])
        for unit in units:
            self._force(at_s + touch_s, lift_s, forces.lift(rng, unit.weight_g, lift_s), unit, -unit.weight_g)
        end_s = at_s + touch_s + lift_s
        if rng.random() < 0.25:
            # The hand brushes what stands beside.
            brush_s = rng.uniform(0.1, 0.4)
            self._press(end_s - 0.08, brush_s, rng.uniform(10, 90), plates[0])
            end_s += brush_s - 0.08
        return self._deed(at_s, end_s, "pick_up" if len(units) == 1 else "pick_several", units), units

    def give_back(self, at_s: float, units: Sequence[Unit], onto: str | None = None) -> Deed:
        """A hand puts units down, in their facing or (`onto`: a SKU) in another's, steadies them and goes."""
        rng = self._rng
        lower_s, steady_s, fall_s = rng.uniform(0.1, 0.3), rng.uniform(0.06, 0.4), rng.uniform(0.05, 0.15)
        item = units[0].item
        placed = [Unit(item, unit.weight_g, self._place(onto or item)) for unit in units]
        if onto is not None:
            # Several units put somewhere else stand together.
            placed = [Unit(item, unit.weight_g, placed[0].shares) for unit in placed]
        for unit in placed:
            curve = forces.lower(rng, unit.weight_g, lower_s)
            self._force(at_s, lower_s, curve, unit, unit.weight_g)
        steady_s = max(steady_s, fall_s + 0.05)
        self._press(
            at_s + lower_s * 0.4,
            lower_s * 0.6 + steady_s,
            rng.uniform(10, 220),
            placed[0].shares[0][0],
            fall_s,
        )
        if onto is None:
            self._goods[item] += placed
        manner: Manner = "put_back" if len(units) == 1 else "put_back_several"
        return self._deed(at_s, at_s + lower_s + steady_s, manner if onto is None else "misplace", placed)

    def rest_hand(self, at_s: float, plate: int) -> float:
        """A hand that rests and takes nothing. Returns when it is gone."""
        lasts_s = self._rng.uniform(0.4, 4.0)
        self._press(at_s, lasts_s, math.exp(self._rng.uniform(math.log(80), math.log(3_000))), plate)
        return at_s + lasts_s

    def push(self, at_s: float, plate: int) -> float:
        """Goods are pushed about."""
        lasts_s = self._rng.uniform(0.3, 1.2)
        curve = forces.shove(self._rng, self._rng.uniform(20, 200), lasts_s)
        self._add(at_s, lasts_s, curve, ((plate, 1.0),), 0.0)
        return at_s + lasts_s

    def bump(self, at_s: float, board: int) -> float:
        """Somebody bumps a board: all its plates swing."""
        size_g = self._rng.uniform(10, 150)
        for plate, where in enumerate(self.plan.board_of):
            if where == board:
                curve = forces.swing(self._rng, size_g * self._rng.uniform(0.6, 1.4))
                self._forces.append(Force(begin_s=at_s, lasts_s=3.0, curve=curve, shares=((plate, 1.0),)))
        return at_s + 3.0

    def lean(self, at_s: float, plate: int) -> float:
        """Somebody leans on a plate until it is at its end."""
        lasts_s = self._rng.uniform(0.8, 2.5)
        self._press(at_s, lasts_s, 45_000.0, plate)
        return at_s + lasts_s

    def _press(self, at_s: float, lasts_s: float, grams: float, plate: int, fall_s: float = 0.0) -> None:
        rise_s = min(self._rng.uniform(0.05, 0.2), lasts_s / 2)
        fall_s = min(fall_s or self._rng.uniform(0.05, 0.2), lasts_s / 2)
        curve = forces.press(self._rng, grams, lasts_s, rise_s=rise_s, fall_s=fall_s)
        self._add(at_s, lasts_s, curve, ((plate, 1.0),), 0.0)

    def _force(self, at_s: float, lasts_s: float, curve: forces.Curve, unit: Unit, left_g: float) -> None:
        self._add(at_s, lasts_s, curve, unit.shares, left_g)

    def _add(
        self,
        at_s: float,
        lasts_s: float,
        curve: forces.Curve,
        shares: tuple[tuple[int, float], ...],
        left_g: float,
    ) -> None:
        """Neighbours on the board feel a little of it."""
        felt = dict(shares)
        board = self.plan.board_of
        for plate, share in shares:
            for other in (plate - 1, plate + 1):
                if 0 <= other < len(board) and board[other] == board[plate]:
                    felt[other] = felt.get(other, 0.0) + share * self._noise.crosstalk
        self._forces.append(
            Force(begin_s=at_s, lasts_s=lasts_s, curve=curve, shares=tuple(felt.items()), left_g=left_g)
        )

    def _deed(self, began_s: float, released_s: float, manner: Manner, units: Sequence[Unit]) -> Deed:
        plates = sorted({plate for unit in units for plate, _ in unit.shares})
        return Deed(
            began_s=began_s,
            released_s=released_s,
            manner=manner,
            plates=tuple(self.plan.names[plate] for plate in plates),
            item=units[0].item,
            count=len(units),
            misplaced=manner == "misplace",
        )

    # ── samples ─────────────────────────────────────────────────────────────────────────────────────

    @property
    def calm(self) -> bool:
        """Whether no hand is at work."""
        return not self._forces

    def frame(self) -> list[float]:
        """What every plate says, a sample later than the last time."""
        before_s = self.now_s
        self.now_s = now_s = before_s + 1 / HZ
        acting = [force for force in self._forces if force.begin_s < now_s]
        if acting:
            self._apply(acting, before_s)
        else:
            for load_g, cell in zip(self._load_g, self._cells, strict=True):
                if cell.swings:
                    cell.follow([load_g] * SUBSTEPS)
        return [cell.read(now_s) for cell in self._cells]

    def _apply(self, acting: list[Force], before_s: float) -> None:
        forces_g = [[load_g] * SUBSTEPS for load_g in self._load_g]
        touched: set[int] = set()
        for force in acting:
            for step in range(SUBSTEPS):
                since_s = before_s + (step + 1) / HZ / SUBSTEPS - force.begin_s
                if since_s <= 0:
                    continue
                grams = force.left_g if since_s >= force.lasts_s else force.curve(since_s)
                for plate, share in force.shares:
                    forces_g[plate][step] += grams * share
            touched.update(plate for plate, _ in force.shares)
        for plate, cell in enumerate(self._cells):
            if plate in touched or cell.swings:
                cell.follow(forces_g[plate])
        over = [force for force in acting if self.now_s - force.begin_s >= force.lasts_s]
        for force in over:
            for plate, share in force.shares:
                self._load_g[plate] += force.left_g * share
            self._forces.remove(force)
