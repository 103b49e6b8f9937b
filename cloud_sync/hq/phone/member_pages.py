"""Pure: the pages of a membership on a shopper's phone, in Chinese or in English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from cloud_sync.hq.database.member_queries import PointMove, Statement
from cloud_sync.hq.member_acts import CODE_LIFETIME, CONSENT_VERSION, MAX_NAME_CHARS
from cloud_sync.hq.phone.member_words import AGAIN, MOVES, TERMS, TIERS, WORDS, WRONG
from cloud_sync.protocol.phone import frame
from cloud_sync.protocol.phone.code_picture import svg
from cloud_sync.protocol.phone.frame import Language, pick, say

_STYLE: Final = (
    "<style>label{display:block;margin-top:14px;font-size:14px;color:var(--soft)}input[type=text],input[type=tel]{"
    "width:100%;font:inherit;color:inherit;background:none;padding:13px;margin-top:4px;border:1px solid var(--line);"
    "border-radius:12px}.agree{display:flex;gap:12px;color:var(--ink);font-size:15px}.agree input{width:24px;"
    "height:24px;flex:none;accent-color:var(--accent)}.terms{font-size:14px}.points{font-size:52px;font-weight:700;"
    "line-height:1.1}.tag{display:inline-block;background:var(--accent-soft);color:var(--accent);border-radius:999px;"
    "padding:3px 14px;font-weight:650}table{width:100%;border-collapse:collapse;font-size:14px}td{padding:7px 0;"
    "border-top:1px solid var(--line);vertical-align:top}tr:first-child td{border:0}td+td{padding-left:12px}"
    "td:last-child{text-align:right}td:first-child,td:last-child{white-space:nowrap}</style>"
)
SHOWN_MOVES: Final = 20


@dataclass(frozen=True)
class Pages:
    """The pages for one reader, at one address (`here`)."""

    language: Language
    here: str

    def join(self, wrong: str = "") -> str:
        """The form by which one becomes a member: nothing is ticked beforehand."""
        n = 0 if self.language == "zh" else 2
        terms = "".join(f"<p><b>{escape(each[n])}</b> {escape(each[n + 1])}</p>" for each in TERMS)
        return self._page(
            "join",
            f'<p class="sub">{self._say("join_gets")}</p>{self._wrong(wrong)}'
            f'<form method="post" action="/m/join" class="card"><div class="terms">{terms}</div>'
            f'<label class="agree"><input type="checkbox" name="agree" value="{CONSENT_VERSION}" required>'
            f"<span>{self._say('agree', CONSENT_VERSION)}</span></label>"
            f'<label>{self._say("name")}<input type="text" name="name" maxlength="{MAX_NAME_CHARS}" '
            f'autocomplete="name"></label><label>{self._say("phone")}'
            '<input type="tel" name="phone" maxlength="20" autocomplete="tel"></label>'
            f"<button>{self._say('join_now')}</button></form>",
        )

    def membership(self, statement: Statement, code: str, now: datetime, wrong: str = "") -> str:
        """A member's own page: their code, balance, what moved, and the way out."""
        one = statement.member
        held = sum(points for account, points in statement.holdings.items() if account != "pool")
        in_stores = f'<div class="sub">{self._say("held", f"{held:,}")}</div>' if held else ""
        tier = say(self.language, TIERS.get(one.tier, (one.tier, one.tier)))
        until = f"{now + CODE_LIFETIME:%Y-%m-%d}"
        return self._page(
            "mine",
            f'{self._wrong(wrong)}<div class="card"><span class="tag">{tier}</span>'
            f'<div class="points">{one.points:,}</div><div class="sub">{self._say("points")}</div>{in_stores}</div>'
            f'<div class="card"><h2>{self._say("show")}</h2><div class="qr">{svg(code)}</div>'
            f'<p class="sub">{self._say("code_until", until)}</p><code>{escape(code)}</code></div>'
            f'<div class="card"><h2>{self._say("history")}</h2>{self._moves(statement.moves)}</div>'
            f'<p class="note">{self._say("keep")}</p>'
            f'<form method="post" action="{escape(self.here)}/erase" class="card"><h2>{self._say("leave")}</h2>'
            f'<p class="sub">{self._say("leave_means")}</p>'
            '<label class="agree"><input type="checkbox" name="sure" value="1" required>'
            f'<span>{self._say("sure")}</span></label><button class="grave">{self._say("erase")}</button></form>',
        )

    def erased(self) -> str:
        """What is left to say."""
        return self._page("erased", f'<div class="card"><p>{self._say("erased_means")}</p></div>')

    def nobody(self) -> str:
        """The address leads to no member (any more)."""
        return self._page(
            "nobody",
            f'<div class="card"><p>{self._say("nobody_why")}</p>'
            f'<a class="go" href="/m/join">{self._say("join")}</a></div>',
        )

    def _wrong(self, code: str) -> str:
        told = say(self.language, WRONG.get(code, AGAIN))
        return f'<div class="wrong">{told}</div>' if code else ""

    def _moves(self, moves: list[PointMove]) -> str:
        """What changed the balance, the newest first; moves between pool and stores do not."""
        rows = [self._move(move) for move in moves]
        shown = "".join([row for row in rows if row][:SHOWN_MOVES])
        return f"<table>{shown}</table>" if shown else f'<p class="sub">{self._say("no_history")}</p>'

    def _move(self, move: PointMove) -> str:
        outside = move.source if move.source in MOVES else move.target
        if outside not in MOVES:
            return ""
        sign = "+" if move.source == outside else "−"
        where = f'<br><span class="sub">{escape(move.store)}</span>' if move.store else ""
        what = say(self.language, MOVES[outside])
        return f"<tr><td>{move.at:%Y-%m-%d}</td><td>{what}{where}</td><td>{sign}{move.points:,}</td></tr>"

    def _say(self, key: str, *values: object) -> str:
        return say(self.language, WORDS[key], *values)

    def _page(self, title: str, body: str) -> str:
        return frame.page(self.language, pick(self.language, WORDS[title]), _STYLE + body, here=self.here)
