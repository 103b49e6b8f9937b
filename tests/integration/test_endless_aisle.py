"""What the store has not got: the warehouse promises it, and sends it, through a real agent and a real headquarters."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from edge_agent.adapters.identity import Identity
from edge_agent.domain import commands
from tests.edge_live import LiveAgent, eventually
from tests.hq_stock import StockHq, started

hq = pytest.fixture(started)
TO = {"name": "Han Meimei", "phone": "13700137000", "address": "7 Peace Road"}


@pytest.fixture
def shop(tmp_path: Path, hq: StockHq) -> Iterator[LiveAgent]:
    """A store that joined; the pool has two units, the store none."""
    server = uvicorn.Server(uvicorn.Config(hq.client.app, log_level="error"))
    serving = threading.Thread(target=server.run, daemon=True)
    server.config.port = 0
    serving.start()
    eventually(lambda: server.started, what="headquarters")
    port = server.servers[0].sockets[0].getsockname()[1]
    hq.post("/api/receipts", sku="A1", qty=2, receipt="L-1")
    joined = Identity(
        store="mall-a",
        name="Mall A",
        timezone="Asia/Shanghai",
        currency="CNY",
        token=hq.shop("mall-a").token,
        hq_url=f"http://127.0.0.1:{port}",
    )
    with LiveAgent(tmp_path, None, identity=joined, serve=True) as live:
        assert (
            live.do(commands.ListItems(live.key(), (commands.ListedItem("A1", "A", "A", 900),))).refusal
            is None
        )
        eventually(lambda: live.queries.standing()["state"] == "ok", what="proof that the disk is the latest")
        yield live
    server.should_exit = True
    serving.join()


def order(shop: LiveAgent, key: str, qty: int = 1, **more: Any) -> httpx.Response:
    body = {
        "channel": "staff",
        "lines": [{"sku": "A1", "qty": qty, "handover": "ship_warehouse"}],
        "ship_to": TO,
        "pay": "counter",
        **more,
    }
    headers = {"Authorization": f"Bearer {shop.agent.access.staff_token}", "Idempotency-Key": key}
    return httpx.post(f"{shop.url}/api/orders", json=body, headers=headers, trust_env=False)


def handover_state(shop: LiveAgent, number: str) -> str:
    return str(shop.queries.order(number)["handovers"][0]["state"])  # type: ignore[index]


def test_the_warehouse_sends_what_was_paid_in_the_store(shop: LiveAgent, hq: StockHq) -> None:
    placed = order(shop, "k-1", 2)
    assert placed.status_code == 201, placed.text
    number = placed.json()["id"]
    eventually(lambda: hq.sku("A1")["sold"] == 2, what="the confirmation")
    assert handover_state(shop, number) == "requested"
    assert order(shop, "k-2").json()["code"] == "sold_out"
    (waiting,) = hq.get("/api/shipments")
    hq.post(f"/api/shipments/{waiting['reservation']}/sent", document="SF9")
    assert shop.agent._warehouse is not None
    shop.agent._warehouse.step()
    eventually(lambda: _sent(shop, number), what="word of the shipment")
    assert shop.queries.order(number)["state"] == "completed"  # type: ignore[index]
    kept = b"".join(path.read_bytes() for path in shop.agent.config.data.glob("*.db*"))
    assert b"Han Meimei" not in kept, "the store keeps nobody's address for what the warehouse sends"


def _sent(shop: LiveAgent, number: str) -> bool:
    shop.agent._warehouse._look_at_s = 0.0  # type: ignore[union-attr]
    return handover_state(shop, number) == "done"


def test_an_order_that_is_off_gives_the_units_back_and_what_staff_give_up_is_not_sent(
    shop: LiveAgent, hq: StockHq
) -> None:
    number = order(shop, "k-1", 2, pay="").json()["id"]
    assert hq.sku("A1")["reserved"] == 2
    assert shop.do(commands.CancelOrder(shop.key(), number)).refusal is None
    eventually(lambda: hq.sku("A1")["pool"] == 2, what="the units back in the pool")

    number = order(shop, "k-2").json()["id"]
    eventually(lambda: hq.get("/api/shipments"), what="something to send")
    assert shop.do(commands.FailHandover(shop.key(), f"{number}-1", "too late")).refusal is None
    eventually(lambda: hq.get("/api/shipments") == [], what="word that it must not be sent")
    (off,) = hq.get("/api/shipments", which="given_up")
    assert (off["order"], off["reasons"]) == (number, ["too late"])
    hq.post(f"/api/shipments/{off['reservation']}/put-back")
    assert hq.sku("A1")["pool"] == 2


def test_without_an_address_nothing_is_promised(shop: LiveAgent, hq: StockHq) -> None:
    assert order(shop, "k-1", ship_to=None).json()["code"] == "address_missing"
    assert hq.sku("A1")["reserved"] == 0


def test_without_headquarters_nothing_is_sold_from_the_warehouse(tmp_path: Path) -> None:
    away = Identity(
        store="mall-a", name="A", timezone="UTC", currency="CNY", token="t", hq_url="http://127.0.0.1:9"
    )
    with LiveAgent(tmp_path, None, identity=away, serve=True) as live:
        live.do(commands.ListItems(live.key(), (commands.ListedItem("A1", "A", "A", 900),)))
        refused = order(live, "k-1")
        assert (refused.status_code, refused.json()["code"]) in (
            (503, "warehouse_offline"),
            (409, "unproven"),
        )
        assert live.queries.totals()["orders"] == {}
