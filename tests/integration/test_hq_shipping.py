"""The endless aisle at headquarters: stores reserve units of the pool by their own token, the warehouse sends them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from cloud_sync.hq.chores import expire_reservations
from cloud_sync.hq.database.schema_shipments import KNOWN_LINES
from cloud_sync.hq.shipments import Shipments
from cloud_sync.protocol import facts, handover_facts
from tests.hq_stock import StockHq, started

hq = pytest.fixture(started)
PATH = "/v1/store/reservations"
LINES = "SELECT store, handover, order_id, reservation, sku, qty, state, by_whom, reason FROM shipment_lines ORDER BY 2"
TO = {"name": "Li Lei", "phone": "13900139000", "address": "5 Bund"}


class Aisle:
    """A store with its token."""

    def __init__(self, hq: StockHq, store: str = "mall-a") -> None:
        self.hq, self.store = hq, store
        self.shop = hq.shop(store)
        self.token = self.shop.token

    def ask(self, method: str, path: str = "", **body: Any) -> Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer: Response = self.hq.client.request(method, PATH + path, json=body, headers=headers)
        return answer

    def reserve(self, name: str, qty: int = 1, **more: Any) -> Response:
        return self.ask("POST", id=name, sku="A1", qty=qty, **{**TO, **more})

    def ordered(self, order: str, *units: int) -> None:
        """An order of one reservation, cut into lines of so many units, was paid; headquarters hears of it."""
        self.reserve(f"{order}-W1", sum(units))
        self.ask("POST", f"/{order}-W1/confirm")
        lines = [
            facts.OrderLine(
                line=number,
                sku="A1",
                qty=qty,
                list_price_minor=900,
                price_minor=900,
                tax_rate_bp=0,
                device="",
                slot="",
                handover="ship_warehouse",
                reservation=f"{order}-W1",
            )
            for number, qty in enumerate(units, 1)
        ]
        self.shop.write(
            facts.OrderPlaced(
                order=order,
                channel="kiosk",
                device="kiosk-1",
                currency="CNY",
                total_minor=900,
                lines=lines,
                expires_at="2026-11-20T05:00:00Z",
            )
        ).sync()

    def gives_up(self, order: str, line: int, qty: int) -> None:
        self.shop.write(
            handover_facts.HandoverFailed(
                handover=f"{order}-{line}",
                order=order,
                line=line,
                how="ship_warehouse",
                sku="A1",
                qty=qty,
                reason="changed their mind",
            )
        ).sync()

    def hands_over(self, order: str, line: int, qty: int, by: str) -> None:
        self.shop.write(
            handover_facts.HandedOver(
                handover=f"{order}-{line}",
                order=order,
                line=line,
                how="ship_warehouse",
                sku="A1",
                qty=qty,
                amount_minor=900,
                currency="CNY",
                sold_at="2026-11-20T04:30:00Z",
                document="SF7",
                by=by,
            )
        ).sync()


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


def test_the_person_is_forgotten_after_thirty_days_and_all_of_what_came_to_nothing(
    hq: StockHq, aisle: Aisle
) -> None:
    aisle.reserve("a")
    aisle.reserve("b")
    aisle.ask("POST", "/b/cancel")
    hq.now += timedelta(days=31)
    Shipments(hq.pool, lambda: hq.now).forget_old()
    with hq.pool.connection() as connection:
        assert connection.execute("SELECT name, phone, address FROM shipments").fetchall() == [("", "", "")]


def listed(hq: StockHq, which: str) -> list[tuple[str, int]]:
    """(order, units to be sent) of the parcels in a list."""
    return [(each["order"], each["qty"]) for each in hq.get("/api/shipments", which=which)]


def test_what_the_store_gave_up_is_not_sent_and_is_sold_again_once_it_was_put_back(
    hq: StockHq, aisle: Aisle
) -> None:
    aisle.ordered("O-1", 2, 1)
    assert listed(hq, "to_send") == [("O-1", 3)]
    aisle.gives_up("O-1", 2, 1)
    assert listed(hq, "to_send") == [("O-1", 2)], "the other line still goes"
    with hq.pool.connection() as connection:
        # As in a database of before: what the ledgers say is taken from them when it is brought up to date.
        told = connection.execute(LINES).fetchall()
        connection.execute("DELETE FROM shipment_lines")
        connection.execute(KNOWN_LINES)
        assert connection.execute(LINES).fetchall() == told
    aisle.gives_up("O-1", 1, 2)
    assert listed(hq, "to_send") == []
    (off,) = hq.get("/api/shipments", which="given_up")
    assert (off["to_put_back"], off["reasons"]) == (3, ["changed their mind"])
    parcel = f"/api/shipments/{off['reservation']}"
    assert hq.refused(f"{parcel}/sent", document="SF1") == (409, "given_up")
    assert aisle.ask("GET", "/O-1-W1").json()["sent"] is False
    assert hq.sku("A1")["pool"] == 1
    assert hq.post(f"{parcel}/put-back")["put_back"] == 3
    assert hq.refused(f"{parcel}/put-back") == (409, "nothing_given_up")
    assert (hq.sku("A1")["pool"], hq.sku("A1")["sold"]) == (4, 0)
    assert (listed(hq, "given_up"), listed(hq, "off")) == ([], [("O-1", 0)])
    assert hq.get("/api/verify")["differences"] == []


def test_what_was_given_up_on_its_way_raises_an_alert_and_may_come_back(hq: StockHq, aisle: Aisle) -> None:
    aisle.ordered("O-1", 2)
    hq.post("/api/shipments/store:mall-a/O-1-W1/sent", document="SF1")
    aisle.gives_up("O-1", 1, 2)
    (alert,) = [each for each in hq.get("/api/alerts") if each["kind"] == "sent_though_given_up"]
    assert (alert["store"], alert["sku"], alert["qty"]) == ("mall-a", "A1", 2)
    assert hq.post("/api/shipments/store:mall-a/O-1-W1/put-back")["put_back"] == 2
    assert hq.sku("A1")["pool"] == 4


def test_what_the_shopper_has_another_way_is_not_sent_and_a_restore_forgets_no_parcel(
    hq: StockHq, aisle: Aisle
) -> None:
    aisle.ordered("O-1", 1)
    aisle.hands_over("O-1", 1, 1, by="staff")
    assert (listed(hq, "to_send"), listed(hq, "given_up")) == ([], [("O-1", 0)])
    aisle.ordered("O-2", 1)
    aisle.hands_over("O-2", 1, 1, by="headquarters")
    assert listed(hq, "to_send") == [], "the store heard from an earlier headquarters that it went"
    assert [each["document"] for each in hq.get("/api/shipments", which="sent")] == ["SF7"]
    aisle.reserve("O-3-W1")
    aisle.ask("POST", "/O-3-W1/cancel")
    assert [each["state"] for each in hq.get("/api/shipments", which="off")] == ["cancelled"]
