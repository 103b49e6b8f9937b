"""Money in the simulation's memory: whole, by business day and way of paying, and by Z report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from cloud_sync.hq.rules.deltas import Deltas


class Kept(Protocol):
    """The tables of money."""

    money: dict[tuple[str, str], tuple[int, int, int]]
    takings: dict[tuple[str, str, str, str], int]
    closed_days: dict[tuple[str, int, int], int]


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
