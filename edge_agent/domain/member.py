"""Members: who showed a code, points earned and spent, and what headquarters says of them. A member is never needed.

A member is a random key. Their points are held like rights to stock (ADR 0024): the store spends only what it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cloud_sync.protocol import facts, shop_instructions
from cloud_sync.protocol import member_facts as member
from cloud_sync.protocol.codes import own_codes
from cloud_sync.protocol.codes.errors import CodeError
from cloud_sync.protocol.member_facts import TIERS
from cloud_sync.protocol.money import exponent
from cloud_sync.protocol.rules_facts import StoreRules
from edge_agent.domain.member_commands import MemberShown
from edge_agent.domain.refusals import Refusal

NEVER_PAID: Final = frozenset({"cancelled", "expired", "refunded"})
"""Ends of an order that leave the shopper with nothing of it."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member as this store knows them: `points` are held here, `elsewhere` as headquarters said last."""

    member: str
    tier: str
    points: int = 0
    elsewhere: int = 0
    erased: bool = False
    by_code: bool = False
    """Nothing but their own code told of the tier so far."""


@dataclass(frozen=True, slots=True)
class MemberOrder:
    """A member's order: whose it is now, what it moved of their points, and its money so far in minor units."""

    order: str
    member: str
    spent: int
    earned: int
    net_minor: int
    closed: bool


Find = Callable[[str], Member | None]
"""The member that a key leads to, merged ones followed."""


def read_code(text: str, keys: Mapping[str, bytes], now: datetime) -> own_codes.Content | Refusal:
    """What a member's code says, if it is genuine and good now; no network is needed to tell."""
    try:
        code = own_codes.read(text.strip())
    except CodeError as error:
        return Refusal("member_invalid", str(error))
    signature, why = own_codes.check_signature(code, keys)
    if code.kind != "member" or signature != "valid":
        return Refusal("member_invalid", why or "not a member's code")
    expired = own_codes.why_not_good(code.content, now=now)
    return Refusal("member_expired", expired) if expired else code.content


def show(
    command: MemberShown, content: own_codes.Content, find: Find, *, wants_points: bool
) -> list[facts.Fact] | Refusal:
    """Somebody is here as a member. With `wants_points` headquarters is asked for what other stores hold."""
    known = find(content.id)
    if known is not None and known.erased:
        return Refusal("member_erased")
    tier = content.tier if content.tier in TIERS else TIERS[0]
    out: list[facts.Fact] = []
    if known is None or (known.by_code and known.tier != tier and known.member == content.id):
        out.append(member.MemberKnown(member=content.id, tier=tier))
    key = content.id if known is None else known.member
    out.append(member.MemberSeen(member=key, visit=command.visit, device=command.device))
    if wants_points:
        out.append(member.PointsWanted(member=key))
    return out


# ── what follows from an order ──────────────────────────────────────────────────────────────────────


def due(net_minor: int, currency: str, rules: StoreRules) -> int:
    """Points for so much money paid and kept: per whole unit of the currency, never in parts."""
    whole: int = max(0, net_minor) // 10 ** exponent(currency)
    return whole * rules.points_per_major


def followed(
    outcome: list[facts.Fact],
    order_of: Callable[[str], MemberOrder | None],
    find: Find,
    currency: str,
    rules: Callable[[], StoreRules],
) -> list[facts.Fact]:
    """A decision's facts with points spent at checkout, returned when it came to nothing, and earned at the end."""
    out = list(outcome)
    for fact in outcome:
        if isinstance(fact, facts.OrderPlaced) and fact.member and fact.points:
            out.append(member.PointsSpent(member=fact.member, order=fact.order, points=fact.points))
    ended = {f.order: f.state for f in outcome if isinstance(f, facts.OrderClosed)}
    given_back = {f.order for f in outcome if isinstance(f, facts.PaymentRefunded)}
    for name in sorted(ended.keys() | given_back):
        found = order_of(name)
        if found is not None and (name in ended or found.closed):
            out += _concluded(_with_money(found, outcome), ended.get(name, ""), find, currency, rules())
    return out


def _with_money(order: MemberOrder, outcome: list[facts.Fact]) -> MemberOrder:
    """The order as it will be once these facts are written."""
    net_minor = order.net_minor
    for fact in outcome:
        if isinstance(fact, facts.PaymentPaid) and fact.order == order.order:
            net_minor += fact.amount_minor
        elif isinstance(fact, facts.PaymentRefunded) and fact.order == order.order:
            net_minor -= fact.amount_minor
    return replace(order, net_minor=net_minor)


def _concluded(
    order: MemberOrder, state: str, find: Find, currency: str, rules: StoreRules
) -> list[facts.Fact]:
    owner = find(order.member)
    if owner is None or owner.erased:
        return []
    out: list[facts.Fact] = []
    back = order.spent if state in NEVER_PAID else 0
    if back:
        out.append(member.PointsReturned(member=owner.member, order=order.order, points=back))
    change = max(due(order.net_minor, currency, rules) - order.earned, -(owner.points + back))
    if change:
        out.append(member.PointsEarned(member=owner.member, order=order.order, points=change))
    return out


# ── what headquarters says ──────────────────────────────────────────────────────────────────────────


def told(seq: int, asked: shop_instructions.Member) -> list[facts.Fact]:
    """Headquarters knows the tier, and what is held elsewhere."""
    return [
        member.MemberKnown(
            member=asked.member,
            tier=asked.tier,
            consent=asked.consent,
            elsewhere=asked.elsewhere,
            down_seq=seq,
        )
    ]


def grant(seq: int, asked: shop_instructions.GrantPoints) -> list[facts.Fact]:
    """Headquarters has moved points into this store's hold."""
    return [member.PointsGranted(grant=asked.grant, down_seq=seq, member=asked.member, points=asked.points)]


def release(seq: int, asked: shop_instructions.RecallPoints, held: int) -> list[facts.Fact]:
    """Give back what is asked for, as far as it is here: only this row moves it."""
    points = min(asked.points, held)
    return [
        member.PointsReleased(
            recall=asked.recall, down_seq=seq, member=asked.member, asked=asked.points, points=points
        )
    ]


def merge(seq: int, asked: shop_instructions.MergeMembers, held: int) -> list[facts.Fact]:
    """Two keys are one person from here on."""
    return [member.MembersMerged(member=asked.member, into=asked.into, points=held, down_seq=seq)]


def erase(seq: int, asked: shop_instructions.EraseMember, held: int) -> list[facts.Fact]:
    """The key leads to nobody any more, and what it held is void."""
    return [member.MemberErased(member=asked.member, points=held, down_seq=seq)]
