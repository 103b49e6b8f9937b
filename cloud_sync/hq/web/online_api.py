"""The HTTP doors for online sellers: reservations, sales told again after a restore, and what can be had.

Each seller has a bearer token (`popshop hq seller NAME`) and its own names for reservations: asking again is safe.
Bodies are read with msgspec in a worker thread, where the database work is done too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import anyio
import msgspec
from fastapi import APIRouter, Request, Response

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.credentials import hash_token
from cloud_sync.hq.database.pool import Pool, again
from cloud_sync.hq.database.postgres_books import PostgresBooks, transaction
from cloud_sync.hq.replenishment import Replenishment
from cloud_sync.hq.rules import online, refill
from cloud_sync.hq.rules.books import WAREHOUSE, Reservation
from cloud_sync.hq.rules.rights import RightsRefused, check_qty
from cloud_sync.hq.stock_acts import check_texts
from cloud_sync.hq.web.store_api import read_body, refusal
from cloud_sync.protocol.stock_rights import POOL

MAX_AT_ONCE: Final = 6
"""Two connections of the pool's eight stay for stores and people, whatever rush there is online."""
MAX_BODY_BYTES: Final = 4_096
MAX_TTL_S: Final = 7 * 24 * 3_600
DEFAULT_TTL_S: Final = 900
TOKEN_KNOWN_FOR: Final = timedelta(seconds=2)
"""So long a new token for a seller may leave the old one working."""
STATUS: Final = {
    "malformed": 400,
    "unauthorized": 401,
    "unknown_store": 404,
    "unknown_member": 404,
    "unknown_method": 404,
    "unknown_reservation": 404,
    "refilling": 503,
}
"""Every other refusal is 409: the request is fine, the stock is not."""
_NAME: Final = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_HOWS: Final = {"warehouse": WAREHOUSE, "pickup": "picked_up", "ship": "shipped"}
_NAMES_OF_HOWS: Final = {how: name for name, how in _HOWS.items()}
_SELLER: Final = "SELECT name FROM sellers WHERE token_hash = %s"
_HAD: Final = "SELECT units FROM balances WHERE account = %s AND sku = %s"
_IN_STORES: Final = """
SELECT store, units FROM stores JOIN balances ON account = store || '/hold/' || epoch
WHERE state = 'active' AND sku = %s AND units > 0 ORDER BY store"""
_COMING_BACK: Final = """
SELECT coalesce(sum(qty), 0)::bigint FROM down_rows JOIN stores USING (store, epoch)
WHERE sku = %s AND kind = 'recall' AND answered_at IS NULL AND state = 'active'"""


class ReserveBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer wants, for `ttl_s` seconds: out of the warehouse, to pick up in `store`, or shipped from there."""

    id: str
    sku: str
    qty: int = 1
    how: Literal["warehouse", "pickup", "ship"] = "warehouse"
    store: str = ""
    ttl_s: int = DEFAULT_TTL_S


class SoldBody(msgspec.Struct, frozen=True, kw_only=True):
    """A sale that was confirmed, told again."""

    sku: str
    qty: int = 1


_reserve = msgspec.json.Decoder(ReserveBody)
_sold = msgspec.json.Decoder(SoldBody)

Act = Callable[[str, bytes], dict[str, Any]]
"""Does what a seller asks in this body."""


class OnlineSales:
    """What sellers may do, one transaction each. All raise RightsRefused."""

    def __init__(self, pool: Pool, replenishment: Replenishment, clock: Clock) -> None:
        self.pool = pool
        self.replenishment = replenishment
        self.clock = clock
        self._known: dict[str, tuple[str, datetime]] = {}

    def seller_of(self, token: str) -> str:
        """Whose token this is. Raises RightsRefused `unauthorized`."""
        now = self.clock()
        name, since = self._known.get(token, ("", now))
        if name and timedelta() <= now - since <= TOKEN_KNOWN_FOR:
            return name
        self._known.pop(token, None)
        with self.pool.connection() as connection:
            found = connection.execute(_SELLER, [hash_token(token)]).fetchone()
        if found is None:
            raise RightsRefused("unauthorized", "no online seller has this token; see `popshop hq seller`")
        self._known[token] = (str(found[0]), now)
        return str(found[0])

    def reserve(self, seller: str, raw: bytes) -> dict[str, Any]:
        """Promise units to a buyer; the same id again answers what became of it."""
        body = _reserve.decode(raw)
        wanted = self._wanted(seller, body)
        return _told(self._done(lambda books, now: online.reserve(books, wanted, now)))

    def confirm(self, seller: str, reservation: str) -> dict[str, Any]:
        """The buyer paid."""
        name = _named(seller, reservation)
        return _told(self._done(lambda books, now: online.confirm(books, name, now)))

    def cancel(self, seller: str, reservation: str) -> dict[str, Any]:
        """The buyer does not want it; a confirmed one stays sold."""
        name = _named(seller, reservation)
        return _told(self._done(lambda books, now: online.cancel(books, name, now)))

    def look(self, seller: str, reservation: str) -> dict[str, Any]:
        """A reservation as it stands."""
        name = _named(seller, reservation)

        def work(books: PostgresBooks, _now: datetime) -> Reservation:
            found = books.reservation(name)
            if found is None:
                raise RightsRefused("unknown_reservation", f"there is no reservation {reservation!r}")
            return found

        return _told(self._done(work))

    def restate(self, seller: str, reservation: str, raw: bytes) -> dict[str, Any]:
        """Tell a confirmed sale again, after headquarters was restored; once or often is the same."""
        body = _sold.decode(raw)
        check_texts(body.sku)
        check_qty(body.qty)
        sold = Reservation(
            _named(seller, reservation), body.sku, body.qty, WAREHOUSE, "", "confirmed", self.clock(), True
        )
        return _told(self._done(lambda books, now: online.restate(books, sold, now)))

    def stock(self, sku: str) -> dict[str, Any]:
        """What of a SKU can be had at once, and which stores have some to put aside (at most so many)."""
        check_texts(sku)
        with self.pool.connection() as connection:
            found = connection.execute(_HAD, [POOL, sku]).fetchone()
            stores = connection.execute(_IN_STORES, [sku]).fetchall()
        return {
            "sku": sku,
            "available": 0 if found is None else found[0],
            "stores": [{"store": store, "at_most": units} for store, units in stores],
        }

    def sold_out(self, raw: bytes) -> dict[str, Any]:
        """How many can be had after all, and how many stores are asked to give back and have not answered yet."""
        body = _reserve.decode(raw)
        available = self.stock(body.sku)["available"]
        self.replenishment.ask_for_buyer(body.sku, body.qty - available)
        with self.pool.connection() as connection:
            found = connection.execute(_COMING_BACK, [body.sku]).fetchone()
        return {"available": available, "recalled": 0 if found is None else found[0]}

    def awaited(self) -> list[str]:
        """For whom headquarters waits after a restore."""
        with transaction(self.pool) as books:
            return refill.awaited(books)

    def _wanted(self, seller: str, body: ReserveBody) -> Reservation:
        check_texts(body.sku)
        if not 1 <= body.ttl_s <= MAX_TTL_S:
            raise RightsRefused("malformed", f"ttl_s of 1 to {MAX_TTL_S} seconds, not {body.ttl_s}")
        if (body.how == WAREHOUSE) == bool(body.store) or "\0" in body.store:
            raise RightsRefused("malformed", "name a store for pickup and ship, and none for warehouse")
        return Reservation(
            id=_named(seller, body.id),
            sku=body.sku,
            qty=body.qty,
            how=_HOWS[body.how],
            store=body.store,
            state="",
            expires_at=online.lasting(body.ttl_s, self.clock()),
        )

    def _done(self, work: Callable[[PostgresBooks, datetime], Reservation]) -> Reservation:
        def attempt() -> Reservation:
            with transaction(self.pool) as books:
                return work(books, self.clock())

        return again(attempt)


def online_router(pool: Pool, replenishment: Replenishment, clock: Clock) -> APIRouter:
    """The routes that online sellers call."""
    router = APIRouter(prefix="/v1/online", tags=["online"])
    sales = OnlineSales(pool, replenishment, clock)
    limiter = anyio.CapacityLimiter(MAX_AT_ONCE)

    async def answer(request: Request, act: Act) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        raw = await read_body(request, MAX_BODY_BYTES)
        return await anyio.to_thread.run_sync(lambda: _answered(sales, token, raw, act), limiter=limiter)

    @router.post("/reservations", openapi_extra=_body("ReserveBody: {id, sku, qty, how, store, ttl_s}"))
    async def reserve(request: Request) -> Response:
        """Promise units to a buyer until they pay or `ttl_s` have passed by headquarters' clock."""
        return await answer(request, sales.reserve)

    @router.get("/reservations/{reservation}")
    async def look(request: Request, reservation: str) -> Response:
        """A reservation as it stands: pinning, reserved, confirmed, cancelled, expired, refused or handed_over."""
        return await answer(request, lambda seller, _raw: sales.look(seller, reservation))

    @router.post("/reservations/{reservation}/confirm")
    async def confirm(request: Request, reservation: str) -> Response:
        """The buyer paid: the units are sold."""
        return await answer(request, lambda seller, _raw: sales.confirm(seller, reservation))

    @router.post("/reservations/{reservation}/cancel")
    async def cancel(request: Request, reservation: str) -> Response:
        """The buyer does not want it: the units may be sold again."""
        return await answer(request, lambda seller, _raw: sales.cancel(seller, reservation))

    @router.put("/sales/{reservation}", openapi_extra=_body("SoldBody: {sku, qty}"))
    async def restate(request: Request, reservation: str) -> Response:
        """Tell a confirmed sale again after headquarters was restored: such a sale stands."""
        return await answer(request, lambda seller, raw: sales.restate(seller, reservation, raw))

    @router.get("/stock/{sku}")
    async def stock(request: Request, sku: str) -> Response:
        """What of a SKU can be had at once."""
        return await answer(request, lambda _seller, _raw: sales.stock(sku))

    return router


def _answered(sales: OnlineSales, token: str, raw: bytes, act: Act) -> Response:
    try:
        told = act(sales.seller_of(token), raw)
        return Response(msgspec.json.encode(told), media_type="application/json")
    except msgspec.MsgspecError as error:
        return refusal(400, "malformed", str(error))
    except RightsRefused as refused:
        more: dict[str, Any] = {}
        if refused.code == "sold_out":
            more = sales.sold_out(raw)
        elif refused.code == "refilling":
            more = {"awaited": sales.awaited()}
        return refusal(status_of(refused.code), refused.code, refused.message, **more)


def status_of(code: str) -> int:
    """HTTP's word for why rights were not moved."""
    return STATUS.get(code, 409)


def _named(seller: str, reservation: str) -> str:
    """A reservation's name in the books: no seller can touch another one's."""
    if _NAME.fullmatch(reservation) is None:
        raise RightsRefused("malformed", "a reservation's id is 1 to 100 of letters, digits and . _ : -")
    return f"{seller}/{reservation}"


def _told(reservation: Reservation) -> dict[str, Any]:
    return {
        "id": reservation.id.partition("/")[2],
        "sku": reservation.sku,
        "qty": reservation.qty,
        "how": _NAMES_OF_HOWS[reservation.how],
        "store": reservation.store,
        "state": reservation.state,
        "confirmed": reservation.confirmed,
        "expires_at": reservation.expires_at,
    }


def _body(sent: str) -> dict[str, Any]:
    """What OpenAPI says of a route whose body is not read by the framework."""
    return {
        "requestBody": {"description": sent, "required": True, "content": {"application/json": {}}},
        "responses": {
            "400": {"description": "{code, message}"},
            "401": {"description": "{code, message}: no seller's token"},
            "404": {"description": "{code, message}: no such reservation or store"},
            "409": {"description": "{code, message}; sold_out also {available, recalled}"},
            "503": {
                "description": "{code: refilling, message, awaited}: headquarters was restored; try later"
            },
        },
    }
