"""The HTTP API's part on scans: a reader of a screen's own hands one in, and a screen has one made use of."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import Field

from cloud_sync.protocol.codes.meaning import MAX_CHARS
from edge_agent.adapters.member_desk import MemberDesk
from edge_agent.adapters.payments.desk import PaymentDesk
from edge_agent.adapters.scan_desk import Scan, ScanDesk, told
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.pickup import standing
from edge_agent.domain.refusals import Refusal
from edge_agent.domain.signed_receipt import PresentReceipt
from edge_agent.entrypoints import bodies, members_api
from edge_agent.entrypoints.door import Key, MayCall, Refused, do
from edge_agent.entrypoints.payments_api import pay_by_code
from edge_agent.services.brain import Brain


class ScanBody(bodies.Body):
    """What a reader read, and which device it is of."""

    device: bodies.Name
    text: Annotated[str, Field(min_length=1, max_length=MAX_CHARS)]
    symbology: bodies.OptionalName = ""


class UseBody(bodies.Body):
    """For what: an order to pay, the visit and device that a member is at."""

    order: bodies.OptionalName = ""
    visit: bodies.OptionalName = ""
    device: bodies.OptionalName = ""


@dataclass(frozen=True, slots=True)
class Shop:
    """What uses of a scan are made of."""

    brain: Brain
    queries: Queries
    members: MemberDesk
    payments: PaymentDesk


Use = Callable[[Shop, Scan, UseBody, str], Awaitable[dict[str, Any]]]
"""Answers what became of a scan. Raises Refused."""


async def _receipt(shop: Shop, scan: Scan, body: UseBody, key: str) -> dict[str, Any]:
    done = await do(shop.brain, PresentReceipt(f"receipt:{key}", scan.text, scan.device))
    return {"order": shop.queries.order(done.subject)}


async def _payment_code(shop: Shop, scan: Scan, body: UseBody, key: str) -> dict[str, Any]:
    if not body.order:
        raise Refused("scan_no_use", "a payment code pays an order: name it")
    await pay_by_code(shop.brain, shop.payments, f"pay:{key}", body.order, scan.text)
    return {"order": shop.queries.order(body.order)}


async def _member(shop: Shop, scan: Scan, body: UseBody, key: str) -> dict[str, Any]:
    device = body.device or scan.device
    return await members_api.show(shop.brain, shop.queries, shop.members, key, scan.text, device, body.visit)


async def _coupon(shop: Shop, scan: Scan, body: UseBody, key: str) -> dict[str, Any]:
    return {"coupon": scan.text}


async def _product(shop: Shop, scan: Scan, body: UseBody, key: str) -> dict[str, Any]:
    if not scan.sku:
        raise Refused("scan_no_use", "no item of this store")
    return {"sku": scan.sku}


async def _order(shop: Shop, scan: Scan, body: UseBody, key: str) -> dict[str, Any]:
    """Whose goods these are, and how far: staff hand them over, a scan never does."""
    return picked_up(shop.queries, scan.text)


def picked_up(queries: Queries, text: str) -> dict[str, Any]:
    """The order of a pick-up code, its lines still to hand over, and how its pick-up stands. Raises Refused."""
    found = queries.order_of_code(text)
    if isinstance(found, Refusal):
        raise Refused(found.code, found.detail)
    order = queries.order(found)
    if order is None:
        raise Refused("unknown_order", found)
    waiting = [each for each in order["handovers"] if each["state"] == "requested"]
    return {"order": order, "handovers": waiting, "pickup": standing(order)}


USES: Final[Mapping[str, Use]] = {
    "receipt": _receipt,
    "payment_code": _payment_code,
    "member": _member,
    "coupon": _coupon,
    "order": _order,
    "product": _product,
}
"""By meaning."""


def scan_router(desk: ScanDesk, shop: Shop, anyone: MayCall) -> APIRouter:
    """Handing a scan in, and using one."""
    router = APIRouter()
    guarded = [Depends(anyone)]

    @router.post("/api/scans", dependencies=guarded, status_code=201)
    def scanned(body: ScanBody) -> Any:
        return told(desk.seen(body.device, body.text, body.symbology))

    @router.post("/api/scans/{scan}/use", dependencies=guarded)
    async def use(scan: str, body: UseBody, key: Key) -> Any:
        found = desk.find(scan)
        if found is None:
            raise Refused("unknown_scan", scan[:64])
        act = USES.get(found.meaning)
        if act is None:
            raise Refused("scan_no_use", found.meaning)
        answer = {"scan": found.id, "meaning": found.meaning, **await act(shop, found, body, key)}
        if found.meaning in ("payment_code", "member"):
            desk.forget(found)
        return answer

    return router
