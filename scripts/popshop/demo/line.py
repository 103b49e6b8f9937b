"""The store's line to headquarters, cut for a while now and then, so that one sees how a store sells without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from popshop.demo.opening import Clock
from popshop.shop.line import Line, Weather

FIRST_CUT_S: Final = 22.0
CUT_FOR_S: Final = 24.0
"""Longer than the ten seconds after which a store says that it is offline."""
CUT_EVERY_S: Final = 120.0


class LineCuts:
    """`turn` now and then; with `never` the line stays whole. Times are of the clock, however fast the demo plays."""

    def __init__(self, line: Line, clock: Clock, say: Callable[[str], None], *, never: bool = False) -> None:
        self._line = line
        self._clock = clock
        self._say = say
        self._due_s = float("inf") if never else clock() + FIRST_CUT_S
        self._cut = False

    def turn(self) -> None:
        """Cut the line, or mend it, when it is time."""
        if self._clock() < self._due_s:
            return
        if self._cut:
            self.mend()
            self._due_s = self._clock() + CUT_EVERY_S
            return
        self._cut = True
        self._due_s = self._clock() + CUT_FOR_S
        self._line.set(Weather.CUT)
        self._say(
            f"the line to headquarters is cut for {CUT_FOR_S:.0f} s: the counter and the machines go on, phones pay"
            " at headquarters and bring its signed receipt"
        )

    def mend(self) -> None:
        """Let everything through again."""
        if self._cut:
            self._cut = False
            self._line.set(Weather.CLEAR)
            self._say("the line to headquarters is back; what waited goes up within half a minute")
