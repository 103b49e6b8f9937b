"""Payments in staff's hands at the tablet, by taps: ask again, cancel, give lines back, and a day's books."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.tablet_hands import area, assert_well_drawn, shot
from tests.tablet_shop import TabletShop, tablet_shop, wait_for


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TabletShop]:
    """A store that stands alone: its provider of training money is beside it, and keeps a book."""
    with tablet_shop(tmp_path_factory.mktemp("tablet-payments"), hq_url="") as found:
        goods = [
            {"sku": "T1", "name_zh": "龙井礼盒", "name_en": "Longjing gift box", "price_minor": 12800},
            {"sku": "T2", "name_zh": "青瓷茶杯", "name_en": "Celadon tea cup", "price_minor": 3333},
        ]
        found.staff.list_items(goods, key="gifts")
        for good in goods:
            delivery = {"sku": good["sku"], "qty": 40, "kind": "supplier", "document": "D-1"}
            found.staff.post("/api/stock/receive", delivery, f"receive-{good['sku']}")
        yield found


def bought(shop: TabletShop, key: str, method: str) -> str:
    """Two boxes and three cups, paid by hand and handed over."""
    lines = [{"sku": sku, "qty": qty, "handover": "staff"} for sku, qty in (("T1", 2), ("T2", 3))]
    order = shop.staff.place_order(lines, key=key)["id"]
    for line in shop.staff.pay(order, method, key=key)["handovers"]:
        shop.staff.post(f"/api/handovers/{line['handover']}/done", {}, f"{key}-{line['line']}")
    return str(order)


def opened(page: Page, order: str) -> None:
    area(page, "orders")
    page.locator(f".order[data-key='{order}']").tap()
    page.wait_for_selector(".sheet .rows")


def tap(page: Page, words: str) -> None:
    page.locator(".sheet .buttons, .area .buttons").get_by_text(words, exact=True).first.tap()


SAID = {
    "zh": {
        "ask": "再查一次", "ask now": "立即查询", "cancel": "未付款，取消…", "yes": "确认：未付款，取消订单",
        "refund": "退款", "why": "顾客退货", "compare": "现在核对", "agrees": "相符", "differs": "1 项差异",
    },
    "en": {
        "ask": "Ask again", "ask now": "Ask now", "cancel": "Not paid: cancel…",
        "yes": "Yes, not paid: cancel the order", "refund": "Give money back", "why": "Goods returned",
        "compare": "Compare now", "agrees": "agrees", "differs": "1 to look into",
    },
}  # fmt: skip


@pytest.mark.parametrize(("language", "size"), [("zh", "landscape"), ("en", "portrait")])
def test_staff_see_to_payments_by_taps(
    shop: TabletShop, pages: Any, tmp_path: Path, language: str, size: str
) -> None:
    said = SAID[language]
    gift = [{"sku": "T1", "qty": 1, "handover": "staff"}]
    waits = shop.staff.place_order(gift, key=f"waits-{language}", pay="sandbox")["id"]
    back = bought(shop, language, "card")
    page = pages(language, size)

    opened(page, waits)
    assert_well_drawn(page)
    tap(page, said["ask"])
    tap(page, said["ask now"])
    expect(page.locator(".sheet .told.good")).to_be_visible()
    page.locator(".sheet .top button").tap()
    opened(page, waits)
    tap(page, said["cancel"])
    assert_well_drawn(page)
    tap(page, said["yes"])
    expect(page.locator(".sheet .told.good")).to_be_visible()
    assert wait_for(lambda: shop.staff.order(waits)["state"] == "cancelled")
    page.locator(".sheet .top button").tap()

    opened(page, back)
    tap(page, said["refund"])
    for number in (0, 1, 1):
        page.locator(".rows.back .row").nth(number).locator(".step").last.tap()
    page.get_by_text(said["why"]).tap()
    expect(page.locator(".sheet .figure")).to_have_text("¥194.66")
    expect(page.locator(".choice.on")).to_have_count(1)
    assert_well_drawn(page)
    shot(page, f"tablet-refund-{language}", tmp_path)
    page.locator(".sheet > .buttons .main").tap()
    expect(page.locator(".sheet .told.good")).to_be_visible()
    after = shop.staff.order(back)
    assert [refund["amount_minor"] for refund in after["refunds"]] == [12800 + 2 * 3333]
    page.locator(".sheet .top button").tap()

    _books(shop, page, language)
    shot(page, f"tablet-books-{language}", tmp_path)


def _books(shop: TabletShop, page: Page, language: str) -> None:
    """The day is closed, its books are compared by themselves, and again at the tablet with money nobody knows of."""
    said, elsewhere = SAID[language], f"ELSEWHERE-{language}-P1"
    shop.staff.post("/api/day/close", {"uncounted": True}, f"close-{language}")
    wait_for(lambda: shop.staff.get("/api/reconcile")["books"][0]["state"] == "agrees")
    day = shop.staff.get("/api/reconcile")["books"][0]["day"]
    area(page, "day")
    expect(page.locator(".area .pill")).to_contain_text(said["agrees"])
    assert_well_drawn(page)
    with closing(sqlite3.connect(shop.shop.edge_data / "sandbox.db")) as book:
        book.execute(
            'INSERT INTO payments (payment, token, "order", amount_minor, currency, state, refunded_minor, day)'
            " VALUES (?1, ?1, ?1, 700, 'CNY', 'paid', 0, ?2)",
            (elsewhere, day),
        )
        book.commit()
    page.locator(".area .order", has_text=day).first.get_by_role("button").tap()
    tap(page, said["compare"])
    expect(page.locator(".sheet")).to_contain_text(said["differs"])
    assert_well_drawn(page)
    case = {"case": f"sandbox-{elsewhere}"}
    assert shop.staff.post(f"/api/differences/{case['case']}/settle", {"note": "seen"}, elsewhere) == case
