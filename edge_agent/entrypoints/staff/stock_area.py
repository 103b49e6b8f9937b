"""Pure: the stock area. What is still to be counted, what is reserved online, and every product, the low ones first."""

from __future__ import annotations

from typing import Final

from edge_agent.entrypoints.staff import parts
from edge_agent.entrypoints.staff.parts import button, goods, text
from edge_agent.entrypoints.staff.sheet_parts import search
from edge_agent.entrypoints.staff.shop import Entity, Place, Shop
from edge_agent.entrypoints.staff.stock_sheet_views import differences, figures, place_name
from edge_agent.entrypoints.staff.words import Language, word

SHOWN: Final = 60
"""Products drawn at a time; the rest is found by the search."""
SHOWN_TO_COUNT: Final = 12

Counted = frozenset[tuple[str, Place]]


def render(language: Language, shop: Shop, find: str, counted: Counted) -> str:
    """The area's HTML."""
    if not shop.stock:
        return parts.blank(word(language, "no_products"), word(language, "no_products_hint"))
    return _guide(language, shop, counted) + _pins(language, shop) + _products(language, shop, find)


# ── reserved online ─────────────────────────────────────────────────────────────────────────────────


def _pins(language: Language, shop: Shop) -> str:
    if not shop.pins:
        return ""
    cards = "".join(_pin(language, pin) for pin in shop.pins)
    return parts.section(word(language, "pins"), cards, word(language, "pins_hint"))


def _pin(language: Language, pin: Entity) -> str:
    shipped = pin["how"] == "shipped"
    doing = button(
        word(language, "ship_off" if shipped else "hand_over"), "hand_over", pin["reservation"], kind="main"
    )
    return (
        f'<article class="card" data-key="{text(pin["reservation"])}"><div class="top">'
        f'<span class="kind">{word(language, "pin_shipped" if shipped else "pin_picked_up")}</span></div>'
        f'<div class="what"><span>{goods(language, pin)}</span><span class="amount">× {pin["qty"]}</span></div>'
        f'<div class="why">{word(language, "pick_up_code")} <b class="code">{text(pin["for_whom"])}</b></div>'
        f'<div class="buttons">{doing}</div></article>'
    )


# ── the count after joining again ───────────────────────────────────────────────────────────────────


def _guide(language: Language, shop: Shop, counted: Counted) -> str:
    to_count = shop.to_count
    if not to_count:
        return ""
    done, whole = len(shop.stock) - len(to_count), len(shop.stock)
    steps = "".join(f"<li>{word(language, f'guide_{step}')}</li>" for step in (1, 2, 3))
    absent = {row["sku"] for row in shop.absent}
    here = [row for row in to_count if row["sku"] not in absent]
    cards = "".join(_to_count(language, shop, row, counted) for row in here[:SHOWN_TO_COUNT])
    return (
        f'<section class="guide"><h1>{word(language, "guide_title")}</h1><p>{word(language, "guide_why")}</p>'
        f'<ol>{steps}</ol><div class="progress"><b>{word(language, "guide_progress", done, whole)}</b>'
        f'<div class="fill"><span style="width:{done * 100 // whole}%"></span></div></div></section>'
        + (parts.section(word(language, "still_to_count"), cards, _more_hint(language, here)) if here else "")
        + (_absent(language, len(absent)) if absent else "")
    )


def _more_hint(language: Language, here: list[Entity]) -> str:
    hidden = len(here) - SHOWN_TO_COUNT
    return word(language, "more", hidden) if hidden > 0 else ""


def _to_count(language: Language, shop: Shop, product: Entity, counted: Counted) -> str:
    sku = product["sku"]
    places = shop.places_of(sku)
    left = [place for place in places if (sku, place) not in counted]
    rows = "".join(_place(language, sku, place, place not in left) for place in places)
    finish = (
        f'<button type="button" class="off">{word(language, "places_left", len(left))}</button>'
        if left
        else button(word(language, "all_counted"), "count_in", sku, kind="main")
    )
    return (
        f'<article class="card" data-key="count/{text(sku)}"><div class="what"><span>{goods(language, product)}'
        f'</span></div><div class="places">{rows}</div><div class="buttons">{finish}</div></article>'
    )


def _place(language: Language, sku: str, place: Place, done: bool) -> str:
    name = place_name(language, place) if place.device else word(language, "stock_room")
    said = f"✓ {word(language, 'counted_tick')}" if done else word(language, "count_here")
    return button(
        f"<span>{name}</span><span>{said}</span>",
        "count_for_good",
        sku,
        *place,
        kind="place-row done" if done else "place-row",
    )


def _absent(language: Language, absent: int) -> str:
    return (
        f'<section><h2>{word(language, "not_here", absent)}</h2><p class="hint">{word(language, "not_here_hint")}</p>'
        f'<div class="buttons">{button(word(language, "not_here_yes"), "count_in")}</div></section>'
    )


# ── every product ───────────────────────────────────────────────────────────────────────────────────


def _products(language: Language, shop: Shop, find: str) -> str:
    wanted = find.casefold()
    par = _par(shop)
    found = [row for row in shop.stock if wanted in _searched(row)]
    found.sort(key=lambda row: (_level(row, par.get(row["sku"])), goods(language, row)))
    rows = "".join(_row(language, row, par.get(row["sku"])) for row in found[:SHOWN])
    if not found:
        rows = f'<p class="hint">{text(word(language, "none_found", find))}</p>'
    hidden = len(found) - SHOWN
    more = f'<p class="hint more">{word(language, "more_products", hidden)}</p>' if hidden > 0 else ""
    return (
        f"<section><h2>{word(language, 'products', len(shop.stock))}</h2>"
        f'{search(word(language, "find_product"), find)}<div class="goods">{rows}</div>{more}</section>'
    )


def _searched(row: Entity) -> str:
    return f"{row['sku']} {row['name_zh'] or ''} {row['name_en'] or ''}".casefold()


def _par(shop: Shop) -> dict[str, int]:
    """What each planned product's slots should hold together."""
    par: dict[str, int] = {}
    for device in shop.devices:
        for slot in device["slots"]:
            par[slot["sku"]] = par.get(slot["sku"], 0) + int(slot["par_level"])
    return par


def _level(row: Entity, par: int | None) -> int:
    """How much a product presses: 0 sold out, 1 low, 2 enough, 3 not of this store."""
    if par is None and not (row["available"] or row["held"] or any(row["room"].values())):
        return 3
    if row["available"] == 0:
        return 0
    return 1 if row["available"] * 3 <= (par or 0) else 2


def _row(language: Language, row: Entity, par: int | None) -> str:
    level = _level(row, par)
    tag = ""
    if not row["counted_in"]:
        tag = f'<span class="tag warn">{word(language, "to_be_counted")}</span>'
    elif level == 0:
        tag = f'<span class="tag bad">{word(language, "right_used_up")}</span>'
    elif level == 1:
        tag = f'<span class="tag warn">{word(language, "right_low")}</span>'
    if row["deficit"] or differences(language, row):
        tag += '<span class="tag warn">!</span>'
    return (
        f'<button type="button" class="ware" data-key="{text(row["sku"])}" {parts.does("product", row["sku"])}>'
        f'<span class="words"><span class="name">{goods(language, row)}</span>'
        f'<span class="sub">{text(row["sku"])}</span>{tag}</span>'
        f'<span class="cells">{figures(language, row)}</span></button>'
    )
