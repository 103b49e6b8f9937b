"""What screens ask of members."""

from __future__ import annotations

from edge_agent.adapters.sqlite_store.reading import Entity, Reading

_MEMBER = (
    "SELECT member, tier, points AS points_here, elsewhere AS points_elsewhere, points + elsewhere AS points_total,"
    " erased, merged_into FROM members WHERE member = ?"
)


class MemberQueries(Reading):
    """Members as this store knows them: keys, tiers and points, and nobody's name."""

    def member(self, member: str) -> Entity | None:
        """The member that a key leads to; None for nobody, and for one who was erased."""
        row = self._one(_MEMBER, member)
        if row is not None and row["merged_into"]:
            row = self._one(_MEMBER, row["merged_into"])
        if row is None or row["erased"]:
            return None
        return {name: value for name, value in row.items() if name not in ("erased", "merged_into")}

    def member_of_visit(self, visit: str) -> str:
        """Who showed their code in this visit; nothing for a visit of nobody."""
        row = self._one("SELECT member FROM member_visits WHERE visit = ?", visit)
        return "" if row is None else str(row["member"])

    def points_earned(self, order: str) -> int:
        """What an order brought its member so far; 0 for anybody else's."""
        row = self._one("SELECT earned FROM member_orders WHERE order_id = ?", order)
        return 0 if row is None else int(row["earned"])
