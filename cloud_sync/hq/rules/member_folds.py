"""Pure: finds facts about members that nobody can mean. What the others move is posted, not summed up in a view."""

from __future__ import annotations

from typing import Final

from cloud_sync.hq.rules.accept import MAX_SEQ
from cloud_sync.hq.rules.limits import Misfit
from cloud_sync.protocol import member_facts as member
from cloud_sync.protocol.fact import Fact
from cloud_sync.protocol.shop_instructions import MAX_POINTS

MEMBER_FACTS: Final[frozenset[type[Fact]]] = frozenset(
    {
        member.MemberKnown,
        member.MemberSeen,
        member.PointsEarned,
        member.PointsSpent,
        member.PointsReturned,
        member.PointsWanted,
        member.PointsGranted,
        member.PointsReleased,
        member.MembersMerged,
        member.MemberErased,
    }
)


def fold_member(fact: Fact) -> None:
    """Look at the figures of one of MEMBER_FACTS. Raises Misfit."""
    least = -MAX_POINTS if isinstance(fact, member.PointsEarned) else 0
    for name in ("points", "asked", "elsewhere"):
        if not least <= getattr(fact, name, 0) <= MAX_POINTS:
            raise Misfit(f"{getattr(fact, name)} points")
    if not 0 <= getattr(fact, "down_seq", 0) <= MAX_SEQ:
        raise Misfit("a number that no down row has")
    tier = getattr(fact, "tier", "T1")
    if tier not in member.TIERS:
        raise Misfit(f"the tier {tier[:20]!r}")
