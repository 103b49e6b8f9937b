"""The online channel over HTTP on a real PostgreSQL: nothing is sold twice, and no sale is lost that could be made."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from httpx import Response

from cloud_sync.hq.chores import expire_reservations
from cloud_sync.hq.database.verify import verify
from tests.hq_stock import Shop, StockHq, started
from tests.journal_rows import cash, item, planned

hq = pytest.fixture(started)
PATH = "/v1/online/reservations"


class Seller:
    """An online channel with its token."""

    def __init__(self, hq: StockHq, name: str = "taobao") -> None:
        self.hq = hq
        self.token = hq.post("/api/sellers", name=name)["token"]

    def ask(self, method: str, path: str, **body: Any) -> Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer: Response = self.hq.client.request(method, path, json=body, headers=headers)
        return answer

    def reserve(self, name: str, qty: int = 1, **more: Any) -> Response:
        return self.ask("POST", PATH, id=name, sku="A1", qty=qty, **more)

    def confirm(self, name: str) -> Response:
        return self.ask("POST", f"{PATH}/{name}/confirm")

    def state(self, name: str) -> str:
        return str(self.ask("GET", f"{PATH}/{name}").json()["state"])


@pytest.fixture
def seller(hq: StockHq) -> Seller:
    hq.post("/api/receipts", sku="A1", qty=10, receipt="L-1")
    return Seller(hq)


def accounts(hq: StockHq) -> tuple[int, int, int]:
    stock = hq.sku("A1")
    return stock["pool"], stock["reserved"], stock["sold"]


def test_a_reservation_takes_from_the_pool_and_a_confirmed_one_is_sold(hq: StockHq, seller: Seller) -> None:
    made = seller.reserve("r1", qty=3)
    assert made.status_code == 200
    assert (made.json()["state"], made.json()["id"]) == ("reserved", "r1")
    assert accounts(hq) == (7, 3, 0)
    assert seller.reserve("r1", qty=3).json() == made.json(), "a lost reply is asked for again"
    assert accounts(hq) == (7, 3, 0)
    for _ in range(2):
        assert seller.confirm("r1").json()["confirmed"] is True
    assert accounts(hq) == (7, 0, 3)
    assert seller.ask("POST", f"{PATH}/r1/cancel").json()["state"] == "confirmed", "what is sold stays sold"
    assert seller.ask("GET", "/v1/online/stock/A1").json()["available"] == 7


def test_a_cancelled_or_expired_reservation_gives_its_units_back(hq: StockHq, seller: Seller) -> None:
    seller.reserve("r1", qty=3)
    seller.reserve("r2", qty=2, ttl_s=60)
    assert seller.ask("POST", f"{PATH}/r1/cancel").json()["state"] == "cancelled"
    hq.now += timedelta(seconds=61)
    assert seller.confirm("r2").json()["code"] == "reservation_closed"
    expire_reservations(hq.pool, lambda: hq.now)
    assert seller.state("r2") == "expired"
    assert accounts(hq) == (10, 0, 0)


def test_sold_out_says_how_many_can_be_had_and_calls_idle_units_back(hq: StockHq, seller: Seller) -> None:
    shop = hq.shop("sh-01", item("A1"), *planned("1-01", "A1", 8))
    shop.sync()
    refused = seller.reserve("r1", qty=15)
    assert refused.status_code == 409
    told = {"code": "sold_out", "available": 10, "recalled": 0}
    assert refused.json() == {**told, "message": "10 of A1 can be sold, not 15"}, "no policy: left to people"
    hq.post("/api/policies", cover_days=1, minimum=2, ceiling=9)
    assert seller.reserve("r1", qty=15).json()["recalled"] == 6, "all but its minimum"
    assert seller.reserve("r1", qty=15).json()["recalled"] == 6, "it is asked for once"
    shop.sync()
    assert seller.reserve("r1", qty=15).status_code == 200
    assert accounts(hq) == (1, 15, 0)


def test_a_unit_in_a_store_is_put_aside_before_it_is_promised(hq: StockHq, seller: Seller) -> None:
    shop = hq.shop("sh-01", item("A1"), *planned("1-01", "A1", 8))
    shop.sync()
    assert seller.reserve("p1", how="pickup", store="sh-01").json()["state"] == "pinning"
    assert seller.confirm("p1").json()["code"] == "not_yet"
    shop.sync()
    assert seller.state("p1") == "reserved"
    assert seller.confirm("p1").json()["confirmed"] is True
    assert accounts(hq)[0] == 10, "the pool has nothing to do with it"
    seller.reserve("p2", qty=9, how="ship", store="sh-01")
    shop.sync()
    assert seller.state("p2") == "refused", "there were too few to spare"


def test_a_seller_sees_its_own_reservations_only(hq: StockHq, seller: Seller) -> None:
    other = Seller(hq, "tmall")
    seller.reserve("r1")
    assert other.ask("GET", f"{PATH}/r1").status_code == 404
    assert other.reserve("r1", qty=2).status_code == 200, "another seller's names are its own"
    old = seller.token
    seller.token = Seller(hq, "taobao").token
    assert seller.state("r1") == "reserved"
    hq.now += timedelta(seconds=5)
    seller.token = old
    refused = seller.reserve("r9")
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "body",
    [
        {"id": "r1", "sku": "A1", "qty": 0},
        {"id": "r/1", "sku": "A1"},
        {"id": "r1", "sku": "A1", "how": "pickup"},
        {"id": "r1", "sku": "A1", "store": "sh-01"},
        {"id": "r1", "sku": "A1", "ttl_s": 0},
        {"id": "r1", "sku": ""},
        {"id": "r1"},
        {"id": "r1", "sku": "x" * 5000},
    ],
)
def test_nonsense_is_refused_and_moves_nothing(hq: StockHq, seller: Seller, body: dict[str, Any]) -> None:
    refused = seller.ask("POST", PATH, **body)
    assert refused.status_code in (400, 413)
    assert refused.json()["message"]
    assert accounts(hq) == (10, 0, 0)


def test_while_headquarters_is_refilled_nothing_is_promised_and_sales_are_told_again(
    hq: StockHq, seller: Seller
) -> None:
    shop = hq.shop("sh-01", item("A1"), *planned("1-01", "A1", 8))
    shop.sync()
    hq.restored()
    refused = seller.reserve("r1")
    assert (refused.status_code, refused.json()["code"]) == (503, "refilling")
    assert refused.json()["awaited"] == ["sh-01"]
    for _ in range(2):
        told = seller.ask("PUT", "/v1/online/sales/r0", sku="A1", qty=4)
        assert (told.status_code, told.json()["state"]) == (200, "confirmed")
    assert accounts(hq) == (6, 0, 4)


def test_fifty_sellers_and_five_stores_some_of_them_cut_off_sell_a_thousand_units_once(hq: StockHq) -> None:
    """Half of the stores are partitioned for a while; afterwards every unit is sold, none of them twice."""
    hq.post("/api/receipts", sku="A1", qty=1000, receipt="L-1")
    hq.post("/api/policies", cover_days=1, minimum=0, ceiling=200)
    shops = [hq.shop(f"sh-{n:02}", item("A1")) for n in range(5)]
    for shop in shops:
        hq.post("/api/grants", store=shop.journal.store, sku="A1", qty=120)
        shop.sync()
    sellers = [Seller(hq, f"s-{n}") for n in range(50)]
    for shop in shops[:3]:
        shop.cut_off = True
    with ThreadPoolExecutor(50) as buyers:
        running = [buyers.submit(_buy, seller, 60, Random(n)) for n, seller in enumerate(sellers)]
        for n in range(6):
            for shop in shops:
                _trade(shop, f"{n}", 6)
        sold = sum(future.result() for future in running)
    for shop in shops:
        shop.cut_off = False
        shop.sync()
    # Healed: what stores do not sell themselves comes back when buyers ask for it.
    for turn in range(30):
        with ThreadPoolExecutor(50) as buyers:
            more = [buyers.submit(_buy, s, 100, Random(n), f"t{turn}") for n, s in enumerate(sellers)]
            sold += sum(future.result() for future in more)
        for shop in shops:
            shop.sync()
        stock = hq.sku("A1")
        if not stock["pool"] and not any(store["hold"] for store in stock["stores"]):
            break
    by_stores = sum(_sold(shop) for shop in shops)
    assert (stock["pool"], stock["reserved"]) == (0, 0)
    assert sold + by_stores == stock["sold"] == 1000
    assert all(count == 1 for count in _names(hq).values()), "none twice"
    with hq.pool.connection() as connection:
        assert verify(connection).differences == []


def _buy(seller: Seller, most: int, rng: Random, turn: str = "") -> int:
    """Buy one at a time until it is sold out; some ask twice, some change their mind. Returns what was sold."""
    sold = 0
    for n in range(most):
        name = f"b{turn}-{n}"
        answer = seller.reserve(name)
        if rng.random() < 0.1:
            answer = seller.reserve(name)
        if answer.status_code == 409:
            break
        assert answer.status_code == 200, answer.text
        if rng.random() < 0.1:
            assert seller.ask("POST", f"{PATH}/{name}/cancel").json()["state"] == "cancelled"
        else:
            assert seller.confirm(name).json()["confirmed"] is True
            sold += 1
    return sold


def _trade(shop: Shop, turn: str, most: int) -> None:
    """A store sells what it may, in touch with headquarters or not."""
    for n in range(min(most, shop.available)):
        shop.write(cash(f"{shop.journal.store}-{turn}-{n}"))
    if not shop.cut_off:
        shop.sync()


def _sold(shop: Shop) -> int:
    return sum(b'"popshop.sale.cash' in body for body in shop.journal.bodies)


def _names(hq: StockHq) -> Counter[str]:
    """How often each sale, online or in a store, was posted as sold."""
    posted = hq.get("/api/stock/A1/trace")
    while len(page := hq.get("/api/stock/A1/trace", after=posted[-1]["id"])):
        posted += page
    return Counter(
        f"{p['store']} {p['epoch']} {p['seq']} {p['reference']}" for p in posted if p["target"] == "sold"
    )
