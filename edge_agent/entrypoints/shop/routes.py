"""The routes under /shop: a phone scans a code, chooses, orders and pays. Nobody signs in; everybody is limited."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.handover_facts import PICKUP, SHELF, SHIP_STORE, SHIP_WAREHOUSE, STAFF, VEND
from cloud_sync.protocol.phone.guard import Allowance, Guard
from edge_agent.adapters.contacts import Contact, ContactBook
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.commands import CancelOrder, Command, PlaceOrder, RequestedLine, RequestPayment
from edge_agent.domain.refusals import Refusal, sentences
from edge_agent.entrypoints.door import MayCall, Refused, ask
from edge_agent.entrypoints.phone_answers import shown
from edge_agent.entrypoints.shipping import Shipping
from edge_agent.entrypoints.shop import page
from edge_agent.entrypoints.shop.phones import LOOKS, at, fields_of, said, too_fast
from edge_agent.entrypoints.shop.scanned import MAX_CODE_CHARS, sku_of
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock

CHANNEL: Final = "scan"
PHONE_METHODS: Final = ("alipay", "sandbox")
"""Ways of paying that the phone which shows our page can do: WeChat's code must be scanned by another one."""
WAYS: Final = (VEND, SHELF, STAFF, PICKUP, SHIP_STORE, SHIP_WAREHOUSE)
"""In the order in which they are offered: what is quickest first."""
LATER: Final = frozenset({PICKUP, SHIP_STORE, SHIP_WAREHOUSE})
"""All that the code in the window offers: nobody is there to hand anything over."""
ORDERS: Final = Allowance(5, 20.0), Allowance(60, 0.5)
"""Per phone, and of all together. Phones behind one router look like one: five orders at once, then three a minute."""


@dataclass(frozen=True)
class Shop:
    """What the pages work with. `taken`: ways of paying that the store takes; `new_key` makes a form's random key."""

    brain: Brain
    queries: Queries
    clock: Clock
    contacts: ContactBook
    shipping: Shipping
    taken: Collection[str]
    new_key: Callable[[], str]

    @property
    def methods(self) -> list[str]:
        """Ways of paying that a phone can do."""
        return [method for method in PHONE_METHODS if method in self.taken]


def shop_pages(shop: Shop, staff: MayCall) -> APIRouter:
    """All routes of the phone's shop, and the staff's way to where an order is sent."""
    router = APIRouter()
    looks, orders = Guard(*LOOKS), Guard(*ORDERS)

    def slow(request: Request, guard: Guard) -> Response | None:
        return too_fast(request, guard, shop.clock)

    @router.get("/shop", include_in_schema=False)
    async def look(request: Request, c: str = "", w: str = "") -> Response:
        return slow(request, looks) or _product(shop, request, c, window=w == "1")

    @router.post("/shop/orders", include_in_schema=False)
    async def place(request: Request) -> Response:
        return slow(request, orders) or await _place(shop, request, await fields_of(request))

    @router.get("/shop/o/{order}", include_in_schema=False)
    async def show(request: Request, order: str) -> Response:
        return slow(request, looks) or _order(shop, request, order)

    @router.post("/shop/o/{order}/pay", include_in_schema=False)
    async def pay(request: Request, order: str) -> Response:
        if wait := slow(request, looks):
            return wait
        found = _found(shop, order)
        payments = "" if found is None or not found["payment"] else found["payment"]["id"]
        method = (await fields_of(request)).get("method", "")
        if method not in (*shop.methods, "none"):
            return said(request, "bad_form", 400, f"/shop/o/{quote(order)}")
        # The same button pressed twice is one payment; after a closed one it is a new one.
        paying = RequestPayment(f"scan-pay:{order}:{payments}:{method}", order, method)
        return await _do(shop, request, order, paying)

    @router.post("/shop/o/{order}/cancel", include_in_schema=False)
    async def cancel(request: Request, order: str) -> Response:
        cancelling = CancelOrder(f"scan-cancel:{order}", order)
        return slow(request, looks) or await _do(shop, request, order, cancelling)

    @router.get("/api/orders/{order}/contact", dependencies=[Depends(staff)])
    def contact(order: str) -> Any:
        known = shop.contacts.of(order)
        if known is None:
            raise Refused("unknown_order", order)
        return {"order": order, "name": known.name, "phone": known.phone, "address": known.address}

    @router.delete("/api/orders/{order}/contact", dependencies=[Depends(staff)])
    def erase(order: str) -> Any:
        shop.contacts.erase(order)
        return {"order": order, "erased": True}

    return router


def _product(shop: Shop, request: Request, code: str, *, window: bool) -> Response:
    if not code:
        return said(request, "scan")
    sku = sku_of(shop.queries, code)
    listed = shop.queries.items([sku]) if sku else []
    if not listed:
        return said(request, "unknown", 404)
    to_be_had = shop.queries.to_be_had(sku)
    if SHIP_WAREHOUSE in listed[0]["ways"]:
        to_be_had[SHIP_WAREHOUSE] = page.MAX_QTY
    ways: dict[str, int] = {
        way: to_be_had[way] for way in WAYS if way in to_be_had and (way in LATER or not window)
    }
    code = code[:MAX_CODE_CHARS]
    reader = at(request, f"/shop?c={quote(code)}{'&w=1' if window else ''}")
    return shown(request, page.product(reader, listed[0], ways, shop.new_key(), code, window=window))


async def _place(shop: Shop, request: Request, form: dict[str, str]) -> Response:
    qty, way, key = form.get("qty", ""), form.get("way", ""), form.get("key", "")
    offered = LATER if form.get("w") else frozenset(WAYS)
    if qty not in map(str, range(1, page.MAX_QTY + 1)) or way not in offered or not 16 <= len(key) <= 64:
        return said(request, "bad_form", 400)
    command = PlaceOrder(
        f"scan:{key}", CHANNEL, "", (RequestedLine(form.get("sku", ""), int(qty), handover=way),)
    )
    to = Contact(*(form.get(name, "").strip()[:200] for name in ("name", "phone", "address")))
    try:
        command = await shop.shipping.prepared(command, to)
    except Refused as no:
        return _refused(request, no.refusal)
    answer = await ask(shop.brain, command)
    if answer.refusal is not None:
        shop.shipping.refused(command)
        return _refused(request, answer.refusal)
    return RedirectResponse(f"/shop/o/{answer.subject}", status_code=303)


def _order(shop: Shop, request: Request, order: str) -> Response:
    found = _found(shop, order)
    if found is None:
        return said(request, "no_order", 404)
    zone = ZoneInfo(shop.queries.store().get("timezone", "UTC"))
    until = parse_time(found["expires_at"])
    local = "" if until is None else until.astimezone(zone).strftime("%H:%M")
    return shown(request, page.order(at(request, f"/shop/o/{quote(order)}"), found, shop.methods, local))


async def _do(shop: Shop, request: Request, order: str, command: Command) -> Response:
    if _found(shop, order) is None:
        return said(request, "no_order", 404)
    answer = await ask(shop.brain, command)
    if answer.refusal is not None and answer.refusal.code != "already_paying":
        return _refused(request, answer.refusal, f"/shop/o/{quote(order)}")
    return RedirectResponse(f"/shop/o/{order}", status_code=303)


def _found(shop: Shop, order: str) -> dict[str, Any] | None:
    """An order that a phone placed; what was ordered elsewhere is nobody's business here."""
    found = shop.queries.order(order)
    return found if found is not None and found["channel"] == CHANNEL else None


def _refused(request: Request, refusal: Refusal, here: str = "/shop") -> Response:
    status, zh, en = sentences(refusal)
    return shown(request, page.refused(at(request, here), (zh, en)), status)
