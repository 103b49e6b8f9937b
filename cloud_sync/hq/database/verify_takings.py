"""Recounts money from ledger rows: paid − refunded + cash by the rows = in `money` = in `takings`; each Z is listed."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import psycopg

from cloud_sync.hq.rules.books import Log
from cloud_sync.hq.rules.folds import Fold
from cloud_sync.protocol import day_facts, facts

Connection = psycopg.Connection[Any]
Key = tuple[str, str, str]
"""Store, way of paying ('machine' for machines' cash), currency."""

MONEY: Final = (
    facts.StoreOpened,
    facts.PaymentPaid,
    facts.PaymentRefunded,
    facts.CashSold,
    day_facts.DayClosed,
)
"""Rows that move money or close a day, and those that say whose calendar it is."""

_MONEY: Final = "SELECT store, currency, paid_minor - refunded_minor + cash_minor FROM money"
_TAKINGS: Final = """
SELECT store, method, currency, sum(paid_minor - refunded_minor)::bigint FROM takings
GROUP BY store, method, currency"""
_REPORTS: Final = "SELECT store, epoch, z FROM z_reports"


class MoneyCheck:
    """Adds up the money in ledger rows as they go by, then compares."""

    def __init__(self) -> None:
        self._rows: Counter[Key] = Counter()
        self._reports: set[tuple[str, int, int]] = set()

    def add(self, log: Log, fold: Fold) -> None:
        """What the money's rows (see MONEY) of one ledger came to."""
        for (_, method, currency), delta in fold.deltas.days.takings.items():
            self._rows[log.store, method, currency] += delta.paid_minor - delta.refunded_minor
        for report in fold.deltas.days.closed:
            self._reports.add((log.store, report.epoch, report.z))

    def differences(self, connection: Connection) -> list[str]:
        """In words, where rows and tables do not agree."""
        by_rows: Counter[tuple[str, str]] = Counter()
        for (store, _, currency), minor in self._rows.items():
            by_rows[store, currency] += minor
        money = {(store, currency): minor for store, currency, minor in connection.execute(_MONEY)}
        found = [
            f"money of {store}, {currency}: {money.get((store, currency), 0)} in the books, the rows say {minor}"
            for (store, currency), minor in sorted(_all(by_rows, money))
            if money.get((store, currency), 0) != minor
        ]
        found += self._by_method(connection, money)
        kept = {(store, epoch, z) for store, epoch, z in connection.execute(_REPORTS)}
        found += [
            f"Z report {z} of {store}, epoch {epoch}: not listed"
            for store, epoch, z in sorted(self._reports - kept)
        ]
        return found

    def _by_method(self, connection: Connection, money: dict[tuple[str, str], int]) -> list[str]:
        takings: dict[Key, int] = {}
        sums: Counter[tuple[str, str]] = Counter()
        for store, method, currency, minor in connection.execute(_TAKINGS):
            takings[store, method, currency] = minor
            sums[store, currency] += minor
        found = [
            f"takings of {store}, {currency}: {sums[store, currency]} by days, {minor} in the books"
            for (store, currency), minor in sorted(money.items())
            if sums[store, currency] != minor
        ]
        # What came before there were days is in no method.
        older = {store for store, method, _ in takings if not method}
        for store, method, currency in sorted(takings.keys() | self._rows.keys()):
            key = (store, method, currency)
            if store not in older and takings.get(key, 0) != self._rows[key]:
                found.append(
                    f"takings of {store} by {method}: {takings.get(key, 0)}, the rows say {self._rows[key]}"
                )
        return found


def _all(
    rows: Counter[tuple[str, str]], money: dict[tuple[str, str], int]
) -> list[tuple[tuple[str, str], int]]:
    return [(key, rows[key]) for key in rows.keys() | money.keys()]
