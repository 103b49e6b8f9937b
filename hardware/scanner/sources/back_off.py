"""How long to wait before a lost source is tried again. Pure: the time is handed in."""

from __future__ import annotations

from typing import Final

import msgspec

GROWTH: Final = 2.0


class BackOffLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Waits grow from `first_s` to `most_s`. A source that stayed for `settled_s` starts from the first again."""

    first_s: float = 0.25
    most_s: float = 5.0
    settled_s: float = 10.0


class BackOff:
    """The waits of one source."""

    def __init__(self, limits: BackOffLimits) -> None:
        self._limits = limits
        self._next_s = limits.first_s
        self._up_since_s: float | None = None

    def came(self, now_s: float) -> None:
        """It is there."""
        self._up_since_s = now_s

    def lost(self, now_s: float) -> float:
        """It is gone, or did not come: how long to wait. One that comes and goes waits longer every time."""
        if self._up_since_s is not None and now_s - self._up_since_s >= self._limits.settled_s:
            self._next_s = self._limits.first_s
        self._up_since_s = None
        wait_s, self._next_s = self._next_s, min(self._limits.most_s, self._next_s * GROWTH)
        return wait_s
