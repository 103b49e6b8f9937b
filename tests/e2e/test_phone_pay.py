"""Headquarters' pages of a payment on a phone: what an offline store asks for, and the receipt to show to it."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser

from cloud_sync.hq.phone.members import JOINS
from tests.hq_pages import assert_nothing_clipped
from tests.hq_process import Headquarters
from tests.offline_store import ask, join, opened, receipt_on, show, stock_still
from tests.phone_hands import NARROW, USUAL, WIDE, assert_code_is_whole, picture, read_off


def test_a_phone_pays_an_offline_store_and_shows_the_receipt_that_the_store_takes(
    shared_headquarters: Headquarters, browser: Browser, tmp_path: Path
) -> None:
    folder = tmp_path / "store"
    with opened(folder, join(shared_headquarters, folder, "sh-01")) as agent:
        stock_still(agent)
        order, address = ask(agent)
        context = browser.new_context(
            viewport={"width": USUAL, "height": 760}, device_scale_factor=2, locale="zh-CN"
        )
        phone = context.new_page()
        phone.goto(address)
        assert order in phone.inner_text("main")
        picture(phone, "phone-pay-zh", tmp_path, in_docs=True)
        phone.click(".top a")
        assert phone.locator("button").inner_text() == "Pay", "the switch keeps the page"
        picture(phone, "phone-pay-en", tmp_path)
        phone.click(".top a")
        phone.click("button")
        phone.wait_for_selector("#receipt svg")
        picture(phone, "phone-receipt-zh", tmp_path, in_docs=True)
        receipt = receipt_on(phone.content())
        for language in ("zh", "en"):
            phone.goto(f"{address}&lang={language}")
            for width in (NARROW, USUAL, WIDE):
                phone.set_viewport_size({"width": width, "height": 700})
                assert_code_is_whole(phone)
                assert read_off(phone) == [receipt], "our scanner reads the code off the phone"
                assert_nothing_clipped(phone)
        assert show(agent, receipt) == ""
        context.close()


def test_a_member_joins_on_a_dim_narrow_phone_shows_the_code_and_leaves(
    shared_headquarters: Headquarters, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(
        viewport={"width": NARROW, "height": 640}, locale="en-GB", color_scheme="dark"
    )
    phone = context.new_page()
    phone.goto(f"{shared_headquarters.url}/m/join")
    picture(phone, "join-en", tmp_path)
    phone.check("input[name=agree]")
    phone.click("button")
    phone.wait_for_selector(".qr svg")
    picture(phone, "member-en", tmp_path)
    assert_code_is_whole(phone)
    assert read_off(phone) == [phone.inner_text("code")]
    phone.click(".top a")
    picture(phone, "member-zh", tmp_path)
    phone.check("input[name=sure]")
    phone.click("button.grave")
    assert phone.inner_text("h1") == "已注销", "the language stays chosen"
    phone.go_back()
    assert phone.goto(phone.url).status == 404  # type: ignore[union-attr]
    picture(phone, "nobody-zh", tmp_path)
    context.close()


@pytest.mark.parametrize(("language", "words"), [("zh", "请等一分钟"), ("en", "Wait a minute")])
def test_whoever_joins_again_and_again_is_told_to_wait_and_nothing_is_made(
    shared_headquarters: Headquarters, language: str, words: str
) -> None:
    with requests.Session() as phone:
        before = shared_headquarters.get("/api/members/summary")
        said = [
            phone.post(f"{shared_headquarters.url}/m/join?lang={language}", data={"agree": "no"}, timeout=10)
            for _ in range(JOINS[0].at_once + 5)
        ]
        assert said[-1].status_code == 429
        assert said[-1].headers["Retry-After"] == "60"
        assert words in said[-1].text
        other = {"X-Forwarded-For": f"203.0.113.9, 198.51.100.{len(language + words)}"}
        said += [
            phone.post(f"{shared_headquarters.url}/m/join", data={"agree": "no"}, headers=other, timeout=10)
        ]
        assert said[-1].status_code == 400, "behind a proxy every phone has its own allowance"
        assert shared_headquarters.get("/api/members/summary") == before
