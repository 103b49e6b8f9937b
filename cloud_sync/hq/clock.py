"""Headquarters' clock: the one place here that reads the time. Everything else gets `now` handed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time by this computer, aware, in UTC."""
    return datetime.now(UTC)
