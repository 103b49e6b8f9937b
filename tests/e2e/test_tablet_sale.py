"""The sale at the tablet in a real browser, by taps: collect, hand over, count, close the day; whole and readable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from popshop.shop.client import StaffClient
from tests.tablet_hands import SIZES, area, assert_well_drawn, shot
from tests.tablet_shop import TabletShop, tablet_shop, wait_for


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TabletShop]:
    with tablet_shop(tmp_path_factory.mktemp("tablet-sale")) as found:
        found.staff.list_items(
            [
                {"sku": "T1", "name_zh": "龙井礼盒", "name_en": "Longjing gift box", "price_minor": 12800},
            ],
            key="gift-box",
        )
        delivery = {"sku": "T1", "qty": 24, "kind": "supplier", "document": "D-1"}
        found.staff.post("/api/stock/receive", delivery, "gift-boxes")
        yield found


def ordered(shop: TabletShop, key: str, method: str, *, how: str = "pickup", paid: bool = True) -> Any:
    order = shop.staff.place_order([{"sku": "T1", "qty": 1, "handover": how}], key=key)
    if paid:
        return shop.staff.pay(order["id"], method, key=key)
    with StaffClient(shop.shop.agent_url, shop.shop.credentials()["kiosk_token"]) as kiosk:
        return kiosk.pay(order["id"], method, key=key)


def confirm(page: Page) -> None:
    page.locator(".sheet .buttons .main").tap()
    expect(page.locator(".sheet .told.good")).to_be_visible()
    page.locator(".sheet .buttons .main").first.tap()
    expect(page.locator(".sheet")).to_have_count(0)


def test_cash_is_collected_and_the_line_handed_over(shop: TabletShop, pages: Any) -> None:
    order = ordered(shop, "collect", "counter", paid=False)["id"]
    page = pages("en")
    card = page.locator("article", has_text=order)
    expect(card).to_contain_text("Take the cash from the shopper")
    card.get_by_text("I have the money").tap()
    expect(page.locator(".sheet")).to_contain_text("Do you have ¥128.00?")
    confirm(page)
    expect(card).to_contain_text(f"Code {order}")
    card.get_by_text("Handed over").tap()
    confirm(page)
    expect(card).to_have_count(0)
    assert wait_for(lambda: shop.staff.order(order)["state"]) == "completed"


def test_a_line_that_cannot_be_handed_over_goes_back_in_cash(shop: TabletShop, pages: Any) -> None:
    order = ordered(shop, "broken", "counter")["id"]
    page = pages("zh")
    card = page.locator("article", has_text=order)
    card.get_by_text("无法交付").tap()
    page.get_by_text("商品破损").tap()
    expect(page.locator(".sheet .told")).to_contain_text("这一行退款")
    page.locator(".sheet .main").tap()
    card.get_by_text("已把钱退给顾客").tap()
    confirm(page)
    expect(card).to_have_count(0)
    assert wait_for(lambda: shop.staff.order(order)["state"]) == "refunded"


@pytest.mark.parametrize(("language", "size"), [("zh", "landscape"), ("en", "portrait")])
def test_a_code_that_is_shown_opens_its_order_and_is_found_by_its_end_when_it_comes_again(
    shop: TabletShop, pages: Any, tmp_path: Path, language: str, size: str
) -> None:
    order = ordered(shop, f"fetch-{language}", "card")
    code = shop.staff.order(order["id"])["pickup_code"]
    page = pages(language, size)
    shop.staff.post("/api/scans", {"device": "sc-1", "text": code}, f"scan-{language}")
    sheet = page.locator(".sheet")
    expect(sheet).to_contain_text(order["id"])
    assert_well_drawn(page)
    shot(page, f"tablet-pickup-{language}", tmp_path)
    sheet.locator(".row .main").tap()
    expect(sheet).to_contain_text({"zh": "请核对取货码", "en": "Check the code"}[language])
    confirm(page)
    page.locator("input.search").fill(f" {order['id'][-4:].lower()} ")
    found = page.locator(".pickups .order", has_text=order["id"]).last
    expect(found).to_contain_text({"zh": "经手：店员", "en": "handed over by our staff"}[language])
    assert_well_drawn(page)
    shot(page, f"collected-{language}", tmp_path)
    found.tap()
    expect(sheet).to_contain_text({"zh": "已取走", "en": "Collected"}[language])
    assert page.locator(".sheet .row .main").count() == 0
    page.locator(".sheet .top button").tap()
    page.locator("input.search").fill("9999")
    expect(page.locator(".pickups")).to_contain_text({"zh": "没有这个取货码", "en": "No order"}[language])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sale_day_is_whole_on_every_tablet(
    shop: TabletShop, pages: Any, tmp_path: Path, language: str, size: str
) -> None:
    way = f"{language}-{size}"
    due = ordered(shop, f"due-{way}", "card", paid=False)["id"]
    ordered(shop, f"pick-{way}", "card", how="staff")
    page = pages(language, size)
    expect(page.locator("article", has_text=due)).to_be_visible()
    assert_well_drawn(page)
    shot(page, f"tablet-sale-{language}" if size == "portrait" else f"sale-{language}", tmp_path)
    page.locator("article", has_text=due).locator(".main").tap()
    page.wait_for_selector(".sheet")
    assert_well_drawn(page)
    page.locator(".sheet .top button").tap()
    area(page, "orders")
    page.locator(".order", has_text={"zh": "龙井礼盒", "en": "Longjing"}[language]).first.tap()
    page.wait_for_selector(".sheet .rows")
    assert_well_drawn(page)
    shot(page, f"tablet-order-{language}" if size == "portrait" else f"order-{language}", tmp_path)
    page.locator(".sheet .top button").tap()
    area(page, "day")
    for words in {"zh": ("放入备用金", "清点钱箱", "交接班", "查看 X 报表"), "en": (
        "Put the float in", "Count the drawer", "Change of shift", "X report now",
    )}[language]:  # fmt: skip
        page.locator(".area").get_by_text(words).tap()
        page.wait_for_selector(".sheet")
        assert_well_drawn(page)
        shot(page, f"day-{way}-{words}", tmp_path)
        if page.locator(".sheet .report").count() and size == "portrait":
            shot(page, f"tablet-x-{language}", tmp_path)
        page.locator(".sheet .top button").tap()
    shot(page, f"tablet-day-{language}" if size == "portrait" else f"day-{language}", tmp_path)
    assert_well_drawn(page)
