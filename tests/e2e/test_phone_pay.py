"""Headquarters' pages of a payment on a phone: what an offline store asks for, and the receipt to show to it."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.hq_pages import assert_nothing_clipped
from tests.hq_process import ROOT, Headquarters
from tests.offline_store import ask, join, opened, receipt_on, show, stock_still


def picture(page: Page, name: str, tmp_path: Path) -> None:
    """Into docs/ when asked to."""
    assert_nothing_clipped(page)
    folder = ROOT / "docs" / "images" if os.environ.get("POPSHOP_WRITE_SCREENSHOTS") == "1" else tmp_path
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def test_a_phone_pays_an_offline_store_and_shows_the_receipt_that_the_store_takes(
    shared_headquarters: Headquarters, browser: Browser, tmp_path: Path
) -> None:
    folder = tmp_path / "store"
    with opened(folder, join(shared_headquarters, folder, "sh-01")) as agent:
        stock_still(agent)
        order, address = ask(agent)
        context = browser.new_context(
            viewport={"width": 390, "height": 760}, device_scale_factor=2, locale="zh-CN"
        )
        phone = context.new_page()
        phone.goto(address)
        assert order in phone.inner_text("main")
        picture(phone, "phone-pay-zh", tmp_path)
        phone.click("button")
        phone.wait_for_selector("#receipt svg")
        picture(phone, "phone-receipt-zh", tmp_path)
        assert show(agent, receipt_on(phone.content())) == ""
        context.close()
