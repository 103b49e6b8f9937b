"""Posters to scan and buy: chosen by signed-in staff, printed on A4, read by a scanner; they lead to the product."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page

from edge_agent.domain import commands
from edge_agent.entrypoints.staff.session import Sessions
from tests.edge_live import LiveAgent
from tests.phone_hands import picture, read_off

NAMES = ("樱花限定玻尿酸保湿面膜 单片装", "Cherry blossom hyaluronic face mask, single sheet")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAgent]:
    with LiveAgent(tmp_path_factory.mktemp("posters"), None, serve=True) as agent:
        slots = [("vm-1", f"1-0{n}", "C1", 9) for n in (1, 2, 3)]
        agent.stock(*slots)
        agent.do(commands.ListItems("names", (commands.ListedItem("C1", *NAMES, 1900),)))
        yield agent


@pytest.fixture
def desk(shop: LiveAgent, browser: Browser) -> Iterator[Page]:
    """A browser with staff's session."""
    until_s = int((datetime.now(UTC) + timedelta(hours=1)).timestamp())
    signed = Sessions(shop.agent.access).signed(until_s)
    context = browser.new_context(viewport={"width": 800, "height": 1130}, locale="zh-CN")
    context.add_cookies([{"name": "popshop_staff", "value": signed, "url": f"{shop.url}/staff"}])
    yield context.new_page()
    context.close()


def test_only_staff_print_posters(shop: LiveAgent) -> None:
    for path in ("/staff/posters", "/staff/posters/print?code=vm-1%2F1-01"):
        answer = requests.get(shop.url + path, allow_redirects=False, timeout=10)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/login")


def test_a_poster_is_chosen_printed_and_scanned(shop: LiveAgent, desk: Page, tmp_path: Path) -> None:
    desk.goto(f"{shop.url}/staff/posters")
    picture(desk, "posters-zh", tmp_path)
    assert "--public-url" in desk.inner_text(".notice"), "an address of this computer is no use on a wall"
    desk.click("a.row >> nth=1")
    assert desk.inner_text(".poster").count(NAMES[0]) == desk.inner_text(".poster").count(NAMES[1]) == 1
    desk.emulate_media(media="print")
    picture(desk, "poster", tmp_path, in_docs=True)
    (read,) = read_off(desk)
    phone = requests.get(read, timeout=10)
    assert phone.status_code == 200
    assert NAMES[0] in phone.text
    assert desk.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1, "one sheet of A4"


def test_a_machines_posters_are_printed_at_once_and_the_windows_sells_after_hours(
    shop: LiveAgent, desk: Page, tmp_path: Path
) -> None:
    desk.goto(f"{shop.url}/staff/posters/print?device=vm-1")
    assert desk.locator(".poster").count() == 3
    assert desk.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 3
    desk.goto(f"{shop.url}/staff/posters/print?window=C1")
    picture(desk, "poster-window", tmp_path)
    assert read_off(desk) == [f"{shop.url}/shop?c=C1&w=1"]
    assert desk.goto(f"{shop.url}/staff/posters/print?code=vm-9%2F1").status == 404  # type: ignore[union-attr]
    picture(desk, "poster-unknown", tmp_path)
