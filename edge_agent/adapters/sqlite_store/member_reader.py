"""Members and their points for decisions, read inside the writer's transaction."""

from __future__ import annotations

import sqlite3

from edge_agent.domain.member import Member, MemberOrder

MEMBER = "SELECT member, tier, points, elsewhere, erased, by_code, merged_into FROM members WHERE member = ?"


class MemberReader:
    """Fills `services.member_port.MemberReader` from the writer's connection."""

    _db: sqlite3.Connection

    def member(self, member: str) -> Member | None:
        """The member that a key leads to, a merged one followed; None where the store knows nobody of that key."""
        row = self._db.execute(MEMBER, (member,)).fetchone()
        if row is not None and row[6]:
            row = self._db.execute(MEMBER, (row[6],)).fetchone()
        if row is None:
            return None
        key, tier, points, elsewhere, erased, by_code, _ = row
        return Member(key, tier, points, elsewhere, bool(erased), bool(by_code))

    def tier(self, member: str) -> str:
        """The tier whose prices a member gets; nothing for nobody, and for one who was erased."""
        found = self.member(member) if member else None
        return "" if found is None or found.erased else found.tier

    def member_of_visit(self, visit: str) -> str:
        """Who showed their code in this visit; nothing for a visit of nobody."""
        if not visit:
            return ""
        row = self._db.execute("SELECT member FROM member_visits WHERE visit = ?", (visit,)).fetchone()
        return str(row[0]) if row else ""

    def points_held(self, member: str) -> int:
        """Points under this very key."""
        row = self._db.execute("SELECT points FROM members WHERE member = ?", (member,)).fetchone()
        return int(row[0]) if row else 0

    def member_order(self, order: str) -> MemberOrder | None:
        """A member's order; None for anybody else's."""
        row = self._db.execute(
            "SELECT m.order_id, m.member, m.spent, m.earned, o.paid_minor - o.refunded_minor, o.closed_at <> ''"
            " FROM member_orders m JOIN orders o ON o.id = m.order_id WHERE m.order_id = ?",
            (order,),
        ).fetchone()
        if row is None:
            return None
        name, member, spent, earned, net_minor, closed = row
        return MemberOrder(name, member, spent, earned, net_minor, bool(closed))
