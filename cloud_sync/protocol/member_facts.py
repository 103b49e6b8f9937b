"""Facts about members: a random key, a tier and points. Who owns the key stands at headquarters, and can be erased.

Points are held like rights to stock (ADR 0008): every point of a member is in exactly one place, headquarters or one
store's hold, and is spent only where it is held.
"""

from __future__ import annotations

from cloud_sync.protocol.fact import Fact

TIERS = ("T1", "T2", "T3")


class MemberKnown(Fact, frozen=True, kw_only=True):
    """The store knows a member of this tier: headquarters said so, or the member's own signed code did.

    `down_seq` 0: by the code. `consent` is the version of the terms that they agreed to.
    """

    TYPE = "popshop.member.known.v1"
    member: str
    tier: str
    consent: str = ""
    elsewhere: int = 0
    """Points that were not held here when headquarters said so."""
    down_seq: int = 0


class MemberSeen(Fact, frozen=True, kw_only=True):
    """A member showed their code: this visit at this device is theirs."""

    TYPE = "popshop.member.seen.v1"
    member: str
    visit: str
    device: str


class PointsEarned(Fact, frozen=True, kw_only=True):
    """Points for what a member bought, into this store's hold; below 0 when the money went back.

    No more than the store holds is taken back: points that were spent meanwhile are the shop's loss.
    """

    TYPE = "popshop.member.points_earned.v1"
    member: str
    order: str
    points: int


class PointsSpent(Fact, frozen=True, kw_only=True):
    """Points used up on an order, out of this store's hold."""

    TYPE = "popshop.member.points_spent.v1"
    member: str
    order: str
    points: int


class PointsReturned(Fact, frozen=True, kw_only=True):
    """Points of an order that came to nothing, back into this store's hold."""

    TYPE = "popshop.member.points_returned.v1"
    member: str
    order: str
    points: int


class PointsWanted(Fact, frozen=True, kw_only=True):
    """A member wants to spend here what is held elsewhere: headquarters sends what it can."""

    TYPE = "popshop.member.points_wanted.v1"
    member: str
    points: int = 0
    """At most so many; 0: whatever there is."""


class PointsGranted(Fact, frozen=True, kw_only=True):
    """Headquarters moved points into this store's hold, when it made the grant."""

    TYPE = "popshop.member.points_granted.v1"
    grant: str
    down_seq: int
    member: str
    points: int


class PointsReleased(Fact, frozen=True, kw_only=True):
    """The store gives points back because headquarters asked; only this row moves them."""

    TYPE = "popshop.member.points_released.v1"
    recall: str
    down_seq: int
    member: str
    asked: int
    points: int


class MembersMerged(Fact, frozen=True, kw_only=True):
    """Two keys are one person: points and codes of `member` are `into`'s from here on."""

    TYPE = "popshop.member.merged.v1"
    member: str
    into: str
    points: int
    """What this store held for `member`."""
    down_seq: int


class MemberErased(Fact, frozen=True, kw_only=True):
    """The person wants to be forgotten: the key stays in old rows and leads to nobody; its points are gone."""

    TYPE = "popshop.member.erased.v1"
    member: str
    points: int
    """What this store held, and is void."""
    down_seq: int
