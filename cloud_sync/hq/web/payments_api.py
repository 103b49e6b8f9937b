"""The store-facing door to headquarters' phone page: open, look, close, refund, and the book of a day.

By the store's own token; every call may be repeated with the same ids.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import anyio
import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from cloud_sync.hq import enrolment
from cloud_sync.hq.clock import Clock
from cloud_sync.hq.database.phone_queries import PhoneQueries
from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.database.stock_queries import StockQueries
from cloud_sync.hq.offline_limits import OfflineLimits, StoreLimits
from cloud_sync.hq.phone_payments import Payment, PaymentRefused, PhonePayments
from cloud_sync.hq.rules.phone_standing import standing
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.hq.web.store_api import read_body, refusal
from cloud_sync.protocol.money import MAX_MINOR
from cloud_sync.protocol.page_payments import (
    PAYMENTS_PATH,
    STATEMENTS_PATH,
    PageAsked,
    PagePayment,
    PageRefund,
    PageRefunded,
)

MAX_AT_ONCE: Final = 4
MAX_BODY_BYTES: Final = 4_096
STATUS: Final = {"malformed": 400}
Minor = Annotated[int, Field(ge=0, le=MAX_MINOR)]
Act = Callable[[str, bytes], object]


class LimitBody(BaseModel):
    """Of one way of paying, in minor units; 0: not at all."""

    method: str
    payment_minor: Minor
    total_minor: Minor | None = Field(description="null: as many payments as come")
    why: str = Field("", description="shown to people beside the limit")


def payments_router(pool: Pool, payments: PhonePayments) -> APIRouter:
    """The routes that stores call."""
    router = APIRouter(tags=["stores"])
    limiter = anyio.CapacityLimiter(MAX_AT_ONCE)

    async def answer(request: Request, act: Act) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        raw = await read_body(request, MAX_BODY_BYTES)
        return await anyio.to_thread.run_sync(lambda: _answered(pool, token, raw, act), limiter=limiter)

    @router.post(PAYMENTS_PATH + "/{payment}")
    async def create(request: Request, payment: str) -> Response:
        """Open a payment. Body: PageAsked; answer: PagePayment."""

        def act(store: str, raw: bytes) -> object:
            asked = msgspec.json.decode(raw, type=PageAsked)
            return _told(payments.create(store, payment, asked.order, asked.amount_minor, asked.currency))

        return await answer(request, act)

    @router.get(PAYMENTS_PATH + "/{payment}")
    async def look(request: Request, payment: str) -> Response:
        """How it stands."""
        return await answer(request, lambda store, _raw: _told(payments.look(store, payment)))

    @router.post(PAYMENTS_PATH + "/{payment}/close")
    async def close(request: Request, payment: str) -> Response:
        """Take no money for it any more."""
        return await answer(request, lambda store, _raw: _told(payments.close(store, payment)))

    @router.post(PAYMENTS_PATH + "/{payment}/refunds/{refund}")
    async def refund(request: Request, payment: str, refund: str) -> Response:
        """Give money back, once per refund. Body: PageRefund."""

        def act(store: str, raw: bytes) -> object:
            asked = msgspec.json.decode(raw, type=PageRefund)
            return PageRefunded(reference=payments.refund(store, payment, refund, asked.amount_minor))

        return await answer(request, act)

    @router.get(STATEMENTS_PATH + "/{day}")
    async def statement(request: Request, day: str) -> Response:
        """What moved on a day of the store's calendar."""
        return await answer(request, lambda store, _raw: payments.statement(store, day))

    return router


def add_payment_routes(
    router: APIRouter, payments: PhoneQueries, stores: StockQueries, limits: OfflineLimits, clock: Clock
) -> None:
    """For people: payments on the phone page, by signed receipt or not, and what stores take while offline."""

    @router.get("/signed-payments", tags=["payments"])
    def signed() -> list[dict[str, object]]:
        """Per store and currency: spent, open or refunded."""
        names = ("store", "currency", "state", "payments", "amount_minor")
        return [dict(zip(names, row, strict=True)) for row in payments.signed_totals()]

    @router.get("/stores/{store}/phone-payments", tags=["payments"])
    def of_store(store: str) -> list[dict[str, object]]:
        """What is not settled, then what was settled last, each with how it stands."""
        state = "" if "\0" in store else stores.store_state(store)
        if not state:
            raise RightsRefused("unknown_store", f"no store {store[:60]!r} is enrolled")
        return [
            {**msgspec.to_builtins(found), "standing": standing(found, state, clock())}
            for found in payments.of_store(store)
        ]

    @router.get("/stores/{store}/offline-limits", tags=["payments"])
    def in_force(store: str) -> StoreLimits:
        """What counts for each way of paying, and whether the store has heard of it."""
        return limits.of(store)

    @router.post("/stores/{store}/offline-limits", tags=["payments"])
    def lay_down(store: str, body: LimitBody) -> dict[str, object]:
        """What a store may take by a method while it is offline; it is told with its next sync."""
        return limits.lay_down(store, body.method, body.payment_minor, body.total_minor, body.why)

    @router.delete("/stores/{store}/offline-limits/{method}", tags=["payments"])
    def reset(store: str, method: str) -> dict[str, object]:
        """Leave it to the store's own careful limit again."""
        return limits.reset(store, method)


def _told(found: Payment | None) -> PagePayment:
    if found is None:
        raise PaymentRefused("unknown_payment", "headquarters knows no such payment of this store")
    return PagePayment(
        payment=found.payment,
        order=found.order_id,
        state=found.state,
        amount_minor=found.amount_minor,
        currency=found.currency,
        path=f"/p/{found.token}" if found.token else "",
        refunded_minor=found.refunded_minor,
    )


def _answered(pool: Pool, token: str, raw: bytes, act: Act) -> Response:
    try:
        store = enrolment.store_of(pool, token)
        if store is None:
            return refusal(401, "unauthorized", "this token is not (or no longer) a store's: join again")
        return Response(msgspec.json.encode(act(store, raw)), media_type="application/json")
    except msgspec.MsgspecError as error:
        return refusal(400, "malformed", str(error))
    except PaymentRefused as refused:
        status = 404 if refused.code == "unknown_payment" else STATUS.get(refused.code, 409)
        return refusal(status, refused.code, refused.message)
