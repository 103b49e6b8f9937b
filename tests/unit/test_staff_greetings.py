"""A member of a tier with service is at a screen: the tablet says where and what to do, and never who."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_agent.domain.member_words import SERVICES
from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.view import AREAS, View, tapped
from edge_agent.entrypoints.staff.words import Language
from tests.staff_shop import at, shop


def greeting(device: str = "kiosk-1", tier: str = "T3", minutes_ago: float = 1) -> dict[str, str]:
    zh, en = SERVICES[tier]
    return {"device": device, "since": at(minutes_ago), "tier": tier, "service_zh": zh, "service_en": en}


@pytest.mark.parametrize("area", sorted(set(AREAS) - {"day"}))
@pytest.mark.parametrize(("language", "words"), [("zh", "免费包装"), ("en", "wrap for free")])
def test_the_card_stands_above_every_area(language: Language, words: str, area: str) -> None:
    drawn = frame.page(language, View(area), replace(shop(), greetings=[greeting()]))
    card = drawn.partition("greetings")[2]
    assert words in card
    assert "kiosk-1" in card
    assert "T3" in card
    assert "greetings" not in frame.page(language, View(area), shop())


def test_a_tap_takes_the_card_away_at_this_tablet_until_the_next_member_comes() -> None:
    there = replace(shop(), greetings=[greeting(), greeting("kiosk-2", "T2")])
    view, command = tapped(View(), ("greeted", "kiosk-1", at(1)), there, "key")
    assert command is None, "nothing is written of who was greeted"
    drawn = frame.page("en", view, there)
    assert "A member at kiosk-1" not in drawn
    assert "offer a sample" in drawn
    again = replace(there, greetings=[greeting(minutes_ago=0)])
    assert "A member at kiosk-1" in frame.page("en", view, again)
    later, _ = tapped(view, ("greeted", "kiosk-1", at(0)), again, "key")
    assert later.greeted == {("kiosk-1", at(0))}, "who is gone is forgotten"
