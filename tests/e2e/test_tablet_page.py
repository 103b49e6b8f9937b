"""The staff tablet in a real browser: a real agent, a real broker, and machines that leave doubt behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from edge_agent.entrypoints.access import Access
from edge_agent.entrypoints.staff.pin_guard import FREE_TRIES
from edge_agent.entrypoints.staff.session import Sessions
from tests.tablet_hands import AREAS, SIZES, area, assert_well_drawn, shot
from tests.tablet_shop import TabletShop, tablet_shop, wait_for


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TabletShop]:
    with tablet_shop(tmp_path_factory.mktemp("tablet")) as found:
        yield found


def case_card(page: Page, case: str) -> Any:
    return page.locator("article.case", has_text=case)


def test_nobody_gets_in_without_the_pin(shop: TabletShop, browser: Browser) -> None:
    page = browser.new_page(locale="en-US")
    page.goto(shop.url)
    assert page.url.endswith("/staff/login")
    page.fill("#pin", "wrong")
    page.click("button.main")
    expect(page.locator(".wrong")).to_have_text("That is not the PIN. Please try again.")
    page.goto(shop.url)
    assert page.url.endswith("/staff/login")
    page.close()
    forged = {"popshop_staff": f"99999999999.{'0' * 64}"}
    assert requests.get(shop.url, cookies=forged, allow_redirects=False, timeout=10).status_code == 303


def test_a_session_ends_by_itself(shop: TabletShop, browser: Browser) -> None:
    soon_s = int(datetime.now(UTC).timestamp()) + 4
    signed = Sessions(Access(**shop.shop.credentials())).signed(soon_s)
    context = browser.new_context()
    context.add_cookies([{"name": "popshop_staff", "value": signed, "url": shop.url}])
    page = context.new_page()
    page.goto(shop.url)
    expect(page.locator(".area")).to_be_visible()
    page.wait_for_url("**/staff/login", timeout=10_000)
    context.close()


def test_a_vend_in_doubt_appears_by_itself_and_is_settled_as_dropped_once(
    shop: TabletShop, pages: Any
) -> None:
    page = pages("en")
    order = shop.sell("vm-1", "1-01", "silence")
    vend = order["vends"][0]["id"]
    card = case_card(page, vend)
    expect(card).to_contain_text("The machine did not answer", timeout=10_000)
    card.get_by_text("It dropped").tap()
    expect(page.locator(".sheet")).to_contain_text("The sale stands: ¥3.50 is not paid back")
    # The second tap meets the sheet while it waits, or closes what it answered at once: it is noted once either way.
    page.locator(".sheet .main").dblclick()
    expect(card).to_have_count(0)
    settled = shop.staff.order(order["id"])
    assert (settled["state"], settled["vends"][0]["state"]) == ("completed", "dispensed")
    assert shop.slot("vm-1", "1-01")["count"] == 6


def test_a_unit_that_stayed_inside_is_paid_back_by_hand_and_that_is_noted(
    shop: TabletShop, pages: Any
) -> None:
    page = pages("zh")
    order = shop.sell_until("vm-2", "1-03", "unknown", "power_cut")
    card = case_card(page, order["vends"][0]["id"])
    expect(card).to_contain_text("机器中途重启", timeout=10_000)
    card.get_by_text("未出货，退款").tap()
    page.locator(".sheet .main").tap()
    expect(page.locator(".told")).to_contain_text("请把 ¥5.50 退给顾客")
    page.locator(".sheet .main").tap()
    owed = page.locator("article", has_text=order["id"])
    owed.get_by_text("已把钱退给顾客").tap()
    page.locator(".sheet .main").tap()
    expect(page.locator(".told")).to_contain_text("¥5.50 已退给顾客")
    page.locator(".sheet .main").tap()
    expect(owed).to_have_count(0)
    assert shop.staff.order(order["id"])["state"] == "refunded"


def test_a_slot_is_counted_and_the_count_taken_back(shop: TabletShop, pages: Any) -> None:
    page = pages("en")
    area(page, "devices")
    slot = page.locator("[data-key=vm-1] .slot", has_text="1-06")
    expect(slot).to_contain_text("Empty")
    slot.tap()
    page.locator(".keypad .key", has_text="9").tap()
    expect(page.locator(".delta")).to_contain_text("The book says 0")
    expect(page.locator(".delta")).to_contain_text("+9")
    page.get_by_text("Post 9").tap()
    expect(page.locator(".told")).to_contain_text("Posted: 9 units (+9)")
    assert shop.slot("vm-1", "1-06")["count"] == 9
    page.locator(".sheet").get_by_text("Undo").tap()
    expect(page.locator(".told")).to_contain_text("the book says 0 again")
    page.locator(".sheet .main").tap()
    assert shop.slot("vm-1", "1-06")["count"] == 0
    slot.tap()
    page.locator(".step", has_text="+").tap()
    page.get_by_text("Post 1").tap()
    page.locator(".sheet .main").tap()
    expect(slot.locator(".count")).to_contain_text("1 / 8")


def test_a_slot_is_blocked_with_a_reason_and_sells_again(shop: TabletShop, pages: Any) -> None:
    page = pages("en")
    area(page, "devices")
    slot = page.locator("[data-key=vm-2] .slot", has_text="1-02")
    slot.tap()
    page.locator(".sheet .buttons").get_by_text("Block").tap()
    page.get_by_text("Cleaning or repair").tap()
    expect(page.locator(".told")).to_contain_text("Blocked.")
    page.locator(".sheet .main").tap()
    expect(slot).to_contain_text("Blocked")
    assert shop.slot("vm-2", "1-02")["blocked"] == "cleaning"
    area(page, "needs")
    page.locator("article", has_text="1-02").get_by_text("Sell again").tap()
    page.locator(".sheet .main").tap()
    expect(page.locator(".told")).to_contain_text("On sale again")
    assert shop.slot("vm-2", "1-02")["blocked"] is None


def test_staff_give_part_of_an_order_back(shop: TabletShop, pages: Any) -> None:
    order = shop.sell_until("vm-1", "1-05", "dispensed")
    page = pages("en")
    area(page, "orders")
    page.locator(".order", has_text="Hyaluronic").first.tap()
    page.get_by_text("Give money back").tap()
    for digit in "500":
        page.locator(".keypad .key", has_text=digit).tap()
    page.get_by_text("Goods damaged").tap()
    page.get_by_text("Give ¥5.00 back").tap()
    expect(page.locator(".told")).to_contain_text("Noted: ¥5.00 goes back")
    refunds = shop.staff.order(order["id"])["refunds"]
    assert [(r["amount_minor"], r["reason"], r["state"]) for r in refunds] == [(500, "damaged", "requested")]


def test_what_headquarters_lacks_is_told_and_selling_goes_on(shop: TabletShop, pages: Any) -> None:
    page = pages("en")
    expect(page.locator("header")).to_contain_text("HQ offline")
    page.locator("a.pill").tap()
    expect(page.locator(".area")).to_contain_text("Go on selling")
    rows = shop.staff.totals()["ledger_events"]
    expect(page.locator(".stream").first).to_contain_text(f"{rows:,}")


@pytest.fixture(scope="module")
def busy(shop: TabletShop) -> TabletShop:
    """A store with something of everything to look at."""
    shop.say_rubbish("scanner-1")
    for _ in range(3):
        shop.sell_until("vm-2", "1-01", "dispensed")
    shop.sell_until("vm-1", "1-04", "failed", "jam")
    shop.sell_until("vm-2", "1-05", "unknown", "unseen_drop")
    shop.sell_until("vm-1", "1-03", "unknown", "silence")
    wait_for(lambda: "EJC" in shop.staff.snapshot()["entities"]["device"]["vm-1"]["faults"])
    return shop


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_area_is_whole_and_large_enough_for_a_finger(
    busy: TabletShop, pages: Any, tmp_path: Path, language: str, size: str
) -> None:
    page = pages(language, size)
    expect(page.locator("article.case")).to_have_count(2)
    for name in AREAS:
        area(page, name)
        page.wait_for_timeout(200)
        assert_well_drawn(page)
    area(page, "needs")
    shot(page, f"tablet-{language}" if size == "landscape" else f"portrait-{language}", tmp_path)
    page.locator("article.case").first.locator("button").last.tap()
    page.wait_for_selector(".sheet")
    assert_well_drawn(page)
    page.locator(".sheet .top button").tap()
    area(page, "devices")
    page.locator(".slot").first.tap()
    page.wait_for_selector(".sheet")
    assert_well_drawn(page)
    page.locator(".sheet .top button").tap()
    area(page, "orders")
    page.locator(".order", has_text={"zh": "完成", "en": "Done"}[language]).first.tap()
    page.get_by_text({"zh": "退款", "en": "Give money back"}[language], exact=True).last.tap()
    page.wait_for_selector(".choices")
    assert_well_drawn(page)


def test_a_tablet_keeps_the_language_chosen_on_it(busy: TabletShop, pages: Any) -> None:
    page = pages("zh")
    area(page, "orders")
    page.locator(".switch a", has_text="English").tap()
    expect(page.locator("nav .tab.on")).to_have_text("Orders")
    page.goto(busy.url)
    expect(page.locator("nav .tab.on")).to_contain_text("Needs you")
    page.get_by_text("Sign out").tap()
    expect(page.locator("h1")).to_have_text("Staff tablet")


def test_nothing_is_loaded_from_anywhere_else(busy: TabletShop, browser: Browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(busy.url)
    page.fill("#pin", busy.pin)
    page.press("#pin", "Enter")
    page.wait_for_selector(".area")
    assert all(url.startswith((busy.shop.agent_url, "data:")) for url in asked), asked
    page.close()


def test_a_lost_line_is_told_over_the_page_and_heals_by_itself(busy: TabletShop, pages: Any) -> None:
    page = pages("zh")
    told = page.locator("#popup")
    expect(told).to_be_hidden()
    busy.shop.stop_agent()
    expect(told).to_be_visible(timeout=10_000)
    words = page.evaluate("getComputedStyle(document.getElementById('popup'), '::before').content")
    assert "与门店电脑的连接断开" in words
    busy.shop.start_agent()
    expect(page.locator("#popup")).to_be_hidden(timeout=20_000)
    expect(page.locator("article.case")).to_have_count(2, timeout=10_000)


def test_whoever_guesses_the_pin_has_to_wait(busy: TabletShop) -> None:
    def guess(pin: str) -> requests.Response:
        return requests.post(f"{busy.url}login", data={"pin": pin}, allow_redirects=False, timeout=10)

    wrong = [guess(f"no-{n}").status_code for n in range(FREE_TRIES + 1)]
    assert wrong == [401] * FREE_TRIES + [429]
    answer = guess(busy.pin)
    assert answer.status_code == 429, "not even the right PIN is looked at meanwhile"
    assert "Set-Cookie" not in answer.headers
