"""A people counter at a door, with seeded people who come, stay, leave or turn back; the driver itself counts them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from typing import Final

from hardware.behaviour import CommandGiven, Identity, Input, Output, Update
from hardware.footfall.driver import REPORT_EVERY_S, FootfallDriver
from hardware.footfall.port import BEAMS, Beam, BeamMoved, Habits, PersonPassed

RHYTHM: Final = (0.2, 0.35, 0.6, 0.9, 0.7, 0.5, 0.5, 0.6, 0.8, 1.0, 0.8, 0.3)
"""How busy each twelfth of a day is, against its busiest: some at noon, most in the evening."""
STEP_S: Final = 0.15
"""From one change of a beam to the next, for a walker with a body wider than the beams are apart."""


class FootfallSimulator:
    """Implements `hardware.behaviour.Behaviour`."""

    def __init__(
        self,
        *,
        rng: Random,
        clock: Callable[[], datetime],
        habits: Habits | None = None,
        serial: str = "SIM-0001",
        report_every_s: float = REPORT_EVERY_S,
    ) -> None:
        """The same seed and inputs give the same outputs."""
        self._driver = FootfallDriver(
            clock=clock, serial=serial, model="popshop-simulator", report_every_s=report_every_s
        )
        self._rng = rng
        self._habits = habits or Habits()
        self._coming: list[tuple[float, int, BeamMoved]] = []
        self._order = 0
        self._opened_s = 0.0
        self._next_s: float | None = None

    def identity(self) -> Identity:
        """Those of the driver."""
        return self._driver.identity()

    def start(self, now_s: float) -> Update:
        """Power came on: the shop opens."""
        self._coming.clear()
        self._opened_s = now_s
        self._next_s = self._arrival_after(now_s)
        return Update(self._driver.start(now_s).outputs, self._next_s)

    def update(self, now_s: float, inputs: Sequence[Input]) -> Update:
        """See `Behaviour.update`."""
        given: list[Input] = []
        for happening in inputs:
            match happening:
                case PersonPassed(inwards=inwards):
                    self._walk(now_s, inwards=inwards)
                case BeamMoved() | CommandGiven():
                    given.append(happening)
                case _:
                    raise TypeError(f"a people counter knows no {type(happening).__name__}")
        outputs: list[Output] = []
        while (at_s := self._next_due_s()) is not None and at_s <= now_s:
            if at_s == self._next_s:
                self._arrive(at_s)
            else:
                outputs += self._driver.update(at_s, [heapq.heappop(self._coming)[2]]).outputs
        done = self._driver.update(now_s, given)
        wakes = [done.wake_s, self._next_due_s()]
        return Update(
            [*outputs, *done.outputs], min((at_s for at_s in wakes if at_s is not None), default=None)
        )

    def _next_due_s(self) -> float | None:
        due = [self._next_s, self._coming[0][0] if self._coming else None]
        return min((at_s for at_s in due if at_s is not None), default=None)

    def _arrival_after(self, at_s: float) -> float | None:
        """Thinned from the busiest rate, so that every hour has its own."""
        habits = self._habits
        if habits.arrive_every_s <= 0:
            return None
        while True:
            at_s += self._rng.expovariate(1 / habits.arrive_every_s)
            share = (at_s - self._opened_s) % habits.day_s / habits.day_s
            if self._rng.random() < RHYTHM[int(share * len(RHYTHM))]:
                return at_s

    def _arrive(self, at_s: float) -> None:
        self._next_s = self._arrival_after(at_s)
        if self._rng.random() < self._habits.turn_back_chance:
            self._moves(at_s, ("outer", True), ("inner", True), ("inner", False), ("outer", False))
            return
        self._walk(at_s, inwards=True)
        self._walk(at_s + 2 + self._rng.expovariate(1 / self._habits.stay_s), inwards=False)

    def _walk(self, at_s: float, *, inwards: bool) -> None:
        first, then = BEAMS if inwards else BEAMS[::-1]
        self._moves(at_s, (first, True), (then, True), (first, False), (then, False))

    def _moves(self, at_s: float, *moves: tuple[Beam, bool]) -> None:
        for number, (beam, broken) in enumerate(moves):
            self._order += 1
            heapq.heappush(self._coming, (at_s + number * STEP_S, self._order, BeamMoved(beam, broken)))
