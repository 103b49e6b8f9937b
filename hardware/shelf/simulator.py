"""A cloud shelf that is not there: seeded shoppers, simulated plates, and the driver of a real one on top. Pure.

Plates give samples only while somebody is at the shelf: an empty shop costs nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Sequence
from random import Random
from typing import Final

from hardware.behaviour import Act, Condition, Identity, Input, Output, Say, Update
from hardware.messages import ItemTouched
from hardware.shelf.driver import ShelfDriver
from hardware.shelf.port import (
    Habits,
    LabelAnswered,
    Plate,
    ShopperCame,
    ShopperLeft,
    TareOrdered,
    Weighed,
    WriteLabel,
)
from hardware.shelf.simulated.physics import Noise
from hardware.shelf.simulated.world import HZ, ShelfWorld, Unit

SHORTEST_LOOK_S: Final = 2.5
WATCH_FOR_S: Final = 2.0
"""How long plates are still heard after the last hand."""
TARE_S: Final = 0.6
LOOK_EVERY_S: Final = 0.25
FULL: Final = 10
FILL_BELOW: Final = 3
SEVERAL_CHANCE: Final = 0.15
MISPLACE_CHANCE: Final = 0.05
BATTERY_PERCENT: Final = 90.0

Happening = Callable[[float], None]


class ShelfSimulator:
    """Implements `hardware.behaviour.Behaviour`."""

    def __init__(
        self,
        plates: Sequence[Plate],
        *,
        rng: Random,
        habits: Habits | None = None,
        serial: str = "SIM-0001",
        noise: Noise | None = None,
        dead_labels: Collection[str] = (),
    ) -> None:
        """The same seed and inputs give the same outputs. `dead_labels` never answer."""
        self._rng = rng
        self._habits = habits or Habits()
        self._dead_labels = dead_labels
        self._driver = ShelfDriver(plates, model="popshop-simulator", serial=serial)
        self._world = ShelfWorld(plates, rng, noise=noise, units=FULL)
        self._coming: list[tuple[float, int, Happening]] = []
        self._order = 0
        self._next_shopper_s: float | None = None
        self._now_s = 0.0
        self._watch_until_s = 0.0
        self._outputs: list[Output] = []

    def identity(self) -> Identity:
        """Kind, model, plates and labels."""
        return self._driver.identity()

    def start(self, now_s: float) -> Update:
        """Power came on: what shoppers were doing was not seen. Labels are e-paper and keep their text."""
        self._coming.clear()
        self._now_s = now_s
        self._outputs.clear()
        self._hear(self._driver.start(now_s))
        self._samples(TARE_S)
        self._next_shopper_s = self._arrival_after(now_s)
        return self.update(now_s, [])

    def update(self, now_s: float, inputs: Sequence[Input]) -> Update:
        """See `Behaviour.update`. Shoppers who are there now are worked out up to now."""
        self._live(now_s)
        for happening in inputs:
            if isinstance(happening, ShopperCame):
                self._shopper(now_s)
                self._live(now_s)
            else:
                self._hear(self._driver.update(now_s, [happening]))
        update = self._driver.update(now_s, [])
        self._hear(update)
        outputs, self._outputs = self._outputs, []
        says = [output for output in outputs if isinstance(output, Say)]
        conditions = [output for output in outputs if isinstance(output, Condition)]
        return Update([*says, *conditions[-1:]], self._wake_s(now_s, update.wake_s))

    def _wake_s(self, now_s: float, driver_s: float | None) -> float | None:
        wakes = [self._next_shopper_s, driver_s, self._coming[0][0] if self._coming else None]
        if now_s < self._watch_until_s:
            wakes.append(now_s + LOOK_EVERY_S)
        return min((at_s for at_s in wakes if at_s is not None), default=None)

    def _hear(self, update: Update) -> None:
        """Keep what the driver says; what it does to hardware happens here."""
        for output in update.outputs:
            if not isinstance(output, Act):
                self._outputs.append(output)
            elif isinstance(output, WriteLabel) and output.label not in self._dead_labels:
                answer = LabelAnswered(output.label, output.version, BATTERY_PERCENT)
                self._hear(self._driver.update(self._now_s, [answer]))

    # ── time ────────────────────────────────────────────────────────────────────────────────────────

    def _live(self, now_s: float) -> None:
        """Let everything up to now happen, in order; while somebody is there, sample by sample."""
        while True:
            if self._next_shopper_s is not None and self._next_shopper_s <= self._now_s:
                self._shopper(self._next_shopper_s)
                self._next_shopper_s = self._arrival_after(self._next_shopper_s)
            elif self._coming and self._coming[0][0] <= self._now_s:
                heapq.heappop(self._coming)[2](self._now_s)
            elif self._now_s >= now_s:
                return
            else:
                self._pass(now_s)

    def _pass(self, now_s: float) -> None:
        """Go on to the next thing that happens, at most to `now_s`."""
        happenings = [self._next_shopper_s, self._coming[0][0] if self._coming else None]
        until_s = min([now_s, *(at_s for at_s in happenings if at_s is not None)])
        if self._now_s < self._watch_until_s:
            until_s = min(until_s, self._watch_until_s)
            self._samples(until_s - self._now_s)
        self._now_s = until_s

    def _samples(self, seconds: float) -> None:
        """Weigh for a while. The plates' own clock stands still while nobody is there."""
        samples: list[tuple[float, str, float]] = []
        until_s = self._world.now_s + seconds
        while self._world.now_s + 0.5 / HZ < until_s:
            values = self._world.frame()
            at_s = self._world.now_s
            samples += [(at_s, name, g) for name, g in zip(self._world.plan.names, values, strict=True)]
        if samples:
            self._hear(self._driver.update(self._now_s, [Weighed(tuple(samples))]))

    # ── shoppers ────────────────────────────────────────────────────────────────────────────────────

    def _arrival_after(self, at_s: float) -> float | None:
        mean_s = self._habits.arrive_every_s
        return at_s + self._rng.expovariate(1 / mean_s) if mean_s > 0 else None

    def _shopper(self, at_s: float) -> None:
        """One shopper's visit, from the first look to the last."""
        rng, habits = self._rng, self._habits
        look_s = SHORTEST_LOOK_S + rng.expovariate(1 / max(habits.look_s - SHORTEST_LOOK_S, 0.1))
        self._later(at_s, self._come)
        item = rng.choice(list(self._world.plan.goods))
        if rng.random() < habits.touch_chance:
            self._later(at_s + look_s * 0.2, lambda _: self._outputs.append(Say(ItemTouched(item=item))))
        if rng.random() < habits.pick_up_chance:
            back = rng.random() < habits.put_back_chance
            self._later(at_s + look_s * 0.3, lambda now_s: self._take(now_s, item, look_s * 0.3, back))
        self._later(at_s + look_s, self._leave)

    def _come(self, now_s: float) -> None:
        self._fill_if_nobody_is_there()
        self._watch(now_s)
        self._hear(self._driver.update(now_s, [ShopperCame()]))

    def _leave(self, now_s: float) -> None:
        self._watch(now_s)
        self._hear(self._driver.update(now_s, [ShopperLeft()]))

    def _take(self, now_s: float, item: str, hold_s: float, back: bool) -> None:
        count = 2 if self._rng.random() < SEVERAL_CHANCE else 1
        if self._world.on_shelf(item) < count:
            return
        deed, units = self._world.take(self._world.now_s, item, count)
        lasts_s = deed.released_s - self._world.now_s
        self._watch(now_s + lasts_s)
        if back:
            self._later(now_s + lasts_s + max(hold_s, 0.4), lambda then_s: self._give_back(then_s, units))

    def _give_back(self, now_s: float, units: list[Unit]) -> None:
        others = [item for item in self._world.plan.goods if item != units[0].item]
        onto = self._rng.choice(others) if others and self._rng.random() < MISPLACE_CHANCE else None
        deed = self._world.give_back(self._world.now_s, units, onto)
        self._watch(now_s + deed.released_s - self._world.now_s)

    def _fill_if_nobody_is_there(self) -> None:
        """Staff fill what runs low before the next shopper comes, and tare."""
        low = [item for item in self._world.plan.goods if self._world.on_shelf(item) < FILL_BELOW]
        if not low or not self._world.calm:
            return
        for item in low:
            self._world.fill(item, FULL)
        self._hear(self._driver.update(self._now_s, [TareOrdered()]))
        self._samples(TARE_S)

    def _watch(self, from_s: float) -> None:
        self._watch_until_s = max(self._watch_until_s, from_s + WATCH_FOR_S)

    def _later(self, at_s: float, happening: Happening) -> None:
        self._order += 1
        heapq.heappush(self._coming, (at_s, self._order, happening))
