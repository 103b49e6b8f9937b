"""Headquarters' books in PostgreSQL, the part about members: keys, points, and what stores are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from cloud_sync.hq.database.pool import Cursor
from cloud_sync.hq.rules.member_books import MemberRecord, Want
from cloud_sync.hq.rules.postings import Balances, Posting
from cloud_sync.protocol.stock_rights import hold_of

_LOCK: Final = """
SELECT member, tier, by_staff, consent, merged_into, erased FROM members WHERE member = ANY(%s)
ORDER BY member FOR UPDATE"""
_SAVE: Final = """
INSERT INTO members (member, tier, by_staff, consent, merged_into, erased, changed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (member) DO UPDATE SET tier = excluded.tier,
    by_staff = excluded.by_staff, consent = excluded.consent, merged_into = excluded.merged_into,
    erased = excluded.erased, changed_at = excluded.changed_at"""
_MERGED_INTO: Final = (
    "SELECT member FROM members WHERE merged_into = %s AND merged_into <> '' ORDER BY member"
)
_FORGET: Final = "DELETE FROM people WHERE member = %s"
_POINTS: Final = "SELECT account, member, points FROM point_balances WHERE member = ANY(%s)"
_HELD: Final = "SELECT account, member, points FROM point_balances WHERE account = %s"
_OWED: Final = """
SELECT COALESCE(sum(CASE WHEN source = 'owed' THEN points ELSE -points END), 0) FROM point_postings
WHERE member = %s AND (source = 'owed' OR target = 'owed')"""
_POST: Final = """
INSERT INTO point_postings (member, source, target, points, cause, reference, store, epoch, seq, at)
SELECT *, %s FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[],
    %s::integer[], %s::bigint[])"""
# MERGE, because an upsert would hold the change itself against the CHECK before it looks for the row.
_CHANGE: Final = """
MERGE INTO point_balances AS old
USING unnest(%s::text[], %s::text[], %s::bigint[]) AS new (account, member, points)
ON old.account = new.account AND old.member = new.member
WHEN MATCHED THEN UPDATE SET points = old.points + new.points
WHEN NOT MATCHED THEN INSERT (account, member, points) VALUES (new.account, new.member, new.points)"""
_EARNED: Final = """
SELECT COALESCE(sum(CASE WHEN source = 'earned' THEN points ELSE -points END), 0) FROM point_postings
WHERE member = ANY(%s) AND at >= %s AND (source = 'earned' OR target = 'earned')"""
_KNOWING: Final = "SELECT store FROM member_stores WHERE member = %s ORDER BY store"
_TOLD: Final = "SELECT told FROM member_stores WHERE store = %s AND member = %s"
_NOTE_TOLD: Final = """
INSERT INTO member_stores (store, member, told) VALUES (%s, %s, %s)
ON CONFLICT (store, member) DO UPDATE SET told = excluded.told"""
_AGAIN: Final = """
INSERT INTO member_news (store, member) SELECT store, member FROM member_stores
WHERE store = %s AND told IN ('merged', 'erased') ON CONFLICT DO NOTHING"""
_TOLD_NOTHING: Final = "UPDATE member_stores SET told = '' WHERE store = %s AND told <> ''"
_NEWS: Final = "INSERT INTO member_news (store, member) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_NEWS_OF: Final = "SELECT member FROM member_news WHERE store = %s ORDER BY member LIMIT %s"
_DROP_NEWS: Final = "DELETE FROM member_news WHERE store = %s AND member = %s"
_WANT: Final = "SELECT store, points FROM point_wants WHERE member = %s"
_NOTE_WANT: Final = """
INSERT INTO point_wants (member, store, points) VALUES (%s, %s, %s)
ON CONFLICT (member) DO UPDATE SET store = excluded.store, points = excluded.points"""
_NO_WANT: Final = "DELETE FROM point_wants WHERE member = %s"
_RECALLED: Final = "SELECT 1 FROM point_recalls WHERE store = %s AND member = %s AND epoch = %s"
_NOTE_RECALL: Final = """
INSERT INTO point_recalls (store, member, epoch) VALUES (%s, %s, %s)
ON CONFLICT (store, member) DO UPDATE SET epoch = excluded.epoch"""
_NO_RECALL: Final = "DELETE FROM point_recalls WHERE store = %s AND member = %s AND epoch = %s"


class PointBooks:
    """Fills `MemberBooks` in one open transaction."""

    cursor: Cursor

    def lock_members(self, members: Collection[str]) -> dict[str, MemberRecord]:
        """Those that there are, kept for this transaction, locked in one order."""
        rows = self.cursor.execute(_LOCK, [sorted(members)])
        return {row[0]: MemberRecord(*row) for row in rows}

    def save_member(self, record: MemberRecord, now: datetime) -> None:
        """Write a member's key."""
        r = record
        values = [r.member, r.tier, r.by_staff, r.consent, r.merged_into, r.erased, now]
        self.cursor.execute(_SAVE, values)

    def merged_into(self, member: str) -> list[str]:
        """The keys that lead to this one."""
        return [key for (key,) in self.cursor.execute(_MERGED_INTO, [member])]

    def forget_person(self, member: str) -> None:
        """Nothing that leads from the key to a person is left."""
        self.cursor.execute(_FORGET, [member])

    def points(self, members: Collection[str]) -> Balances:
        """What pool and holds have of these members."""
        rows = self.cursor.execute(_POINTS, [list(members)])
        return {(account, member): points for account, member, points in rows}

    def points_held(self, store: str, epoch: int) -> Balances:
        """What an epoch of a store holds, of every member."""
        rows = self.cursor.execute(_HELD, [hold_of(store, epoch)])
        return {(account, member): points for account, member, points in rows}

    def points_owed(self, member: str) -> int:
        """What was given out though the pool lacked it."""
        found = self.cursor.execute(_OWED, [member]).fetchone()
        return 0 if found is None else int(found[0])

    def post_points(
        self, postings: Collection[Posting], changes: Mapping[tuple[str, str], int], now: datetime
    ) -> None:
        """Write postings and change balances. The database refuses a balance below 0."""
        if postings:
            self.cursor.execute(_POST, [now, *[list(column) for column in zip(*postings, strict=True)]])
        changed = [(account, member, by) for (account, member), by in sorted(changes.items()) if by]
        if changed:
            self.cursor.execute(_CHANGE, [list(column) for column in zip(*changed, strict=True)])

    def points_earned(self, members: Collection[str], since: datetime) -> int:
        """What these keys earned since then."""
        found = self.cursor.execute(_EARNED, [list(members), since]).fetchone()
        return 0 if found is None else int(found[0])

    def knowing(self, member: str) -> list[str]:
        """The stores that saw a member."""
        return [store for (store,) in self.cursor.execute(_KNOWING, [member])]

    def told(self, store: str, member: str) -> str | None:
        """What the store was told last; None where it never saw the member."""
        found = self.cursor.execute(_TOLD, [store, member]).fetchone()
        return None if found is None else str(found[0])

    def note_told(self, store: str, member: str, told: str) -> None:
        """The store saw a member, and was told this."""
        self.cursor.execute(_NOTE_TOLD, [store, member, told])

    def tell_again(self, store: str) -> None:
        """What the store was told, and perhaps never read, is told again."""
        self.cursor.execute(_AGAIN, [store])
        self.cursor.execute(_TOLD_NOTHING, [store])

    def note_news(self, store: str, member: str) -> None:
        """The store is to be told something of a member."""
        self.cursor.execute(_NEWS, [store, member])

    def news_of(self, store: str, most: int) -> list[str]:
        """Of whom a store is to be told something."""
        return [member for (member,) in self.cursor.execute(_NEWS_OF, [store, most])]

    def drop_news(self, store: str, member: str) -> None:
        """It was told."""
        self.cursor.execute(_DROP_NEWS, [store, member])

    def want(self, member: str) -> Want | None:
        """Where a member would like to spend."""
        found = self.cursor.execute(_WANT, [member]).fetchone()
        return None if found is None else Want(*found)

    def note_want(self, member: str, want: Want | None) -> None:
        """Remember it, or that it is answered."""
        if want is None:
            self.cursor.execute(_NO_WANT, [member])
        else:
            self.cursor.execute(_NOTE_WANT, [member, want.store, want.points])

    def recalled(self, store: str, epoch: int, member: str) -> bool:
        """Whether a recall waits for its answer."""
        return self.cursor.execute(_RECALLED, [store, member, epoch]).fetchone() is not None

    def note_recall(self, store: str, epoch: int, member: str, *, waits: bool) -> None:
        """A recall was told, or answered."""
        self.cursor.execute(_NOTE_RECALL if waits else _NO_RECALL, [store, member, epoch])
