"""Time passing, as commands: vends that got no answer, orders nobody paid."""

from __future__ import annotations

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.commands import ExpireOrder, VendOverdue
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock


class Timers:
    """`step` now and then; what is due stands in the tables, so a restart misses nothing."""

    def __init__(self, queries: Queries, brain: Brain, clock: Clock) -> None:
        self._queries = queries
        self._brain = brain
        self._clock = clock

    def step(self) -> None:
        """Tell the brain what is due."""
        now = rfc3339(self._clock.now())
        for vend in self._queries.overdue_vends(now):
            self._brain.submit(VendOverdue("", vend))
        for order in self._queries.expired_orders(now):
            self._brain.submit(ExpireOrder("", order))
