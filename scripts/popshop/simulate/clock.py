"""Everybody's clock in a simulation: moved by the world, and wrong where a fault says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Fills the agent's clock port, and headquarters'. `wrong_s` is how far its wall clock is off."""

    seconds: float = 1_000.0
    wrong_s: float = 0.0

    def now(self) -> datetime:
        """The wall clock, as this party believes it."""
        return START + timedelta(seconds=self.seconds + self.wrong_s)

    def monotonic(self) -> float:
        """Seconds that only go on."""
        return self.seconds
