"""Pure: samples, price rules, coupons, and games with what is left of their prizes; below the newest orders."""

from __future__ import annotations

from edge_agent.entrypoints.staff import parts
from edge_agent.entrypoints.staff.parts import text
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import Language, word


def render(language: Language, shop: Shop) -> str:
    """The sections' HTML; nothing where there is nothing of them."""
    owed = "".join(_owed(language, shop, row) for row in shop.prizes_owed)
    campaigns = "".join(_campaign(language, shop, row) for row in shop.campaigns)
    games = "".join(_game(language, shop, row) for row in shop.games)
    rules = "".join(_promotion(language, shop, row) for row in shop.promotions)
    return (
        _section(language, "prizes_owed", owed, word(language, "prizes_owed_hint"))
        + _section(language, "campaigns", campaigns)
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
    return text((row["name_zh"] if language == "zh" else row["name_en"]) or row["name_zh"])


def _when(language: Language, shop: Shop, row: Entity) -> str:
    zone = shop.store["timezone"]
    if row["open"]:
        return word(language, "promotion_until", parts.clock_time(row["ends_at"], zone))
    if shop.age_s(row["starts_at"]):
        return word(language, "promotion_over")
    return word(language, "promotion_from", parts.clock_time(row["starts_at"], zone))


def _promotion(language: Language, shop: Shop, row: Entity) -> str:
    """A rule by its kind; a coupon by who gets it, and how many went out."""
    what, told = f"promotion_kind_{row['kind']}", ""
    if row["kind"] == "coupon":
        what = f"coupon_given_{row['rule'].get('given', 'anyone')}"
        told = word(language, "promotion_issued", row["issued"])
        if row["rule"].get("limit"):
            told = word(language, "promotion_issued_of", row["issued"], row["rule"]["limit"])
    name = _name(language, row) or text(row["promotion"])
    return _row(
        f'{name}<br><span class="sub">{word(language, what)}</span>', _when(language, shop, row), told
    )


def _campaign(language: Language, shop: Shop, row: Entity) -> str:
    """A sampling campaign: how many samples went out, and how many can now."""
    name = _name(language, row) or text(row["campaign"])
    ready = word(language, "campaign_ready", row["available"]) if row["open"] else ""
    told = word(language, "campaign_given", row["given"], row["limit"])
    return _row(f'{name}<br><span class="sub">{ready}</span>', _when(language, shop, row), told)


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
    """Tapping it shows the order: whose it is can be seen by its number."""
    listed = (each for game in shop.games if game["game"] == row["game"] for each in game["prizes"])
    known = next((each for each in listed if each["prize"] == row["prize"]), None)
    prize = (_name(language, known) if known else "") or text(row["prize"])
    what = word(language, "prize_of_draw", prize, row["number"])
    return (
        f'<div class="row"><span class="words">{what}<br><span class="sub">'
        f"{parts.clock_time(row['at'], shop.store['timezone'])}</span></span>"
        f"{parts.button(text(row['order']), 'order', row['order'], kind='link')}</div>"
    )


def _row(words: str, who: str, size: str) -> str:
    told = f'<span class="size">{size}</span>' if size else ""
    return f'<div class="row"><span class="words">{words}</span><span class="who">{who}</span>{told}</div>'
