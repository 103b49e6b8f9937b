"""X and Z reports for screens, the command line and a proof; from committed rows, writing nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec

from edge_agent.adapters.sqlite_store import day_tables
from edge_agent.adapters.sqlite_store.reading import Entity, Reading
from edge_agent.domain.day.report import Report

MOST_LISTED: Final = 400
"""Z reports in one list: more than a year of days."""
_report = msgspec.json.Decoder(Report)


class DayQueries(Reading):
    """The day that is open, and those that are closed."""

    def x_report(self, now: datetime) -> Report:
        """Everything since the last Z. Takes about a third of a second per 100,000 rows."""
        return day_tables.tally(self._db).report(now, day_tables.open_cases(self._db))

    def z_report(self, number: int = 0) -> Report | None:
        """A Z as it was made; 0 asks for the newest."""
        row = self._one(
            "SELECT figures FROM closed_days WHERE z = ?1 OR ?1 = 0 ORDER BY z DESC LIMIT 1", number
        )
        return None if row is None else _report.decode(row["figures"])

    def z_begun(self, number: int) -> int:
        """How often the printing of a Z was begun; 0 for the X."""
        row = self._one("SELECT begun FROM closed_days WHERE z = ?", number)
        return 0 if row is None else int(row["begun"])

    def z_reports(self, most: int = MOST_LISTED) -> list[Entity]:
        """Closed days, newest first, in short."""
        rows = self._rows(
            "SELECT figures, begun FROM closed_days ORDER BY z DESC LIMIT ?", min(most, MOST_LISTED)
        )
        return [_short(_report.decode(row["figures"])) | {"begun": row["begun"]} for row in rows]

    def money_differences(self) -> list[str]:
        """Where the money identity does not hold; see the function of that name."""
        return list(money_differences(self._db))

    def cash_moves(self) -> list[Entity]:
        """Cash that came or went without a sale since the last Z, newest first."""
        return self._rows(
            'SELECT move, drawer, kind, amount_minor, reason, "by", at FROM cash_moves WHERE z = 0'
            f" ORDER BY at DESC, move LIMIT {MOST_LISTED}"
        )

    def drawer_counts(self) -> list[Entity]:
        """Counts since the last Z, newest first, each with what it was over (short: below 0)."""
        return self._rows(
            'SELECT count, drawer, counted_minor, over_minor, "by", at FROM drawer_counts WHERE z = 0'
            f" ORDER BY at DESC, count LIMIT {MOST_LISTED}"
        )

    def drawer_holders(self) -> list[Entity]:
        """Who took a drawer over last."""
        return self._rows("SELECT drawer, staff, at FROM drawer_holders ORDER BY drawer")


def _short(report: Report) -> Entity:
    return {
        "z": report.z,
        "day": report.day,
        "closed_at": report.closed_at,
        "currency": report.currency,
        "takings_minor": report.takings_minor,
        "units": report.units,
        "over_minor": report.cash.over_minor,
        "grand_total_minor": report.grand_total_minor,
    }


def money_differences(db: sqlite3.Connection) -> Iterator[str]:
    """The money identity of a store: what its reports took is what its tables hold, and nobody is left without.

    Sum of all Zs and of the day that is open = paid − refunded + machines' cash; each Z follows the one before it
    or what an earlier computer left; and an order that ended keeps no money for goods it did not hand over.
    """
    total, grand, last = 0, 0, 0
    for z, grand_minor, figures in db.execute(
        "SELECT z, grand_total_minor, figures FROM closed_days ORDER BY z"
    ):
        report = _report.decode(figures)
        total += report.takings_minor
        grand += report.takings_minor + sum(each.minor for each in report.carried)
        if z != max(last, *(each.z for each in report.carried), 0) + 1:
            yield f"Z reports: {last} is followed by {z}"
        if grand_minor != grand:
            yield f"Z {z}: its grand total is {grand_minor}, those up to it add up to {grand}"
        last = z
    open_day = day_tables.tally(db).report(_ANY_TIME, 0)
    booked = db.execute(_BOOKED).fetchone()[0]
    if total + open_day.takings_minor != booked:
        yield f"money: reports took {total + open_day.takings_minor}, orders and machines {booked}"
    for order, kept_minor in day_tables.kept_for_nothing(db):
        yield f"order {order}: ended, and {kept_minor} were kept for nothing"


_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Only the day's name would follow from it."""
_BOOKED: Final = """SELECT COALESCE((SELECT SUM(paid_minor - refunded_minor) FROM orders), 0)
    + COALESCE((SELECT SUM(price_minor) FROM cash_sales), 0)"""
