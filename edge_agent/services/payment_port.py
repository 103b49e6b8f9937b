"""What decisions about payments need to know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from edge_agent.domain.offline_limits import Link
from edge_agent.domain.reconciliation import Moved


class PaymentReader(Protocol):
    """State of payments beside their orders, as of the transaction that is open."""

    def link(self) -> Link: ...
    def paid_by_receipt(self, receipt: str) -> str: ...
    def asked_since(self, method: str, at: str) -> int: ...
    def moved_on(self, method: str, day: str, asked_at: str) -> list[Moved]: ...
    def moved_elsewhere(self, method: str, booked: Iterable[tuple[str, str]]) -> list[Moved]: ...
    def difference_open(self, case: str) -> bool | None: ...
