"""Pure: the page of one SKU: its accounts, what each store has of it, grants and recalls, every unit's path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cloud_sync.hq.dashboard import parts, trace
from cloud_sync.hq.dashboard.stock_page import units
from cloud_sync.hq.dashboard.words import Language, has_word, word
from cloud_sync.hq.database.stock_queries import DownMove, SkuStock, StoreStock, TracedPosting
from cloud_sync.hq.rules.planner import Policy

SHOWN_MOVES = 15


@dataclass(frozen=True)
class SkuPage:
    """What the page shows; times are in `zone`. `page` of `pages` of the postings, 1 the newest."""

    stock: SkuStock
    postings: Sequence[TracedPosting]
    page: int
    pages: int
    zone: str


def here(sku: str, page: int = 1) -> str:
    """The page's address, as a browser sends it."""
    return parts.address("/stock/item", sku=sku, page=page if page > 1 else "")


def render(language: Language, model: SkuPage) -> str:
    """The page's HTML below its bar."""
    stock = model.stock
    cards = [
        parts.card(word(language, "per_store"), _stores(language, stock)),
        parts.card(word(language, "down_rows"), _moves(language, model)),
        parts.card(word(language, "where_it_went"), _trace(language, model)),
    ]
    return (
        f'<div class="page">{_head(language, stock)}{_figures(language, stock)}<div class="gap"></div>'
        f'<div class="stack">{"".join(cards)}</div></div>'
    )


def _head(language: Language, stock: SkuStock) -> str:
    back = here(stock.sku)
    acts = [
        parts.button(language, "correct", sku=stock.sku, back=back),
        parts.button(language, "receive", sku=stock.sku, back=back),
        parts.button(language, "recall", sku=stock.sku, back=back),
        parts.button(language, "grant", "main", sku=stock.sku, back=back),
    ]
    return (
        f'<div class="head"><div class="crumb"><a href="/stock">‹ {word(language, "back_to_stock")}</a></div>'
        f"<h1>{parts.item_name(language, (stock.name_zh, stock.name_en), stock.sku)}</h1>"
        f'<span class="sub">{parts.text(stock.sku)}</span><div class="buttons">{"".join(acts)}</div></div>'
    )


def _figures(language: Language, stock: SkuStock) -> str:
    hold = sum(store.hold for store in stock.stores)
    limbo = sum(store.limbo for store in stock.stores)
    transit = sum(stock.in_transit.values())
    left = (
        f"{word(language, 'shrink')} {stock.shrink:,} · {word(language, 'in_transit')} {transit:,}"
        if transit
        else f"{word(language, 'shrink')} {stock.shrink:,}"
    )
    drawn = [
        parts.figure(word(language, "pool"), units(stock.pool), word(language, "pool_hint"), "lead"),
        parts.figure(word(language, "in_stores"), units(hold), word(language, "in_stores_hint")),
        parts.figure(word(language, "reserved"), units(stock.reserved)),
        parts.figure(word(language, "in_limbo"), units(limbo, waits=True), word(language, "in_limbo_hint")),
        parts.figure(word(language, "sold"), units(stock.sold), left),
    ]
    return f'<div class="figures of-stock">{"".join(drawn)}</div>'


def _stores(language: Language, stock: SkuStock) -> str:
    if not stock.stores:
        return parts.empty(word(language, "no_store_yet"))
    headings = [
        (word(language, "field.store"), ""),
        (word(language, "may_sell"), "number"),
        (word(language, "in_slots"), "number"),
        (word(language, "in_room"), "number"),
        (word(language, "away"), ""),
        (word(language, "in_limbo"), "number"),
        (word(language, "policy"), ""),
        ("", "tight"),
    ]
    table = parts.table(headings, (_store(language, stock.sku, store) for store in stock.stores))
    return f'<div class="wide">{table}</div>'


def _store(language: Language, sku: str, store: StoreStock) -> tuple[str, ...]:
    back = here(sku)
    acts = "".join(
        parts.button(language, act, "small", store=store.store, sku=sku, back=back)
        for act in ("grant", "recall", "policy")
    )
    return (
        f'<a href="/stores/{parts.text(store.store)}">{parts.text(store.store)}</a>',
        units(store.hold),
        units(store.in_slots),
        units(store.in_room),
        away(language, store),
        units(store.limbo, waits=True),
        policy(language, store.policy),
        f'<div class="buttons">{acts}</div>',
    )


def away(language: Language, store: StoreStock) -> str:
    """Rights without their goods, or goods without their rights, in words."""
    if store.away > 0:
        return word(language, "away_to_come", f"{store.away:,}")
    if store.away < 0:
        return word(language, "away_to_fetch", f"{-store.away:,}")
    return f'<span class="none">{word(language, "goods_match")}</span>'


def policy(language: Language, found: Policy | None) -> str:
    """A replenishment policy in words, and whose it is where it is not this store's own."""
    if found is None:
        return f'<span class="none">{word(language, "policy_none")}</span>'
    days = f"{found.cover_days:g}"
    return word(language, "policy_words", days, f"{found.minimum:,}", f"{found.ceiling:,}")


def _moves(language: Language, model: SkuPage) -> str:
    if not model.stock.moves:
        return parts.empty(word(language, "down_none"))
    headings = [
        (word(language, "time"), "tight"),
        (word(language, "field.store"), "tight"),
        (word(language, "happened"), ""),
        (word(language, "the_answer"), "number"),
    ]
    shown = model.stock.moves[:SHOWN_MOVES]
    return parts.table(headings, (_move(language, move, model.zone) for move in shown))


def _move(language: Language, move: DownMove, zone: str) -> tuple[str, ...]:
    why = word(language, f"why.{move.why}") if has_word(f"why.{move.why}") else move.why
    if move.answered_at is None:
        answer = f'<span class="pill warn">{word(language, "unanswered")}</span>'
    else:
        told = word(language, "answered", f"{move.answered_qty or 0:,}")
        answer = f'{told}<div class="sub">{parts.clock_time(move.answered_at, zone)}</div>'
    return (
        parts.clock_time(move.made_at, zone),
        parts.text(move.store),
        f"{word(language, f'down.{move.kind}', f'{move.qty:,}')}"
        f'<div class="sub">{parts.text(" · ".join(filter(None, [why, move.reference])))}</div>',
        answer,
    )


def _trace(language: Language, model: SkuPage) -> str:
    if not model.postings:
        return parts.empty(word(language, "trace_none"))
    return trace.table(language, model.postings, model.zone) + _pager(language, model)


def _pager(language: Language, model: SkuPage) -> str:
    if model.pages < 2:
        return ""
    sku = model.stock.sku
    newer = older = ""
    if model.page > 1:
        newer = f'<a href="{parts.text(here(sku, model.page - 1))}">‹ {word(language, "newer")}</a>'
    if model.page < model.pages:
        older = f'<a href="{parts.text(here(sku, model.page + 1))}">{word(language, "older")} ›</a>'
    place = word(language, "page_of", model.page, model.pages)
    return f'<div class="pager">{newer}<span>{place}</span>{older}</div>'
