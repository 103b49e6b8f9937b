"""Every screen of the kiosk, drawn for real in both languages and on both kinds of glass: nothing is cut off."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.i18n import TABLES
from tests.kiosk_hands import ROOT, environment
from tests.kiosk_views import every_view

SIZES = ("1080x1920", "1280x800")
LEAST_TOUCH_PX = 64
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _draw(size: str, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-m", "tests.kiosk_screens_run", size, str(folder)],
        env=environment() | {"SDL_VIDEODRIVER": "offscreen"},
        cwd=ROOT,
        check=True,
        timeout=110,
    )
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("kiosk-screens")
    with ThreadPoolExecutor(len(SIZES)) as pool:
        yield dict(zip(SIZES, pool.map(lambda size: _draw(size, folder / size), SIZES), strict=True))


@pytest.mark.parametrize("size", SIZES)
def test_nothing_written_is_cut_off_or_outside_the_glass(
    size: str, reports: dict[str, dict[str, Any]]
) -> None:
    assert len(reports[size]) == 2 * len(every_view("zh"))
    assert {name: seen["complaints"] for name, seen in reports[size].items() if seen["complaints"]} == {}


@pytest.mark.parametrize("size", SIZES)
def test_everything_to_touch_is_large_enough_for_a_finger(
    size: str, reports: dict[str, dict[str, Any]]
) -> None:
    small = {
        (screen, name)
        for screen, seen in reports[size].items()
        for name, tap in seen["taps"].items()
        if min(tap["width"], tap["height"]) < LEAST_TOUCH_PX
    }
    assert small == set()


def test_english_screens_speak_english(reports: dict[str, dict[str, Any]]) -> None:
    own_names = {TABLES["en"]["language.zh"], "星光天地快闪店"}
    brands = {card.brand for card in every_view("en")["home"].body.cards}  # type: ignore[union-attr]
    for name, seen in reports[SIZES[0]].items():
        chinese = {text for text in seen["texts"] if CHINESE.search(text)} - own_names - brands
        assert name.startswith("zh-") or chinese == set()


def test_every_screen_can_be_left_or_leaves_by_itself(reports: dict[str, dict[str, Any]]) -> None:
    """What has no button to leave by is waiting for money, for a machine or for the agent."""
    waiting = (
        "attract",
        "home",
        "pay",
        "dispensing",
        "refunding",
        "product_placing",
        "cart_placing",
        "game_drawing",
        "offline",
        "starting",
        "paused",
        "not_",
    )
    for name, seen in reports[SIZES[0]].items():
        screen = name.split("-", 1)[1]
        assert {"back", "done"} & seen["taps"].keys() or screen.startswith(waiting), name


def test_languages_can_be_switched_on_every_screen(reports: dict[str, dict[str, Any]]) -> None:
    for seen in reports[SIZES[0]].values():
        assert {"language:zh", "language:en"} <= seen["taps"].keys()
