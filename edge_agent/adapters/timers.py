"""Time passing, as commands: vends that got no answer, orders nobody paid, labels that show an old price,
games that are over.
"""

from __future__ import annotations

from datetime import timedelta

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.commands import ExpireOrder, LabelOverdue, VendOverdue
from edge_agent.domain.policy import Policy
from edge_agent.domain.promotion_commands import RevealSeed
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock


class Timers:
    """`step` now and then; what is due stands in the tables, so a restart misses nothing."""

    def __init__(self, queries: Queries, brain: Brain, clock: Clock, policy: Policy) -> None:
        self._queries = queries
        self._brain = brain
        self._clock = clock
        self._label_patience = timedelta(seconds=policy.label_patience_s)

    def step(self) -> None:
        """Tell the brain what is due."""
        moment = self._clock.now()
        now = rfc3339(moment)
        for vend in self._queries.overdue_vends(now):
            self._brain.submit(VendOverdue("", vend))
        for order in self._queries.expired_orders(now):
            self._brain.submit(ExpireOrder("", order))
        for label in self._queries.overdue_labels(rfc3339(moment - self._label_patience)):
            self._brain.submit(LabelOverdue("", label["device"], label["label"]))
        for game in self._queries.games_over(now):
            self._brain.submit(RevealSeed("", game))
