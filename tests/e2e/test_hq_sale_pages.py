"""Headquarters' pages about the sale in a real browser: limits while offline, phone payments, what is to be sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner, Result

from popshop.commands import hq as hq_command
from popshop.console import UserError
from tests.hq_pages import assert_nothing_clipped, chromium, shot, sign_in
from tests.hq_process import Headquarters
from tests.hq_sale import SaleWorld

STORE = "sh-bund"


@pytest.fixture(scope="module")
def hq(shared_headquarters: Headquarters) -> Headquarters:
    world = SaleWorld(shared_headquarters, STORE, "上海外滩快闪店")
    world.parcels()
    world.payments()
    return shared_headquarters


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def look(page: Page, hq: Headquarters, path: str, name: str, tmp_path: Path) -> None:
    """The page is whole in both languages, on a computer and on a phone."""
    for language in ("zh", "en"):
        page.goto(f"{hq.url}/language/{language}?back={path}")
        page.wait_for_selector(".page")
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert_nothing_clipped(page)
            shot(page, f"{name}-{language}-{width}.png", tmp_path)


def test_a_limit_is_changed_and_taken_back_on_the_stores_page(
    hq: Headquarters, browser: Browser, tmp_path: Path
) -> None:
    page = sign_in(browser, hq, "en", 1280, 900)
    look(page, hq, f"/stores/{STORE}", "store", tmp_path)
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


def test_what_was_given_up_is_put_back_and_what_is_paid_is_sent_with_its_number(
    hq: Headquarters, browser: Browser, tmp_path: Path
) -> None:
    page = sign_in(browser, hq, "en", 1280, 900)
    look(page, hq, "/shipments", "shipments", tmp_path)
    urgent = page.locator(".card.urgent")
    expect(urgent).to_contain_text("O-9TPA")
    expect(urgent.locator("tr", has_text="O-8E3F")).to_contain_text("ask the carrier to stop it")
    waiting = page.locator("section.card", has=page.locator("h2", has_text="To send")).locator("tbody tr")
    expect(waiting).to_have_count(2)
    expect(waiting.filter(has_text="O-2F4X")).to_contain_text("3 ordered, 1 given up")
    shot(page, "hq-shipments-en.png", tmp_path)
    urgent.locator("tr", has_text="O-9TPA").locator("a.button").click()
    page.locator("form[action='/acts/put-back'] button").click()
    expect(page.locator(".notice")).to_contain_text("Back in the pool")
    expect(urgent).not_to_contain_text("O-9TPA")
    waiting.filter(has_text="O-7KQM").locator("a.button").click()
    form = page.locator("form[action='/acts/shipped']")
    expect(form).to_contain_text("2 × Hyaluronic face mask, single sheet → 韩梅梅")
    form.locator("[name=document]").fill("SF1400770038")
    shot(page, "act-shipped-en.png", tmp_path)
    form.locator("button").click()
    expect(waiting).to_have_count(1)
    expect(page.locator("tr", has_text="SF1400770038")).to_contain_text("O-7KQM")


def test_an_operator_does_the_same_by_command(hq: Headquarters) -> None:
    def type_in(*words: str) -> Result:
        asked = ["shipments", *words, "--data", str(hq.folder)]
        return CliRunner().invoke(hq_command.app, asked, catch_exceptions=False)

    given_up = {each["order"]: each for each in json.loads(type_in("show", "given_up", "--json").stdout)}
    assert given_up["O-8E3F"]["sent_at"], "it was on its way already"
    told = type_in("show")
    assert f"store:{STORE}/O-2F4X-W1" in told.stdout, "whole, to be typed"
    assert "do not send" in told.stderr
    with pytest.raises(UserError, match="do not send it"):
        type_in("sent", f"store:{STORE}/O-9TPA-W1", "--document", "SF1")
    with pytest.raises(UserError, match="no list is called"):
        type_in("show", "lost")
    assert "1 are in the pool again" in type_in("put-back", f"store:{STORE}/O-8E3F-W1").stderr
