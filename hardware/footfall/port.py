"""What can happen at a door with two light beams, one behind the other, and how simulated people come and go."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from hardware.behaviour import Input

Beam = Literal["outer", "inner"]
BEAMS: Final[tuple[Beam, Beam]] = ("outer", "inner")
"""Infrared barriers or time-of-flight sensors across the door: `outer` towards the street, `inner` towards the shop,
closer together than a body is deep."""


class BeamMoved(Input, frozen=True):
    """A beam is broken, or free again. The same again is no news."""

    beam: Beam
    broken: bool


class PersonPassed(Input, frozen=True):
    """For a simulator: somebody walks through the door."""

    inwards: bool


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """How simulated people come: means of exponential times, chances from 0 to 1."""

    arrive_every_s: float = 0.0
    """In the busiest hour; 0: nobody comes by themselves."""
    stay_s: float = 240.0
    turn_back_chance: float = 0.05
    day_s: float = 12 * 3600.0
    """From opening, which is when the power comes on, to closing; the next day follows at once."""
