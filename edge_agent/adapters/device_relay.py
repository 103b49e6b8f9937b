"""Carries requested vends to their machines.

What is to be sent stands in the tables, so a crash forgets nothing: after a restart every vend still without a
word from its machine is offered again under the same command id, and a machine runs an id once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final, Protocol

from cloud_sync.protocol import facts
from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.services.ports import Clock
from hardware.messages import Command

NEWS_OF_VENDS: Final = (
    facts.VendRequested,
    facts.VendStarted,
    facts.VendDispensed,
    facts.VendFailed,
    facts.VendUnknown,
)
"""After these a machine may be given another vend."""
MOST_AT_MACHINE: Final = 3
"""Vends a machine is given at a time; the next follow as it answers, so that no machine says it is busy."""


class CommandLink(Protocol):
    """Whatever takes an instruction to a device."""

    def command(self, device: str, command: Command) -> bool: ...


class DeviceRelay:
    """`step` after each commit; `start_over` when the link may have lost what it was given."""

    def __init__(
        self, queries: Queries, link: CommandLink, clock: Clock, withhold: Callable[[str], None]
    ) -> None:
        """`withhold` is told of a vend that must not go out and never did."""
        self._queries = queries
        self._link = link
        self._clock = clock
        self._withhold = withhold
        self._sent: set[str] = set()
        self._maybe_there: set[str] | None = None
        """Vends that may be at their machine: sent once, or under way before this relay began."""

    def start_over(self) -> None:
        """Offer everything unanswered again (same ids)."""
        self._sent = set()

    def step(self) -> None:
        """Send what is requested and was not sent since the last `start_over`, as far as machines take it."""
        under_way = self._queries.vends_under_way()
        if self._maybe_there is None:
            self._maybe_there = {vend["id"] for vend in under_way}
        now = rfc3339(self._clock.now())
        at_machine = Counter(
            v["device"] for v in under_way if v["state"] != "requested" or v["id"] in self._sent
        )
        for vend in under_way:
            if vend["state"] == "requested" and vend["spoiling"]:
                # Food that was too warm for too long. One that its machine may have is the machine's to end.
                if vend["id"] not in self._maybe_there:
                    self._withhold(vend["id"])
                continue
            # An expired command would only be refused; without an answer its vend becomes a person's case.
            if vend["state"] != "requested" or vend["id"] in self._sent or vend["expires_at"] <= now:
                continue
            if at_machine[vend["device"]] < MOST_AT_MACHINE and self._send(vend):
                at_machine[vend["device"]] += 1
                self._sent.add(vend["id"])
        self._maybe_there |= self._sent
        still = {vend["id"] for vend in under_way}
        self._sent &= still
        self._maybe_there &= still

    def _send(self, vend: dict[str, Any]) -> bool:
        command = Command(
            id=vend["id"],
            kind="vend",
            expires_at=vend["expires_at"],
            slot=vend["slot"],
            order_line=f"{vend['order']}/{vend['line']}",
        )
        return self._link.command(vend["device"], command)
