"""Scan-to-buy: a shopper's own phone, without a login, over the agent's real HTTP server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from edge_agent.domain import commands
from tests.edge_live import LiveAgent, eventually

GTIN = "06901234567892"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[LiveAgent]:
    """A store with five units in its stock room, and nobody's machine."""
    with LiveAgent(tmp_path, None, serve=True) as live:
        tea = commands.ListedItem("tea", "茶", "Tea", 500, gtin=GTIN)
        assert live.do(commands.ListItems(live.key(), (tea,))).refusal is None
        assert live.do(commands.ReceiveStock(live.key(), "tea", 5, "supplier")).refusal is None
        yield live


@pytest.fixture
def phone(shop: LiveAgent) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shop.url, trust_env=False, headers={"Accept-Language": "en-GB"}) as client:
        yield client


def order(phone: httpx.Client, way: str, qty: int = 1, /, **more: str) -> httpx.Response:
    """Scan, choose, press the button."""
    scanned = phone.get("/shop", params={"c": GTIN})
    key = re.search(r'name="key" value="(\w+)"', scanned.text)
    assert key is not None
    return phone.post("/shop/orders", data={"sku": "tea", "key": key[1], "qty": str(qty), "way": way, **more})


def test_a_phone_buys_what_it_scanned_and_staff_hand_it_over(shop: LiveAgent, phone: httpx.Client) -> None:
    placed = order(phone, "pickup", 2)
    assert placed.status_code == 303
    where = placed.headers["location"]
    number = where.rpartition("/")[2]
    assert "10.00" in phone.get(where).text
    phone.post(f"{where}/pay", data={"method": "sandbox"})
    phone.post(f"{where}/pay", data={"method": "sandbox"})
    found = eventually(lambda: re.search(r'href="(http[^"]+/pay/[^"]+)"', phone.get(where).text))
    phone.post(found[1], data={"answer": "pay"})
    eventually(
        lambda: number in phone.get(where).text and "Show the code in the shop" in phone.get(where).text
    )
    (handover,) = shop.queries.order(number)["handovers"]  # type: ignore[index]
    assert shop.do(commands.HandOver(shop.key(), handover["handover"])).refusal is None
    assert "<h1>Done</h1>" in phone.get(where).text
    assert shop.queries.order(number)["channel"] == "scan"  # type: ignore[index]


def test_the_window_offers_only_what_needs_nobody_there(phone: httpx.Client) -> None:
    open_hours = phone.get("/shop", params={"c": GTIN}).text
    window = phone.get("/shop", params={"c": GTIN, "w": "1"}).text
    assert 'value="staff"' in open_hours
    assert 'value="staff"' not in window
    assert 'value="pickup"' in window
    assert order(phone, "staff", w="1").status_code == 400


def test_every_code_of_a_product_opens_it(shop: LiveAgent, phone: httpx.Client) -> None:
    for code in (GTIN, f"https://id.gs1.org/01/{GTIN}", f"http://shop.local/shop?c={GTIN}", "tea"):
        assert "Tea" in phone.get("/shop", params={"c": code}).text
        assert "茶" in phone.get("/shop", params={"c": code, "lang": "zh"}).text
        phone.cookies.clear()
    shop.stock(("vm1", "A1", "cola", 3))
    assert "cola" in phone.get("/shop", params={"c": "vm1/A1"}).text, (
        "the code of a slot: what the slot sells"
    )


def test_a_code_nobody_knows_gets_a_sentence(phone: httpx.Client) -> None:
    answer = phone.get("/shop", params={"c": "<script>alert(1)</script>"})
    assert answer.status_code == 404
    assert "<script>" not in answer.text


def test_an_address_stays_out_of_the_journal_and_can_be_erased(
    shop: LiveAgent, phone: httpx.Client, tmp_path: Path
) -> None:
    assert order(phone, "ship_store").status_code == 400
    placed = order(phone, "ship_store", name="Zhang Wei", phone="13800138000", address="1 Nanjing Road")
    number = placed.headers["location"].rpartition("/")[2]
    known = shop.agent.contacts.of(number)
    assert known is not None
    assert known.address == "1 Nanjing Road"
    assert phone.get(f"/api/orders/{number}/contact").status_code == 401
    staff = {"Authorization": f"Bearer {shop.agent.access.staff_token}"}
    assert phone.get(f"/api/orders/{number}/contact", headers=staff).json()["name"] == "Zhang Wei"
    phone.delete(f"/api/orders/{number}/contact", headers=staff)
    assert shop.agent.contacts.of(number) is None
    kept = b"".join(path.read_bytes() for path in shop.agent.config.data.glob("*.db*"))
    assert b"Nanjing" not in kept
    assert b"13800138000" not in kept


def test_units_that_are_not_there_cannot_be_ordered(shop: LiveAgent, phone: httpx.Client) -> None:
    order(phone, "pickup", 5)
    assert phone.get("/shop", params={"c": GTIN}).text.count("Sold out") == 1


def test_one_phone_cannot_hold_the_shop_by_ordering_again_and_again(phone: httpx.Client) -> None:
    answers = [phone.post("/shop/orders", data={}).status_code for _ in range(7)]
    assert answers == [400] * 5 + [429] * 2


def test_orders_from_elsewhere_are_not_shown_to_phones(shop: LiveAgent, phone: httpx.Client) -> None:
    line = (commands.RequestedLine("tea", 1, handover="staff"),)
    placed = shop.do(commands.PlaceOrder(shop.key(), "kiosk", "", line))
    assert phone.get(f"/shop/o/{placed.subject}").status_code == 404
    assert phone.post(f"/shop/o/{placed.subject}/cancel").status_code == 404


def test_a_sample_is_not_bought_past_its_campaign(shop: LiveAgent, phone: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {shop.agent.access.kiosk_token}", "Idempotency-Key": "s-1"}
    body = {"lines": [{"sku": "tea", "qty": 1, "handover": "sample"}]}
    assert phone.post("/api/orders", json=body, headers=headers).json()["code"] == "samples_only"
