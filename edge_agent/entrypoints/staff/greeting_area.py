"""Pure: a card for each member whose tier asks something of staff, above whatever else is shown. It names nobody."""

from __future__ import annotations

from collections.abc import Set

from edge_agent.entrypoints.staff import parts
from edge_agent.entrypoints.staff.parts import button, text
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import Language, word


def render(language: Language, shop: Shop, greeted: Set[tuple[str, str]]) -> str:
    """The cards' HTML; nothing where nobody is, or where somebody at this tablet went already."""
    cards = "".join(
        _card(language, shop, each)
        for each in shop.greetings
        if (each["device"], each["since"]) not in greeted
    )
    return f'<div class="cards greetings">{cards}</div>' if cards else ""


def _card(language: Language, shop: Shop, here: Entity) -> str:
    service = here["service_zh"] if language == "zh" else here["service_en"]
    return (
        f'<article class="card greeting" data-key="greeting/{text(here["device"])}"><div class="top">'
        f'<span class="place">{word(language, "greeting", text(here["device"]))}</span>'
        f"{parts.pill(text(here['tier']), 'good')}"
        f'<span class="ago">{parts.ago(language, shop.age_s(here["since"]))}</span></div>'
        f'<div class="line"><span class="service">{text(service)}</span>'
        f"{button(word(language, 'greeted'), 'greeted', here['device'], here['since'])}</div></article>"
    )
