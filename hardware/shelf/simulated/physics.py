"""What a weighing plate says, given the force on it: load cell, amplifier and wire, from a seed.

Units: grams (a force is said as the mass that would weigh so much), seconds.
"""

from __future__ import annotations

import math
from random import Random
from typing import Final

import msgspec

SUBSTEPS: Final = 4
"""The load cell swings faster than it is asked."""
HUM_HZ: Final = 50.0


class Noise(msgspec.Struct, frozen=True, kw_only=True):
    """How good plates are. The defaults are those of cheap 30 kg single-point cells; `times` makes all of it worse."""

    white_g: float = 0.6
    flicker_g: float = 0.25
    """Slow wander of seconds."""
    drift_g_per_minute: float = 1.5
    hum_g: float = 0.15
    step_g: float = 0.1
    """Of the analogue-to-digital converter."""
    dropped: float = 0.002
    gaps_per_minute: float = 0.2
    crosstalk: float = 0.008
    """Share of what happens to a plate that its neighbours feel."""
    resonance_hz: float = 38.0
    damping: float = 0.5

    def times(self, factor: float) -> Noise:
        """The same plates with all their random errors so many times as large."""
        return msgspec.structs.replace(
            self,
            white_g=self.white_g * factor,
            flicker_g=self.flicker_g * factor,
            drift_g_per_minute=self.drift_g_per_minute * factor,
            hum_g=self.hum_g * factor,
        )


class Cell:
    """One plate's load cell: a damped spring that follows the force, and what its electronics add."""

    def __init__(
        self, rng: Random, noise: Noise, *, hz: float, zero_g: float, least_g: float, most_g: float
    ) -> None:
        self._rng = rng
        self._noise = noise
        self._zero_g = zero_g
        self._least_g = least_g
        self._most_g = most_g
        self._off_g = 0.0
        """How far it is from where the force would hold it."""
        self._speed = 0.0
        self._force_g = 0.0
        self._flicker_g = 0.0
        self._drift_g = 0.0
        self._slope = rng.gauss(0, noise.drift_g_per_minute) / 60 / hz
        self._hum_phase = rng.uniform(0, 2 * math.pi)
        self._gap = 0
        self._gap_chance = noise.gaps_per_minute / 60 / hz
        self._flicker_keep = math.exp(-1 / (2.0 * hz))
        self._flicker_step = noise.flicker_g * math.sqrt(1 - self._flicker_keep**2)
        self._settling = _settling(noise, 1 / hz / SUBSTEPS)

    def rest(self, force_g: float) -> None:
        """Take a force as one that has been there for long."""
        self._force_g, self._off_g, self._speed = force_g, 0.0, 0.0

    def follow(self, forces_g: list[float]) -> None:
        """Move under the forces of a sample's substeps."""
        a, b, c, d = self._settling
        for force_g in forces_g:
            off = self._off_g + self._force_g - force_g
            self._force_g = force_g
            self._off_g, self._speed = a * off + b * self._speed, c * off + d * self._speed

    @property
    def swings(self) -> bool:
        """Whether it has not come to rest yet."""
        return abs(self._off_g) > 0.01 or abs(self._speed) > 0.5

    def read(self, at_s: float) -> float:
        """A sample; not a number where the wire lost it, the limit where the plate is at its end."""
        rng, noise = self._rng, self._noise
        self._flicker_g = self._flicker_g * self._flicker_keep + rng.gauss(0.0, 1.0) * self._flicker_step
        self._drift_g += self._slope
        if self._gap > 0:
            self._gap -= 1
            return math.nan
        luck = rng.random()
        if luck < noise.dropped:
            if luck < self._gap_chance:
                self._gap = rng.randrange(3, 12)
            return math.nan
        grams = (
            self._zero_g
            + self._force_g
            + self._off_g
            + self._flicker_g
            + self._drift_g
            + rng.gauss(0.0, 1.0) * noise.white_g
            + noise.hum_g * math.sin(2 * math.pi * HUM_HZ * at_s + self._hum_phase)
        )
        grams = round(grams / noise.step_g) * noise.step_g
        return min(max(grams, self._least_g), self._most_g)


def _settling(noise: Noise, step_s: float) -> tuple[float, float, float, float]:
    """The exact solution of x'' = -2ζω x' - ω² x over a step, as a matrix of (x, x')."""
    omega, zeta = 2 * math.pi * noise.resonance_hz, noise.damping
    swing = omega * math.sqrt(1 - zeta**2)
    fade = math.exp(-zeta * omega * step_s)
    sin, cos = math.sin(swing * step_s), math.cos(swing * step_s)
    lean = zeta * omega / swing
    return (
        fade * (cos + lean * sin),
        fade * sin / swing,
        -fade * omega**2 / swing * sin,
        fade * (cos - lean * sin),
    )
