"""Puts headquarters' HTTP together: the doors for stores, the API for people, and one way to tell errors.

An error is always `{code, message}`.
"""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.credentials import Credentials
from cloud_sync.hq.database.member_queries import MemberQueries
from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.database.reports import ReportError
from cloud_sync.hq.enrolment import EnrolmentError
from cloud_sync.hq.member_acts import MemberActs
from cloud_sync.hq.metrics import Metrics
from cloud_sync.hq.phone.members import member_pages_router
from cloud_sync.hq.phone.pay import pay_router
from cloud_sync.hq.phone.stores import Signs
from cloud_sync.hq.phone_payments import PhonePayments
from cloud_sync.hq.replenishment import Replenishment
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.hq.store import LogStore
from cloud_sync.hq.web.online_api import online_router, status_of
from cloud_sync.hq.web.payments_api import payments_router
from cloud_sync.hq.web.people_api import people_router
from cloud_sync.hq.web.receipt_page import receipt_router
from cloud_sync.hq.web.shipping_api import shipping_router
from cloud_sync.hq.web.store_api import refusal, store_router
from cloud_sync.hq.web.wire import WireError


def create_api(
    pool: Pool, credentials: Credentials, clock: Clock, replenishment: Replenishment | None = None
) -> FastAPI:
    """The application, over a migrated database. `replenishment` is the one whose rounds somebody runs."""
    # The interactive pages of FastAPI load from elsewhere; headquarters must work where nothing else is reachable.
    app = FastAPI(title="popshop headquarters", version="1", docs_url=None, redoc_url=None)
    metrics = Metrics()
    supply = replenishment or Replenishment(pool, clock)
    app.include_router(store_router(LogStore(pool, supply.answer_wants), metrics, clock))
    app.include_router(online_router(pool, supply, clock))
    app.include_router(shipping_router(pool, supply, clock))
    app.include_router(people_router(pool, credentials, metrics, clock))
    app.include_router(member_pages_router(MemberActs(pool, clock, credentials), MemberQueries(pool), clock))
    app.include_router(receipt_router(pool))
    payments = PhonePayments(pool, credentials, clock)
    app.include_router(payments_router(pool, payments))
    app.include_router(pay_router(payments, Signs(pool), clock))
    _tell_errors(app)
    return app


def _tell_errors(app: FastAPI) -> None:
    @app.exception_handler(WireError)
    async def wire_error(_request: Request, error: WireError) -> Response:
        return refusal(error.status, error.code, error.message)

    @app.exception_handler(EnrolmentError)
    async def enrolment_error(_request: Request, error: EnrolmentError) -> Response:
        return refusal(400, error.code, error.message)

    @app.exception_handler(RightsRefused)
    async def rights_refused(_request: Request, error: RightsRefused) -> Response:
        return refusal(status_of(error.code), error.code, error.message)

    @app.exception_handler(ReportError)
    async def report_error(_request: Request, error: ReportError) -> Response:
        return refusal(400, "bad_report", str(error))

    @app.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> Response:
        code = {401: "unauthorized", 404: "not_found"}.get(error.status_code, "refused")
        answer = refusal(error.status_code, code, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    async def malformed(_request: Request, error: RequestValidationError) -> Response:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return refusal(400, "malformed", told)

    async def database_down(_request: Request, error: Exception) -> Response:
        return refusal(503, "database", f"the database does not answer; try again ({type(error).__name__})")

    app.add_exception_handler(OperationalError, database_down)
    app.add_exception_handler(PoolTimeout, database_down)
