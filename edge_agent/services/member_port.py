"""What decisions about members need to know."""

from __future__ import annotations

from typing import Protocol

from edge_agent.domain.member import Member, MemberOrder


class MemberReader(Protocol):
    """State of members and their points, as of the transaction that is open."""

    def member(self, member: str) -> Member | None: ...
    def tier(self, member: str) -> str: ...
    def member_of_visit(self, visit: str) -> str: ...
    def points_held(self, member: str) -> int: ...
    def member_order(self, order: str) -> MemberOrder | None: ...
