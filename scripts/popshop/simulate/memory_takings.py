"""Money in the simulation's memory: whole, by business day and way of paying, and by Z report."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from cloud_sync.hq.rules.deltas import Deltas
from cloud_sync.protocol.identifiers import LEDGER
from cloud_sync.protocol.shop_instructions import CarryOver

if TYPE_CHECKING:
    from popshop.simulate.memory_books import MemoryHq

CURRENCY: Final = "CNY"
"""Of every simulated store."""


class Kept(Protocol):
    """The tables of money."""

    money: dict[tuple[str, str], tuple[int, int, int]]
    takings: dict[tuple[str, str, str, str], int]
    closed_days: dict[tuple[str, int, int], int]


class MemoryDays:
    """Fills the day's part of `Books`."""

    _hq: MemoryHq

    def carry_over(self, store: str) -> CarryOver:
        """How far a store's computers have come."""
        paid, refunded, cash = self._hq.money.get((store, CURRENCY), (0, 0, 0))
        return CarryOver(
            z=max((z for of, _, z in self._hq.closed_days if of == store), default=0),
            total_minor=paid - refunded + cash,
            currency=CURRENCY,
            heads={
                log.epoch: (head.acked, self._hq.events[log][1][1].hex())
                for log, head in self._hq.heads.items()
                if (log.store, log.stream) == (store, LEDGER) and head.acked
            },
        )


def keep_takings(
    hq: Kept, store: str, deltas: Deltas, put: Callable[[dict[Any, Any], Any, Any], None]
) -> None:
    """Add what a batch says of money; `put` sets a value so that it can be undone."""
    for currency, money in deltas.money.items():
        paid, refunded, cash = hq.money.get((store, currency), (0, 0, 0))
        new = (paid + money.paid_minor, refunded + money.refunded_minor, cash + money.cash_minor)
        put(hq.money, (store, currency), new)
    for (day, method, code), taken in deltas.days.takings.items():
        key = (store, day.isoformat(), method, code)
        minor = taken.paid_minor - taken.refunded_minor
        put(hq.takings, key, hq.takings.get(key, 0) + minor)
    for report in deltas.days.closed:
        put(hq.closed_days, (store, report.epoch, report.z), report.takings_minor)
