"""Facts → tables of members: their points here, whose visit it is, and what each order moved."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final

from cloud_sync.protocol import facts, member_facts

MEMBER_TABLES: Final = """
CREATE TABLE members (member TEXT PRIMARY KEY, tier TEXT NOT NULL DEFAULT 'T1', consent TEXT NOT NULL DEFAULT '',
    points INTEGER NOT NULL DEFAULT 0 CHECK (points >= 0), elsewhere INTEGER NOT NULL DEFAULT 0,
    by_code INTEGER NOT NULL DEFAULT 1, merged_into TEXT NOT NULL DEFAULT '', erased INTEGER NOT NULL DEFAULT 0)
    WITHOUT ROWID;
CREATE INDEX members_merged ON members (merged_into) WHERE merged_into <> '';
CREATE TABLE member_visits (visit TEXT PRIMARY KEY, member TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX member_visits_of_member ON member_visits (member);
CREATE TABLE member_orders (order_id TEXT PRIMARY KEY, member TEXT NOT NULL, spent INTEGER NOT NULL DEFAULT 0,
    earned INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID
"""


def project_members(db: sqlite3.Connection, fact: facts.Fact) -> None:
    """Change the tables by one fact, beside what it means to other rooms."""
    projection = _PROJECTIONS.get(type(fact))
    if projection is None:
        return
    projection(db, fact)
    down_seq = getattr(fact, "down_seq", 0)
    if down_seq:
        db.execute("UPDATE link SET down_seq = ?", (down_seq,))


def _opened(db: sqlite3.Connection, f: facts.StoreOpened) -> None:
    # What an earlier epoch held went back to headquarters.
    db.execute("UPDATE members SET points = 0 WHERE points <> 0")


def _placed(db: sqlite3.Connection, f: facts.OrderPlaced) -> None:
    if f.member:
        db.execute("INSERT INTO member_orders (order_id, member) VALUES (?, ?)", (f.order, f.member))


def _known(db: sqlite3.Connection, f: member_facts.MemberKnown) -> None:
    by_code = f.down_seq == 0
    db.execute(
        "INSERT INTO members (member, tier, consent, elsewhere, by_code) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (member) DO UPDATE SET tier = excluded.tier, consent = excluded.consent,"
        " elsewhere = excluded.elsewhere, by_code = excluded.by_code",
        (f.member, f.tier, f.consent, f.elsewhere, by_code),
    )


def _seen(db: sqlite3.Connection, f: member_facts.MemberSeen) -> None:
    if f.visit:
        db.execute("INSERT OR REPLACE INTO member_visits VALUES (?, ?)", (f.visit, f.member))


def _points(db: sqlite3.Connection, member: str, by: int) -> None:
    # Not an upsert: it would hold the change itself against the CHECK before it looks for the row.
    db.execute("INSERT OR IGNORE INTO members (member) VALUES (?)", (member,))
    db.execute("UPDATE members SET points = points + ? WHERE member = ?", (by, member))


def _earned(db: sqlite3.Connection, f: member_facts.PointsEarned) -> None:
    _points(db, f.member, f.points)
    db.execute("UPDATE member_orders SET earned = earned + ? WHERE order_id = ?", (f.points, f.order))


def _spent(db: sqlite3.Connection, f: member_facts.PointsSpent) -> None:
    _points(db, f.member, -f.points)
    db.execute("UPDATE member_orders SET spent = spent + ? WHERE order_id = ?", (f.points, f.order))


def _returned(db: sqlite3.Connection, f: member_facts.PointsReturned) -> None:
    _points(db, f.member, f.points)
    db.execute("UPDATE member_orders SET spent = spent - ? WHERE order_id = ?", (f.points, f.order))


def _granted(db: sqlite3.Connection, f: member_facts.PointsGranted) -> None:
    _points(db, f.member, f.points)
    db.execute("UPDATE members SET elsewhere = MAX(elsewhere - ?, 0) WHERE member = ?", (f.points, f.member))


def _released(db: sqlite3.Connection, f: member_facts.PointsReleased) -> None:
    _points(db, f.member, -f.points)
    db.execute("UPDATE members SET elsewhere = elsewhere + ? WHERE member = ?", (f.points, f.member))


def _merged(db: sqlite3.Connection, f: member_facts.MembersMerged) -> None:
    _points(db, f.member, -f.points)
    _points(db, f.into, f.points)
    db.execute(
        "UPDATE members SET merged_into = ?1 WHERE member = ?2 OR merged_into = ?2", (f.into, f.member)
    )
    db.execute("UPDATE member_visits SET member = ? WHERE member = ?", (f.into, f.member))


def _erased(db: sqlite3.Connection, f: member_facts.MemberErased) -> None:
    _points(db, f.member, -f.points)
    db.execute(
        "UPDATE members SET erased = 1, tier = 'T1', consent = '', elsewhere = 0 WHERE member = ?",
        (f.member,),
    )
    db.execute("DELETE FROM member_visits WHERE member = ?", (f.member,))


_PROJECTIONS: Final[dict[type[facts.Fact], Callable[[sqlite3.Connection, Any], None]]] = {
    facts.StoreOpened: _opened,
    facts.OrderPlaced: _placed,
    member_facts.MemberKnown: _known,
    member_facts.MemberSeen: _seen,
    member_facts.PointsEarned: _earned,
    member_facts.PointsSpent: _spent,
    member_facts.PointsReturned: _returned,
    member_facts.PointsGranted: _granted,
    member_facts.PointsReleased: _released,
    member_facts.MembersMerged: _merged,
    member_facts.MemberErased: _erased,
}
