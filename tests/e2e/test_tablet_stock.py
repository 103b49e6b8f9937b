"""Goods on the tablet in a real browser: boxes, reservations and counts, and the count after joining again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, expect

from cloud_sync.protocol import instructions
from edge_agent.adapters import identity
from popshop.shop.client import AgentRefused
from tests.hostile_hq import Honest, HttpServer, read_request
from tests.tablet_hands import SIZES, area, assert_well_drawn, shot
from tests.tablet_shop import TabletShop, joined, tablet_shop, wait_for

AT = "2026-05-01T04:00:00Z"


class Headquarters:
    """Takes every epoch's rows, and tells the newest what a test has it tell. May refuse the store."""

    def __init__(self) -> None:
        self.epochs: defaultdict[int, Honest] = defaultdict(Honest)
        self.fence = ""

    def __call__(self, handler: Any, body: bytes) -> None:
        if self.fence:
            said = {"reason": self.fence, "message": "two machines", "acked": 0, "hash": ""}
            handler.reply(409, msgspec.json.encode(said))
        else:
            self.epochs[read_request(handler, body).epoch](handler, body)

    def tells(self, epoch: int, instruction: instructions.Instruction) -> None:
        down = self.epochs[epoch].down
        down.append(instructions.write(len(down) + 1, epoch, AT, instruction))


@pytest.fixture(scope="module")
def headquarters() -> Headquarters:
    return Headquarters()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, headquarters: Headquarters) -> Iterator[TabletShop]:
    with (
        HttpServer(headquarters) as server,
        tablet_shop(tmp_path_factory.mktemp("stock"), server.url) as found,
    ):
        yield found


def stock(shop: TabletShop, sku: str) -> dict[str, Any]:
    """A product as the agent's API tells it."""
    return next(row for row in shop.staff.get("/api/stock")["stock"] if row["sku"] == sku)


def ware(page: Page, words: str) -> Any:
    return page.locator(".ware", has_text=words)


def types(page: Page, figure: int) -> None:
    for digit in str(figure):
        page.locator(".sheet .key", has_text=digit).tap()


def closes(page: Page) -> None:
    page.locator(".sheet > .buttons").get_by_text("Close").tap()
    expect(page.locator(".sheet")).to_have_count(0)


def goes_on(page: Page) -> None:
    """Tap the sheet's main button, no sooner than a finger would: quicker is taken for a double tap."""
    page.wait_for_timeout(400)
    page.locator(".sheet .main").tap()


def opens(page: Page, product: str, act: str) -> None:
    ware(page, product).tap()
    page.locator(".acts").get_by_text(act).tap()


def test_a_box_is_received_filled_into_a_slot_sold_counted_blind_and_the_difference_posted(
    shop: TabletShop, pages: Any
) -> None:
    page = pages("en")
    area(page, "stock")
    cream = ware(page, "Hand cream")
    expect(cream).to_contain_text("Sold out")
    opens(page, "Hand cream", "Receive")
    types(page, 12)
    page.get_by_text("Post 12").tap()
    expect(page.locator(".told")).to_contain_text("12 received")
    closes(page)
    assert stock(shop, "C2")["available"] == 12
    opens(page, "Hand cream", "Fill a slot")
    page.locator(".choice", has_text="vm-2 · 1-06").tap()
    expect(page.locator(".stepper .figure")).to_have_text("10")
    page.get_by_text("Post 10").tap()
    expect(page.locator(".told")).to_contain_text("10 put in")
    closes(page)
    assert shop.slot("vm-2", "1-06")["count"] == 10
    shop.sell_until("vm-2", "1-06", "dispensed")
    expect(cream.locator(".cell b").first).to_have_text("11")
    ware(page, "Hand cream").tap()
    page.locator(".choice", has_text="Stock room · sellable").tap()
    expect(page.locator(".sheet")).not_to_contain_text("book says")
    types(page, 1)
    page.get_by_text("Done counting").tap()
    expect(page.locator(".delta")).to_contain_text("You counted 1, the book says 2")
    page.get_by_text("Cannot be found").tap()
    page.get_by_text("Post −1").tap()
    expect(page.locator(".told")).to_contain_text("Posted: 1 (−1)")
    closes(page)
    assert (stock(shop, "C2")["available"], stock(shop, "C2")["room"]["available"]) == (10, 1)


def test_a_slip_is_taken_back_and_a_box_for_another_store_gets_its_number(
    shop: TabletShop, pages: Any
) -> None:
    page = pages("en")
    area(page, "stock")
    page.fill("input.search", "oolong")
    expect(page.locator(".ware")).to_have_count(1)
    opens(page, "oolong", "Receive")
    types(page, 99)
    page.get_by_text("Post 99").tap()
    page.locator(".sheet").get_by_text("Undo").tap()
    expect(page.locator(".told")).to_contain_text("Undone")
    closes(page)
    assert stock(shop, "B1")["room"]["available"] == 0
    opens(page, "oolong", "Receive")
    types(page, 6)
    page.get_by_text("Post 6").tap()
    closes(page)
    opens(page, "oolong", "Send")
    page.locator(".field input").fill("sh-jingan")
    types(page, 4)
    page.get_by_text("Post 4").tap()
    expect(page.locator(".big b")).to_have_text(re.compile("^[A-Z2-7]{10}$"))
    closes(page)
    assert stock(shop, "B1")["room"]["available"] == 2


def test_what_was_reserved_online_is_put_aside_and_handed_over_for_its_code(
    shop: TabletShop, headquarters: Headquarters, pages: Any
) -> None:
    page = pages("zh")
    headquarters.tells(1, instructions.Pin(reservation="R-17", sku="B1", qty=1, for_whom="H7KQ"))
    shop.sell_until("vm-2", "1-01", "dispensed")
    area(page, "stock")
    card = page.locator("article", has_text="H7KQ")
    expect(card).to_contain_text("蜜香乌龙茶", timeout=10_000)
    card.get_by_text("交给顾客").tap()
    goes_on(page)
    expect(page.locator(".told")).to_contain_text("交出 1 件")
    goes_on(page)
    expect(card).to_have_count(0)
    assert shop.staff.get("/api/pins") == {"open": []}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sheet_is_whole_and_large_enough_for_a_finger(
    shop: TabletShop, headquarters: Headquarters, pages: Any, tmp_path: Path, language: str, size: str
) -> None:
    if not shop.staff.get("/api/pins")["open"]:
        headquarters.tells(1, instructions.Pin(reservation="R-18", sku="A1", qty=2, for_whom="M2XD"))
        shop.sell_until("vm-2", "1-01", "dispensed")
        wait_for(lambda: shop.staff.get("/api/pins")["open"])
    page = pages(language, size)
    area(page, "stock")
    page.wait_for_timeout(300)
    assert_well_drawn(page)
    shot(page, f"tablet-stock-{language}" if size == "landscape" else f"portrait-stock-{language}", tmp_path)
    for act in range(6):
        page.locator(".ware").nth(2).tap()
        page.wait_for_selector(".acts")
        assert_well_drawn(page)
        if act == 0:
            shot(page, f"product-{language}-{size}", tmp_path)
        page.locator(".acts button").nth(act).tap()
        page.wait_for_selector(".sheet .halves")
        assert_well_drawn(page)
        shot(page, f"act-{act}-{language}-{size}", tmp_path)
        page.locator(".sheet .top button").tap()
    page.locator("article button").first.tap()
    page.wait_for_selector(".big")
    assert_well_drawn(page)
    shot(page, f"hand-over-{language}-{size}", tmp_path)


# From here on the store is in its second epoch.


def test_after_joining_again_every_product_is_counted_and_sells_when_headquarters_has_answered(
    shop: TabletShop, headquarters: Headquarters, pages: Any, tmp_path: Path
) -> None:
    shop.shop.stop_agent()
    known = identity.load(shop.shop.edge_data)
    assert known is not None
    joined(shop.shop, msgspec.structs.replace(known, epoch=2))
    shop.shop.start_agent()
    shop.staff.wait_until_ready(["vm-1", "vm-2"])
    page = pages("zh")
    expect(page.locator(".guide")).to_contain_text("先盘点，再销售")
    page.get_by_text("去盘点").tap()
    page.wait_for_selector("[data-area=stock]")
    expect(page.locator(".progress")).to_contain_text("已盘点 0 / 6")
    assert_well_drawn(page)
    shot(page, "tablet-count-zh", tmp_path)
    card = page.locator("article", has_text="玻尿酸")
    card.locator(".place-row").first.tap()
    for figure in (4, 6, 3):
        types(page, figure)
        goes_on(page)
        page.locator(".sheet .told").wait_for()
        goes_on(page)
    expect(page.locator(".sheet")).to_contain_text("一共 13 件")
    assert_well_drawn(page)
    goes_on(page)
    expect(page.locator(".told")).to_contain_text("已报给总部")
    goes_on(page)
    expect(page.locator(".progress")).to_contain_text("已盘点 1 / 6")
    with pytest.raises(AgentRefused):
        shop.sell("vm-1", "1-05")
    headquarters.tells(2, instructions.Grant(grant="G-1", sku="C1", qty=13, source="limbo"))
    wait_for(lambda: stock(shop, "C1")["available"] == 13, timeout_s=40)
    shop.sell_until("vm-1", "1-05", "dispensed")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_store_that_another_computer_runs_is_told_what_happened_and_what_to_do(
    shop: TabletShop, headquarters: Headquarters, pages: Any, tmp_path: Path, language: str, size: str
) -> None:
    if not headquarters.fence:
        headquarters.fence = "cloned"
        shop.staff.post("/api/stock/count", {"sku": "A1", "counted": 0}, "makes a row")
        wait_for(lambda: shop.staff.get("/api/health")["standing"]["state"] == "fenced")
    page = pages(language, size)
    title = {"zh": "另一台电脑在经营本店", "en": "another computer runs this store"}[language]
    expect(page.locator(".guide")).to_contain_text(title)
    expect(page.locator(".guide .command")).to_have_text("popshop edge join CODE")
    assert_well_drawn(page)
    shot(
        page, f"tablet-paused-{language}" if size == "landscape" else f"portrait-paused-{language}", tmp_path
    )
    area(page, "health")
    assert_well_drawn(page)
    with pytest.raises(AgentRefused, match="must_join"):
        shop.sell("vm-1", "1-05")
