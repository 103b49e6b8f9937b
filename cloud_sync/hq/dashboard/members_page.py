"""Pure: headquarters' page of members: how many per tier, one who is looked for, and what may be done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, has_word, word
from cloud_sync.hq.database.member_queries import FoundMember, PointMove, Statement

TIERS: Final = ("T1", "T2", "T3")
OF_MEMBERS: Final = frozenset({"points_granted", "merged", "erased"})
"""Causes of postings that are about points and nothing else."""


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
    return parts.table(headings, (_row(language, each) for each in found))


def _row(language: Language, one: FoundMember) -> tuple[str, ...]:
    return (
        f'<a href="/members/{parts.text(one.member)}">{parts.text(one.member)}</a>',
        parts.text(" · ".join(filter(None, [one.name, one.phone]))),
        state(language, one),
        f"{one.points:,}",
    )


def state(language: Language, one: FoundMember) -> str:
    """A member's tier, or what became of them."""
    if one.erased:
        return f'<span class="tag">{word(language, "member_erased")}</span>'
    if one.merged_into:
        return f'<span class="tag">{word(language, "member_merged", parts.text(one.merged_into))}</span>'
    by = f" · {word(language, 'member_by_staff')}" if one.by_staff else ""
    return f"{parts.text(one.tier)}{by}"


def member(language: Language, statement: Statement, wrong: str = "") -> str:
    """One member: points, their moves, and the forms to merge, to set the tier, and to erase."""
    one = statement.member
    told = f'<div class="wrong">{word(language, "act_refused")} {parts.text(wrong)}</div>' if wrong else ""
    holdings = "".join(
        f"<div>{_account(language, account)} <b>{points:,}</b></div>"
        for account, points in statement.holdings.items()
    )
    cards = [
        parts.card(word(language, "member_holdings"), holdings or parts.empty("0")),
        parts.card(word(language, "member_moves"), _moves(language, statement.moves)),
    ]
    acts = "" if one.erased else _acts(language, one.member)
    person = parts.text(" · ".join(filter(None, [one.name, one.phone])))
    return (
        f'<div class="page"><div class="head"><div class="crumb"><a href="/members">‹ {word(language, "members")}</a>'
        f'</div><h1>{parts.text(one.member)}</h1><span class="sub">{person} {state(language, one)}</span></div>'
        f'{told}<div class="stack">{"".join(cards)}{acts}</div></div>'
    )


def _moves(language: Language, moves: Sequence[PointMove]) -> str:
    if not moves:
        return parts.empty("–")
    headings = [
        (word(language, "time"), "tight"),
        ("", ""),
        ("", ""),
        (word(language, "member_points"), "number"),
    ]
    rows = (
        (
            f"{each.at:%Y-%m-%d %H:%M}",
            f"{_account(language, each.source)} → {_account(language, each.target)}",
            _cause(language, each),
            f"{each.points:,}",
        )
        for each in moves
    )
    return parts.table(headings, rows)


def _cause(language: Language, move: PointMove) -> str:
    """Why the points moved: an act of headquarters in words, or the kind of a store's row."""
    key = f"cause.{move.cause}"
    if move.cause in OF_MEMBERS:
        return word(language, key, f"{move.points:,}", parts.text(move.store))
    return parts.text(" · ".join(filter(None, [move.cause, move.store, move.reference])))


def _account(language: Language, account: str) -> str:
    key = f"account.{account}"
    return word(language, key) if has_word(key) else parts.text(account.partition("/")[0])


def _acts(language: Language, key: str) -> str:
    options = "".join(f'<option value="{tier}">{tier}</option>' for tier in TIERS)
    by_points = f'<option value="">{word(language, "member_by_points")}</option>'
    into = (
        f"<label><span>{word(language, 'member_into')}</span>"
        '<input class="field" name="into" maxlength="64" required autocomplete="off"></label>'
    )
    return (
        _form(language, key, "tier", f'<select class="field" name="tier">{options}{by_points}</select>')
        + _form(language, key, "merge", into, grave=True)
        + _form(language, key, "erase", "", grave=True)
    )


def _form(language: Language, key: str, act: str, fields: str, *, grave: bool = False) -> str:
    name = word(language, "member_tier_set" if act == "tier" else f"member_{act}")
    about = f"member_{act}_about"
    hint = f'<p class="sub">{word(language, about)}</p>' if has_word(about) else ""
    sure = (
        '<label class="sure"><input type="checkbox" name="sure" value="1" required>'
        f"<span>{word(language, 'sure')}</span></label>"
    )
    return parts.card(
        name,
        f'{hint}<form method="post" action="/members/{parts.text(key)}/{act}">{fields}{sure if grave else ""}'
        f'<button class="button {"grave" if grave else "main"}">{name}</button></form>',
    )
