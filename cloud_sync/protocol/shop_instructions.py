"""What headquarters tells a store beside rights to stock: its rules, its members and their points, and how
far it had come.

Rows of the same log as `instructions`, applied by the same rule. Ids have at most `MAX_ID` characters.
"""

from __future__ import annotations

from typing import Final

import msgspec

from cloud_sync.protocol.member_facts import TIERS
from cloud_sync.protocol.rules_facts import NO_TOTAL, StoreRules

MAX_ID: Final = 200
MAX_POINTS: Final = 1_000_000_000
MAX_Z: Final = 1_000_000
MAX_TOTAL_MINOR: Final = 10**15


class Rules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The store's rules from here on, whole."""

    rules: StoreRules


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member has this tier now, and so many points that the store does not hold."""

    member: str
    tier: str
    consent: str = ""
    elsewhere: int = 0


class GrantPoints(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The store holds `points` more for a member. Headquarters moved them in the transaction of this row."""

    grant: str
    member: str
    points: int


class RecallPoints(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request: give back up to `points` of a member. Only the store's `PointsReleased` moves anything."""

    recall: str
    member: str
    points: int


class MergeMembers(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`member` is the same person as `into`."""

    member: str
    into: str


class EraseMember(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Forget this member."""

    member: str


class CarryOver(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far the store's computers had come when this epoch began, as far as headquarters knows.

    `z`: the highest number of a Z (0: none). `total_minor`: all money taken, less what went back. `heads`: of each
    earlier epoch the last ledger row that headquarters has, and the chain hash (hex) of the first: a file finds by them
    what of the total is in its own rows.
    """

    z: int
    total_minor: int
    currency: str
    heads: dict[int, tuple[int, str]] = {}


ShopInstruction = CarryOver | Rules | Member | GrantPoints | RecallPoints | MergeMembers | EraseMember

SHOP_TYPES: Final[dict[str, type[ShopInstruction]]] = {
    "popshop.down.carry_over.v1": CarryOver,
    "popshop.down.rules.v1": Rules,
    "popshop.down.member.v1": Member,
    "popshop.down.grant_points.v1": GrantPoints,
    "popshop.down.recall_points.v1": RecallPoints,
    "popshop.down.merge_members.v1": MergeMembers,
    "popshop.down.erase_member.v1": EraseMember,
}


def _is_hex(text: str) -> bool:
    """Whether this can be a raw Ed25519 public key or a chain hash: 32 bytes in hex."""
    return len(text) == 64 and all(digit in "0123456789abcdef" for digit in text)


def nonsense(asked: ShopInstruction) -> str:
    """Why an instruction cannot be meant, or nothing."""
    if isinstance(asked, Rules):
        limits = asked.rules.offline_limits.values()
        if any(limit.payment_minor < 0 or limit.total_minor < NO_TOTAL for limit in limits):
            return "a limit below 0"
        return "" if all(map(_is_hex, asked.rules.code_keys.values())) else "a key that is none"
    if isinstance(asked, CarryOver):
        if not 0 <= asked.z <= MAX_Z or abs(asked.total_minor) > MAX_TOTAL_MINOR:
            return f"Z {asked.z}, or {asked.total_minor} taken"
        return (
            "" if all(seq > 0 and _is_hex(began) for seq, began in asked.heads.values()) else "no log's head"
        )
    if not asked.member or len(asked.member) > MAX_ID:
        return "no member, or one of too many characters"
    if isinstance(asked, Member) and (asked.tier not in TIERS or not 0 <= asked.elsewhere <= MAX_POINTS):
        return f"the tier {asked.tier[:20]!r}, or {asked.elsewhere} points elsewhere"
    if isinstance(asked, GrantPoints | RecallPoints) and not 0 < asked.points <= MAX_POINTS:
        return f"{asked.points} points"
    if isinstance(asked, MergeMembers) and (asked.into in ("", asked.member) or len(asked.into) > MAX_ID):
        return "a member cannot be merged into that one"
    return ""
