"""A real browser, and tablets signed in to the `shop` of a test's module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.hq_pages import chromium
from tests.tablet_hands import SIZES
from tests.tablet_shop import TabletShop


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def pages(browser: Browser, shop: TabletShop) -> Iterator[Any]:
    """Makes signed-in tablets; closes them afterwards, and minds their errors."""
    contexts, errors = [], []

    def sign_in(language: str = "en", size: str = "landscape") -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=f"{language}-CN", has_touch=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(shop.url)
        for digit in shop.pin:
            page.tap(f".key[data-digit='{digit}']")
        page.tap("button.main")
        page.wait_for_selector(".area")
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert not errors
