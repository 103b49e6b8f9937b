"""What a change of weight can mean, and how sure that is: hypotheses weighed against each other by likelihood. Pure.

A change that fits nothing, or two things equally well, has no answer: it is never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from hardware.shelf.weighing.hands import Held
from hardware.shelf.weighing.plan import Goods

MOST_UNITS: Final = 24
SURE: Final = 0.65
"""How much of all likelihood the best answer must have."""
FARTHEST_SIGMAS: Final = 3.5
SCALE_ERROR: Final = 0.004
"""Of the weight: what neighbours and the plate's own gain may make it wrong."""
UNKNOWN: Final = 0.002 / 2_000
"""Likelihood per gram that it is something else altogether."""
SAME_UNITS: Final = 0.6
"""Prior that what was taken together comes back together; that only a part of it does."""
SOME_UNITS: Final = 0.15
SEVERAL_TAKEN: Final = 0.2
NOT_HELD: Final = 0.05
FRESH: Final = 3
STRAY: Final = 0.05
"""Prior that what was put in the wrong place is taken from there, and not one of many that belong there."""
JUST_PUT: Final = 0.5
"""The same for what came a moment ago: it was a hand, or somebody thought better of it."""
JUST_S: Final = 5.0
ELSEWHERE: Final = 0.25
"""Prior that what is held goes to a wrong place, beside that of the right one: all wrong places together."""


class Guess(msgspec.Struct, frozen=True):
    """An answer: units of one SKU; `held` is what they were known as in somebody's hands."""

    item: str
    count: int
    held: Held | None = None
    misplaced: bool = False
    fresh: bool = True
    """It is among what was taken last."""
    expected: bool = True
    """Something besides the weight speaks for it: it is planned there and leaves, or was in somebody's hands."""


def picked_up(
    change_g: float,
    variance: float,
    goods: Sequence[Goods],
    strays: Sequence[Held] = (),
    at_s: float = 0.0,
) -> Guess | None:
    """What left, of what is planned there or was put there although it is not.

    `change_g` is above 0, `variance` that of measuring it, in g².
    """
    return _best(change_g, variance, [*_leaving(change_g, goods), *_straying(strays, at_s)])


def put_back(
    change_g: float,
    variance: float,
    goods: Sequence[Goods],
    held: Sequence[Held],
    known: dict[str, Goods],
    bays: int,
) -> Guess | None:
    """What came: something held, wherever it came from, or units of what is planned there (somebody fills it)."""
    home = {one.item for one in goods}
    elsewhere = ELSEWHERE / max(bays - 1, 1)
    hypotheses = [
        *_returning(home, held, elsewhere),
        *_in_part(change_g, home, held, known, elsewhere),
        *_filling(change_g, goods),
    ]
    return _best(change_g, variance, hypotheses)


Hypothesis = tuple[Guess, float, float, float]
"""Answer, its weight in grams, the variance of that, its prior."""


def _best(change_g: float, variance: float, hypotheses: Iterable[Hypothesis]) -> Guess | None:
    error = (SCALE_ERROR * change_g) ** 2 + variance
    weighed: dict[tuple[str, int, bool], tuple[float, float, Guess]] = {}
    total = UNKNOWN
    for guess, weight_g, own_variance, prior in hypotheses:
        spread = error + own_variance
        off = (change_g - weight_g) ** 2 / spread
        if off > 40:
            continue
        likelihood = prior * math.exp(-off / 2) / math.sqrt(2 * math.pi * spread)
        total += likelihood
        # Different ways to the same answer count together; the likeliest of them is what happened.
        key = (guess.item, guess.count, guess.misplaced)
        so_far, best, leader = weighed.get(key, (0.0, 0.0, guess))
        if likelihood > best:
            best, leader = likelihood, guess
        if off <= FARTHEST_SIGMAS**2 or so_far > 0:
            weighed[key] = (so_far + likelihood, best, leader)
    if not weighed:
        return None
    likelihood, _, guess = max(weighed.values(), key=lambda one: one[0])
    return guess if likelihood >= SURE * total else None


def _counts_near(change_g: float, unit_g: float) -> range:
    middle = round(change_g / unit_g)
    return range(max(1, middle - 1), min(MOST_UNITS, middle + 1) + 1)


def _count_prior(count: int) -> float:
    return (0.7, 0.18, 0.06)[count - 1] if count <= 3 else 0.06 / (count - 2) ** 2


def _leaving(change_g: float, goods: Sequence[Goods]) -> Iterable[Hypothesis]:
    for one in goods:
        for count in _counts_near(change_g, one.unit_g):
            prior = _count_prior(count) / len(goods)
            yield Guess(one.item, count), count * one.unit_g, count * one.sd_g**2, prior


def _straying(strays: Sequence[Held], at_s: float) -> Iterable[Hypothesis]:
    for one in strays:
        prior = JUST_PUT if at_s - one.at_s < JUST_S else STRAY
        yield Guess(one.item, one.count, one), one.weight_g, one.variance, prior


def _returning(home: set[str], held: Sequence[Held], elsewhere: float) -> Iterable[Hypothesis]:
    """All units of one taking; or of several takings of the same SKU, the newest first."""
    sums: dict[str, tuple[int, float, float]] = {}
    for number, one in enumerate(reversed(held)):
        misplaced = one.item not in home
        place = elsewhere if misplaced else 1.0
        count, weight_g, variance = sums.get(one.item, (0, 0.0, 0.0))
        fresh = number < FRESH if misplaced else count == 0
        # What was taken last is what comes back first.
        prior = SAME_UNITS * place / (1 + 0.5 * number)
        yield Guess(one.item, one.count, one, misplaced, fresh), one.weight_g, one.variance, prior
        if count and count + one.count <= MOST_UNITS:
            guess = Guess(one.item, count + one.count, None, misplaced, fresh=False)
            prior = SEVERAL_TAKEN * place / (1 + number)
            yield guess, weight_g + one.weight_g, variance + one.variance, prior
        sums[one.item] = (count + one.count, weight_g + one.weight_g, variance + one.variance)


def _in_part(
    change_g: float, home: set[str], held: Sequence[Held], known: dict[str, Goods], elsewhere: float
) -> Iterable[Hypothesis]:
    seen: set[str] = set()
    for one in reversed(held):
        goods = known[one.item]
        fresh = one.item not in seen and one.item in home
        seen.add(one.item)
        if one.count < 2:
            continue
        misplaced = one.item not in home
        place = elsewhere if misplaced else 1.0
        for count in _counts_near(change_g, goods.unit_g):
            if count < one.count:
                weight_g = one.weight_g * count / one.count
                guess = Guess(one.item, count, one, misplaced, fresh)
                yield guess, weight_g, count * goods.sd_g**2, SOME_UNITS * place


def _filling(change_g: float, goods: Sequence[Goods]) -> Iterable[Hypothesis]:
    for one in goods:
        for count in _counts_near(change_g, one.unit_g):
            prior = NOT_HELD * _count_prior(count)
            guess = Guess(one.item, count, expected=False)
            yield guess, count * one.unit_g, count * one.sd_g**2, prior
