"""The endless aisle at headquarters: stores reserve units of the pool by their own token, the warehouse sends them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from cloud_sync.hq.chores import expire_reservations
from cloud_sync.hq.shipments import Shipments
from tests.hq_stock import StockHq, started

hq = pytest.fixture(started)
PATH = "/v1/store/reservations"
TO = {"name": "Li Lei", "phone": "13900139000", "address": "5 Bund"}


class Aisle:
    """A store with its token."""

    def __init__(self, hq: StockHq, store: str = "mall-a") -> None:
        self.hq, self.store = hq, store
        self.token = hq.shop(store).token

    def ask(self, method: str, path: str = "", **body: Any) -> Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer: Response = self.hq.client.request(method, PATH + path, json=body, headers=headers)
        return answer

    def reserve(self, name: str, qty: int = 1, **more: Any) -> Response:
        return self.ask("POST", id=name, sku="A1", qty=qty, **{**TO, **more})


@pytest.fixture
def aisle(hq: StockHq) -> Aisle:
    hq.post("/api/receipts", sku="A1", qty=4, receipt="L-1")
    return Aisle(hq)


def test_a_paid_line_is_sent_by_the_warehouse_and_the_store_learns_it(hq: StockHq, aisle: Aisle) -> None:
    for _ in range(2):
        assert aisle.reserve("ORD-1", 3).json()["state"] == "reserved"
    assert hq.sku("A1")["reserved"] == 3
    assert hq.get("/api/shipments") == [], "nobody packs what is not paid"
    assert aisle.ask("POST", "/ORD-1/confirm").json()["confirmed"] is True
    (waiting,) = hq.get("/api/shipments")
    assert (waiting["name"], waiting["qty"]) == ("Li Lei", 3)
    hq.post(f"/api/shipments/{waiting['reservation']}/sent", document="SF123")
    told = aisle.ask("GET", "/ORD-1").json()
    assert (told["sent"], told["document"]) == (True, "SF123")
    assert hq.get("/api/shipments") == []


def test_the_pool_is_never_oversold_and_a_cancelled_line_gives_it_back(hq: StockHq, aisle: Aisle) -> None:
    assert aisle.reserve("a", 3).status_code == 200
    refused = aisle.reserve("b", 2)
    assert (refused.status_code, refused.json()["code"]) == (409, "sold_out")
    assert aisle.ask("POST", "/a/cancel").json()["state"] == "cancelled"
    assert hq.sku("A1")["pool"] == 4
    aisle.reserve("c", 4)
    hq.now += timedelta(hours=1)
    expire_reservations(hq.pool, lambda: hq.now)
    late = aisle.ask("POST", "/c/confirm")
    assert (late.status_code, late.json()["code"]) == (409, "reservation_closed")


def test_a_store_sees_only_its_own_and_strangers_nothing(hq: StockHq, aisle: Aisle) -> None:
    aisle.reserve("a")
    other = Aisle(hq, "mall-b")
    assert other.ask("POST", "/a/cancel").status_code == 404
    other.token = "x" * 20
    assert other.reserve("b").status_code == 401
    assert aisle.reserve("d", address="").json()["code"] == "malformed"


def test_the_person_is_forgotten_after_thirty_days(hq: StockHq, aisle: Aisle) -> None:
    aisle.reserve("a")
    hq.now += timedelta(days=31)
    Shipments(hq.pool, lambda: hq.now).forget_old()
    with hq.pool.connection() as connection:
        assert connection.execute("SELECT name, phone, address FROM shipments").fetchall() == [("", "", "")]
