"""Pure: the small pieces that headquarters' pages are made of, as HTML. Everything from outside is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html import escape
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from cloud_sync.hq.dashboard.words import Language, has_word, word
from cloud_sync.hq.database.queries import LogState, StoreState
from cloud_sync.protocol.money import exponent, format_minor

STATUS_CLASS: Final = {"online": "good", "late": "warn", "offline": "bad", "unjoined": ""}
SECTIONS: Final = {"stores": "/", "stock": "/stock", "shipments": "/shipments", "members": "/members"}
"""The parts of the dashboard and where each begins."""
CLOCK_OFFSET_SHOWN_MS: Final = 2_000
"""A smaller difference between two clocks is nobody's worry."""


def text(value: object) -> str:
    """Anything from outside, safe to stand in HTML."""
    return escape(str(value))


def ago(language: Language, seconds: int | None) -> str:
    """How long ago, in the largest unit that makes sense."""
    if seconds is None:
        return word(language, "never")
    if seconds < 2:
        return word(language, "just_now")
    if seconds < 120:
        return word(language, "seconds_ago", seconds)
    if seconds < 7200:
        return word(language, "minutes_ago", seconds // 60)
    if seconds < 172_800:
        return word(language, "hours_ago", seconds // 3600)
    return word(language, "days_ago", seconds // 86_400)


def clock_time(at: datetime | None, zone: str) -> str:
    """A moment on the store's wall clock."""
    return "–" if at is None else at.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")


def money(minor: int, currency: str) -> str:
    """An amount for a person."""
    return text(format_minor(minor, currency))


def short_money(minor: int, currency: str) -> str:
    """An amount for a narrow column: whole units, thousands as k."""
    whole = round(minor / 10 ** exponent(currency))
    return f"{whole:,}" if abs(whole) < 10_000 else f"{whole / 1000:,.1f}k"


def page(body: str) -> str:
    """A page below its bar."""
    return f'<div class="page">{body}</div>'


def blank(words: str) -> str:
    """A page that has only this to say."""
    return page(f'<div class="card blank"><h1>{words}</h1></div>')


def figure(label: str, value: str, note: str = "", kind: str = "") -> str:
    """One large figure in a card."""
    return (
        f'<div class="card figure {kind}"><div class="label">{label}</div>'
        f'<div class="value">{value}</div><div class="note">{note}</div></div>'
    )


def visitors(language: Language, number: int | None) -> str:
    """How many came in; nothing where no door counts."""
    return "" if number is None else word(language, "visitors_came", f"{number:,}")


def status_pill(language: Language, store: StoreState) -> str:
    """Online, late or offline, with the time since the last sync."""
    since = "" if store.status == "unjoined" else f" · {ago(language, store.last_sync_age_s)}"
    words = text(word(language, store.status) + since)
    return f'<span class="pill {STATUS_CLASS[store.status]}">{words}</span>'


def proof_lines(language: Language, logs: Sequence[LogState]) -> str:
    """Expected, received and gaps for each stream: the proof that nothing is missing."""
    return "".join(_proof_line(language, log) for log in logs)


def _proof_line(language: Language, log: LogState) -> str:
    parts = [
        f"{word(language, 'expected')} <b>{log.expected:,}</b>",
        f"{word(language, 'received')} <b>{log.received:,}</b>",
        f"{word(language, 'gaps')} <b>{log.gaps:,}</b>",
    ]
    if log.gaps:
        verdict, kind = f"✕ {word(language, 'incomplete')}", "bad"
    elif log.waiting:
        verdict, kind = f"… {word(language, 'catching_up')} {log.waiting:,}", "warn"
    else:
        verdict, kind = f"✓ {word(language, 'complete')}", ""
    epoch = f" #{log.epoch}" if log.epoch > 1 else ""
    facts = "".join(f"<span>{part}</span>" for part in parts)
    return (
        f'<div class="line"><span class="stream">{word(language, log.stream)}{epoch}</span>'
        f'<span class="verdict {kind}">{verdict}</span><div class="facts">{facts}</div></div>'
    )


def day_chart(language: Language, days: Sequence[tuple[date, int]], today: date, currency: str) -> str:
    """A column per day; the highest fills the height."""
    highest = max((takings for _, takings in days), default=0)
    if highest <= 0:
        return (
            f'<div class="blank"><h2>{word(language, "no_sales_yet")}</h2>'
            f"<p>{word(language, 'no_sales_hint')}</p></div>"
        )
    columns = []
    for day, takings in days:
        height = max(0, takings) * 165 // highest
        shown = short_money(takings, currency) if takings else ""
        columns.append(
            f'<div class="day{" today" if day == today else ""}"><div class="amount">{shown}</div>'
            f'<div class="column" style="height:{height}px"></div><div class="date">{day:%m-%d}</div></div>'
        )
    return f'<div class="chart">{"".join(columns)}</div>'


def table(headings: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> str:
    """A table; each heading is (words, CSS class of its column). Cells are HTML already."""
    head = "".join(f'<th class="{kind}">{words}</th>' for words, kind in headings)
    body = "".join(
        "<tr>"
        + "".join(
            # A phone has no room for columns: there each cell stands below its heading.
            f'<td class="{kind}" data-label="{text(words)}">{cell}</td>'
            for cell, (words, kind) in zip(row, headings, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def card(heading: str, body: str) -> str:
    """A titled card."""
    return f'<section class="card"><h2>{heading}</h2>{body}</section>'


def empty(words: str) -> str:
    """What stands where there is nothing."""
    return f'<div class="empty">{words}</div>'


def section_of(path: str) -> str:
    """Which of SECTIONS a page belongs to."""
    first = path.partition("?")[0].split("/")[1:2]
    return first[0] if first and first[0] in SECTIONS else "stores"


def bar(language: Language, where: str, here: str, *, section: str) -> str:
    """The page's head: whose it is, its parts, the language switch (back to `here`), the way out."""
    switch = "".join(
        f'<a href="/language/{code}?{text(urlencode({"back": here}))}"{" class=on" if code == language else ""}>'
        f"{name}</a>"
        for code, name in (("zh", "中文"), ("en", "English"))
    )
    halves = "".join(
        f'<a href="{path}"{" class=on" if name == section else ""}>{word(language, name)}</a>'
        for name, path in SECTIONS.items()
    )
    return (
        f'<div class="bar"><div class="mark"></div><span class="name">popshop</span>'
        f'<span class="where">{where}</span><nav>{halves}</nav><div class="right">'
        f'<span class="switch">{switch}</span><a href="/logout">{word(language, "sign_out")}</a></div></div>'
    )


def address(path: str, **asked: object) -> str:
    """An address of ours; what is empty is left out."""
    given = {name: value for name, value in asked.items() if value not in ("", None)}
    return f"{path}?{urlencode(given)}" if given else path


def link(path: str, **asked: object) -> str:
    """An address of ours, safe to stand in an attribute."""
    return text(address(path, **asked))


def button(language: Language, act: str, kind: str = "", **asked: object) -> str:
    """A link to the form of an act; `small` ones stand in a table and say it in a word."""
    href = link(f"/acts/{act}", **asked)
    short = f"short.{act}"
    words = word(language, short if kind == "small" and has_word(short) else f"act.{act}")
    return f'<a class="button {kind}" href="{href}">{words}</a>'


def item_name(language: Language, names: tuple[str, str], sku: str) -> str:
    """An item as a person knows it: its name in Chinese or English, else in the other language, else the SKU."""
    chinese, english = names
    first, second = (chinese, english) if language == "zh" else (english, chinese)
    return text(first or second or sku)


def nothing() -> str:
    """What stands in a table where there is nothing to say."""
    return '<span class="none">–</span>'


def notice(words: str) -> str:
    """What has just been done."""
    return f'<div class="notice">✓ {words}</div>' if words else ""


def refilling(language: Language, awaited: Sequence[str]) -> str:
    """The banner of a headquarters that was restored: what does not work, and who is awaited."""
    stores = "".join(
        f'<span class="awaited"><a href="/stores/{text(store)}">{text(store)}</a> '
        f'<a class="button small" href="{link("/acts/set-aside", store=store, back="/")}">'
        f"{word(language, 'set_aside')}</a></span>"
        for store in awaited
    )
    return (
        f'<div class="refilling"><b>{word(language, "refilling")}</b> {word(language, "refilling_why")}'
        f"<div>{word(language, 'refilling_awaits')} {stores}</div></div>"
    )
