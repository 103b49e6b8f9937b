"""Visitors per business day, and what they did: figures that have people who came in as their denominator."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from psycopg.rows import class_row

from cloud_sync.hq.database.pool import Pool

ACTS: Final = ("sensed", "picked_up", "scanned", "purchased")
MOST_ROWS: Final = 1_000

_DAYS: Final = """
WITH people AS (
    SELECT store, day, sum(entered)::bigint AS visitors, sum("left")::bigint AS went_out FROM footfall
    WHERE (%(store)s::text IS NULL OR store = %(store)s)
    AND (%(first)s::date IS NULL OR day >= %(first)s) AND (%(last)s::date IS NULL OR day <= %(last)s)
    GROUP BY store, day ORDER BY day DESC, store LIMIT %(most)s
), acts AS (
    SELECT store, day, sum(count) FILTER (WHERE kind = 'person_sensed')::bigint AS sensed,
        sum(count) FILTER (WHERE kind = 'item_picked_up')::bigint AS picked_up,
        sum(count) FILTER (WHERE kind = 'code_scanned')::bigint AS scanned
    FROM interactions JOIN people USING (store, day) GROUP BY store, day
)
SELECT store, day, visitors, went_out, coalesce(sensed, 0) AS sensed, coalesce(picked_up, 0) AS picked_up,
    coalesce(scanned, 0) AS scanned, coalesce(c.count, 0) AS purchased
FROM people LEFT JOIN acts USING (store, day) LEFT JOIN orders_completed c USING (store, day)
ORDER BY day DESC, store"""


_EXPOSURES: Final = """
SELECT store, content, sum(times)::bigint AS times,
    round(sum(dwell_ms) / sum(times) / 1000.0, 1)::float8 AS mean_dwell_s
FROM exposures WHERE (%(store)s::text IS NULL OR store = %(store)s)
AND (%(first)s::date IS NULL OR day >= %(first)s) AND (%(last)s::date IS NULL OR day <= %(last)s)
GROUP BY store, content ORDER BY times DESC, store, content LIMIT %(most)s"""


@dataclass(frozen=True)
class Exposure:
    """How often a content on a store's screens was looked at, and for how many seconds on average."""

    store: str
    content: str
    times: int
    mean_dwell_s: float


@dataclass(frozen=True)
class VisitDay:
    """One store's day: who came in and went out, and how often visitors came near goods, took, scanned and bought some.

    `purchased` are orders completed. `per_100_visitors` has each of the four; it is empty on a day nobody came in.
    """

    store: str
    day: date
    visitors: int
    went_out: int
    sensed: int
    picked_up: int
    scanned: int
    purchased: int
    per_100_visitors: dict[str, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.visitors > 0:
            rates = {act: round(getattr(self, act) * 100 / self.visitors, 1) for act in ACTS}
            self.per_100_visitors.update(rates)


class Visits:
    """Days of stores that have a people counter; a store without one has no denominator, and no row."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def days(
        self,
        store: str | None = None,
        first: date | None = None,
        last: date | None = None,
        most: int = MOST_ROWS,
    ) -> list[VisitDay]:
        """The newest days first, both ends included, in each store's own calendar; at most `most`."""
        asked = {"store": store, "first": first, "last": last, "most": min(most, MOST_ROWS)}
        with self.pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(VisitDay))
            return cursor.execute(_DAYS, asked).fetchall()

    def exposures(
        self,
        store: str | None = None,
        first: date | None = None,
        last: date | None = None,
        most: int = MOST_ROWS,
    ) -> list[Exposure]:
        """What screens showed, the most looked at first; days both included, in each store's own calendar."""
        asked = {"store": store, "first": first, "last": last, "most": min(most, MOST_ROWS)}
        with self.pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Exposure))
            return cursor.execute(_EXPOSURES, asked).fetchall()
