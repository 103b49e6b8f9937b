"""Headquarters' pages in a real browser, with data that came in through the real sync."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.hq_pages import assert_nothing_clipped, chromium, refill, send, shot, sign_in, two_weeks
from tests.hq_process import Headquarters
from tests.journal_rows import Journal, dispensed, paid


@pytest.fixture(scope="module")
def headquarters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headquarters]:
    hq = Headquarters.start(tmp_path_factory.mktemp("hq"))
    yield hq
    assert hq.stop() == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def with_stores(headquarters: Headquarters) -> Headquarters:
    today = datetime.now(UTC)
    send(headquarters, refill(two_weeks("sh-jingan", 1, today), today), "静安嘉里中心快闪店")
    send(headquarters, refill(two_weeks("hz-hubin", 2, today), today), "杭州湖滨银泰 in77")
    send(headquarters, refill(two_weeks("cd-taikoo", 3, today), today), "成都太古里 · 春日限定", missing=120)
    return headquarters


def test_an_empty_headquarters_says_how_to_enrol_the_first_store(
    headquarters: Headquarters, browser: Browser, tmp_path: Path
) -> None:
    page = sign_in(browser, headquarters, "en", 1280, 800)
    page.wait_for_selector("text=No store yet")
    assert page.is_visible("text=popshop hq enrol")
    assert_nothing_clipped(page)
    shot(page, "empty-en.png", tmp_path)


def test_a_wrong_password_opens_nothing(headquarters: Headquarters, browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(headquarters.url)
    shot(page, "login.png", tmp_path)
    page.fill("#password", "guess")
    page.click("button")
    assert page.is_visible(".wrong")
    page.goto(f"{headquarters.url}/stores/sh-jingan")
    assert page.url.endswith("/login")


@pytest.mark.parametrize("width", [1440, 900])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_stores_are_shown_whole_in_both_languages(
    with_stores: Headquarters, browser: Browser, tmp_path: Path, language: str, width: int
) -> None:
    page = sign_in(browser, with_stores, language, width, 900)
    page.wait_for_selector("a.store")
    assert page.locator("a.store").count() >= 3
    assert page.is_visible({"zh": "text=今日销售额", "en": "text=Sales today"}[language])
    page.wait_for_timeout(300)
    assert_nothing_clipped(page)
    shot(page, f"hq-{language}.png" if width == 1440 else f"narrow-{language}.png", tmp_path)
    page.click("a.store >> nth=2")
    page.wait_for_selector("text=K-0042")
    page.wait_for_timeout(300)
    assert_nothing_clipped(page)
    shot(page, f"hq-store-{language}.png" if width == 1440 else f"narrow-store-{language}.png", tmp_path)


def test_what_is_missing_stands_beside_what_is_expected(with_stores: Headquarters, browser: Browser) -> None:
    page = sign_in(browser, with_stores, "en", 1440, 900)
    late = page.locator("a.store", has_text="cd-taikoo")
    assert "Catching up 120" in late.inner_text()
    whole = page.locator("a.store", has_text="sh-jingan")
    assert "Complete" in whole.inner_text()


def test_a_sale_appears_on_the_open_page_by_itself(with_stores: Headquarters, browser: Browser) -> None:
    page = sign_in(browser, with_stores, "en", 1440, 900)
    journal = Journal("live-01")
    token = with_stores.join(with_stores.enrol("live-01", "Live")).token
    page.wait_for_selector("text=live-01", timeout=10_000)
    now = datetime.now(UTC)
    journal.write(paid("v", 123_400), dispensed("v", price_minor=123_400, sold_at=now), at=now)
    with_stores.sync(token, journal.request())
    page.wait_for_selector("text=¥1,234.00", timeout=10_000)


def test_nothing_is_loaded_from_anywhere_else(with_stores: Headquarters, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(with_stores.url)
    page.fill("#password", with_stores.password)
    page.click("button")
    page.wait_for_selector("a.store")
    assert all(url.startswith((with_stores.url, "data:")) for url in asked), asked
