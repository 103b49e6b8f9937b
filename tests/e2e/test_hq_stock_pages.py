"""Headquarters' pages about the shared stock and about stores that were lost, copied or put back, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from cloud_sync.protocol import facts
from cloud_sync.protocol.session import SALVAGE_PATH, SYNC_PATH, SalvageRequest, SyncRequest
from tests.hq_pages import assert_nothing_clipped, chromium, refill, send, shot, sign_in, two_weeks
from tests.hq_process import Headquarters
from tests.journal_rows import Journal, dispensed, paid

TEA = "B1"
HZ = "hz-hubin"
CD = "cd-taikoo"


class World(Headquarters):
    """Headquarters with two stores that sold for a fortnight."""

    tokens: dict[str, str]
    journals: dict[str, Journal]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    hq = World.start(tmp_path_factory.mktemp("hq"))
    assert isinstance(hq, World)
    now = datetime.now(UTC)
    hq.tokens, hq.journals = {}, {}
    for store, seed, name in ((HZ, 2, "杭州湖滨银泰 in77"), (CD, 3, "成都太古里 · 春日限定")):
        hq.journals[store] = refill(two_weeks(store, seed, now), now)
        hq.tokens[store] = send(hq, hq.journals[store], name)
    yield hq
    assert hq.stop() == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def fill_in(page: Page, act: str, **fields: str) -> None:
    """Fill in a form that is open, and press its button."""
    for name, value in fields.items():
        control = page.locator(f"form[action='/acts/{act}'] [name={name}]")
        if control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    page.locator(f"form[action='/acts/{act}'] button").click()


def open_act(page: Page, act: str, within: str = "") -> None:
    page.locator(f"{within} a.button[href^='/acts/{act}']").first.click()
    page.wait_for_selector(f"form[action='/acts/{act}']")


def say(hq: World, store: str, *written: facts.Fact) -> None:
    """The store writes and syncs."""
    journal = hq.journals[store]
    before = journal.last_seq
    journal.write(*written, at=datetime.now(UTC))
    hq.sync(hq.tokens[store], journal.request(before))


def post(hq: World, path: str, token: str, asked: SyncRequest | SalvageRequest) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(hq.url + path, data=msgspec.json.encode(asked), headers=headers, timeout=30)


def test_goods_that_come_in_can_be_granted_and_every_unit_is_told_of(
    world: World, browser: Browser, tmp_path: Path
) -> None:
    page = sign_in(browser, world, "en", 1440, 900)
    page.click("nav a[href='/stock']")
    page.wait_for_selector("text=One pool of stock")
    open_act(page, "receive")
    fill_in(page, "receive", sku=TEA, qty="120", receipt="WE-2041")
    expect(page.locator(".notice")).to_contain_text("Taken in")
    page.click("text=Honey-scented oolong")
    page.wait_for_selector("text=Where every unit went")
    open_act(page, "grant")
    expect(page.locator("form")).to_contain_text("The pool has 120")
    assert_nothing_clipped(page)
    shot(page, "act-grant-en.png", tmp_path)
    fill_in(page, "grant", store=HZ, qty="24", why="weekend")
    expect(page.locator(".notice")).to_contain_text("Granted")
    expect(page.locator(".page").first).to_contain_text(f"Headquarters granted 24 to {HZ}")
    expect(page.locator(".page").first).to_contain_text("120 came into the warehouse")
    expect(page.locator(".page").first).to_contain_text("waits for the store")
    expect(page.locator(".figure.lead")).to_contain_text("96")


def test_more_than_the_pool_has_is_refused_in_words_and_moves_nothing(world: World, browser: Browser) -> None:
    page = sign_in(browser, world, "en", 1280, 900)
    page.goto(f"{world.url}/acts/grant?sku={TEA}&store={HZ}")
    fill_in(page, "grant", qty="5000")
    expect(page.locator(".wrong")).to_contain_text("The pool has not that many")
    assert page.locator("[name=qty]").input_value() == "5000", "nothing has to be typed again"


def test_a_form_that_is_sent_twice_is_done_once(world: World, browser: Browser) -> None:
    page = sign_in(browser, world, "en", 1280, 900)
    page.goto(f"{world.url}/acts/recall?sku={TEA}&store={HZ}")
    key = page.locator("[name=key]").input_value()
    form: dict[str, str | float | bool] = {
        "sku": TEA,
        "store": HZ,
        "qty": "3",
        "why": "twice",
        "key": key,
        "back": "/stock",
    }
    for _ in range(2):
        assert page.request.post(f"{world.url}/acts/recall", form=form).ok
    page.goto(f"{world.url}/stock/item?sku={TEA}")
    page.wait_for_selector("text=Recall 3")
    assert page.locator("td", has_text=re.compile("^Recall 3")).count() == 1


def test_nobody_does_anything_without_signing_in(world: World) -> None:
    form = {"store": HZ, "sure": "1"}
    answer = requests.post(f"{world.url}/acts/retire", data=form, allow_redirects=False, timeout=30)
    assert answer.headers["location"] == "/login"
    assert requests.get(f"{world.url}/stock", timeout=30).url.endswith("/login")


@pytest.mark.parametrize("width", [1440, 900])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_stock_is_shown_whole_in_both_languages(
    world: World, browser: Browser, tmp_path: Path, language: str, width: int
) -> None:
    page = sign_in(browser, world, language, width, 900)
    page.goto(f"{world.url}/stock")
    page.wait_for_selector("table")
    assert_nothing_clipped(page)
    shot(page, f"{'hq' if width == 1440 else 'narrow'}-stock-{language}.png", tmp_path)
    page.goto(f"{world.url}/stock/item?sku={TEA}")
    page.wait_for_selector("table")
    assert_nothing_clipped(page)
    shot(page, f"{'hq' if width == 1440 else 'narrow'}-item-{language}.png", tmp_path)


def test_stock_is_found_by_its_name_in_either_language(world: World, browser: Browser) -> None:
    page = sign_in(browser, world, "en", 1280, 900)
    page.goto(f"{world.url}/stock")
    page.fill("[name=q]", "乌龙")
    page.click(".search button")
    page.wait_for_selector("text=Honey-scented")
    assert page.locator("tbody tr").count() == 1


def test_what_a_count_found_missing_comes_to_a_person_who_closes_it(world: World, browser: Browser) -> None:
    page = sign_in(browser, world, "en", 1440, 900)
    page.wait_for_selector("a.store")
    missing = facts.SlotCounted(
        device="vm-1", slot="1-03", sku=TEA, count=0, delta=-5, by="staff", rights=-2, deficit=3
    )
    say(world, HZ, missing)
    page.wait_for_selector(f"text={HZ} lacks 3 units that it has promised", timeout=10_000)
    expect(page.locator(".alert")).to_contain_text("Let the store look again")
    assert_nothing_clipped(page)
    page.locator(".alert a.button").click()
    fill_in(page, "close", note="found behind the shelf")
    page.wait_for_selector("a.store")
    assert page.locator(".alert").count() == 0


def test_a_store_is_led_through_joining_again_and_its_limbo_is_settled(
    world: World, browser: Browser, tmp_path: Path
) -> None:
    page = sign_in(browser, world, "en", 1440, 900)
    page.goto(f"{world.url}/stores/{CD}")
    open_act(page, "join-again")
    fill_in(page, "join-again")
    page.wait_for_selector("text=The code is shown only now")
    assert_nothing_clipped(page)
    shot(page, "hq-join-again-en.png", tmp_path)
    told = page.locator("code.code").inner_text()
    assert f"popshop edge join {told}" in page.inner_text(".page")
    joined = world.join(told.partition("@")[0])
    assert joined.epoch == 2
    page.goto(f"{world.url}/stores/{CD}")
    page.wait_for_selector("text=What the store held before it joined again")
    assert_nothing_clipped(page)
    kept_aside(world, joined.token)
    page.wait_for_selector("text=orders: 1", timeout=10_000)
    expect(page.locator(".page").first).to_contain_text("paid: ¥5.50")
    shot(page, "hq-recovery-en.png", tmp_path)
    open_act(page, "bring-back")
    fill_in(page, "bring-back", qty="5")
    expect(page.locator(".notice")).to_contain_text("Back in the pool")
    open_act(page, "write-off")
    page.locator("[name=sure]").check()
    fill_in(page, "write-off")
    expect(page.locator(".notice")).to_contain_text("Written off")


def test_a_new_code_changes_nothing_else_of_a_store(world: World) -> None:
    asked = requests.post(
        f"{world.url}/api/enrolments", json={"store": CD}, auth=("test", world.password), timeout=30
    )
    assert asked.status_code == 201
    stores = world.get("/api/stores")
    assert isinstance(stores, list)
    named = {each["store"]: each["name"] for each in stores}
    assert named[CD] == "成都太古里 · 春日限定"


def kept_aside(hq: World, token: str) -> None:
    """The store's old disk holds a sale that does not fit what headquarters has."""
    fork = Journal(CD)
    order = facts.OrderPlaced(
        order="o-x", channel="kiosk", device="k", currency="CNY", total_minor=550, lines=[], expires_at=""
    )
    fork.write(order, paid("x", 550), dispensed("x", TEA, 550), at=datetime.now(UTC))
    rows = [msgspec.Raw(body) for body in fork.bodies]
    asked = SalvageRequest(store=CD, epoch=1, stream="ledger", from_seq=2000, events=rows)
    assert post(hq, SALVAGE_PATH, token, asked).ok


def test_the_books_are_verified_at_the_press_of_a_button(world: World, browser: Browser) -> None:
    page = sign_in(browser, world, "en", 1440, 900)
    page.goto(f"{world.url}/stores/{HZ}")
    page.wait_for_selector("text=Not verified since")
    page.click("text=Verify now")
    page.wait_for_selector("text=chains, numbers and accounts of all stores are right")


def test_a_restored_headquarters_says_whom_it_waits_for_and_goes_on_without_one(
    world: World, browser: Browser, tmp_path: Path
) -> None:
    page = sign_in(browser, world, "zh", 1440, 900)
    page.wait_for_selector("a.store")
    journal = world.journals[HZ]
    later = msgspec.structs.replace(journal.request(journal.last_seq), incarnation=7)
    assert post(world, SYNC_PATH, world.tokens[HZ], later).status_code == 400
    page.wait_for_selector("text=总部正在补齐数据", timeout=10_000)
    assert page.locator(".awaited").count() == 2
    assert_nothing_clipped(page)
    shot(page, "hq-refilling-zh.png", tmp_path)
    told = msgspec.structs.replace(journal.request(journal.last_seq), incarnation=8)
    assert post(world, SYNC_PATH, world.tokens[HZ], told).ok
    expect(page.locator(".awaited")).to_have_count(1, timeout=10_000)
    page.locator(".awaited a.button").click()
    page.locator("[name=sure]").check()
    fill_in(page, "set-aside")
    page.wait_for_selector("a.store")
    assert page.locator(".refilling").count() == 0


def test_a_store_that_died_is_retired_by_a_person_who_is_sure(world: World, browser: Browser) -> None:
    page = sign_in(browser, world, "en", 1440, 900)
    page.goto(f"{world.url}/stores/{HZ}")
    open_act(page, "retire")
    assert page.request.post(f"{world.url}/acts/retire", form={"store": HZ}).status == 400
    page.locator("[name=sure]").check()
    fill_in(page, "retire")
    page.wait_for_selector(".head .tag:has-text('Retired')")
    journal = world.journals[HZ]
    refused = post(world, SYNC_PATH, world.tokens[HZ], journal.request(journal.last_seq))
    assert refused.status_code == 409
    assert refused.json()["reason"] == "retired"
