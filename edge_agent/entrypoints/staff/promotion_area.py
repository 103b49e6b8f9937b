"""Pure: price rules in force, and games with what is left of their prizes; below the newest orders."""

from __future__ import annotations

from edge_agent.entrypoints.staff import parts
from edge_agent.entrypoints.staff.parts import text
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import Language, word


def render(language: Language, shop: Shop) -> str:
    """The sections' HTML; nothing where there is nothing of them."""
    owed = "".join(_owed(language, shop, row) for row in shop.prizes_owed)
    games = "".join(_game(language, shop, row) for row in shop.games)
    rules = "".join(_promotion(language, shop, row) for row in shop.promotions)
    return (
        _section(language, "prizes_owed", owed, word(language, "prizes_owed_hint"))
        + _section(language, "games", games)
        + _section(language, "promotions", rules)
    )


def _section(language: Language, name: str, rows: str, hint: str = "") -> str:
    told = f'<p class="hint">{hint}</p>' if hint else ""
    return (
        f'<section><h2>{word(language, name)}</h2>{told}<div class="card rows">{rows}</div></section>'
        if rows
        else ""
    )


def _name(language: Language, row: Entity) -> str:
    return text(row["name_zh"] if language == "zh" else row["name_en"])


def _when(language: Language, shop: Shop, row: Entity) -> str:
    zone = shop.store["timezone"]
    if row["open"]:
        return word(language, "promotion_until", parts.clock_time(row["ends_at"], zone))
    if shop.age_s(row["starts_at"]):
        return word(language, "promotion_over")
    return word(language, "promotion_from", parts.clock_time(row["starts_at"], zone))


def _promotion(language: Language, shop: Shop, row: Entity) -> str:
    issued = word(language, "promotion_issued", row["issued"]) if row["kind"] == "coupon" else ""
    return _row(_name(language, row), _when(language, shop, row), issued)


def _game(language: Language, shop: Shop, game: Entity) -> str:
    head = _row(
        f"<b>{_name(language, game)}</b>",
        _when(language, shop, game),
        word(language, "game_played", game["played"]),
    )
    return head + "".join(_prize(language, prize) for prize in game["prizes"])


def _prize(language: Language, prize: Entity) -> str:
    left = word(language, "game_drawn", prize["drawn"])
    if prize["stock"] is not None:
        left = word(language, "game_left", prize["left"], prize["stock"])
    return _row(_name(language, prize) or text(prize["prize"]), text(prize["sku"]), left)


def _owed(language: Language, shop: Shop, row: Entity) -> str:
    what = word(language, "prize_of_draw", text(row["prize"]), row["number"])
    return _row(what, parts.clock_time(row["at"], shop.store["timezone"]), text(row["order"]))


def _row(words: str, who: str, size: str) -> str:
    return (
        f'<div class="row"><span class="words">{words}</span><span class="who">{who}</span>'
        f'<span class="size">{size}</span></div>'
    )
