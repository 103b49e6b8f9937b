"""Whether the machine's controller still talks to us. Pure."""

from __future__ import annotations

from typing import Final

BUS_QUIET_S: Final = 5.0
"""A controller polls every 25–200 ms; one that says nothing for so long is off, or the cable is out (MDB/ICP §7.5)."""


class BusWatch:
    """Notices silence and its end. Does nothing behind an adapter that answers polls by itself."""

    def __init__(self, polled: bool) -> None:
        self._polled = polled
        self._heard_s: float | None = None
        self.quiet = False
        """Whether it has been silent for too long."""

    def begin(self, now_s: float) -> None:
        """From now on it should talk."""
        self._heard_s = now_s

    def heard(self, now_s: float) -> bool:
        """It talked. Whether that ended a silence."""
        self._heard_s = now_s
        was_quiet, self.quiet = self.quiet, False
        return was_quiet

    def fell_silent(self, now_s: float) -> bool:
        """Whether it has been silent for too long; said once."""
        if self._heard_s is None:
            self._heard_s = now_s
        due_s = self.due_s
        if due_s is None or now_s < due_s:
            return False
        self.quiet = True
        return True

    @property
    def due_s(self) -> float | None:
        """When to look."""
        if not self._polled or self.quiet or self._heard_s is None:
            return None
        return self._heard_s + BUS_QUIET_S
