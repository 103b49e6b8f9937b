"""Headquarters' pages about the sale in a real browser: limits while offline, phone payments, what is to be sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.hq_pages import assert_nothing_clipped, chromium, shot, sign_in
from tests.hq_process import Headquarters

STORE = "sh-bund"


@pytest.fixture(scope="module")
def hq(shared_headquarters: Headquarters) -> Headquarters:
    shared_headquarters.enrol(STORE, "上海外滩快闪店")
    return shared_headquarters


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_a_limit_is_changed_and_taken_back_on_the_stores_page(
    hq: Headquarters, browser: Browser, tmp_path: Path
) -> None:
    page = sign_in(browser, hq, "en", 1280, 900)
    page.goto(f"{hq.url}/stores/{STORE}")
    card = page.locator("section.card", has=page.locator("h2", has_text="Limits while offline"))
    counter = card.locator("tr", has_text="Cash at the counter")
    expect(counter).to_contain_text("¥500.00")
    expect(counter).to_contain_text("no limit")
    counter.locator("a[href^='/acts/offline-limit']").click()
    form = page.locator("form[action='/acts/offline-limit']")
    form.locator("[name=payment]").fill("much")
    form.locator("button").click()
    expect(page.locator(".wrong")).to_contain_text("this is no amount of CNY")
    form.locator("[name=payment]").fill("300")
    form.locator("[name=total]").fill("1500")
    form.locator("button").click()
    expect(page.locator(".wrong")).to_contain_text("one of the two")
    form.locator("[name=no_total]").uncheck()
    form.locator("[name=why]").fill("market days")
    assert_nothing_clipped(page)
    shot(page, "act-limit-en.png", tmp_path)
    form.locator("button").click()
    expect(page.locator(".notice")).to_contain_text("The limit is changed")
    expect(counter).to_contain_text("¥300.00")
    expect(counter).to_contain_text("market days")
    counter.locator("a[href^='/acts/limit-default']").click()
    page.locator("form button").click()
    expect(counter).to_contain_text("¥500.00")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sales_pages_are_whole_on_a_computer_and_on_a_phone(
    hq: Headquarters, browser: Browser, tmp_path: Path, language: str
) -> None:
    for width in (1280, 390):
        page = sign_in(browser, hq, language, width, 900)
        assert_nothing_clipped(page)
        for path, name in (
            (f"/stores/{STORE}", "store"),
            (f"/acts/offline-limit?store={STORE}&method=signed", "limit"),
        ):
            page.goto(hq.url + path)
            page.wait_for_selector(".page")
            assert_nothing_clipped(page)
            shot(page, f"sale-{name}-{language}-{width}.png", tmp_path)
