"""Pure: the page of the shared stock, a line per SKU: where its rights are, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, word
from cloud_sync.hq.database.stock_queries import StockLine

SHOWN = 300
"""More lines nobody reads: there is the search."""


@dataclass(frozen=True)
class StockPage:
    """What the page shows. `alerted` are SKUs with an open alert; `anything`: the books are not empty."""

    lines: Sequence[StockLine]
    alerted: frozenset[str]
    anything: bool


def head(language: Language, wanted: str) -> str:
    """What does not change by itself: title, search, and the acts."""
    return (
        f'<div class="page top"><div class="head"><h1>{word(language, "shared_stock")}</h1>'
        f'<form class="search" action="/stock"><input class="field" name="q" value="{parts.text(wanted)}" '
        f'placeholder="{word(language, "search_items")}" aria-label="{word(language, "search_items")}">'
        f'<button class="button">{word(language, "find")}</button></form>'
        f'<div class="buttons">{parts.button(language, "policy", store="*", sku="*", back="/stock")}'
        f"{parts.button(language, 'receive', 'main', back='/stock')}</div></div></div>"
    )


def render(language: Language, model: StockPage) -> str:
    """The figures and the table, as HTML."""
    if not model.anything:
        return (
            f'<div class="page below"><div class="card blank"><h1>{word(language, "no_stock_yet")}</h1>'
            f"<p>{word(language, 'no_stock_hint')}</p></div></div>"
        )
    return (
        f'<div class="page below">{_figures(language, model.lines)}<div class="gap"></div>'
        f'<section class="card">{_table(language, model)}</section></div>'
    )


def _figures(language: Language, lines: Sequence[StockLine]) -> str:
    limbo = sum(line.limbo for line in lines)
    figures = [
        ("pool", sum(line.pool for line in lines), word(language, "pool_hint"), "lead"),
        ("in_stores", sum(line.hold for line in lines), word(language, "in_stores_hint"), ""),
        ("reserved", sum(line.reserved for line in lines), "", ""),
        ("in_transit", sum(line.in_transit for line in lines), "", ""),
        ("in_limbo", limbo, word(language, "in_limbo_hint"), ""),
    ]
    drawn = "".join(
        parts.figure(word(language, key), units(total, key == "in_limbo"), note, kind)
        for key, total, note, kind in figures
    )
    return f'<div class="figures of-stock">{drawn}</div>'


def _table(language: Language, model: StockPage) -> str:
    if not model.lines:
        return parts.empty(word(language, "nothing_found"))
    headings = [
        (word(language, "item"), ""),
        (word(language, "pool"), "number"),
        (word(language, "reserved"), "number"),
        (word(language, "in_stores"), ""),
        (word(language, "in_limbo"), "number"),
        (word(language, "in_transit"), "number"),
        (word(language, "sold"), "number"),
        (word(language, "shrink"), "number"),
    ]
    return parts.table(headings, (_line(language, model, line) for line in model.lines[:SHOWN]))


def _line(language: Language, model: StockPage, line: StockLine) -> tuple[str, ...]:
    name = parts.item_name(language, (line.name_zh, line.name_en), line.sku)
    tag = ""
    if line.sku in model.alerted:
        tag = f' <span class="tag">{word(language, "alerts")}</span>'
    holds = "".join(
        f'<span class="chip">{parts.text(store)} <b>{held:,}</b></span>'
        for store, held in sorted(line.holds.items())
        if held
    )
    return (
        f'<a href="{parts.link("/stock/item", sku=line.sku)}">{name}</a>{tag}'
        f'<div class="sub">{parts.text(line.sku)}</div>',
        units(line.pool),
        units(line.reserved),
        f"<b>{line.hold:,}</b><div>{holds}</div>" if line.hold else units(0),
        units(line.limbo, waits=True),
        units(line.in_transit),
        units(line.sold),
        units(line.shrink),
    )


def units(number: int, waits: bool = False) -> str:
    """A number of units; faint where there are none, red where they wait for a person."""
    kind = "none" if not number else "waits" if waits else ""
    return f'<span class="{kind}">{number:,}</span>' if kind else f"{number:,}"
