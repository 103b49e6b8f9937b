"""The JSON API for people's programs: reads, reports, and enrolling a store. OpenAPI at /openapi.json.

Every call but /api/health and /metrics needs the admin password, as HTTP Basic (any user name) or as a bearer token.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer
from pydantic import BaseModel, Field

from cloud_sync.hq import enrolment
from cloud_sync.hq.clock import Clock
from cloud_sync.hq.credentials import Credentials, same
from cloud_sync.hq.database.member_queries import MemberQueries
from cloud_sync.hq.database.phone_queries import PhoneQueries
from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.database.queries import Device, Quarantined, Queries, Slot, StoreState, UnresolvedVend
from cloud_sync.hq.database.reports import LastSale, Proof, Reports
from cloud_sync.hq.database.shipping_queries import ShippingQueries
from cloud_sync.hq.database.stock_queries import StockQueries
from cloud_sync.hq.database.visits import Exposure, VisitDay, Visits
from cloud_sync.hq.member_acts import MemberActs
from cloud_sync.hq.metrics import Metrics
from cloud_sync.hq.offline_limits import OfflineLimits
from cloud_sync.hq.shipments import Shipments
from cloud_sync.hq.stock_acts import StockActs
from cloud_sync.hq.web.day_api import add_day_routes
from cloud_sync.hq.web.members_api import add_member_routes
from cloud_sync.hq.web.payments_api import add_payment_routes
from cloud_sync.hq.web.shipping_api import add_shipment_routes
from cloud_sync.hq.web.stock_api import add_stock_routes

_basic = HTTPBasic(auto_error=False)
_bearer = HTTPBearer(auto_error=False)


class EnrolRequest(BaseModel):
    """A store to be written into the books; what is left out stays as it is for one that is known."""

    store: str = Field(description="a-z, 0-9 and hyphens, at most 63")
    name: str = Field("", description="on every screen; its id if left out")
    timezone: str = Field("", description="IANA name", examples=["Asia/Shanghai"])
    currency: str = Field("", description="ISO 4217", examples=["CNY"])


def people_router(pool: Pool, credentials: Credentials, metrics: Metrics, clock: Clock) -> APIRouter:
    """The routes for people and their programs."""

    def admin(
        basic: Annotated[HTTPBasicCredentials | None, Depends(_basic)],
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> None:
        given = basic.password if basic is not None else bearer.credentials if bearer is not None else ""
        if not same(given, credentials.admin_password):
            raise HTTPException(
                401,
                "this needs headquarters' admin password (credentials.json in its data folder)",
                {"WWW-Authenticate": "Basic"},
            )

    router = APIRouter()
    _add_open_routes(router, Queries(pool), metrics)
    guarded = APIRouter(prefix="/api", dependencies=[Depends(admin)])
    _add_views(guarded, Queries(pool), clock)
    _add_reports(guarded, Reports(pool), Visits(pool), Queries(pool), clock)
    _add_enrolment(guarded, pool, clock)
    add_day_routes(guarded, pool)
    add_stock_routes(guarded, StockQueries(pool), StockActs(pool, clock))
    add_shipment_routes(guarded, Shipments(pool, clock), ShippingQueries(pool))
    limits = OfflineLimits(pool, clock)
    add_payment_routes(guarded, PhoneQueries(pool), StockQueries(pool), limits, clock)
    add_member_routes(guarded, MemberActs(pool, clock, credentials), MemberQueries(pool))
    router.include_router(guarded)
    return router


def _add_open_routes(router: APIRouter, queries: Queries, metrics: Metrics) -> None:
    @router.get("/api/health", tags=["health"])
    def health() -> dict[str, str]:
        """Tell whether headquarters and its database answer."""
        queries.healthy()
        return {"status": "ok"}

    @router.get("/metrics", tags=["health"])
    def prometheus() -> Response:
        """Counters in Prometheus' text format."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_views(router: APIRouter, queries: Queries, clock: Clock) -> None:
    @router.get("/stores", tags=["views"])
    def stores() -> list[StoreState]:
        """Every store: how it is, what it sold today, what is expected, received and missing of its log."""
        return queries.stores(clock())

    @router.get("/stores/{store}/stock", tags=["views"])
    def stock(store: str) -> list[Slot]:
        """Slots with their count, par level and capacity."""
        _must_exist(queries, clock, store)
        return queries.stock(store)

    @router.get("/stores/{store}/devices", tags=["views"])
    def devices(store: str) -> list[Device]:
        """Devices with their status and faults."""
        _must_exist(queries, clock, store)
        return queries.devices(store)

    @router.get("/vends/unresolved", tags=["views"])
    def unresolved(store: str | None = None) -> list[UnresolvedVend]:
        """Vends whose outcome nobody knows yet, with their case numbers."""
        return queries.unresolved_vends(store)

    @router.get("/quarantine", tags=["views"])
    def quarantine(store: str | None = None) -> list[Quarantined]:
        """Rows that were received and kept, whose effect waits."""
        return queries.quarantine(store)


def _add_reports(router: APIRouter, reports: Reports, visits: Visits, queries: Queries, clock: Clock) -> None:
    @router.get("/sales", tags=["reports"])
    def sales(
        by: Annotated[str, Query(description="store, day, device, item, currency; commas between")] = "day",
        store: str | None = None,
        first: Annotated[date | None, Query(alias="from", description="first day, included")] = None,
        last: Annotated[date | None, Query(alias="to", description="last day, included")] = None,
    ) -> list[dict[str, Any]]:
        """Units and takings (minor units) by any cut; days are the stores' own."""
        return reports.sales([cut.strip() for cut in by.split(",") if cut.strip()], store, first, last)

    @router.get("/visits", tags=["reports"])
    def visitors(
        store: str | None = None,
        first: Annotated[date | None, Query(alias="from", description="first day, included")] = None,
        last: Annotated[date | None, Query(alias="to", description="last day, included")] = None,
    ) -> list[VisitDay]:
        """Visitors per store and day, and what they did per hundred; the newest first. Stores with a counter only."""
        return visits.days(store, first, last)

    @router.get("/exposures", tags=["reports"])
    def exposures(
        store: str | None = None,
        first: Annotated[date | None, Query(alias="from", description="first day, included")] = None,
        last: Annotated[date | None, Query(alias="to", description="last day, included")] = None,
    ) -> list[Exposure]:
        """What screens showed per store: how often it was looked at, and the mean dwell in seconds."""
        return visits.exposures(store, first, last)

    @router.get("/stores/{store}/sales/last", tags=["reports"])
    def last_sales(store: str) -> list[LastSale]:
        """The newest sales."""
        return reports.last_sales(store)

    @router.get("/stores/{store}/proof", tags=["reports"])
    def proof(store: str) -> Proof:
        """Count every kept row: nothing missing, nothing twice, takings as shown. Slow on purpose."""
        _must_exist(queries, clock, store)
        return reports.proof(store)


def _add_enrolment(router: APIRouter, pool: Pool, clock: Clock) -> None:
    @router.post("/enrolments", tags=["stores"], status_code=201)
    def enrol(asked: EnrolRequest, request: Request) -> dict[str, str]:
        """Write a store into the books and make a one-time code for it, valid for 24 hours."""
        made = enrolment.enrol(pool, asked.store, asked.name, asked.timezone, asked.currency, clock())
        return {
            "store": made.store,
            "code": made.code,
            "expires_at": made.expires_at.isoformat(),
            "join": f"{made.code}@{str(request.base_url).rstrip('/')}",
        }


def _must_exist(queries: Queries, clock: Clock, store: str) -> None:
    if not queries.stores(clock(), store):
        raise HTTPException(404, f"no store {store!r} is enrolled")
