"""The endless aisle: a store reserves units of the pool for a shopper of its own, and the warehouse sends them.

A store is a seller like any other (`online_api`), by its own token; its reservations are named `store:<store>/…`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import anyio
import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from cloud_sync.hq import enrolment
from cloud_sync.hq.clock import Clock
from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.database.shipping_queries import Shipment, ShippingQueries, Which
from cloud_sync.hq.replenishment import Replenishment
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.hq.shipments import Shipments
from cloud_sync.hq.web.online_api import MAX_BODY_BYTES, OnlineSales, status_of
from cloud_sync.hq.web.store_api import read_body, refusal
from cloud_sync.protocol.warehouse import STORE_RESERVATIONS_PATH, WarehouseAsked

MAX_AT_ONCE: Final = 4
TTL_S: Final = 1_800
"""Longer than an order waits for its money; what is paid later still goes back to the shopper."""
MAX_TEXT: Final = 200
_asked: Final = msgspec.json.Decoder(WarehouseAsked)


class SentBody(BaseModel):
    """The carrier's number."""

    document: str = ""


def shipping_router(pool: Pool, replenishment: Replenishment, clock: Clock) -> APIRouter:
    """The routes that stores call."""
    router = APIRouter(prefix=STORE_RESERVATIONS_PATH, tags=["stores"])
    sales, shipments = OnlineSales(pool, replenishment, clock), Shipments(pool, clock)
    limiter = anyio.CapacityLimiter(MAX_AT_ONCE)

    async def answer(request: Request, act: Callable[[str, bytes], dict[str, Any]]) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        raw = await read_body(request, MAX_BODY_BYTES)
        return await anyio.to_thread.run_sync(lambda: _answered(pool, token, raw, act), limiter=limiter)

    def look(seller: str, reservation: str, told: dict[str, Any]) -> dict[str, Any]:
        return told | shipments.of(f"{seller}/{reservation}")

    @router.post("")
    async def reserve(request: Request) -> Response:
        """Promise units of the pool to a store's shopper. Body: WarehouseAsked."""
        return await answer(request, lambda seller, raw: _reserve(sales, shipments, seller, raw))

    @router.get("/{reservation}")
    async def state(request: Request, reservation: str) -> Response:
        """As it stands, and whether it was sent."""
        return await answer(
            request, lambda seller, _raw: look(seller, reservation, sales.look(seller, reservation))
        )

    @router.post("/{reservation}/confirm")
    async def confirm(request: Request, reservation: str) -> Response:
        """The shopper paid in the store."""
        return await answer(
            request, lambda seller, _raw: look(seller, reservation, sales.confirm(seller, reservation))
        )

    @router.post("/{reservation}/cancel")
    async def cancel(request: Request, reservation: str) -> Response:
        """The order is off: the units may be sold again, and the person is forgotten."""

        def act(seller: str, _raw: bytes) -> dict[str, Any]:
            told = sales.cancel(seller, reservation)
            if not told["confirmed"]:
                shipments.erase(f"{seller}/{reservation}")
            return told

        return await answer(request, act)

    return router


def add_shipment_routes(router: APIRouter, shipments: Shipments, queries: ShippingQueries) -> None:
    """For people at the warehouse: what is to be sent and what must not be, and saying that it went."""

    @router.get("/shipments", tags=["stock"])
    def listed(which: Which = "to_send") -> list[Shipment]:
        """Paid reservations of stores with their addresses: to_send (the oldest first), given_up, sent, or off."""
        return queries.shipments(which)

    @router.post("/shipments/{reservation:path}/sent", tags=["stock"])
    def sent(reservation: str, body: SentBody) -> dict[str, Any]:
        """It is with the carrier."""
        return shipments.sent(reservation, body.document)

    @router.post("/shipments/{reservation:path}/put-back", tags=["stock"])
    def put_back(reservation: str) -> dict[str, Any]:
        """What the store gave up stands on the shelf again, and may be sold."""
        return shipments.put_back(reservation)

    @router.delete("/shipments/{reservation:path}/person", tags=["stock"])
    def erase(reservation: str) -> dict[str, Any]:
        """Forget where it goes."""
        shipments.erase(reservation)
        return {"reservation": reservation, "erased": True}


def _reserve(sales: OnlineSales, shipments: Shipments, seller: str, raw: bytes) -> dict[str, Any]:
    asked = _asked.decode(raw)
    to = (asked.name, asked.phone, asked.address)
    if not all(text.strip() and len(text) <= MAX_TEXT and "\0" not in text for text in to):
        raise RightsRefused("malformed", f"a name, phone and address of 1 to {MAX_TEXT} characters")
    wanted = {"id": asked.id, "sku": asked.sku, "qty": asked.qty, "how": "warehouse", "ttl_s": TTL_S}
    told = sales.reserve(seller, msgspec.json.encode(wanted))
    shipments.note(f"{seller}/{asked.id}", seller.removeprefix("store:"), *to)
    return told


def _answered(pool: Pool, token: str, raw: bytes, act: Callable[[str, bytes], dict[str, Any]]) -> Response:
    try:
        store = enrolment.store_of(pool, token)
        if store is None:
            return refusal(401, "unauthorized", "this token is not (or no longer) a store's: join again")
        return Response(msgspec.json.encode(act(f"store:{store}", raw)), media_type="application/json")
    except msgspec.MsgspecError as error:
        return refusal(400, "malformed", str(error))
    except RightsRefused as refused:
        return refusal(status_of(refused.code), refused.code, refused.message)
