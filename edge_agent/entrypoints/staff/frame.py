"""Pure: the whole page, head and tabs around one area, and the sheet over it."""

from __future__ import annotations

from edge_agent.entrypoints.staff import (
    day_area,
    greeting_area,
    machines_area,
    needs_area,
    orders_area,
    parts,
    pickup_area,
    promotion_area,
    sheet_views,
    stock_area,
    sync_area,
)
from edge_agent.entrypoints.staff.needs import needs_of
from edge_agent.entrypoints.staff.parts import text
from edge_agent.entrypoints.staff.shop import Shop
from edge_agent.entrypoints.staff.view import AREAS, View
from edge_agent.entrypoints.staff.words import Language, word


def page(language: Language, view: View, shop: Shop, alarm: str = "") -> str:
    """Everything on the tablet as HTML."""
    needs = needs_of(shop)
    match view.area:
        case "stock":
            body = stock_area.render(language, shop, view.find, view.counted)
        case "devices":
            body = machines_area.render(language, shop)
        case "orders":
            body = pickup_area.finder(language, shop, view.find)
            body += orders_area.render(language, shop) + promotion_area.render(language, shop)
        case "day":
            body = day_area.render(language, shop)
        case "health":
            body = sync_area.render(language, shop)
        case _:
            comes = needs.handovers or view.find or shop.shown
            body = pickup_area.finder(language, shop, view.find) if comes else ""
            body += needs_area.render(language, shop, needs)
    told = f'<div class="alarm">{alarm}</div>' if alarm else ""
    body = greeting_area.render(language, shop, view.greeted) + body
    sheet = "" if view.sheet is None else sheet_views.render(language, view.sheet, shop)
    return (
        f'<div lang="{"zh-CN" if language == "zh" else "en"}">'
        f"<header>{_head(language, view, shop)}<nav>{_tabs(language, view, shop, needs.count)}</nav></header>"
        f'{told}<div class="area" data-area="{view.area}">{body}</div>{sheet}</div>'
    )


def _head(language: Language, view: View, shop: Shop) -> str:
    switch = "".join(
        f'<a href="language/{code}?area={view.area}"{" class=on" if code == language else ""}>{name}</a>'
        for code, name in (("zh", "中文"), ("en", "English"))
    )
    return (
        f'<div class="head"><div class="mark"></div><div class="store">{text(shop.store["name"])}</div>'
        f"{_selling(language, shop)}{_sync(language, shop)}"
        f'<div class="right"><span class="switch">{switch}</span>'
        f'<a class="out" href="logout">{word(language, "sign_out")}</a></div></div>'
    )


def _selling(language: Language, shop: Shop) -> str:
    kind = "good" if shop.store["selling"] else "bad"
    return parts.pill(word(language, "selling" if kind == "good" else "not_selling"), kind)


def _sync(language: Language, shop: Shop) -> str:
    """The link in a few words; tapping it leads to the whole story."""
    state, waiting = shop.sync["state"], f"{shop.sync['waiting']:,}"
    if state == "online":
        # A handful of rows is always on its way while the shop sells; only what has waited is worth a word.
        late = shop.sync["oldest_waiting_s"] >= 10
        words = word(language, "sync_online_waiting", waiting) if late else word(language, "sync_online")
        kind = "good"
    elif state == "offline":
        oldest = parts.ago(language, shop.sync["oldest_waiting_s"])
        words, kind = word(language, "sync_offline", waiting, oldest), "warn"
    else:
        words, kind = word(language, f"sync_{state}"), "bad" if state == "fenced" else ""
    return f'<a class="pill {kind}" {parts.does("area", "health")}>{words}</a>'


def _tabs(language: Language, view: View, shop: Shop, needs: int) -> str:
    badges = {"needs": needs, "stock": len(shop.pins)}
    return "".join(
        parts.button(
            word(language, area) + _badge(badges.get(area, 0)),
            "area",
            area,
            kind="tab on" if area == view.area else "tab",
        )
        for area in AREAS
    )


def _badge(count: int) -> str:
    return f'<span class="badge">{count}</span>' if count else ""
