"""The HTTP doors for stores: `POST /v1/join`, `POST /v1/sync` and `POST /v1/salvage`.

Bodies are read with msgspec in a worker thread, where the database work is done too; the loop stays free.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeVar

import anyio
import msgspec
from fastapi import APIRouter, Request, Response

from cloud_sync.hq import enrolment
from cloud_sync.hq.clock import Clock
from cloud_sync.hq.metrics import Metrics
from cloud_sync.hq.rules.accept import Fenced, SyncRefused
from cloud_sync.hq.store import LogStore
from cloud_sync.hq.web import wire
from cloud_sync.protocol.session import (
    JOIN_PATH,
    MAX_SYNC_BYTES,
    SALVAGE_PATH,
    SYNC_PATH,
    Fence,
    SalvageRequest,
    SyncRequest,
)

MAX_SYNCS_AT_ONCE: Final = 4
"""Each may hold a request of MAX_SYNC_BYTES: this bounds the memory."""
BODY_TIMEOUT_S: Final = 60
REFUSAL_STATUS: Final = {"unknown_store": 403, "wrong_store": 403}

TakeRows = Callable[[str, bytes, str], Response]
"""Takes a body from a store, packed like this."""

T = TypeVar("T")
R = TypeVar("R", SyncRequest, SalvageRequest)


def store_router(logs: LogStore, metrics: Metrics, clock: Clock) -> APIRouter:
    """The routes that stores call."""
    router = APIRouter(tags=["stores"])
    slots = anyio.CapacityLimiter(MAX_SYNCS_AT_ONCE)

    async def in_thread(work: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(work, limiter=slots)

    @router.post(
        JOIN_PATH,
        openapi_extra=_body("JoinRequest: {code, epoch, machine}", "JoinReply with its token"),
    )
    async def join(request: Request) -> Response:
        """Trade a one-time code for the store's token and epoch."""
        body = await read_body(request, wire.MAX_JOIN_BYTES)

        def work() -> Response:
            reply = enrolment.join(logs.pool, wire.read_join(body), clock())
            return _json(200, reply)

        return await in_thread(work)

    @router.post(SYNC_PATH, openapi_extra=_body("SyncRequest, plain, gzip or zstd", "SyncReply"))
    async def sync(request: Request) -> Response:
        """Take a store's next rows of one stream; the answer is the watermark, after COMMIT."""

        def take(store: str, body: bytes, encoding: str) -> Response:
            with metrics.sync_seconds.time():
                taken = logs.sync(_own(wire.read_sync(body, encoding), store), clock())
            metrics.taken(taken)
            return _json(200, taken.reply)

        return await take_rows(request, take)

    @router.post(SALVAGE_PATH, openapi_extra=_body("SalvageRequest, plain, gzip or zstd", "SalvageReply"))
    async def salvage(request: Request) -> Response:
        """Keep rows of an earlier epoch aside that cannot extend what headquarters has."""

        def take(store: str, body: bytes, encoding: str) -> Response:
            return _json(200, logs.salvage(_own(wire.read_salvage(body, encoding), store), clock()))

        return await take_rows(request, take)

    async def take_rows(request: Request, take: TakeRows) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        store = await in_thread(lambda: enrolment.store_of(logs.pool, token))
        if store is None:
            metrics.refused("unauthorized")
            return refusal(401, "unauthorized", "this token is not (or no longer) a store's: join again")
        body = await read_body(request, MAX_SYNC_BYTES)
        encoding = request.headers.get("content-encoding", "").strip().lower()
        return await in_thread(lambda: _answered(metrics, lambda: take(store, body, encoding)))

    return router


def _own(request: R, store: str) -> R:
    """Raises SyncRefused for rows of another store than the token's."""
    if request.store != store:
        raise SyncRefused("wrong_store", f"this token is of store {store}, the rows are not")
    return request


def _answered(metrics: Metrics, take: Callable[[], Response]) -> Response:
    """What became of it, or why nothing was taken."""
    try:
        return take()
    except wire.WireError as error:
        metrics.refused(error.code)
        return refusal(error.status, error.code, error.message)
    except Fenced as fence:
        metrics.refused(fence.code)
        told = Fence(reason=fence.code, message=fence.message, acked=fence.acked, hash=fence.chain_hash.hex())
        return _json(409, told)
    except SyncRefused as error:
        metrics.refused(error.code)
        status = REFUSAL_STATUS.get(error.code, 400)
        return refusal(status, error.code, error.message, acked=error.acked, hash=error.chain_hash.hex())


async def read_body(request: Request, limit: int) -> bytes:
    """The body as sent, up to `limit` bytes. Raises WireError."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise wire.too_large(limit)
    except TimeoutError:
        raise wire.WireError(408, "too_slow", f"the body took longer than {BODY_TIMEOUT_S} s") from None
    return bytes(body)


def refusal(status: int, code: str, message: str, **more: object) -> Response:
    """An error as every door here tells it: {code, message, …}."""
    return _json(status, {"code": code, "message": message, **more})


def _json(status: int, value: object) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def _body(sent: str, answered: str) -> dict[str, Any]:
    """What OpenAPI says of a route whose body is not read by the framework."""
    return {
        "requestBody": {"description": sent, "required": True, "content": {"application/json": {}}},
        "responses": {
            "200": {"description": answered, "content": {"application/json": {}}},
            "400": {"description": "{code, message, acked, hash}: nothing taken; send from acked + 1"},
            "401": {"description": "{code, message}: wrong token"},
            "409": {"description": "Fence {reason, message, acked, hash}: the logs are not one chain"},
            "413": {"description": "{code, message}: over the size limit"},
        },
    }
