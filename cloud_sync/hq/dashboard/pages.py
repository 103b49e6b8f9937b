"""The dashboard's live pages: NiceGUI keeps the line to the browser, the pages themselves are drawn purely.

Every page asks the database again in a worker thread each REFRESH_S and sends what changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, NamedTuple

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import ui
from psycopg_pool import PoolTimeout

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.credentials import Credentials
from cloud_sync.hq.dashboard import parts, shipping_page, stock_page
from cloud_sync.hq.dashboard.act_routes import add_act_routes
from cloud_sync.hq.dashboard.gather import Gather
from cloud_sync.hq.dashboard.member_routes import add_member_pages
from cloud_sync.hq.dashboard.session import add_session_routes, language_of, signed_in
from cloud_sync.hq.dashboard.style import CSS
from cloud_sync.hq.dashboard.words import Language, has_word, word
from cloud_sync.hq.database.pool import Pool

REFRESH_S: Final = 1.5
REST: Final = 9
"""After drawing, an open page rests so many times as long: it never takes more than a tenth of the database."""
_FAVICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26"><rect width="26" height="26" rx="8" '
    'fill="#0d6e6e"/><rect x="7" y="8" width="12" height="12" rx="2" fill="#fff"/></svg>'
)


def mount_dashboard(app: FastAPI, pool: Pool, credentials: Credentials, clock: Clock) -> None:
    """Add the pages to headquarters' application. Once per process: NiceGUI keeps its pages globally."""
    gather = Gather(pool, clock)
    add_session_routes(app, credentials, clock)
    add_act_routes(app, pool, gather, credentials, clock)
    add_member_pages(app, pool, credentials, clock)

    def page(path: str, draw: Callable[[Language, Request], Drawn]) -> None:
        @ui.page(path, title="popshop")
        async def shown(request: Request) -> Response | None:
            if not signed_in(request, credentials, clock()):
                return RedirectResponse("/login", 303)
            language = language_of(request)
            await _live(language, request, draw(language, request), lambda: gather.banner(language))
            return None

    page("/", lambda language, _: Drawn(lambda: gather.overview_html(language)))
    page(
        "/stores/{store}",
        lambda language, asked: Drawn(lambda: gather.store_html(language, asked.path_params["store"])),
    )
    page(shipping_page.PATH, lambda language, _: Drawn(lambda: gather.shipping_html(language)))
    page("/stock", lambda language, asked: _stock(gather, language, asked.query_params.get("q", "")))
    page("/stock/item", lambda language, asked: _sku(gather, language, asked))
    ui.run_with(app, title="popshop", favicon=_FAVICON, tailwind=False, show_welcome_message=False)


class Drawn(NamedTuple):
    """A page: what is drawn again and again, and what stands above it and does not change."""

    body: Callable[[], str]
    above: str = ""


def _stock(gather: Gather, language: Language, wanted: str) -> Drawn:
    return Drawn(lambda: gather.stock_html(language, wanted), stock_page.head(language, wanted))


def _sku(gather: Gather, language: Language, asked: Request) -> Drawn:
    sku, page = asked.query_params.get("sku", ""), asked.query_params.get("page", "1")
    number = int(page) if page.isdecimal() and len(page) < 9 else 1
    return Drawn(lambda: gather.sku_html(language, sku, number))


async def _live(language: Language, request: Request, drawn: Drawn, banner: Callable[[], str]) -> None:
    """Show what is drawn, and draw it again and again in a worker thread."""

    def draw() -> tuple[str, str]:
        return banner(), drawn.body()

    ui.add_css(CSS)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    # What is drawn is escaped piece by piece (parts.text); the browser need not clean it again.
    section = parts.section_of(request.url.path)
    ui.html(parts.bar(language, word(language, "headquarters"), here, section=section), sanitize=False)
    told = request.query_params.get("told", "")
    first_above, first_body = await asyncio.to_thread(draw)
    above = ui.html(first_above, sanitize=False)
    if has_word(f"act.{told}.done"):
        ui.html(parts.notice(word(language, f"act.{told}.done")), sanitize=False)
    if drawn.above:
        ui.html(drawn.above, sanitize=False)
    body = ui.html(first_body, sanitize=False)
    time_of_loop = asyncio.get_running_loop().time

    rest_until = 0.0

    async def refresh() -> None:
        nonlocal rest_until
        began = time_of_loop()
        if began < rest_until:
            return
        try:
            now_above, now_body = await asyncio.to_thread(draw)
        except (psycopg.OperationalError, PoolTimeout):
            now_above = f'<div class="alarm">{word(language, "database_silent")}</div>'
            now_body = body.content
        rest_until = time_of_loop() + REST * (time_of_loop() - began)
        for element, now in ((above, now_above), (body, now_body)):
            if now != element.content:
                element.set_content(now)

    ui.timer(REFRESH_S, refresh)
