"""The routes of posters under /staff: a list to choose from and the sheets to print, for signed-in staff only."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.entrypoints.staff import posters
from edge_agent.entrypoints.staff.session import ROOT, Sessions, language_of
from edge_agent.services.ports import Clock


def poster_routes(queries: Queries, sessions: Sessions, clock: Clock) -> APIRouter:
    """Choosing posters, and printing them by a code, the window's product or a whole device."""
    router = APIRouter(prefix=ROOT, include_in_schema=False)

    def away(request: Request) -> Response | None:
        return None if sessions.ends_at_s(request, clock.now()) else RedirectResponse(f"{ROOT}/login", 303)

    def every() -> list[posters.Poster]:
        with queries.consistent():
            return posters.every(queries.devices(), queries.labels(), queries.items())

    @router.get("/posters")
    def listing(request: Request) -> Response:
        return away(request) or HTMLResponse(
            posters.listing(language_of(request), every(), queries.own_url),
            headers={"Cache-Control": "no-store"},
        )

    @router.get("/posters/print")
    def sheets(request: Request, code: str = "", window: str = "", device: str = "") -> Response:
        if gone := away(request):
            return gone
        found = [
            each
            for each in every()
            if (each.window and each.code == window)
            or (each.device and (each.code == code or each.device == device))
        ]
        language = language_of(request)
        if not found:
            return HTMLResponse(posters.unknown(language), 404)
        page = posters.printed(language, found, queries.own_url, str(queries.store()["name"]))
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

    return router
