"""Which way somebody went, from two beams. Pure: the times are handed in (monotonic seconds).

The beams are closer together than a body is deep, so whoever passes breaks both at once for a moment. Interruptions
that overlap are taken in pairs, in their order, so people who follow each other closely are told apart. Whoever frees
the beam last that they broke first has turned back; whoever breaks one beam only has not come through.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

from hardware.footfall.port import BEAMS, Beam

Passage = Literal["entered", "left"]

SHORTEST_S: Final = 0.03
"""Anything quicker is an insect or noise: at a run a body covers a beam for nearly a tenth of a second."""
BLOCKED_AFTER_S: Final = 30.0
"""Nobody stands in a door this long: something leans in the beam, and nothing can be counted past it."""
MOST_WAITING: Final = 16
"""Interruptions of one beam while the other stays broken. More is no queue of people: they are let go."""


@dataclass(slots=True)
class _Cut:
    """One interruption of a beam. Numbers give the order of what happened; the time only how long it took."""

    began: int
    began_s: float
    ended: int = 0
    """0 while it lasts."""


class DirectionCounter:
    """Told of every change of a beam, answers who has passed."""

    def __init__(self) -> None:
        self._cuts: dict[Beam, deque[_Cut]] = {beam: deque() for beam in BEAMS}
        self._open: dict[Beam, _Cut] = {}
        self._blocked: set[Beam] = set()
        self._changes = 0

    @property
    def blocked(self) -> tuple[Beam, ...]:
        """Beams that something stands in."""
        return tuple(beam for beam in BEAMS if beam in self._blocked)

    def wake_s(self) -> float | None:
        """When `pass_time` has something to find out; None while no beam is broken."""
        waits = [cut.began_s for beam, cut in self._open.items() if beam not in self._blocked]
        return min(waits) + BLOCKED_AFTER_S if waits else None

    def pass_time(self, now_s: float) -> None:
        """Time went on: a beam that is still broken may be blocked."""
        for beam, cut in self._open.items():
            if beam not in self._blocked and now_s - cut.began_s >= BLOCKED_AFTER_S:
                self._blocked.add(beam)
                self._let_go()

    def moved(self, beam: Beam, now_s: float, *, broken: bool) -> list[Passage]:
        """A beam changed; everybody whose passage that completes. The same again is no change."""
        self.pass_time(now_s)
        if broken == (beam in self._open):
            return []
        self._changes += 1
        if broken:
            self._begin(beam, now_s)
            return []
        cut = self._open.pop(beam)
        self._blocked.discard(beam)
        if cut not in self._cuts[beam]:
            return []
        cut.ended = self._changes
        if now_s - cut.began_s < SHORTEST_S:
            self._cuts[beam].remove(cut)
        return self._pair()

    def _begin(self, beam: Beam, now_s: float) -> None:
        if len(self._cuts[beam]) >= MOST_WAITING:
            self._let_go()
        cut = self._open[beam] = _Cut(self._changes, now_s)
        self._cuts[beam].append(cut)

    def _let_go(self) -> None:
        """Whatever is in the beams now will not be counted."""
        for waiting in self._cuts.values():
            waiting.clear()

    def _pair(self) -> list[Passage]:
        passed: list[Passage] = []
        outer, inner = (self._cuts[beam] for beam in BEAMS)
        while outer or inner:
            if _alone(outer, inner):
                outer.popleft()
            elif _alone(inner, outer):
                inner.popleft()
            elif outer and inner and outer[0].ended and inner[0].ended:
                out, inside = outer.popleft(), inner.popleft()
                came_first = out.began < inside.began
                if came_first == (out.ended < inside.ended):
                    passed.append("entered" if came_first else "left")
            else:
                break
        return passed


def _alone(cuts: deque[_Cut], others: deque[_Cut]) -> bool:
    """Whether the first interruption is over and none of the other beam's was there meanwhile."""
    return bool(cuts) and bool(cuts[0].ended) and (not others or others[0].began > cuts[0].ended)
