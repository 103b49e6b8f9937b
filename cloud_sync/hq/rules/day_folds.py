"""Pure: what a batch says of takings per business day and way of paying, and of days that a store closed.

A payment or refund counts on the day (of the store's clock) on which the store booked it, a machine's own cash sale on
the day on which it was made, however late it is heard of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

import msgspec

from cloud_sync.hq.rules.limits import Misfit, amount
from cloud_sync.protocol import day_facts

MACHINE: Final = "machine"
"""Beside the payments' methods: what machines sold for cash by themselves."""
MAX_Z: Final = 1_000_000
MOST_FIGURES_BYTES: Final = 60_000


class TakingKey(NamedTuple):
    """One row of takings."""

    day: date
    method: str
    currency: str


@dataclass(slots=True)
class TakingDelta:
    """Minor units that came and went."""

    paid_minor: int = 0
    refunded_minor: int = 0


class ZReport(NamedTuple):
    """A closed day in short, and its figures as they were printed. `over_minor` None: the drawer was not counted."""

    epoch: int
    z: int
    day: date
    closed_at: str
    currency: str
    takings_minor: int
    over_minor: int | None
    grand_total_minor: int
    figures: str


@dataclass(slots=True)
class DayDeltas:
    """What one batch changes."""

    takings: dict[TakingKey, TakingDelta] = field(default_factory=dict)
    closed: list[ZReport] = field(default_factory=list)

    def taking(self, key: TakingKey) -> TakingDelta:
        """The change of one row of takings so far."""
        return self.takings.setdefault(key, TakingDelta())


class _Cash(msgspec.Struct):
    over_minor: int | None = None


class _Figures(msgspec.Struct):
    takings_minor: int
    cash: _Cash


_figures = msgspec.json.Decoder(_Figures)


def closed(fact: day_facts.DayClosed) -> ZReport:
    """A Z report as it is listed. Raises Misfit."""
    try:
        figures = _figures.decode(fact.figures)
        day = date.fromisoformat(fact.day)
    except (msgspec.DecodeError, ValueError):
        raise Misfit("a Z report without figures, or of no day") from None
    if not 1 <= fact.z <= MAX_Z or len(fact.figures) > MOST_FIGURES_BYTES:
        raise Misfit("a number that no Z report has, or figures beyond measure")
    over_minor = figures.cash.over_minor
    return ZReport(
        fact.epoch,
        fact.z,
        day,
        fact.closed_at[:40],
        fact.currency,
        amount(figures.takings_minor),
        None if over_minor is None else amount(over_minor),
        fact.grand_total_minor,
        bytes(fact.figures).decode(),
    )
