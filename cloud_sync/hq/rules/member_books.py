"""What the rules of members need of headquarters' books, as a port: members, their points, and what stores know.

Who a member is stands in one table of its own (`forget_person` empties it); here a member is a random key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from cloud_sync.hq.rules.postings import Balances, Posting


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A member as the rules see them. One that was merged or erased stays, so that old rows lead somewhere."""

    member: str
    tier: str = "T1"
    by_staff: bool = False
    """Staff set the tier: points do not change it."""
    consent: str = ""
    """The version of the terms that they agreed to."""
    merged_into: str = ""
    """The member that this one is the same person as; never one that was merged itself."""
    erased: bool = False


class Want(NamedTuple):
    """A member stands in this store and would like points to spend there."""

    store: str
    points: int


class MemberBooks(Protocol):
    """The part of one transaction on the books that is about members. Points are units, members are SKUs."""

    def lock_members(self, members: Collection[str]) -> dict[str, MemberRecord]:
        """Those that there are, kept for this transaction."""

    def save_member(self, record: MemberRecord, now: datetime) -> None: ...
    def merged_into(self, member: str) -> list[str]: ...
    def forget_person(self, member: str) -> None:
        """Nothing that leads from the key to a person is left: neither a name nor the address of their page."""

    def points(self, members: Collection[str]) -> Balances: ...
    def points_held(self, store: str, epoch: int) -> Balances: ...
    def points_owed(self, member: str) -> int:
        """Points that were given out though the pool lacked them, and that it owes since."""

    def post_points(
        self, postings: Collection[Posting], changes: Mapping[tuple[str, str], int], now: datetime
    ) -> None: ...
    def points_earned(self, members: Collection[str], since: datetime) -> int: ...

    def knowing(self, member: str) -> list[str]: ...
    def told(self, store: str, member: str) -> str | None:
        """What the store was told last; None where it never saw the member."""

    def note_told(self, store: str, member: str, told: str) -> None: ...
    def tell_again(self, store: str) -> None:
        """The store begins a new epoch: what it was told and perhaps never read is told again."""

    def note_news(self, store: str, member: str) -> None: ...
    def news_of(self, store: str, most: int) -> list[str]: ...
    def drop_news(self, store: str, member: str) -> None: ...

    def want(self, member: str) -> Want | None: ...
    def note_want(self, member: str, want: Want | None) -> None: ...
    def recalled(self, store: str, epoch: int, member: str) -> bool:
        """Whether a recall of the store's points of a member waits for its answer."""

    def note_recall(self, store: str, epoch: int, member: str, *, waits: bool) -> None: ...
