"""Scan-to-buy and a kiosk's address on phones in a real browser: nothing clipped, codes that our own scanner reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from edge_agent.domain import commands
from tests.edge_live import LiveAgent, eventually
from tests.phone_hands import NARROW, USUAL, assert_code_is_whole, picture, read_off


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAgent]:
    with LiveAgent(tmp_path_factory.mktemp("phone-shop"), None, serve=True) as live:
        long_name = "Longjing gift box, two tins of spring tea and a whisk"
        tea = commands.ListedItem("tea", "龙井礼盒（明前，两罐装）", long_name, 12800)
        assert live.do(commands.ListItems(live.key(), (tea,))).refusal is None
        assert live.do(commands.ReceiveStock(live.key(), "tea", 9, "supplier")).refusal is None
        yield live


def phone(browser: Browser, language: str, width: int, scheme: Any = "light") -> Page:
    locale = "zh-CN" if language == "zh" else "en-GB"
    size: Any = {"width": width, "height": 800}
    return browser.new_context(viewport=size, locale=locale, color_scheme=scheme, has_touch=True).new_page()


def stand_still(page: Page, language: str) -> None:
    """The page as it is now: one that loads itself anew cannot be looked at in peace."""
    told = requests.get(page.url, headers={"Accept-Language": language}, timeout=10).text
    assert 'http-equiv="refresh"' in told
    page.set_content(re.sub("<meta http-equiv=[^>]*>", "", told))


@pytest.mark.parametrize(("language", "width", "scheme"), [("zh", USUAL, "light"), ("en", NARROW, "dark")])
def test_a_phone_buys_and_its_glass_shows_a_code_that_the_counter_reads(
    shop: LiveAgent, browser: Browser, tmp_path: Path, language: str, width: int, scheme: str
) -> None:
    page = phone(browser, language, width, scheme)
    way = f"{language}-{width}-{scheme}"
    page.goto(f"{shop.url}/shop?c=tea")
    page.locator("summary").tap()
    picture(page, f"shop-product-{way}", tmp_path)
    page.locator("input[value=pickup]").tap()
    page.locator("form button").tap()
    page.wait_for_url("**/shop/o/*")
    picture(page, f"shop-to-pay-{way}", tmp_path)
    number = page.url.rpartition("/")[2]
    assert shop.do(commands.RequestPayment(shop.key(), number, "counter")).refusal is None
    stand_still(page, language)
    expect(page.locator(".code")).to_have_text(number)
    assert_code_is_whole(page)
    picture(page, f"shop-code-{way}", tmp_path)
    (text,) = read_off(page)
    assert shop.queries.order_of_code(text) == number
    page.context.close()


def test_an_address_is_typed_for_a_kiosk(shop: LiveAgent, browser: Browser, tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {shop.agent.access.kiosk_token}"}
    asked = requests.post(
        f"{shop.url}/api/addresses", json={"device": "k1"}, headers=headers, timeout=10
    ).json()
    page = phone(browser, "zh", NARROW)
    page.goto(asked["url"])
    picture(page, "phone-address-zh", tmp_path, in_docs=True)
    for name, text in {"name": "Han Meimei", "phone": "13700137000", "address": "7 Peace Road"}.items():
        page.fill(f"input[name={name}]", text)
    page.locator("form button").tap()
    expect(page.locator(".good")).to_contain_text("已收到地址")
    picture(page, "address-thanks", tmp_path)
    kept = eventually(lambda: shop.agent._shipping.typed.of(asked["id"]))
    assert kept.address == "7 Peace Road"
    page.context.close()
