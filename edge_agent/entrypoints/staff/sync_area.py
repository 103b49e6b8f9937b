"""Pure: what headquarters has and lacks, and how the store's own computer is."""

from __future__ import annotations

from typing import Final

from edge_agent.entrypoints.staff import parts
from edge_agent.entrypoints.staff.parts import text
from edge_agent.entrypoints.staff.shop import Shop, StreamState
from edge_agent.entrypoints.staff.standing_words import STORIES, said
from edge_agent.entrypoints.staff.words import Language, word

GIGABYTE: Final = 10**9


def render(language: Language, shop: Shop) -> str:
    """The area's HTML."""
    return (
        parts.section(
            word(language, "to_headquarters"),
            "".join(_stream(language, shop, stream) for stream in shop.streams),
            _standing(language, shop),
        )
        + f'<section><h2>{word(language, "this_store")}</h2><div class="figures">{_computer(language, shop)}</div>'
        + "</section>"
    )


def _standing(language: Language, shop: Shop) -> str:
    sync = shop.sync
    if sync["state"] == "unjoined":
        return word(language, "unjoined_hint")
    last_ok = parts.ago(language, shop.age_s(sync["last_ok_at"]))
    if sync["last_ok_at"]:
        last_ok += f" ({parts.clock_time(sync['last_ok_at'], shop.store['timezone'])})"
    told = [f"{word(language, 'last_ok')}: {last_ok}"]
    if sync["reason"]:
        told.append(f"{word(language, 'reason')}: {text(_why(language, shop))}")
    if sync["message"]:
        told.append(f'<span class="number">{text(sync["message"])}</span>')
    if sync["state"] == "offline":
        told.append(word(language, "offline_hint"))
    return "<br>".join(told)


def _why(language: Language, shop: Shop) -> str:
    """The link's trouble in words: its own, or why the store must join again."""
    reason = shop.sync["reason"]
    if reason in STORIES:
        return said(language, STORIES[reason].title)
    return str(shop.sync[f"message_{language}"] or reason)


def _stream(language: Language, shop: Shop, stream: StreamState) -> str:
    joined = shop.sync["state"] != "unjoined"
    waiting = stream.rows - stream.acked if joined else 0
    share = 100 if stream.rows == 0 else stream.acked * 100 // stream.rows
    figures = [(word(language, "rows"), f"{stream.rows:,}")]
    proof = ""
    if joined:
        figures += [
            (word(language, "hq_has"), f"{stream.acked:,}"),
            (word(language, "waiting"), f"{waiting:,}"),
        ]
        oldest = f"{word(language, 'oldest')}: {parts.ago(language, stream.oldest_waiting_s)}"
        told = oldest if waiting else f"✓ {word(language, 'all_sent')}"
        proof = f'<div class="fill"><span style="width:{share}%"></span></div><div class="why">{told}</div>'
    cells = "".join(f'<div><div class="label">{label}</div><b>{value}</b></div>' for label, value in figures)
    return (
        f'<article class="card stream"><div class="place">{word(language, stream.name)}</div>'
        f'<div class="numbers">{cells}</div>{proof}</article>'
    )


def _computer(language: Language, shop: Shop) -> str:
    free = shop.disk_free_bytes / GIGABYTE
    broker = word(language, "connected" if shop.broker_connected else "disconnected")
    offset_ms = shop.sync["clock_offset_ms"]
    clock = "–" if offset_ms is None else parts.offset(language, offset_ms) or word(language, "clock_right")
    figures = [
        (
            word(language, "disk_free"),
            f"{free:,.1f}<small> GB</small>",
            "bad" if not shop.store["selling"] else "",
        ),
        (word(language, "broker"), broker, "" if shop.broker_connected else "bad"),
        (word(language, "inbox"), f"{shop.inbox:,}", ""),
        (word(language, "clock_to_hq"), clock, ""),
    ]
    return "".join(
        f'<div class="card figure {kind}"><div class="label">{label}</div><div class="value">{value}</div></div>'
        for label, value, kind in figures
    )
