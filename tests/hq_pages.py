"""Stores with a fortnight behind them, and a real browser, for tests of headquarters' pages."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol import stock_facts as stock
from cloud_sync.protocol.envelope import rfc3339
from tests.hq_process import ROOT, Headquarters
from tests.journal_rows import Journal, dispensed, paid, planned, refunded, requested, unknown

GOODS = [
    ("A1", "白桃气泡水 330 毫升", "White peach sparkling water 330 ml", 350),
    ("A2", "云脚山泉 550 毫升", "Cloudfoot spring water 550 ml", 200),
    ("B1", "蜜香乌龙茶（无糖）", "Honey-scented oolong, unsweetened", 550),
    ("B2", "夹心可可饼干", "Cocoa cream biscuits", 690),
    ("C1", "玻尿酸保湿面膜 单片装", "Hyaluronic face mask, single sheet", 1900),
    ("C2", "护手霜旅行装", "Hand cream, travel size", 2900),
]
# Text that is cut off shows as content wider or higher than its box where the overflow is hidden.
FIND_CUT = """() => [...document.querySelectorAll('.page *, .bar *')].filter(e => {
  const s = getComputedStyle(e);
  const hidden = s.overflowX === 'hidden' || s.overflowX === 'clip' || s.textOverflow === 'ellipsis';
  return hidden && e.innerText && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map(e => e.className + ': ' + e.innerText.slice(0, 80))"""
# Text that runs out of the card it belongs to.
FIND_OUTSIDE = """() => [...document.querySelectorAll('.card *')].filter(e => {
  const box = e.closest('.card').getBoundingClientRect(), own = e.getBoundingClientRect();
  return own.width && (own.right > box.right + 1 || own.left < box.left - 1);
}).map(e => e.className + ': ' + (e.innerText || '').slice(0, 80))"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A real browser, or the test is skipped."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs chromium: apt-get install chromium fonts-noto-cjk")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*flags, "--disable-sync", "--no-first-run"]
        )
        yield browser
        browser.close()


def two_weeks(store: str, seed: int, today: datetime) -> Journal:
    """A fortnight of a store with two machines, a jam, a case for a person and one row nobody can read."""
    dice = random.Random(seed)
    journal = Journal(store)
    journal.write(
        *(
            facts.ItemListed(sku=sku, name_zh=zh, name_en=en, brand="", price_minor=price, currency="CNY")
            for sku, zh, en, price in GOODS
        ),
        *(
            fact
            for n, good in enumerate(GOODS)
            for d in ("vm-1", "vm-2")
            for fact in planned(f"1-0{n + 1}", good[0], 8, d)
        ),
    )
    journal.write(
        *(
            stock.StockReceived(receipt=f"opening-{sku}", sku=sku, qty=160, kind="supplier")
            for sku, *_ in GOODS
        )
    )
    for device, kind, model in (
        ("vm-1", "vending", "Vendo 6"),
        ("vm-2", "vending", "Vendo 6"),
        ("shelf-1", "shelf", "CloudShelf 12"),
        ("door-1", "footfall", "Two Beams"),
    ):
        journal.write(
            device_facts.DeviceDescribed(
                device=device, kind=kind, model=model, serial="1", firmware="1", boot="b"
            ),
            device_facts.DeviceStatusChanged(device=device, status="ready"),
            at=today,
        )
    for days_ago in range(8, -1, -1):
        then = rfc3339(today - timedelta(days=days_ago))
        journal.write(
            device_facts.FootfallCounted(
                device="door-1",
                entered=1_300 + 90 * days_ago,
                left=1_280,
                from_at=then,
                to_at=then,
                counted_at=then,
            )
        )
    for days_ago in range(13, -1, -1):
        for sale in reversed(range(dice.randrange(30, 90) if days_ago else 41)):
            at = today - timedelta(days=days_ago, minutes=sale)
            n = dice.randrange(len(GOODS))
            sku, _, _, price = GOODS[n]
            vend, device = f"{seed}-{days_ago}-{sale}", dice.choice(["vm-1", "vm-2"])
            journal.write(
                paid(vend, price),
                requested(vend, sku, f"1-0{n + 1}", device),
                dispensed(vend, sku, price, at, device, f"1-0{n + 1}"),
                at=at,
            )
    journal.write(
        device_facts.DeviceStatusChanged(device="vm-2", status="alert", faults=["EJC"]),
        facts.SlotBlocked(device="vm-2", slot="1-03", reason="EJC"),
        paid(f"{seed}-open", 550),
        unknown(f"{seed}-open", case="K-0042", slot="1-03"),
        paid(f"{seed}-back", 350),
        refunded(f"{seed}-back", 350),
        at=today,
    )
    journal.write_event("popshop.robot.danced.v1", b"{}", today)
    return journal


def refill(journal: Journal, at: datetime) -> Journal:
    """Fill the slots from the stock room to something a shop looks like after its sales."""
    sold: dict[tuple[str, str], int] = {}
    for body in journal.bodies:
        if b"popshop.vend.dispensed.v1" in body:
            data = json.loads(body)["data"]
            key = (data["device"], data["slot"])
            sold[key] = sold.get(key, 0) + 1
    for number, ((device, slot), units) in enumerate(sorted(sold.items())):
        left = [8, 7, 5, 2, 0, 6][number % 6]
        filled = stock.SlotFilled(
            device=device, slot=slot, sku=GOODS[int(slot[-1]) - 1][0], qty=units - 8 + left
        )
        journal.write(filled, at=at)
    return journal


def send(hq: Headquarters, journal: Journal, name: str, missing: int = 0) -> str:
    token = hq.join(hq.enrol(journal.store, name)).token
    sent_at = rfc3339(datetime.now(UTC))
    acked = 0
    while acked < journal.last_seq - missing:
        upto = min(acked + 2000, journal.last_seq - missing)
        acked = hq.sync(token, journal.request(acked, upto, sent_at)).acked
    return token


def sign_in(browser: Browser, hq: Headquarters, language: str, width: int, height: int) -> Page:
    context = browser.new_context(viewport={"width": width, "height": height}, locale=f"{language}-CN")
    page = context.new_page()
    page.goto(hq.url)
    page.fill("#password", hq.password)
    page.click("button")
    page.wait_for_selector(".page")
    return page


def assert_nothing_clipped(page: Page) -> None:
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1], f"the page is {wide[0]} wide in a window of {wide[1]}"
    assert page.evaluate(FIND_CUT) == []
    assert page.evaluate(FIND_OUTSIDE) == []


def shot(page: Page, name: str, tmp_path: Path) -> None:
    """Keep a picture; in docs/ only when asked to."""
    write = os.environ.get("POPSHOP_WRITE_SCREENSHOTS") == "1" and name.startswith("hq-")
    folder = ROOT / "docs" / "images" if write else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / name, full_page=True)
