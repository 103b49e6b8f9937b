"""The bounded inbox in front of the one writer. A full inbox makes senders wait, then says so; it never drops."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class InboxFull(Exception):
    """Nothing was taken; ask again."""


class Inbox(Generic[T]):
    """First in, first out, for many senders and one taker."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: deque[T] = deque()
        self._changed = threading.Condition(threading.Lock())
        self._closed = False
        self._taker_waits = False

    def put(self, item: T, timeout_s: float) -> None:
        """Add one; waits up to `timeout_s` for room. Raises InboxFull."""
        with self._changed:
            if len(self._items) >= self._limit and not self._changed.wait_for(
                lambda: len(self._items) < self._limit or self._closed, timeout_s
            ):
                raise InboxFull
            if self._closed:
                raise InboxFull
            self._items.append(item)
            if self._taker_waits:
                self._changed.notify_all()

    def take(self, most: int, timeout_s: float) -> list[T]:
        """All that waits, up to `most`; waits up to `timeout_s` for the first. Empty when none came."""
        with self._changed:
            if not self._items and not self._closed:
                self._taker_waits = True
                self._changed.wait(timeout_s)
                self._taker_waits = False
            was_full = len(self._items) >= self._limit
            taken = [self._items.popleft() for _ in range(min(most, len(self._items)))]
            if was_full:
                self._changed.notify_all()
            return taken

    def close(self) -> None:
        """Take no more; what is inside can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __len__(self) -> int:
        return len(self._items)
