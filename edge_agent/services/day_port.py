"""What decisions about the day need to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from edge_agent.domain.day.rules import Covers
from edge_agent.domain.day.tally import Tally


class DayReader(Protocol):
    """The day since the last Z, as of the transaction that is open."""

    def day(self) -> Tally: ...
    def day_covers(self) -> Covers: ...
    def day_shared(self, heads: Mapping[int, int]) -> int: ...
    def drawer_floated(self, drawer: str) -> bool: ...
    def open_cases(self) -> int: ...
