"""The machine's cold box: it warms with the door open, cools with it closed, keeps the health timer. Pure."""

from __future__ import annotations

import math
from typing import Final

import msgspec


class Climate(msgspec.Struct, frozen=True, kw_only=True):
    """How the box behaves. `health_*`: warmer than this for this long, and food may not be sold any more."""

    set_point_c: float = 4.0
    ambient_c: float = 24.0
    warming_s: float = 1_200.0
    cooling_s: float = 600.0
    health_limit_c: float = 8.0
    health_limit_s: float = 1_800.0


LOOK_EVERY_S: Final = 30.0
STEP_C: Final = 0.5
"""Presence is said anew when the temperature has changed by this much."""


class Cabinet:
    """Temperature over time, told when it is and whether the door is open."""

    def __init__(self, climate: Climate) -> None:
        self._climate = climate
        self._exact_c = climate.set_point_c
        self._at_s: float | None = None
        self._too_warm_since_s: float | None = None
        self.health_timer_ran_out = False

    def update(self, now_s: float, door_open: bool) -> None:
        """Let the time since the last look pass with the door as it is now."""
        climate = self._climate
        passed_s = now_s - self._at_s if self._at_s is not None else 0.0
        self._at_s = now_s
        goal_c, slowness_s = (
            (climate.ambient_c, climate.warming_s) if door_open else (climate.set_point_c, climate.cooling_s)
        )
        self._exact_c = goal_c + (self._exact_c - goal_c) * math.exp(-passed_s / slowness_s)
        if self._exact_c <= climate.health_limit_c:
            self._too_warm_since_s = None
        elif self._too_warm_since_s is None:
            self._too_warm_since_s = now_s
        elif now_s - self._too_warm_since_s > climate.health_limit_s:
            self.health_timer_ran_out = True

    @property
    def temperature_c(self) -> float:
        """Rounded to what the sensor tells apart."""
        return round(self._exact_c / STEP_C) * STEP_C

    def reset_health_timer(self) -> None:
        """Somebody looked after the goods."""
        self.health_timer_ran_out = False
        self._too_warm_since_s = None

    def wake_s(self, now_s: float, door_open: bool) -> float | None:
        """When to look again; None while nothing changes."""
        settled = not door_open and self.temperature_c == self._climate.set_point_c
        return None if settled else now_s + LOOK_EVERY_S
