"""What headquarters' pages and programs ask of members. Reads only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cloud_sync.hq.database.pool import Pool

MOST_FOUND: Final = 50
MOST_POSTINGS: Final = 100
_COLUMNS: Final = """
SELECT m.member, m.tier, m.by_staff, m.merged_into, m.erased, COALESCE(p.name, ''), COALESCE(p.phone, ''),
    p.joined_at, COALESCE((SELECT sum(points) FROM point_balances b WHERE b.member = m.member), 0)::bigint
FROM members m LEFT JOIN people p USING (member)"""
_BY_KEY: Final = f"{_COLUMNS} WHERE m.member = %s"
_SEARCH: Final = f"{_COLUMNS} WHERE m.member LIKE %s OR p.phone = %s ORDER BY m.member LIMIT %s"
_NEWEST: Final = f"{_COLUMNS} WHERE p.joined_at IS NOT NULL ORDER BY p.joined_at DESC LIMIT %s"
_COUNTS: Final = """
SELECT CASE WHEN erased THEN 'erased' WHEN merged_into <> '' THEN 'merged' ELSE tier END, count(*)
FROM members GROUP BY 1"""
_HOLDINGS: Final = (
    "SELECT account, points FROM point_balances WHERE member = %s AND points > 0 ORDER BY account"
)
_POSTINGS: Final = """
SELECT at, source, target, points, cause, reference, store FROM point_postings WHERE member = %s
ORDER BY id DESC LIMIT %s"""
_ACCOUNTS: Final = """
SELECT account, sum(points)::bigint FROM (
    SELECT target AS account, points FROM point_postings UNION ALL SELECT source, -points FROM point_postings
) AS moved GROUP BY account ORDER BY account"""
_KEPT: Final = "SELECT account, sum(points)::bigint FROM point_balances GROUP BY account ORDER BY account"


@dataclass(frozen=True)
class FoundMember:
    """One member. Name and phone are empty where none was given, and after an erasure."""

    member: str
    tier: str
    by_staff: bool
    merged_into: str
    erased: bool
    name: str
    phone: str
    joined_at: datetime | None
    points: int


@dataclass(frozen=True)
class PointMove:
    """One posting of points."""

    at: datetime
    source: str
    target: str
    points: int
    cause: str
    reference: str
    store: str


@dataclass(frozen=True)
class Statement:
    """A member with where their points are, and how they came there, the newest first."""

    member: FoundMember
    holdings: dict[str, int]
    moves: list[PointMove]


class MemberQueries:
    """Reads committed rows."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def counts(self) -> dict[str, int]:
        """Members per tier; and `merged` and `erased` keys."""
        return {str(name): int(number) for name, number in self._rows(_COUNTS)}

    def search(self, wanted: str = "") -> list[FoundMember]:
        """By the beginning of a key, or a whole phone number; the newest members when nothing is asked for."""
        wanted = wanted.strip()
        if not wanted or "\0" in wanted:
            return [FoundMember(*row) for row in self._rows(_NEWEST, MOST_FOUND)]
        begins = wanted.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
        phone = re.sub(r"[ \-]", "", wanted)
        return [FoundMember(*row) for row in self._rows(_SEARCH, begins, phone, MOST_FOUND)]

    def statement(self, member: str) -> Statement | None:
        """All that is known of one member; a merged key leads to the one that it was merged into."""
        found = self._rows(_BY_KEY, member) if "\0" not in member else []
        if found and found[0][3]:
            found = self._rows(_BY_KEY, found[0][3])
        if not found:
            return None
        one = FoundMember(*found[0])
        holdings = {str(account): int(points) for account, points in self._rows(_HOLDINGS, one.member)}
        moves = [PointMove(*row) for row in self._rows(_POSTINGS, one.member, MOST_POSTINGS)]
        return Statement(one, holdings, moves)

    def totals(self) -> dict[str, int]:
        """Points per account over all members: what is not in pool or holds is below 0 where it came from."""
        return {str(account): int(points) for account, points in self._rows(_ACCOUNTS)}

    def differences(self) -> list[str]:
        """Where kept balances are not the sums of their postings, in English; none when all is well."""
        kept = {str(account): int(points) for account, points in self._rows(_KEPT)}
        summed = self.totals()
        return [
            f"points in {account}: {points} kept, {summed.get(account, 0)} posted"
            for account, points in kept.items()
            if points != summed.get(account, 0)
        ]

    def _rows(self, sql: Any, *values: object) -> list[Any]:
        with self._pool.connection() as connection:
            return connection.execute(sql, values).fetchall()
