"""The JSON API of members for people's programs: counting, finding, merging, erasing, and the ledger of points."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from cloud_sync.hq.database.member_queries import FoundMember, MemberQueries, Statement
from cloud_sync.hq.member_acts import MemberActs

TAGS: Final[list[str | Enum]] = ["members"]


class MergeBody(BaseModel):
    """Two keys that are one person; what is `member`'s becomes `into`'s."""

    member: str
    into: str


class TierBody(BaseModel):
    """A tier that points do not change; empty: by the points again."""

    tier: Literal["", "T1", "T2", "T3"]


def add_member_routes(router: APIRouter, acts: MemberActs, queries: MemberQueries) -> None:
    """The routes under /api/members."""

    @router.get("/members", tags=TAGS)
    def members(q: str = "") -> list[FoundMember]:
        """The newest members, or those of a key's beginning or a phone number; 50 at most."""
        return queries.search(q)

    @router.get("/members/summary", tags=TAGS)
    def summary() -> dict[str, Any]:
        """Members per tier, and points per account over all of them."""
        return {"members": queries.counts(), "points": queries.totals(), "differences": queries.differences()}

    @router.get("/members/{member}", tags=TAGS)
    def member(member: str) -> Statement:
        """One member: where their points are, and how they came there."""
        found = queries.statement(member)
        if found is None:
            raise HTTPException(404, f"no member {member[:64]!r}")
        return found

    @router.post("/members/merge", tags=TAGS)
    def merge(body: MergeBody) -> dict[str, Any]:
        """Two keys are one person."""
        return acts.merge(body.member, body.into)

    @router.post("/members/{member}/erase", tags=TAGS)
    def erase(member: str) -> dict[str, Any]:
        """Forget a person. There is no way back."""
        return acts.erase(member)

    @router.post("/members/{member}/tier", tags=TAGS)
    def tier(member: str, body: TierBody) -> dict[str, Any]:
        """Give a member a tier."""
        return acts.set_tier(member, body.tier)
