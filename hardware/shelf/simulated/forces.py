"""What hands and goods do to plates over time: each a curve of force with a beginning and an end. Pure; seeded."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Final

import msgspec

Curve = Callable[[float], float]
"""Grams at a time since the beginning, in seconds."""

TREMOR_HZ: Final = (8.0, 12.0)


class Force(msgspec.Struct, frozen=True, kw_only=True):
    """A curve on some plates. After its end `left_g` stays for good."""

    begin_s: float
    lasts_s: float
    curve: Curve
    shares: tuple[tuple[int, float], ...]
    """Plate number and the part of the force that it bears."""
    left_g: float = 0.0


def ease(share: float, smooth: bool) -> float:
    """From 0 to 1, as a hand moves (minimum jerk) or all the way at one speed."""
    share = min(max(share, 0.0), 1.0)
    return share**3 * (10 - 15 * share + 6 * share**2) if smooth else share


def press(rng: Random, grams: float, lasts_s: float, *, rise_s: float, fall_s: float) -> Curve:
    """A hand that leans on something: it comes, trembles and sways, and goes."""
    tremor_hz, sway_hz = rng.uniform(*TREMOR_HZ), rng.uniform(0.4, 1.6)
    tremor = rng.uniform(0.008, 0.02)
    sway = rng.uniform(0.03, 0.12)
    phases = rng.uniform(0, 6.28), rng.uniform(0, 6.28)
    smooth = rng.random() < 0.7

    def curve(at_s: float) -> float:
        hold = ease(at_s / rise_s, smooth) * (1 - ease((at_s - lasts_s + fall_s) / fall_s, smooth))
        wobble = tremor * math.sin(2 * math.pi * tremor_hz * at_s + phases[0])
        wobble += sway * math.sin(2 * math.pi * sway_hz * at_s + phases[1])
        return grams * hold * (1 + wobble)

    return curve


def lift(rng: Random, weight_g: float, lasts_s: float) -> Curve:
    """Goods that leave: lifted over `lasts_s`, with the jerk of the start."""
    smooth, jerk = rng.random() < 0.7, rng.uniform(0.0, 0.12)

    def curve(at_s: float) -> float:
        share = at_s / lasts_s
        return -weight_g * ease(share, smooth) + weight_g * jerk * math.sin(math.pi * min(share * 2, 1.0))

    return curve


def lower(rng: Random, weight_g: float, lasts_s: float) -> Curve:
    """Goods that come down within `lasts_s`: a small blow, then their weight."""
    smooth, blow, ring_hz = rng.random() < 0.5, rng.uniform(0.0, 0.3), rng.uniform(9, 16)

    def curve(at_s: float) -> float:
        share = at_s / lasts_s
        swing = blow * math.exp(-6 * share) * math.sin(2 * math.pi * ring_hz * at_s) * (1 - ease(share, True))
        return weight_g * (ease(share * 2.5, smooth) + swing)

    return curve


def shove(rng: Random, grams: float, lasts_s: float) -> Curve:
    """Goods that are pushed about on the plate: force both ways, nothing left."""
    hz, tremor_hz = rng.uniform(1.0, 3.0), rng.uniform(*TREMOR_HZ)

    def curve(at_s: float) -> float:
        hold = math.sin(math.pi * min(at_s / lasts_s, 1.0)) ** 2
        swing = math.sin(2 * math.pi * hz * at_s) + 0.2 * math.sin(2 * math.pi * tremor_hz * at_s)
        return grams * hold * swing

    return curve


def swing(rng: Random, grams: float) -> Curve:
    """A board that somebody bumped: it swings and calms down."""
    hz, fade_s, phase = rng.uniform(4.5, 9.0), rng.uniform(0.15, 0.5), rng.uniform(0, 6.28)

    def curve(at_s: float) -> float:
        return grams * math.exp(-at_s / fade_s) * (math.sin(2 * math.pi * hz * at_s + phase))

    return curve
