"""Training gateways over real HTTP beside a whole agent, and a shopper who pays through them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests
import uvicorn

from edge_agent.domain import commands
from hardware import messages
from popshop.gateways.book import Book
from popshop.gateways.keys import gateway, write_contract
from tests.edge_live import LiveAgent, eventually

CODES = {"alipay": "28763443825664394", "wechat": "134567890123456789"}
QUICK = {"first_s": 0.05, "most_s": 0.1, "give_up_s": 0.6}


class Till:
    """A store with one provider, and its shopper."""

    def __init__(self, kind: str, live: LiveAgent, url: str, book: Book) -> None:
        self.kind = kind
        self.live = live
        self.url = url
        self.book = book
        self.staff = {"Authorization": f"Bearer {live.agent.access.staff_token}"}
        self.kiosk = {"Authorization": f"Bearer {live.agent.access.kiosk_token}"}
        self._codes = int(CODES[kind])
        self._reports = 0

    def api(self, path: str, body: Any = None, *, staff: bool = False) -> requests.Response:
        headers = (self.staff if staff else self.kiosk) | {"Idempotency-Key": self.live.key()}
        return requests.post(f"{self.live.url}{path}", json=body or {}, headers=headers, timeout=10)

    def next(self, behaviour: str) -> None:
        requests.post(f"{self.url}/training/next/{behaviour}", timeout=10)

    def code(self) -> str:
        """A new code on the phone."""
        self._codes += 1
        return str(self._codes)

    def order(self) -> str:
        placed = self.api("/api/orders", {"channel": "kiosk", "lines": [{"sku": "A", "qty": 1}]})
        assert placed.status_code == 201, placed.text
        return str(placed.json()["id"])

    def show_code(self, order: str, code: str = "") -> dict[str, Any]:
        shown = {"method": self.kind, "pay_code": code or self.code()}
        return dict(self.api(f"/api/orders/{order}/payments", shown).json())

    def look(self, order: str) -> dict[str, Any]:
        return self.live.queries.order(order) or {}

    def payment(self, order: str) -> str:
        return str((self.look(order).get("payment") or {}).get("state", ""))

    def becomes(self, order: str, state: str) -> None:
        eventually(lambda: self.payment(order) == state, what=f"a payment that is {state}")

    def vend_fails(self, order: str) -> None:
        """The machine is certain that nothing came out."""
        self._reports += 1
        vend = self.look(order)["vends"][0]
        failed = messages.VendFailed(command_id=vend["id"], slot=vend["slot"], code="EJC")
        name = f"vm-1/b-{self._reports}"
        self.live.do(commands.DeviceReported(name, "vm-1", "b", self._reports, "", failed, "", b""))

    def tell(self, payment: str, *, forged: bool = False, times: int = 1) -> list[int]:
        """Have the gateway send notifications."""
        path = f"{self.url}/training/notify/{payment}?times={times}&forged={str(forged).lower()}"
        return list(requests.post(path, timeout=30).json()["statuses"])

    def confirm(self, payment: str, *, late: bool = False) -> None:
        """The shopper presses pay on the phone."""
        requests.post(f"{self.url}/training/pay/{payment}?late={str(late).lower()}", timeout=30)


@contextmanager
def running_gateway(
    kind: str, folder: Path, store: Path, pace: dict[str, float]
) -> Iterator[tuple[str, Book]]:
    """A training gateway of that kind, its contract in a store's folder; its address and its book."""
    application, book = gateway(kind, folder, lambda: datetime.now(ZoneInfo("Asia/Shanghai")))
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(application, log_level="critical", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    eventually(lambda: server.started)
    write_contract(kind, folder, url, store, pace=pace)
    try:
        yield url, book
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
        book.close()


@contextmanager
def till(kind: str, folder: Path) -> Iterator[Till]:
    """An agent that pays through a training gateway of that kind."""
    with (
        running_gateway(kind, folder / "gateway", folder / "store", QUICK) as (url, book),
        LiveAgent(folder / "store", None, serve=True) as live,
    ):
        live.stock(*(("vm-1", str(slot), "A", 20) for slot in range(1, 5)))
        live.do(commands.DevicePresence("", "vm-1", messages.State(status="ready", boot="b")))
        yield Till(kind, live, url, book)
