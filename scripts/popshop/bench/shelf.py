"""The scale of a cloud shelf against simulated plates whose truth is known: how often right, how soon, how fast.

Everything but the two speeds comes from the seed. A shopper is always at work: two hands, no pause longer than seconds.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from random import Random
from typing import Final

from hardware.shelf.simulated.geometry import Place, own_places
from hardware.shelf.simulated.physics import Noise
from hardware.shelf.simulated.shoppers import Shopper, some_planogram
from hardware.shelf.simulated.world import HZ, Deed, ShelfWorld
from hardware.shelf.weighing.scale import Moved, Scale
from popshop.clock import steady_s

HANDS: Final = 2
FIRST_DEED_S: Final = 2.0
LATEST_S: Final = 2.0
"""An answer that comes later than this after the hand has left is none."""
TURN_FRAMES: Final = 600
"""The scale and the bare loop take turns of ten seconds of stream."""


@dataclasses.dataclass(frozen=True)
class Answered:
    """A deed and what became of it: right, wrong or missed, and how long after the hand had left."""

    deed: Deed
    how: str
    latency_ms: float | None = None


@dataclasses.dataclass(frozen=True)
class Run:
    """One seed's minutes."""

    answers: list[Answered]
    invented: int
    scale_s: float
    bare_s: float
    stream_s: float


@dataclasses.dataclass(frozen=True)
class Figures:
    """What may be claimed. Latencies in milliseconds of stream time; speeds as multiples of real time on one core."""

    events: int
    right: int
    share_right: float
    wrong: int
    missed: int
    invented: int
    invented_per_hour: float
    latency_ms: dict[str, float]
    share_under_50_ms: float
    realtime_factor: float
    bare_loop_realtime_factor: float
    by_act: dict[str, dict[str, float]]
    plates: int
    stream_minutes: float
    seeds: int


PLACES: Final = own_places(12)


def run(
    seed: int, *, seeds: int = 1, minutes: float = 5.0, places: Sequence[Place] = PLACES, noise: float = 1.0
) -> Figures:
    """Weigh on `seeds` shelves, each of its own planogram; `noise` multiplies every random error of the plates."""
    return figures([one(seed + number, minutes, places, noise) for number in range(seeds)], len(places))


def one(seed: int, minutes: float, places: Sequence[Place], noise: float = 1.0) -> Run:
    """One shelf for some minutes. Frames are made before the clocks start, and weighed in turns."""
    rng = Random(seed)
    rows = some_planogram(rng, places)
    world, scale = ShelfWorld(rows, rng, noise=Noise().times(noise)), Scale(rows)
    busy: set[int] = set()
    hands = [Shopper(world, rng, busy, begin_s=FIRST_DEED_S + number) for number in range(HANDS)]
    bare = BareLoop(len(scale.plates))
    deeds: list[Deed] = []
    moves: list[Moved] = []
    scale_s = bare_s = 0.0
    left = round(minutes * 60 * HZ)
    while left:
        frames: list[tuple[float, list[float]]] = []
        for _ in range(min(left, TURN_FRAMES)):
            for hand in hands:
                deeds += hand.act(world.now_s)
            values = world.frame()
            frames.append((world.now_s, values))
        left -= len(frames)
        begin_s = steady_s()
        for at_s, values in frames:
            for number, grams in enumerate(values):
                moves += [found for found in scale.sample(at_s, number, grams) if isinstance(found, Moved)]
        middle_s = steady_s()
        for _, values in frames:
            for number, grams in enumerate(values):
                bare.sample(number, grams)
        scale_s += middle_s - begin_s
        bare_s += steady_s() - middle_s
    answers, invented = judge(deeds, moves, until_s=world.now_s - LATEST_S)
    return Run(answers, invented, scale_s, bare_s, minutes * 60)


class BareLoop:
    """What anybody would write first, and as little as can be asked: a moving mean and a threshold."""

    def __init__(self, plates: int) -> None:
        self._means = [math.nan] * plates
        self.alarms = 0

    def sample(self, number: int, grams: float) -> None:
        """Follow the mean; count what lies far from it."""
        mean = self._means[number]
        if mean != mean:
            self._means[number] = grams
            return
        rest = grams - mean
        if rest > 10 or rest < -10:
            self.alarms += 1
        if rest == rest:
            self._means[number] = mean + rest / 30


def judge(deeds: Sequence[Deed], moves: Sequence[Moved], *, until_s: float) -> tuple[list[Answered], int]:
    """Each deed with its answer: the first on one of its plates in its direction, the right one if there is any.

    What answers no deed is invented. Deeds that end after `until_s` are left out, with what is found after it.
    """
    used: set[int] = set()
    answers = []
    for deed in sorted((deed for deed in deeds if deed.released_s < until_s), key=lambda one: one.released_s):
        what = "picked_up" if deed.manner.startswith("pick") else "put_back"
        near = [
            number
            for number, move in enumerate(moves)
            if number not in used
            and move.what == what
            and move.plate in deed.plates
            and deed.began_s <= move.at_s <= deed.released_s + LATEST_S
        ]
        right = [number for number in near if _same(moves[number], deed)]
        if right:
            late_ms = (moves[right[0]].at_s - deed.released_s) * 1_000
            answers.append(Answered(deed, "right", late_ms))
        else:
            answers.append(Answered(deed, "wrong" if near else "missed"))
        used.update((right or near)[:1])
    late = {deed.plates for deed in deeds if deed.released_s >= until_s}
    spare = [
        move
        for number, move in enumerate(moves)
        if number not in used and move.at_s < until_s and not any(move.plate in plates for plates in late)
    ]
    return answers, len(spare)


def _same(move: Moved, deed: Deed) -> bool:
    return (move.item, move.count, move.misplaced) == (deed.item, deed.count, deed.misplaced)


def figures(runs: Sequence[Run], plates: int) -> Figures:
    """Add runs up."""
    answers = [answer for run in runs for answer in run.answers]
    stream_s = sum(run.stream_s for run in runs)
    right = [answer for answer in answers if answer.how == "right"]
    latencies = [answer.latency_ms for answer in right if answer.latency_ms is not None]
    invented = sum(run.invented for run in runs)
    by_act: dict[str, dict[str, float]] = {
        manner: _of_act([answer for answer in answers if answer.deed.manner == manner])
        for manner in sorted({answer.deed.manner for answer in answers})
    }
    return Figures(
        events=len(answers),
        right=len(right),
        share_right=round(len(right) / max(len(answers), 1), 4),
        wrong=sum(answer.how == "wrong" for answer in answers),
        missed=sum(answer.how == "missed" for answer in answers),
        invented=invented,
        invented_per_hour=round(invented / stream_s * 3_600, 1),
        latency_ms=_spread(latencies),
        share_under_50_ms=round(sum(late < 50 for late in latencies) / max(len(latencies), 1), 3),
        realtime_factor=round(stream_s / max(sum(run.scale_s for run in runs), 1e-9)),
        bare_loop_realtime_factor=round(stream_s / max(sum(run.bare_s for run in runs), 1e-9)),
        by_act=by_act,
        plates=plates,
        stream_minutes=round(stream_s / 60, 2),
        seeds=len(runs),
    )


def _of_act(answers: Sequence[Answered]) -> dict[str, float]:
    right = [answer.latency_ms for answer in answers if answer.latency_ms is not None]
    return {"events": len(answers), "right": len(right), "p50_ms": _spread(right)["p50"]}


def _spread(latencies: Sequence[float]) -> dict[str, float]:
    ordered = sorted(latencies) or [math.nan]
    last = len(ordered) - 1
    return {
        "p50": round(ordered[last // 2], 1),
        "p95": round(ordered[round(last * 0.95)], 1),
        "max": round(ordered[last], 1),
    }
