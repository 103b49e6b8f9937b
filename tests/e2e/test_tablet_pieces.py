"""Greetings, samples, games and price rules on the tablet, drawn in a real browser: whole, and large enough to tap."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser

from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.style import CSS
from edge_agent.entrypoints.staff.view import View
from edge_agent.entrypoints.staff.words import LANGUAGES
from tests.staff_shop import at, shop
from tests.tablet_hands import SIZES, assert_well_drawn, shot
from tests.unit.test_staff_greetings import greeting
from tests.unit.test_staff_promotions import _campaign, _game, _rule

LONG = {
    "name_zh": "会员日满减：全场满一百减二十，可与积分同用",
    "name_en": "Members' day: twenty off a hundred, with points",
}


def test_what_the_shop_does_to_be_talked_about_is_whole_on_every_tablet(
    browser: Browser, tmp_path: Path
) -> None:
    rules = [
        _rule(rule={"given": "shared", "limit": 50}),
        _rule(open=False, starts_at=at(-30), kind="discount") | LONG,
        _rule(open=False, ends_at=at(1), kind="member"),
    ]
    owed = {"game": "wheel", "number": 7, "prize": "balm", "order": "3UVEX7ECNR", "at": at(3)}
    store = replace(
        shop(),
        promotions=rules,
        campaigns=[_campaign() | LONG],
        games=[_game()],
        prizes_owed=[owed],
        greetings=[greeting(), greeting("a-kiosk-with-a-very-long-name", "T2", 4)],
    )
    for size, (width, height) in SIZES.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        for language in LANGUAGES:
            for area in ("devices", "orders"):
                drawn = frame.page(language, View(area), store)
                page.set_content(f"<style>{CSS}</style>{drawn}")
                assert_well_drawn(page)
                shown = (area, language, size) == ("orders", "zh", "portrait")
                shot(page, "tablet-promotions-zh" if shown else f"{area}-{language}-{size}", tmp_path)
        page.close()
