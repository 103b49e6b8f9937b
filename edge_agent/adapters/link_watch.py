"""Tells the books when headquarters has been away for a while, and when it is back: limits of paying depend on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.domain.payment_commands import LinkChanged
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock

PATIENCE_S: Final = 10.0
"""A connection that hiccups is not an outage."""


class LinkWatch:
    """`step` now and then; `online` says how the link stands at this moment."""

    def __init__(self, online: Callable[[], bool], brain: Brain, clock: Clock) -> None:
        self._online = online
        self._brain = brain
        self._clock = clock
        self._told: bool | None = None
        self._away_since_s: float | None = None

    def step(self) -> None:
        """Say what changed."""
        now_s = self._clock.monotonic()
        if self._online():
            self._away_since_s = None
            self._tell(online=True)
            return
        if self._away_since_s is None:
            self._away_since_s = now_s
        if now_s - self._away_since_s >= PATIENCE_S:
            self._tell(online=False)

    def _tell(self, *, online: bool) -> None:
        if self._told is not online:
            self._brain.submit(LinkChanged("", online, rfc3339(self._clock.now())))
            self._told = online
