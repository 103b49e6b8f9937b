"""Carries prices to electronic labels that do not show them yet.

What a label should show stands in the tables, and so does since when it is asked: which try is due follows from the
time alone. A try has an id of its own, so that a device obeys it once, however often it is sent.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain import label
from edge_agent.services.ports import Clock
from hardware.messages import Command


class CommandLink(Protocol):
    """Whatever takes an instruction to a device."""

    def command(self, device: str, command: Command) -> bool: ...


class LabelRelay:
    """`step` now and then; `start_over` when the link may have lost what it was given."""

    def __init__(self, queries: Queries, link: CommandLink, clock: Clock) -> None:
        self._queries = queries
        self._link = link
        self._clock = clock
        self._sent: set[str] = set()

    def start_over(self) -> None:
        """Offer the tries that are due again (same ids)."""
        self._sent = set()

    def step(self) -> None:
        """Send every label whose device is there the price it lacks, once per try."""
        now = self._clock.now()
        epoch = self._queries.epoch()
        expires_at = rfc3339(now + timedelta(seconds=label.COMMAND_TTL_S))
        due: set[str] = set()
        for wanted in self._queries.labels_to_set():
            number = label.due_try(wanted["asked_from"], now)
            command = Command(
                id=label.command_id(epoch, wanted, number),
                kind="set_label",
                expires_at=expires_at,
                label=wanted["label"],
                item=wanted["sku"],
                price_minor=wanted["price_minor"],
                version=wanted["price_version"],
            )
            due.add(command.id)
            if command.id not in self._sent and self._link.command(wanted["device"], command):
                self._sent.add(command.id)
        self._sent &= due
