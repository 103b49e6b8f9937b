"""How things of the shop are called and pictured, in the shopper's language. Pure."""

from __future__ import annotations

from typing import Final

from cloud_sync.protocol.money import format_minor
from kiosk_ui.cart import WAREHOUSE, most_of, wish_of
from kiosk_ui.orders import Line
from kiosk_ui.shop import Campaign, Game, Item, Language, Prize, Shop
from kiosk_ui.views import Card, Picture

WAYS: Final = frozenset({"vend", "sample", "shelf", "staff", "pickup", "ship_store", "ship_warehouse"})
"""Ways to hand over that the kiosk has words for."""
FEW: Final = 3
"""From here down a card says how many are left."""


def card_of(shop: Shop, item: Item, language: Language) -> Card:
    """A product as a card of the grid."""
    wish = wish_of(shop, item.sku, 1)
    sold_out = not most_of(shop, wish)
    return Card(
        sku=item.sku,
        name=name_of(item, language),
        brand=item.brand,
        price=format_minor(item.price_minor, item.currency),
        left=item.available if 0 < item.available <= FEW and not sold_out else None,
        sold_out=sold_out,
        picture=picture_of(item),
        sent=wish.handover == WAREHOUSE and not sold_out,
    )


def picture_of(item: Item) -> Picture:
    """Products of one brand and category share a picture; without a brand each has its own colours."""
    return Picture(item.category, item.brand or item.sku, item.brand)


def name_of(thing: Item | Line, language: Language) -> str:
    """The name in the shopper's language, or the one there is."""
    return title_of(thing, language) or thing.sku


def title_of(thing: Item | Line | Campaign | Game | Prize, language: Language) -> str:
    """The name in the shopper's language, the other one where it is missing, or nothing."""
    first, second = thing.name_zh, thing.name_en
    return (second or first) if language == "en" else (first or second)


def ways_of(item: Item) -> tuple[str, ...]:
    """How a product can reach the shopper from here."""
    return tuple(way for way in item.ways if way in WAYS)
