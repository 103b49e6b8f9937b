"""Where to send what stands on a kiosk: typed once, on the shopper's own phone, and kept out of the store's books."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from edge_agent.adapters.address_desk import LASTS, AddressDesk
from edge_agent.adapters.contacts import Contact
from edge_agent.domain import commands
from tests.edge_harness import HandClock
from tests.edge_live import LiveAgent

TYPED = {"name": "Zhang Wei", "phone": "13800138000", "address": "1 Nanjing Road"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAgent]:
    with LiveAgent(tmp_path_factory.mktemp("addresses"), None, serve=True) as live:
        tea = commands.ListedItem("tea", "茶", "Tea", 500)
        assert live.do(commands.ListItems(live.key(), (tea,))).refusal is None
        assert live.do(commands.ReceiveStock(live.key(), "tea", 50, "supplier")).refusal is None
        yield live


@pytest.fixture(scope="module")
def kiosk(shop: LiveAgent) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {shop.agent.access.kiosk_token}"}
    with httpx.Client(base_url=shop.url, trust_env=False, headers=headers) as client:
        yield client


@pytest.fixture
def phone() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, headers={"Accept-Language": "en"}) as client:
        yield client


def asked(kiosk: httpx.Client) -> dict[str, Any]:
    answer = kiosk.post("/api/addresses", json={"device": "kiosk-1"})
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


def placed(kiosk: httpx.Client, address: str, key: str = "") -> httpx.Response:
    line = {"sku": "tea", "qty": 1, "handover": "ship_store"}
    body = {"channel": "kiosk", "device": "kiosk-1", "lines": [line], "address": address}
    return kiosk.post("/api/orders", json=body, headers={"Idempotency-Key": key or address})


def state(shop: LiveAgent) -> list[str]:
    return [change["value"]["state"] for change in shop.agent._told() if change["kind"] == "address"]


def test_what_is_typed_on_the_phone_goes_with_the_order_and_nowhere_else(
    shop: LiveAgent, kiosk: httpx.Client, phone: httpx.Client
) -> None:
    page = asked(kiosk)
    assert state(shop) == ["waiting"]
    assert placed(kiosk, page["id"]).json()["code"] == "address_missing"
    assert 'name="address"' in phone.get(page["url"]).text
    assert state(shop) == ["opened"]
    short = phone.post(page["url"], data=TYPED | {"phone": " "})
    assert short.status_code == 400
    assert "1 Nanjing Road" in short.text, "what was typed already need not be typed again"
    assert phone.post(page["url"], data=TYPED).status_code == 200
    assert state(shop) == ["given"]
    order = placed(kiosk, page["id"], "k2")
    assert order.status_code == 201
    number = order.json()["id"]
    assert shop.agent.contacts.of(number) == Contact(**TYPED)
    assert placed(kiosk, page["id"], "k2").json()["id"] == number, "asked again, it is the same order"
    assert state(shop) == []
    assert phone.get(page["url"]).status_code == 404
    kept = b"".join(path.read_bytes() for path in shop.agent.config.data.glob("store.db*"))
    assert b"Nanjing" not in kept
    assert b"13800138000" not in kept
    assert b"Nanjing" not in kiosk.get("/api/snapshot").content


def test_the_second_phone_is_told_that_it_came_second(
    shop: LiveAgent, kiosk: httpx.Client, phone: httpx.Client
) -> None:
    page = asked(kiosk)
    phone.post(page["url"], data=TYPED)
    late = phone.post(page["url"], data=TYPED | {"address": "2 Evil Street"})
    assert late.status_code == 409
    assert "Another phone gave an address first" in late.text
    number = placed(kiosk, page["id"]).json()["id"]
    assert shop.agent.contacts.of(number) == Contact(**TYPED)


def test_a_shopper_who_leaves_leaves_no_address(
    shop: LiveAgent, kiosk: httpx.Client, phone: httpx.Client
) -> None:
    page = asked(kiosk)
    phone.post(page["url"], data=TYPED)
    kiosk.delete(f"/api/addresses/{page['id']}")
    assert placed(kiosk, page["id"]).json()["code"] == "address_missing"
    again = asked(kiosk)
    phone.post(again["url"], data=TYPED)
    asked(kiosk)
    assert placed(kiosk, again["id"]).json()["code"] == "address_missing", "the next shopper's page voids it"
    assert phone.post(f"{shop.url}/api/addresses", json={"device": "kiosk-1"}).status_code == 401


def test_what_the_store_has_none_of_the_warehouse_may_send_unless_it_spoils(
    shop: LiveAgent, kiosk: httpx.Client, phone: httpx.Client
) -> None:
    bowl = commands.ListedItem("bowl", "碗", "Bowl", 900)
    milk = commands.ListedItem("milk", "牛奶", "Milk", 300, food=True)
    assert shop.do(commands.ListItems(shop.key(), (bowl, milk))).refusal is None

    def ways(sku: str) -> list[str]:
        found: list[str] = kiosk.get("/api/snapshot").json()["entities"]["item"][sku]["ways"]
        return found

    assert ways("bowl") == []
    shop.queries.has_warehouse = True
    try:
        assert [ways(sku) for sku in ("bowl", "milk", "tea")] == [
            ["ship_warehouse"],
            [],
            ["staff", "pickup", "ship_store"],
        ]
        assert 'value="ship_warehouse"' in phone.get(f"{shop.url}/shop", params={"c": "bowl"}).text
        assert "Sold out" in phone.get(f"{shop.url}/shop", params={"c": "milk"}).text
    finally:
        shop.queries.has_warehouse = False


def test_a_page_is_void_in_time_with_what_it_was_told() -> None:
    clock, keys = HandClock(), iter("abcdef")
    desk = AddressDesk(clock, lambda: next(keys))
    page = desk.ask("kiosk-1")
    assert desk.give(page.secret, Contact(**TYPED))
    assert desk.of(page.id) is not None
    assert "Zhang" not in repr(desk.opened(page.secret))
    clock.pass_s(LASTS.total_seconds())
    assert desk.of(page.id) is None
    assert (desk.opened(page.secret), desk.changes()) == (None, [])
