"""Time passing for food: says which has been too warm for too long, and keeps note that the cold is still watched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.food_commands import FoodOverdue, FoodWatched
from edge_agent.domain.policy import Policy
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock

NOTED_EVERY_S: Final = 60.0
"""Longer than it takes the broker to say that a device is gone."""


class FoodWatch:
    """`step` now and then; the count itself stands in the tables, so a restart does not begin it anew."""

    def __init__(
        self, queries: Queries, brain: Brain, clock: Clock, policy: Policy, in_touch: Callable[[], bool]
    ) -> None:
        """`in_touch` tells whether devices can be heard at all."""
        self._queries = queries
        self._brain = brain
        self._clock = clock
        self._limit = timedelta(seconds=policy.food_limit_s)
        self._in_touch = in_touch
        self._noted_s: float | None = None

    def step(self) -> None:
        """Tell the brain what is due.

        Nothing is noted before a whole while in touch: a device may have gone while nobody listened.
        """
        for device in self._queries.food_overdue(rfc3339(self._clock.now() - self._limit)):
            self._brain.submit(FoodOverdue("", device))
        now_s = self._clock.monotonic()
        if not self._in_touch():
            self._noted_s = None
        elif self._noted_s is None:
            self._noted_s = now_s
        elif now_s - self._noted_s >= NOTED_EVERY_S:
            self._noted_s = now_s
            self._brain.submit(FoodWatched(""))
