"""Pure: headquarters' page of members: how many per tier, and those who are looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, word
from cloud_sync.hq.database.member_queries import MOST_FOUND, FoundMember

TIERS: Final = ("T1", "T2", "T3")


def overview(language: Language, counts: Mapping[str, int], found: Sequence[FoundMember], wanted: str) -> str:
    """Members per tier, the search, and whom it found."""
    figures = "".join(parts.figure(tier, f"{counts.get(tier, 0):,}") for tier in TIERS)
    figures += parts.figure(word(language, "member_erased"), f"{counts.get('erased', 0):,}")
    search = word(language, "members_search")
    return (
        f'<div class="page"><div class="head"><h1>{word(language, "members")}</h1>'
        f'<form class="search" action="/members"><input class="field" name="q" value="{parts.text(wanted)}" '
        f'placeholder="{search}" aria-label="{search}"><button class="button">{word(language, "find")}</button>'
        f'</form></div><div class="figures">{figures}</div><div class="gap"></div>'
        f'<section class="card">{_table(language, found)}</section></div>'
    )


def _table(language: Language, found: Sequence[FoundMember]) -> str:
    if not found:
        return parts.empty(word(language, "members_none"))
    headings = [
        (word(language, "member_key"), ""),
        (word(language, "member_person"), ""),
        (word(language, "member_tier"), "tight"),
        (word(language, "member_points"), "number"),
    ]
    more = (
        f'<p class="sub">{word(language, "members_more", MOST_FOUND)}</p>' if len(found) >= MOST_FOUND else ""
    )
    return parts.table(headings, (_row(language, each) for each in found)) + more


def _row(language: Language, one: FoundMember) -> tuple[str, ...]:
    return (
        f'<a href="/members/{parts.text(one.member)}">{parts.text(one.member)}</a>',
        person(one),
        state(language, one),
        f"{one.points:,}",
    )


def person(one: FoundMember) -> str:
    """Whose key it is, as far as they said."""
    return parts.text(" · ".join(filter(None, [one.name, one.phone]))) or parts.nothing()


def state(language: Language, one: FoundMember) -> str:
    """A member's tier, or what became of them."""
    if one.erased:
        return f'<span class="tag plain">{word(language, "member_erased")}</span>'
    if one.merged_into:
        return (
            f'<span class="tag plain">{word(language, "member_merged", parts.text(one.merged_into))}</span>'
        )
    by = f" · {word(language, 'member_by_staff')}" if one.by_staff else ""
    return f'<span class="pill good plain">{parts.text(one.tier)}{by}</span>'
