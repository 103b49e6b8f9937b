"""A shopper shows the order's code: scanned, it names what is to be handed over; it never hands anything over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from edge_agent.adapters.code_key import from_private
from edge_agent.domain import commands
from edge_agent.domain.pickup import code_of
from edge_agent.entrypoints.staff.pickups import just_shown
from tests.edge_live import STORE, LiveAgent


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAgent]:
    with LiveAgent(tmp_path_factory.mktemp("picking-up"), None, serve=True) as live:
        tea = commands.ListedItem("tea", "茶", "Tea", 500)
        assert live.do(commands.ListItems(live.key(), (tea,))).refusal is None
        assert live.do(commands.ReceiveStock(live.key(), "tea", 50, "supplier")).refusal is None
        yield live


@pytest.fixture(scope="module")
def kiosk(shop: LiveAgent) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {shop.agent.access.kiosk_token}", "Accept-Language": "en"}
    with httpx.Client(base_url=shop.url, trust_env=False, headers=headers) as client:
        yield client


def bought(shop: LiveAgent, channel: str = "kiosk") -> dict[str, Any]:
    line = (commands.RequestedLine("tea", 2, handover="pickup"),)
    placed = shop.do(commands.PlaceOrder(shop.key(), channel, "", line))
    assert shop.do(commands.RequestPayment(shop.key(), placed.subject, "counter")).refusal is None
    order = shop.queries.order(placed.subject)
    assert order is not None
    return order


def scan(kiosk: httpx.Client, text: str, key: str) -> httpx.Response:
    seen = kiosk.post("/api/scans", json={"device": "kiosk-1", "text": text}).json()
    assert seen["meaning"] == "order"
    return kiosk.post(f"/api/scans/{seen['id']}/use", json={}, headers={"Idempotency-Key": key})


def test_a_scanned_code_names_what_is_to_be_handed_over_and_hands_nothing_over(
    shop: LiveAgent, kiosk: httpx.Client
) -> None:
    order = bought(shop)
    told = scan(kiosk, order["pickup_code"], "k1").json()
    assert told["order"]["id"] == order["id"]
    assert [line["handover"] for line in told["handovers"]] == [f"{order['id']}-1"]
    assert told["pickup"]["standing"] == "ready"
    assert scan(kiosk, order["pickup_code"], "k1b").json()["pickup"]["standing"] == "ready"
    assert shop.do(commands.HandOver(shop.key(), f"{order['id']}-1")).refusal is None
    again = scan(kiosk, order["pickup_code"], "k2").json()
    assert again["handovers"] == []
    assert (again["pickup"]["standing"], again["pickup"]["by"]) == ("collected", "staff")
    assert again["pickup"]["at"]


def test_the_tablet_hears_which_order_was_just_shown(shop: LiveAgent, kiosk: httpx.Client) -> None:
    order = bought(shop)
    scan(kiosk, order["pickup_code"], "k1")
    (shown,) = just_shown(shop.queries, shop.agent.scanning.desk.orders_shown())
    assert (shown["order"], shown["standing"], shown["refusal"]) == (order["id"], "ready", None)


def test_codes_of_other_stores_forged_ones_and_unknown_orders_are_told_apart(
    shop: LiveAgent, kiosk: httpx.Client
) -> None:
    key, forger = shop.queries.code_key, from_private(b"f" * 32)
    assert key is not None
    wrong = {
        "order_code_elsewhere": code_of("ABCDEFGH23", "pop-9", forger.name, forger.private),
        "order_code_invalid": code_of("ABCDEFGH23", STORE, forger.name, forger.private),
        "unknown_order": code_of("ABCDEFGH23", STORE, key.name, key.private),
    }
    for code, text in wrong.items():
        assert scan(kiosk, text, code).json()["code"] == code
        (shown,) = just_shown(shop.queries, shop.agent.scanning.desk.orders_shown())
        assert shown["refusal"].code == code


def test_the_phones_page_shows_the_code_until_it_is_collected(shop: LiveAgent, kiosk: httpx.Client) -> None:
    order = bought(shop, "scan")
    page = kiosk.get(f"/shop/o/{order['id']}").text
    assert '<div class="qr"><svg' in page
    assert "Have our staff scan this" in page
    shop.do(commands.HandOver(shop.key(), f"{order['id']}-1"))
    assert "<svg" not in kiosk.get(f"/shop/o/{order['id']}").text
