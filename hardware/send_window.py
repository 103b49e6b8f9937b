"""How much of the outbox is on its way, and when to say it all again. Pure: the time is handed in.

Nothing is forgotten here because it was sent: only the agent's `ack` moves the window on.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec

from hardware.outbox import Row

BACK_OFF_FACTOR: Final = 2.0


class WindowLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How many reports may be on their way at once, and how long silence lasts before they are sent again."""

    most: int = 256
    least: int = 16
    """What it shrinks to while nobody answers. Above 1: an earlier boot's rows must not hold up the next."""
    resend_s: float = 2.0
    resend_most_s: float = 10.0


class SendWindow:
    """Reports sent on this connection and not acknowledged yet, oldest first."""

    def __init__(self, limits: WindowLimits) -> None:
        self._limits = limits
        self._taken: dict[str, int] = {}
        self._on_the_way: deque[Row] = deque()
        self._size = limits.most
        self._silence_s = limits.resend_s
        self.cursor = 0
        """The outbox row sent last; 0 when everything is to be sent (again)."""
        self.resend_at_s: float | None = None

    def room(self) -> int:
        """How many more may be sent now."""
        return self._size - len(self._on_the_way)

    def is_taken(self, row: Row) -> bool:
        """Whether the agent has already acknowledged this report."""
        return row.seq <= self._taken.get(row.boot, 0)

    def sent(self, row: Row, now_s: float) -> None:
        """This report was handed to the connection."""
        self._on_the_way.append(row)
        self.cursor = row.row
        if self.resend_at_s is None:
            self.resend_at_s = now_s + self._silence_s

    def skip(self, row: Row) -> None:
        """This report need not be sent."""
        self.cursor = row.row

    def taken(self, boot: str, upto: int, now_s: float) -> bool:
        """The agent keeps this boot's reports up to `upto`. Tells whether that was news."""
        if upto <= self._taken.get(boot, 0):
            return False
        self._taken[boot] = upto
        self._on_the_way = deque(row for row in self._on_the_way if not self.is_taken(row))
        self._silence_s = self._limits.resend_s
        self._size = min(self._limits.most, int(self._size * BACK_OFF_FACTOR))
        self.resend_at_s = now_s + self._silence_s if self._on_the_way else None
        return True

    def start_over(self) -> None:
        """A new connection: everything not acknowledged is sent again, from the oldest."""
        self._on_the_way.clear()
        self.cursor = 0
        self.resend_at_s = None

    def give_up_waiting(self, now_s: float) -> bool:
        """No `ack` in time: start over, with less and later. Tells whether the time had come."""
        if self.resend_at_s is None or now_s < self.resend_at_s:
            return False
        self.start_over()
        self._silence_s = min(self._limits.resend_most_s, self._silence_s * BACK_OFF_FACTOR)
        self._size = max(self._limits.least, int(self._size / BACK_OFF_FACTOR))
        return True
