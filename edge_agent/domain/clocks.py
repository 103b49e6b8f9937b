"""Which of two untrusted clocks dates a sale. Order never depends on either: the journal's numbers give it."""

from __future__ import annotations

from datetime import datetime, timedelta

from cloud_sync.protocol.envelope import parse_time

AHEAD_LIMIT = timedelta(minutes=10)


def sold_at(device_time: str, now: datetime, window_days: int) -> datetime:
    """The device's time if it can be true (it may report a backlog), else the store's.

    A device in 1970, or one ahead of the store by more than ten minutes, is not believed.
    """
    at = parse_time(device_time)
    if at is None or at > now + AHEAD_LIMIT or at < now - timedelta(days=window_days):
        return now
    return at
