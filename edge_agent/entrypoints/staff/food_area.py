"""Pure: machines whose food is not sold, as cards that need a person and as the sheet behind them."""

from __future__ import annotations

from typing import Final

from edge_agent.domain.food import OUTCOMES, READING
from edge_agent.entrypoints.staff import parts
from edge_agent.entrypoints.staff.food_sheet import ReleaseFood
from edge_agent.entrypoints.staff.parts import button, goods, text
from edge_agent.entrypoints.staff.plain import named
from edge_agent.entrypoints.staff.sheet_parts import choice, choices, confirm
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import Language, word

LISTED: Final = 20
"""Slots on the sheet; the store's book has them all."""


def card(language: Language, shop: Shop, device: Entity) -> str:
    """Why food in this machine is not sold, and what to do about it."""
    return (
        f'<article class="card" data-key="{text(device["id"])}/food"><div class="top">'
        f'<span class="kind">{word(language, "food")}</span><span class="place">{text(device["id"])}</span>'
        f'<span class="ago">{parts.ago(language, shop.age_s(device["food_stopped"]["at"]))}</span></div>'
        f'<div class="why"><div>{_why(language, shop, device)}</div><div>{word(language, "food_hint")}</div></div>'
        f'<div class="buttons">{button(word(language, "see_machine"), "area", "devices")}'
        f"{button(word(language, 'food_look'), 'release_food', device['id'], kind='main')}</div></article>"
    )


def _why(language: Language, shop: Shop, device: Entity) -> str:
    stop = device["food_stopped"]
    told = word(language, "food_by_machine")
    if stop["reason"] == "temperature":
        told = word(language, "food_by_temperature", parts.clock_time(stop["since"], shop.store["timezone"]))
    celsius = device["readings"].get(READING)
    return told if celsius is None else f"{told} {word(language, 'food_now', f'{celsius:.1f}')}"


def sheet(language: Language, shown: ReleaseFood, shop: Shop) -> tuple[str, str]:
    """The sheet's title and body."""
    title, means = word(language, "food_title", text(shown.device)), word(language, "food_means")
    if shown.told is not None or shown.working:
        return title, confirm(language, shown, means, "")
    device = shop.device(shown.device)
    slots = [] if device is None else [slot for slot in device["slots"] if slot["food"] and slot["count"]]
    lines = "".join(
        f"<div>{word(language, 'food_slot', text(slot['slot']), goods(language, slot), slot['count'])}</div>"
        for slot in slots[:LISTED]
    )
    found = choices(*(choice(named(language, "food", each), "outcome", each) for each in OUTCOMES))
    return title, f'<div class="about">{lines}</div><p class="means">{means}</p>{found}'
