"""What was observed, in order: every message the store's side got and what passed on the line. Threads may share it.

Waits on it are events, never sleeps. It has a limit: a device that floods is told so, not recorded for ever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import msgspec

from hardware.conformance.packets import Packet
from hardware.conformance.rows import Row
from hardware.topics import Leaf

MOST_EVENTS: Final = 200_000

Found = TypeVar("Found")
Kind = TypeVar("Kind", bound="Observed")


class Flooded(RuntimeError):
    """The device sent more than anybody could want."""


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """Something seen at an instant of the kit's own monotonic clock."""

    at_s: float


class Received(Observed, frozen=True, kw_only=True):
    """A message the device wrote, as the broker brought it to the store. `row` is a report, read."""

    leaf: Leaf
    body: bytes
    qos: int
    retained: bool
    row: Row | None = None


class OnLine(Observed, frozen=True, kw_only=True):
    """A packet on the line between the device and the broker, on its `connection` (counted from 1)."""

    connection: int
    from_device: bool
    packet: Packet


class LineOpened(Observed, frozen=True, kw_only=True):
    """The device connected."""

    connection: int


class LineClosed(Observed, frozen=True, kw_only=True):
    """The connection ended."""

    connection: int


class Unreadable(Observed, frozen=True, kw_only=True):
    """What passed on the line is not MQTT 3.1.1."""

    why: str


class Tape:
    """Grows only. A `mark` is a place on it: what was seen later is behind it."""

    def __init__(self) -> None:
        self._events: list[Observed] = []
        self._changed = threading.Condition()

    @staticmethod
    def now_s() -> float:
        """The instant, monotonic."""
        return time.monotonic()

    def add(self, event: Observed) -> None:
        """Write down what was seen."""
        with self._changed:
            if len(self._events) < MOST_EVENTS:
                self._events.append(event)
            self._changed.notify_all()

    def mark(self) -> int:
        """The place where the tape ends now."""
        return len(self._events)

    def since(self, mark: int, kind: type[Kind]) -> Sequence[Kind]:
        """What of one kind was seen after a mark, in order."""
        return [event for event in self._events[mark:] if isinstance(event, kind)]

    def wait(self, look: Callable[[], Found | None], timeout_s: float) -> Found | None:
        """Look again whenever something is seen, until there is something to see or time is up (None).

        Raises Flooded when the tape is full: nothing that follows could be judged.
        """
        give_up_at_s = self.now_s() + timeout_s
        with self._changed:
            while True:
                found = look()
                left_s = give_up_at_s - self.now_s()
                if found is not None or left_s <= 0:
                    return found
                if len(self._events) >= MOST_EVENTS:
                    raise Flooded(f"the device sent more than {MOST_EVENTS} messages")
                self._changed.wait(left_s)

    def pause(self, seconds: float) -> None:
        """Let time go by in which nothing ought to happen."""
        self.wait(lambda: None, seconds)
