"""The HTTP API of `docs/agent-api.md`: translate, ask the brain once, translate back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import PlainTextResponse

from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.identifiers import is_name
from edge_agent.adapters.sqlite_store.label_queries import entered
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain import commands, food_commands
from edge_agent.entrypoints import bodies, campaign_api, day_api, promotion_api, receipts_api, stock_api
from edge_agent.entrypoints.access import Access
from edge_agent.entrypoints.door import Key, Refused, as_json, do
from edge_agent.entrypoints.feed import Feed, Message
from edge_agent.entrypoints.orders_api import OrdersApi
from edge_agent.entrypoints.shipping import Shipping
from edge_agent.services.brain import Answer, Brain
from edge_agent.services.ports import Clock
from edge_agent.services.rules import Rules

RECENT = timedelta(minutes=10)
EnrolDevice = Callable[[str], dict[str, Any]]
"""Makes a device's user at the broker, once; answers where and as whom it signs in."""


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class Api:
    """The routes, over the brain and the queries."""

    def __init__(
        self,
        brain: Brain,
        queries: Queries,
        feed: Feed,
        access: Access,
        clock: Clock,
        health: Callable[[], dict[str, Any]],
        metrics: Callable[[], bytes],
        enrol_device: EnrolDevice | None,
        rules: Rules,
        shipping: Shipping,
    ) -> None:
        self._brain = brain
        self._queries = queries
        self._feed = feed
        self._access = access
        self._clock = clock
        self._health = health
        self._metrics = metrics
        self._enrol_device = enrol_device
        self._orders = OrdersApi(brain, queries, clock, rules, shipping, self.anyone, self.staff)
        self._rules = rules

    # ── who calls ───────────────────────────────────────────────────────────────────────────────────

    # Coroutines though they wait for nothing: FastAPI would send plain functions to a thread.

    async def anyone(self, request: Request) -> str:
        """A kiosk or staff; answers the role."""
        role = self._access.role(_token(request))
        if role is None:
            raise Refused("unauthorised")
        return role

    async def staff(self, request: Request) -> str:
        """Staff only."""
        if await self.anyone(request) != "staff":
            raise Refused("forbidden")
        return "staff"

    # ── doing ───────────────────────────────────────────────────────────────────────────────────────

    async def _do(self, command: commands.Command) -> Answer:
        return await do(self._brain, command)

    async def _device(
        self,
        command: commands.CountSlot | commands.BlockSlot | commands.UnblockSlot | food_commands.ReleaseFood,
    ) -> Response:
        await self._do(command)
        return as_json(self._queries.devices([command.device])[0])

    # ── routes ──────────────────────────────────────────────────────────────────────────────────────

    def router(self) -> APIRouter:
        """All routes."""
        router = APIRouter()
        self._orders.add_routes(router)
        self._staff_routes(router)
        self._reading_routes(router)
        campaign_api.add_routes(router, self._brain, self._queries, self.anyone, self.staff)
        stock_api.add_routes(router, self._brain, self._queries, self.staff)
        day_api.add_routes(router, self._brain, self._queries, self._clock, self.staff)
        promotion_api.add_routes(
            router, self._brain, self._queries, self._clock, self._rules.code_key, self.anyone, self.staff
        )
        receipts_api.add_routes(router, self._brain, self._queries, self.anyone, self.staff)
        return router

    def _staff_routes(self, router: APIRouter) -> None:
        staff = [Depends(self.staff)]

        @router.post("/api/refunds/{refund}/paid-out", dependencies=staff)
        async def paid_out(refund: str, key: Key) -> Any:
            return await self._orders.done(commands.PayOutRefund(f"paid-out:{key}", refund))

        @router.post("/api/vends/{vend}/settle", dependencies=staff)
        async def settle(vend: str, body: bodies.SettleBody, key: Key) -> Any:
            return await self._orders.done(
                commands.SettleVend(f"settle:{key}", vend, dispensed=body.outcome == "dispensed")
            )

        @router.post("/api/audits/{audit}/settle", dependencies=staff)
        async def settle_audit(audit: str, body: bodies.SettleAuditBody, key: Key) -> Any:
            await self._do(commands.SettleAudit(f"settle-audit:{key}", audit, body.verdict))
            return {"audit": audit, "verdict": body.verdict}

        @router.post("/api/devices/{device}/slots/{slot}/count", dependencies=staff)
        async def count(device: str, slot: str, body: bodies.CountBody, key: Key) -> Any:
            return await self._device(commands.CountSlot(f"count:{key}", device, slot, body.count))

        @router.post("/api/devices/{device}/slots/{slot}/block", dependencies=staff)
        async def block(device: str, slot: str, body: bodies.BlockBody, key: Key) -> Any:
            return await self._device(commands.BlockSlot(f"block:{key}", device, slot, body.reason))

        @router.post("/api/devices/{device}/slots/{slot}/unblock", dependencies=staff)
        async def unblock(device: str, slot: str, key: Key) -> Any:
            return await self._device(commands.UnblockSlot(f"unblock:{key}", device, slot))

        @router.post("/api/devices/{device}/release-food", dependencies=staff)
        async def release_food(device: str, body: bodies.ReleaseFoodBody, key: Key) -> Any:
            return await self._device(food_commands.ReleaseFood(f"release-food:{key}", device, body.outcome))

        @router.post("/api/devices", dependencies=staff)
        def enrol(body: bodies.DeviceBody) -> Any:
            if self._enrol_device is None:
                raise Refused("broker_not_ours", body.device)
            if not is_name(body.device):
                raise Refused("malformed", "a device's name has 1 to 63 letters, digits and hyphens")
            return self._enrol_device(body.device)

        @router.post("/api/catalogue", dependencies=staff)
        async def catalogue(body: bodies.CatalogueBody, key: Key) -> Any:
            items = tuple(commands.ListedItem(**item.model_dump()) for item in body.items)
            await self._do(commands.ListItems(f"catalogue:{key}", items))
            return {"listed": len(items)}

        @router.post("/api/planogram", dependencies=staff)
        async def planogram(body: bodies.PlanogramBody, key: Key) -> Any:
            slots = tuple(commands.PlannedSlot(**slot.model_dump()) for slot in body.slots)
            await self._do(commands.PlanSlots(f"planogram:{key}", slots))
            return {"planned": len(slots)}

        @router.post("/api/labels", dependencies=staff)
        async def labels(body: bodies.LabelsBody, key: Key) -> Any:
            planned = tuple(commands.PlannedLabel(**label.model_dump()) for label in body.labels)
            await self._do(commands.PlanLabels(f"labels:{key}", planned))
            return {"planned": len(planned)}

    def _reading_routes(self, router: APIRouter) -> None:
        @router.get("/api/snapshot")
        def snapshot(who: Annotated[str, Depends(self.anyone)]) -> Any:
            return self._feed.snapshot(rfc3339(self._clock.now() - RECENT), staff=who == "staff")

        @router.get("/api/totals", dependencies=[Depends(self.staff)])
        def totals() -> Any:
            today = self._queries.visitors(self._queries.business_day(self._clock.now()))
            return self._queries.totals() | {"visitors_today": entered(today)}

        @router.get("/api/refunds", dependencies=[Depends(self.staff)])
        def refunds() -> Any:
            return {"open": self._queries.open_refunds()}

        @router.get("/api/health")
        def health() -> Any:
            return self._health()

        @router.get("/metrics", response_class=PlainTextResponse)
        def metrics() -> PlainTextResponse:
            return PlainTextResponse(self._metrics())

        @router.websocket("/api/feed")
        async def feed(socket: WebSocket, after: int = 0, token: str = "") -> None:
            role = self._access.role(token)
            if role is None:
                await socket.close(code=4401, reason="sign in first")
                return
            await self._follow(socket, after, staff=role == "staff")

    async def _follow(self, socket: WebSocket, after: int, *, staff: bool) -> None:
        await socket.accept()
        screen = self._feed.join(staff=staff)
        gone = asyncio.ensure_future(_until_gone(socket))
        try:
            message: Message | None = await asyncio.to_thread(self._feed.catch_up, after, staff=staff)
            sent_seq = 0
            while message is not None and not gone.done():
                if message.seq >= sent_seq:
                    await socket.send_text(message.text)
                    sent_seq = message.seq
                message = await _next(screen.get(), gone)
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._feed.leave(screen)
            gone.cancel()


async def _until_gone(socket: WebSocket) -> None:
    """Ends when the other side leaves; what it sends meanwhile is of no interest."""
    try:
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
    except RuntimeError:
        return


async def _next(coming: Awaitable[Any], gone: asyncio.Future[None]) -> Any:
    task = asyncio.ensure_future(coming)
    await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        return task.result()
    task.cancel()
    return None
