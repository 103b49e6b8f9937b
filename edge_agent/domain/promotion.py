"""Price rules of the shop: taking them in, each change with the next version. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

import msgspec

from cloud_sync.protocol import facts, promotion_facts
from cloud_sync.protocol.envelope import parse_time, rfc3339
from cloud_sync.protocol.member_facts import TIERS
from edge_agent.domain.pricing.rules import (
    KINDS,
    MemberPrice,
    Promotion,
    Rule,
    SetForPrice,
    problem,
    read_rule,
)
from edge_agent.domain.promotion_commands import ListedPromotion, ListPromotions
from edge_agent.domain.refusals import Refusal

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""No dot: a coupon is `<promotion>.<serial>`."""
MAX_LISTED: Final = 200
MAX_LISTING_BYTES: Final = 16_000
"""Of a rule, or of all prizes of a game: with its names it must fit into one row of the journal."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A promotion as the tables have it; `issued` counts the coupons handed out."""

    promotion: Promotion
    kind: str
    name_zh: str
    name_en: str
    issued: int = 0


def span(starts_at: str, ends_at: str) -> tuple[str, str] | None:
    """Both times as rows have them; None unless they are RFC 3339 and in order."""
    starts, ends = parse_time(starts_at), parse_time(ends_at)
    return (rfc3339(starts), rfc3339(ends)) if starts and ends and starts < ends else None


def is_id(name: str) -> bool:
    """Tell whether a promotion or game may be called this."""
    return _NAME.fullmatch(name) is not None


def skus_of(rule: Rule) -> Collection[str]:
    """The SKUs that a rule names."""
    return rule.skus if isinstance(rule, SetForPrice) else rule.match.skus


def list_promotions(
    command: ListPromotions,
    known: Callable[[str], Listed | None],
    known_skus: Callable[[Collection[str]], Collection[str]],
) -> list[facts.Fact] | Refusal:
    """Take promotions in; all or none. One that says what it said gets no new version."""
    if len({each.promotion for each in command.promotions}) != len(command.promotions) or not (
        1 <= len(command.promotions) <= MAX_LISTED
    ):
        return Refusal("malformed", f"1 to {MAX_LISTED} promotions, each once")
    out: list[facts.Fact] = []
    for each in command.promotions:
        fact = _listed(each, known(each.promotion), known_skus)
        if isinstance(fact, Refusal):
            return fact
        if fact is not None:
            out.append(fact)
    return out


def _listed(
    each: ListedPromotion,
    before: Listed | None,
    known_skus: Callable[[Collection[str]], Collection[str]],
) -> promotion_facts.PromotionListed | Refusal | None:
    if len(each.rule) > MAX_LISTING_BYTES:
        return Refusal("malformed", f"{each.promotion[:64]}: a rule of more than {MAX_LISTING_BYTES} bytes")
    try:
        rule = read_rule(each.rule)
    except msgspec.DecodeError as error:
        return Refusal("malformed", f"{each.promotion[:64]}: {error}"[:300])
    said = _problem(each, rule, before)
    times = span(each.starts_at, each.ends_at)
    if said or times is None:
        said = said or "starts_at and ends_at are RFC 3339 times, in order"
        return Refusal("malformed", f"{each.promotion[:64]}: {said}")
    unknown = sorted(set(skus_of(rule)) - set(known_skus(skus_of(rule))))
    if unknown:
        return Refusal("unknown_item", unknown[0])
    names = (each.name_zh or each.name_en, each.name_en or each.name_zh)
    version = 1 if before is None else before.promotion.version + 1
    promotion = Promotion(each.promotion, version, *times, rule)
    if (
        before is not None
        and (before.name_zh, before.name_en) == names
        and _same(before.promotion, promotion)
    ):
        return None
    return promotion_facts.PromotionListed(
        promotion=each.promotion,
        version=version,
        kind=KINDS[type(rule)],
        name_zh=names[0],
        name_en=names[1],
        starts_at=times[0],
        ends_at=times[1],
        rule=msgspec.Raw(msgspec.json.encode(rule)),
    )


def _same(one: Promotion, other: Promotion) -> bool:
    return (one.starts_at, one.ends_at, one.rule) == (other.starts_at, other.ends_at, other.rule)


def _problem(each: ListedPromotion, rule: Rule, before: Listed | None) -> str:
    if not is_id(each.promotion):
        return "a promotion is called by 1 to 40 letters, digits, '-' and '_'"
    if not (each.name_zh or each.name_en):
        return "a name is missing"
    if before is not None and before.kind != KINDS[type(rule)]:
        return f"it is a {before.kind} already; list another kind under another name"
    if isinstance(rule, MemberPrice) and not set(rule.tiers) <= set(TIERS):
        return f"tiers are {', '.join(TIERS)}"
    return problem(rule)
