"""A small agent for the kiosk's tests: it speaks docs/agent-api.md, keeps all in memory, does what it is told.

What a machine or a payment provider would do, a test does by calling a method.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from fastapi import FastAPI, Header, HTTPException, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse

TOKEN = "kiosk-token-of-the-test"
PLACED_AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


class FakeAgent:
    """The shop's state, and the levers a test may pull. Thread-safe where tests touch it."""

    def __init__(self, items: list[dict[str, Any]], pay_limit_s: float = 300) -> None:
        self.store = {
            "id": "mall-1",
            "name": "星光天地快闪店",
            "timezone": "Asia/Shanghai",
            "currency": "CNY",
        }
        self.entities: dict[str, dict[str, Any]] = {
            "store": {"mall-1": {**self.store, "selling": True, "notice": None}},
            "item": {item["sku"]: item for item in items},
            "order": {},
            "device": {},
            "sync": {"hq": {"state": "online"}},
            "game": {},
            "scan": {},
        }
        self.seq = 1
        self.log: list[tuple[int, dict[str, Any]]] = []
        self.answers: dict[str, tuple[int, Any]] = {}
        self.keys_seen: list[str] = []
        self.scans: dict[str, str] = {}
        self.printed: list[str] = []
        self.left: list[str] = []
        self.down = False
        self.lose_answers = 0
        self.refuse_next: dict[str, Any] | None = None
        self.pay_limit_s = pay_limit_s
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()
        self.app = self._build()
        self.url = ""

    # levers

    def change(self, kind: str, key: str, value: Any) -> None:
        """Commit an entity's new value and let the feed tell."""
        with self._lock:
            self.seq += 1
            self.entities[kind][key] = value
            self.log.append((self.seq, {"kind": kind, "key": key, "value": value}))

    @property
    def orders(self) -> list[dict[str, Any]]:
        """All orders, oldest first."""
        with self._lock:
            return list(self.entities["order"].values())

    def update(self, order_id: str, **values: Any) -> None:
        """Change an order."""
        with self._lock:
            self.change("order", order_id, {**self.entities["order"][order_id], **values})

    def equip(self, *methods: str) -> None:
        """Give the store ways to pay, a scanner, a printer, pages for phones, and a game."""
        told = [{"method": method, "usable": True, "reason": ""} for method in methods]
        equipped = {"payment_methods": told, "printer": True, "phone_url": "https://hq.example.com"}
        self.change("store", "mall-1", self.entities["store"]["mall-1"] | equipped)
        self.change("device", "sc-1", {"id": "sc-1", "kind": "scanner"})
        prizes = [{"prize": "p1", "kind": "points", "name_zh": "100 积分", "name_en": "100 points"}]
        game = {"kind": "wheel", "per": "visit", "name_zh": "大转盘", "name_en": "Wheel", "open": True}
        self.change("game", "spring", {"game": "spring", "prizes": prizes, **game})

    def scan(self, meaning: str, sku: str = "") -> None:
        """Something is held in front of the scanner."""
        scan = {"id": f"scan-{next(self._numbers)}", "device": "sc-1", "meaning": meaning, "sku": sku}
        self.scans[scan["id"]] = meaning
        self.change("scan", "sc-1", scan)

    def pay(self, order_id: str) -> None:
        """The provider says paid; machines are asked for units, staff for the rest."""
        with self._lock:
            order = self.entities["order"][order_id]
            vends: list[dict[str, Any]] = []
            handovers: list[dict[str, Any]] = []
            for line in order["lines"]:
                if line["handover"] != "vend":
                    owed = {
                        "handover": f"{order_id}-{line['line']}",
                        "line": line["line"],
                        "how": line["handover"],
                    }
                    handovers.append({**owed, "sku": line["sku"], "qty": line["qty"], "state": "requested"})
                    continue
                vend = {name: line[name] for name in ("line", "sku", "device", "slot")} | {
                    "code": None,
                    "case": None,
                }
                start = len(vends)
                vends += [
                    {"id": f"{order_id}-v{start + i}", "state": "requested", **vend}
                    for i in range(line["qty"])
                ]
            payment = {**order["payment"], "state": "paid"}
            paid = {
                "paid_minor": order["total_minor"],
                "payment": payment,
                "vends": vends,
                "handovers": handovers,
            }
            self.update(order_id, state="fulfilling", **paid)

    def hand_over(self, order_id: str) -> None:
        """Everything reached the shopper; the receipt is issued."""
        with self._lock:
            order = self.entities["order"][order_id]
            vends = [{**vend, "state": "dispensed"} for vend in order["vends"]]
            handovers = [{**each, "state": "done"} for each in order["handovers"]]
            receipt = {
                "receipt": "kiosk-1-7",
                "number": 7,
                "url": "https://hq.example.com/r/7KQ2MZPX4TBVNH3A",
            }
            self.update(order_id, state="completed", vends=vends, handovers=handovers, receipt=receipt)

    def vend(self, order_id: str, index: int, state: str, case: str | None = None) -> None:
        """The machine reports on one unit."""
        with self._lock:
            vends = [dict(vend) for vend in self.entities["order"][order_id]["vends"]]
            vends[index].update(state=state, case=case)
            self.update(order_id, vends=vends)

    # the contract

    def _guard(self, authorization: str) -> None:
        if self.down:
            raise HTTPException(502, "down")
        if authorization != f"Bearer {TOKEN}":
            raise HTTPException(401, "who are you?")

    def _once(self, key: str, act: Any) -> JSONResponse:
        with self._lock:
            self.keys_seen.append(key)
            if key not in self.answers:
                self.answers[key] = act()
            status, body = self.answers[key]
            if self.lose_answers > 0:
                self.lose_answers -= 1
                raise HTTPException(502, "the answer was lost")
            return JSONResponse(body, status)

    def _place(self, body: dict[str, Any]) -> tuple[int, Any]:
        if self.refuse_next is not None:
            refusal, self.refuse_next = self.refuse_next, None
            return 409, refusal
        order_id = f"O-{next(self._numbers):04d}"
        order = {
            "id": order_id,
            "state": "open",
            "channel": body["channel"],
            "device": body["device"],
            "currency": "CNY",
            "total_minor": self._total(body),
            "paid_minor": 0,
            "refunded_minor": 0,
            "placed_at": PLACED_AT.isoformat(),
            "expires_at": (PLACED_AT + timedelta(seconds=self.pay_limit_s)).isoformat(),
            "lines": [self._line(number, wish) for number, wish in enumerate(body["lines"], 1)],
            "payment": None,
            "vends": [],
            "handovers": [],
        }
        for wish in body["lines"]:
            item = self.entities["item"][wish["sku"]]
            self.change("item", item["sku"], {**item, "available": item["available"] - wish["qty"]})
        self.change("order", order_id, order)
        return 201, order

    def _total(self, body: dict[str, Any]) -> int:
        return sum(self.entities["item"][wish["sku"]]["price_minor"] * wish["qty"] for wish in body["lines"])

    def _line(self, number: int, wish: dict[str, Any]) -> dict[str, Any]:
        item = self.entities["item"][wish["sku"]]
        way = wish.get("handover") or next(iter(item.get("ways", ())), "vend")
        place = {"device": "vm-1", "slot": "1-03"} if way == "vend" else {"device": "", "slot": ""}
        known = {key: item[key] for key in ("sku", "name_zh", "name_en", "price_minor")}
        return {"line": number, "qty": wish["qty"], "handover": way, **place, **known}

    def _use(self, scan: str, body: dict[str, Any]) -> tuple[int, Any]:
        meaning = self.scans[scan]
        if meaning == "receipt":
            self.pay(body["order"])
        answers: dict[str, dict[str, Any]] = {
            "member": {"member": {"member": "m-1", "tier": "T2", "points_here": 320, "points_total": 400}},
            "coupon": {"coupon": "PS1.C.one"},
        }
        return 200, {"meaning": meaning} | answers.get(meaning, {})

    def _print(self, receipt: str) -> tuple[int, Any]:
        self.printed.append(receipt)
        return 202, {"receipt": receipt}

    def _request_payment(self, order_id: str, method: str) -> tuple[int, Any]:
        order = self.entities["order"][order_id]
        url = f"{self.url}/pay/{order_id}"
        url = "" if method == "counter" else url
        payment = {"id": f"{order_id}-p", "method": method, "state": "pending", "pay_url": url}
        payment["amount_minor"] = order["total_minor"]
        self.update(order_id, state="awaiting_payment", payment=payment)
        return 200, self.entities["order"][order_id]

    def _cancel(self, order_id: str) -> tuple[int, Any]:
        if self.entities["order"][order_id]["state"] not in ("open", "awaiting_payment"):
            return 409, {
                "code": "order_closed",
                "message_zh": "订单已经支付。",
                "message_en": "The order is paid.",
                "detail": None,
            }
        self.update(order_id, state="cancelled")
        return 200, self.entities["order"][order_id]

    def _build(self) -> FastAPI:
        app = FastAPI()

        @app.get("/api/snapshot")
        def snapshot(authorization: str = Header("")) -> Any:
            self._guard(authorization)
            with self._lock:
                return {"seq": self.seq, "entities": self.entities}

        @app.post("/api/orders")
        async def place(
            request: Request, idempotency_key: str = Header(), authorization: str = Header("")
        ) -> Any:
            self._guard(authorization)
            body = await request.json()
            return self._once(idempotency_key, lambda: self._place(body))

        @app.post("/api/orders/{order}/payments")
        async def payments(
            order: str, request: Request, idempotency_key: str = Header(), authorization: str = Header("")
        ) -> Any:
            self._guard(authorization)
            body = await request.json()
            return self._once(idempotency_key, lambda: self._request_payment(order, body["method"]))

        @app.post("/api/orders/{order}/cancel")
        def cancel(order: str, idempotency_key: str = Header(), authorization: str = Header("")) -> Any:
            self._guard(authorization)
            return self._once(idempotency_key, lambda: self._cancel(order))

        self._add_extras(app)

        @app.websocket("/api/feed")
        async def feed(socket: WebSocket, after: int, token: str) -> None:
            if self.down or token != TOKEN:
                await socket.close(4401)
                return
            await socket.accept()
            with suppress(WebSocketDisconnect):
                async for message in self._changes_after(after):
                    await socket.send_json(message)
                await socket.close()

        return app

    def _add_extras(self, app: FastAPI) -> None:
        """What an agent of before did not have: prices of carts, scans, games, receipts, members."""

        @app.post("/api/quote")
        async def quote(request: Request, authorization: str = Header("")) -> Any:
            self._guard(authorization)
            return {"total_minor": self._total(await request.json()), "currency": "CNY"}

        @app.post("/api/scans/{scan}/use")
        async def use(
            scan: str, request: Request, idempotency_key: str = Header(), authorization: str = Header("")
        ) -> Any:
            self._guard(authorization)
            body = await request.json()
            return self._once(idempotency_key, lambda: self._use(scan, body))

        @app.post("/api/receipts/{receipt}/print")
        def print_receipt(
            receipt: str, idempotency_key: str = Header(), authorization: str = Header("")
        ) -> Any:
            self._guard(authorization)
            return self._once(idempotency_key, lambda: self._print(receipt))

        @app.post("/api/games/{game}/play")
        def play(game: str, idempotency_key: str = Header(), authorization: str = Header("")) -> Any:
            self._guard(authorization)
            drawn = {"prize": "p1", "kind": "points", "points": 100, "order": "", "coupon": None}
            return self._once(idempotency_key, lambda: (201, drawn))

        @app.delete("/api/members/session")
        def leave(device: str) -> Any:
            self.left.append(device)
            return {"member": None}

    async def _changes_after(self, after: int) -> AsyncIterator[dict[str, Any]]:
        quiet_s = 5.0
        while not self.down:
            with self._lock:
                changes = [change for seq, change in self.log if seq > after]
                after = self.seq
            if changes or quiet_s >= 5:
                quiet_s = 0.0
                yield {"seq": after, "changes": changes}
            await asyncio.sleep(0.05)
            quiet_s += 0.05


@contextmanager
def serving(agent: FakeAgent) -> Iterator[FakeAgent]:
    """Serve the agent on a free port of this computer."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        agent.down = True

    agent.app.router.lifespan_context = lifespan
    config = uvicorn.Config(
        agent.app, host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="fake-agent")
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the fake agent did not start")
            thread.join(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        agent.url = f"http://127.0.0.1:{port}"
        yield agent
    finally:
        agent.down = True
        server.should_exit = True
        thread.join()
