"""Pure: the small pieces the tablet's areas are made of, as HTML. Everything from outside is escaped here."""

from __future__ import annotations

from html import escape
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.money import format_minor
from edge_agent.entrypoints.staff.shop import Entity
from edge_agent.entrypoints.staff.words import Language, word

CLOCK_OFFSET_SHOWN_MS: Final = 2_000
"""A smaller difference between two clocks is nobody's worry."""


def text(value: object) -> str:
    """Anything from outside, safe to stand in HTML."""
    return escape(str(value))


def does(*words: str) -> str:
    """The attribute that makes something a button for this tap."""
    return f'data-do="{escape(msgspec.json.encode(words).decode())}"'


def button(words: str, *tap: str, kind: str = "") -> str:
    """A button large enough for a finger."""
    return f'<button type="button" class="{kind}" {does(*tap)}>{words}</button>'


def ago(language: Language, seconds: int | None) -> str:
    """How long ago, in the largest unit that makes sense; seconds in tens, so that the eye is left in peace."""
    if seconds is None:
        return word(language, "never")
    if seconds < 10:
        return word(language, "just_now")
    if seconds < 60:
        return word(language, "seconds_ago", seconds // 10 * 10)
    if seconds < 7200:
        return word(language, "minutes_ago", seconds // 60)
    if seconds < 172_800:
        return word(language, "hours_ago", seconds // 3600)
    return word(language, "days_ago", seconds // 86_400)


def clock_time(at: str, zone: str) -> str:
    """A written time on the store's wall clock."""
    moment = parse_time(at)
    return "–" if moment is None else moment.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")


def money(minor: int, currency: str) -> str:
    """An amount for a person."""
    return text(format_minor(minor, currency))


def inside(language: Language, words: str) -> str:
    """Words of ours behind others: in English they do not begin with a capital there."""
    return words[:1].lower() + words[1:] if language == "en" and words[1:2].islower() else words


def signed(number: int) -> str:
    """A difference with its sign."""
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "0"


def goods(language: Language, row: Entity) -> str:
    """A row's product by its name in this language; its SKU when it has none."""
    return product(language, row["name_zh"], row["name_en"], row["sku"])


def product(language: Language, name_zh: str, name_en: str, sku: str) -> str:
    """A product's name in this language; its SKU when it has none."""
    return text((name_zh if language == "zh" else name_en) or name_zh or sku)


def pill(words: str, kind: str = "") -> str:
    """A state with its colour."""
    return f'<span class="pill {kind}">{words}</span>'


def section(heading: str, body: str, hint: str = "") -> str:
    """A titled part of an area."""
    told = f'<p class="hint">{hint}</p>' if hint else ""
    return f'<section><h2>{heading}</h2>{told}<div class="cards">{body}</div></section>'


def blank(heading: str, hint: str) -> str:
    """What stands where there is nothing."""
    return f'<div class="blank"><div class="tick"></div><h1>{heading}</h1><p>{hint}</p></div>'


def offset(language: Language, offset_ms: int | None) -> str:
    """How wrong a clock is, when it is worth saying. `offset_ms` is the right clock minus this one."""
    if offset_ms is None or abs(offset_ms) < CLOCK_OFFSET_SHOWN_MS:
        return ""
    seconds = abs(offset_ms) // 1000
    shown = (
        f"{seconds} s"
        if seconds < 120
        else f"{seconds // 60} min"
        if seconds < 7200
        else f"{seconds // 3600} h"
    )
    return word(language, "clock_slow" if offset_ms > 0 else "clock_fast", shown)
