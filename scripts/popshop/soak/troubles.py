"""What strikes the processes and lines of a soak, drawn from a seed beforehand: kills, cuts, clocks, full disks."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from popshop.shop.line import Weather

KILL_WEIGHTS: Final = {"agent": 34, "device": 26, "hq": 16, "broker": 14, "postgres": 10}
WEATHER: Final = (Weather.CUT, Weather.STALLED, Weather.SLOW, Weather.HALF_OPEN)
KILLS_PER_MINUTE: Final = 13.0
LINES_PER_MINUTE: Final = 12.0
CLOCKS_PER_MINUTE: Final = 1.5
DISKS_PER_MINUTE: Final = 0.7
SHORTEST_DOWN_S: Final = 0.1
LONGEST_DOWN_S: Final = 4.0
LONGEST_STEP_S: Final = 7_200.0


@dataclass(frozen=True)
class Trouble:
    """At `at_s`, `what` strikes for `lasts_s`: a kind of part to kill, `line`, `clock` or `disk`.

    `roll` (0 to 1) picks which part or line of that kind, `size` how much.
    """

    at_s: float
    what: str
    lasts_s: float
    roll: float
    size: float = 0.0
    weather: Weather | None = None


def draw(seed: int, seconds: float) -> list[Trouble]:
    """All troubles of a soak in the order of their time. The same seed draws the same."""
    rng = Random(seed)
    minutes = seconds / 60
    drawn = [_kill(rng, seconds) for _ in range(round(KILLS_PER_MINUTE * minutes))]
    drawn += [_line(rng, seconds) for _ in range(round(LINES_PER_MINUTE * minutes))]
    drawn += [_clock(rng, seconds) for _ in range(round(CLOCKS_PER_MINUTE * minutes))]
    for _ in range(round(DISKS_PER_MINUTE * minutes)):
        drawn.append(Trouble(rng.uniform(0, seconds), "disk", rng.uniform(1, 5), rng.random()))
    return sorted(drawn, key=lambda trouble: trouble.at_s)


def _kill(rng: Random, seconds: float) -> Trouble:
    what = rng.choices(list(KILL_WEIGHTS), list(KILL_WEIGHTS.values()))[0]
    return Trouble(rng.uniform(0, seconds), what, rng.uniform(SHORTEST_DOWN_S, LONGEST_DOWN_S), rng.random())


def _line(rng: Random, seconds: float) -> Trouble:
    at_s, lasts_s, roll = rng.uniform(0, seconds), rng.uniform(0.5, 8), rng.random()
    # As often as each of the others, an answer breaks off in the middle.
    weather = rng.choice((*WEATHER, None))
    return Trouble(at_s, "line", lasts_s, roll, weather=weather)


def _clock(rng: Random, seconds: float) -> Trouble:
    step_s = rng.uniform(-LONGEST_STEP_S, LONGEST_STEP_S)
    return Trouble(rng.uniform(0, seconds), "clock", rng.uniform(1, 10), rng.random(), size=step_s)
