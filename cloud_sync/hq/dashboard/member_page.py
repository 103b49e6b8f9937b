"""Pure: headquarters' page of one member: points and where they came from, and what may be done, each said before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.members_page import TIERS, person, state
from cloud_sync.hq.dashboard.words import Language, has_word, word
from cloud_sync.hq.database.member_queries import PointMove, Statement

OF_MEMBERS: Final = frozenset({"points_granted", "merged", "erased"})
"""Causes of headquarters' own postings that are about points and nothing else."""
_STYLE: Final = (
    "<style>.deed{display:flex;flex-wrap:wrap;gap:12px 16px;align-items:center}.deed label{display:flex;gap:10px;"
    "align-items:center}.deed .field{max-width:100%}.told{display:flex;gap:16px;align-items:center;"
    "flex-wrap:wrap;margin-bottom:16px}.told .notice{margin:0}.refused{color:var(--bad);background:var(--bad-soft);"
    "padding:10px 16px;border-radius:10px;margin-bottom:16px}.pair{display:grid;grid-template-columns:"
    "repeat(auto-fit,minmax(240px,1fr));gap:16px;margin-bottom:20px}.pair h3{margin:0 0 4px;font-size:14px;"
    "color:var(--soft);font-weight:500}.pair b{overflow-wrap:anywhere}</style>"
)


def member(
    language: Language, statement: Statement, *, wrong: str = "", told: str = "", was: str = ""
) -> str:
    """One member. `wrong`: why nothing was done; `told`: what was, and `was`: the tier of before, for a way back."""
    one = statement.member
    holdings = "".join(
        f"<div>{_account(language, account)} <b>{points:,}</b></div>"
        for account, points in statement.holdings.items()
    )
    cards = [
        parts.card(
            word(language, "member_holdings"), holdings or parts.empty(word(language, "member_no_points"))
        ),
        parts.card(word(language, "member_moves"), _moves(language, statement.moves)),
    ]
    acts = "" if one.erased else _acts(language, statement)
    return _page(
        language,
        f'<h1>{parts.text(one.member)}</h1><span class="sub">{person(one)}</span>{state(language, one)}</div>'
        f"{_told(language, one.member, told, was)}{_refused(language, wrong)}"
        f'<div class="stack">{"".join(cards)}{acts}</div>',
    )


def merging(language: Language, first: Statement, second: Statement) -> str:
    """Both keys beside each other before they become one for good."""
    sides = "".join(
        f'<div><h3>{word(language, heading)}</h3><b>{parts.text(one.member.member)}</b><div class="sub">'
        f"{person(one.member)}</div><div>{state(language, one.member)} · "
        f"{word(language, 'member_has', f'{one.member.points:,}')}</div></div>"
        for heading, one in (("member_ends", first), ("member_stays", second))
    )
    total = word(language, "member_then_has", f"{first.member.points + second.member.points:,}")
    into = parts.text(second.member.member)
    hidden = f'<input type="hidden" name="into" value="{into}">'
    card = parts.card(
        word(language, "member_merge"),
        f'<p class="sub">{word(language, "member_merge_about")}</p><div class="pair">{sides}</div><p>{total}</p>'
        f"{_form(language, first.member.member, 'merge', hidden, grave=True)}",
    )
    back = f'<a href="/members/{_path(first.member.member)}">{word(language, "member_not_now")}</a>'
    return _page(
        language,
        f'<h1>{word(language, "member_merge")}</h1></div><div class="stack">{card}<div>{back}</div></div>',
    )


def _page(language: Language, body: str) -> str:
    crumb = f'<div class="crumb"><a href="/members">‹ {word(language, "members")}</a></div>'
    return f'{_STYLE}<div class="page"><div class="head">{crumb}{body}</div>'


def _told(language: Language, key: str, told: str, was: str) -> str:
    words = f"member_told.{told}"
    if not has_word(words):
        return ""
    back = ""
    if told == "tier" and was in (*TIERS, "points"):
        tier = "" if was == "points" else was
        back = (
            f'<form method="post" action="/members/{_path(key)}/tier"><input type="hidden" name="tier" '
            f'value="{tier}"><button class="button">{word(language, "member_undo")}</button></form>'
        )
    return f'<div class="told">{parts.notice(word(language, words))}{back}</div>'


def _refused(language: Language, wrong: str) -> str:
    return f'<div class="refused">{word(language, "act_refused")} {parts.text(wrong)}</div>' if wrong else ""


def _moves(language: Language, moves: Sequence[PointMove]) -> str:
    if not moves:
        return parts.empty(word(language, "member_no_moves"))
    headings = [
        (word(language, "member_time"), "tight"),
        (word(language, "member_why"), ""),
        (word(language, "member_way"), ""),
        (word(language, "member_points"), "number"),
    ]
    rows = (
        (
            f"{each.at:%Y-%m-%d %H:%M}",
            _why(language, each),
            f"{_account(language, each.source)} → {_account(language, each.target)}",
            f"{each.points:,}",
        )
        for each in moves
    )
    return parts.table(headings, rows)


def _why(language: Language, move: PointMove) -> str:
    """Why the points moved, in words; a kind of row that is newer than they are, by its name."""
    if move.cause in OF_MEMBERS:
        return word(language, f"cause.{move.cause}", f"{move.points:,}", parts.text(move.store))
    key = f"points.{move.cause}"
    if has_word(key):
        return word(language, key, parts.text(move.store))
    return parts.text(" · ".join(filter(None, [move.cause, move.store])))


def _account(language: Language, account: str) -> str:
    key = f"account.{account}"
    if has_word(key):
        return word(language, key)
    return word(language, "member_at", parts.text(account.partition("/")[0]))


def _acts(language: Language, statement: Statement) -> str:
    one = statement.member
    now = one.tier if one.by_staff else ""
    choices = [("", word(language, "member_by_points")), *((tier, tier) for tier in TIERS)]
    options = "".join(
        f'<option value="{value}"{" selected" if value == now else ""}>{said}</option>'
        for value, said in choices
    )
    into = (
        f"<label><span>{word(language, 'member_into')}</span>"
        '<input class="field" name="into" maxlength="64" required autocomplete="off"></label>'
    )
    look = (
        f'<form class="deed" action="/members/{_path(one.member)}/merge">{into}'
        f'<button class="button">{word(language, "member_merge_look")}</button></form>'
    )
    tier = _form(language, one.member, "tier", f'<select class="field" name="tier">{options}</select>')
    erase = _form(language, one.member, "erase", "", grave=True)
    return "".join(
        parts.card(
            word(language, f"member_{name}"),
            f'<p class="sub">{word(language, f"member_{name}_about")}</p>{form}',
        )
        for name, form in (("tier_set", tier), ("merge", look), ("erase", erase))
    )


def _form(language: Language, key: str, act: str, fields: str, *, grave: bool = False) -> str:
    """A form that does something; a grave one only when somebody ticks that they are sure."""
    name = word(language, "member_tier_set" if act == "tier" else f"member_{act}")
    sure = (
        '<label><input type="checkbox" name="sure" value="1" required>'
        f"<span>{word(language, 'sure')}</span></label>"
    )
    return (
        f'<form class="deed" method="post" action="/members/{_path(key)}/{act}">{fields}{sure if grave else ""}'
        f'<button class="button {"grave" if grave else "main"}">{name}</button></form>'
    )


def _path(key: str) -> str:
    return parts.text(quote(key, safe=""))
