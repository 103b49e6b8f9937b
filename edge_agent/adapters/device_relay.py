"""Carries requested vends to their machines.

What is to be sent stands in the tables, so a crash forgets nothing: after a restart every vend still without a
word from its machine is offered again under the same command id, and a machine runs an id once.
"""

from __future__ import annotations

from typing import Protocol

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.services.ports import Clock
from hardware.messages import Command


class CommandLink(Protocol):
    """Whatever takes an instruction to a device."""

    def command(self, device: str, command: Command) -> bool: ...


class DeviceRelay:
    """`step` after each commit; `start_over` when the link may have lost what it was given."""

    def __init__(self, queries: Queries, link: CommandLink, clock: Clock) -> None:
        self._queries = queries
        self._link = link
        self._clock = clock
        self._sent: set[str] = set()

    def start_over(self) -> None:
        """Offer everything unanswered again (same ids)."""
        self._sent = set()

    def step(self) -> None:
        """Send what is requested and was not sent since the last `start_over`."""
        requested = self._queries.requested_vends()
        now = rfc3339(self._clock.now())
        sent = self._sent
        for vend in requested:
            # An expired command would only be refused; without an answer its vend becomes a person's case.
            if vend["id"] in sent or vend["expires_at"] <= now:
                continue
            command = Command(
                id=vend["id"],
                kind="vend",
                expires_at=vend["expires_at"],
                slot=vend["slot"],
                order_line=f"{vend['order_id']}/{vend['line']}",
            )
            if self._link.command(vend["device"], command):
                sent.add(vend["id"])
        sent.intersection_update({vend["id"] for vend in requested})
