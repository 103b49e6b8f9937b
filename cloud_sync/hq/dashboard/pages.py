"""The dashboard's live pages: NiceGUI keeps the line to the browser, the pages themselves are drawn purely.

Every page asks the database again in a worker thread each REFRESH_S and sends what changed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import ui
from psycopg_pool import PoolTimeout

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.credentials import Credentials
from cloud_sync.hq.dashboard import overview, parts, store_page
from cloud_sync.hq.dashboard.session import add_session_routes, language_of, signed_in
from cloud_sync.hq.dashboard.style import CSS
from cloud_sync.hq.dashboard.words import Language, word
from cloud_sync.hq.pool import Pool
from cloud_sync.hq.queries import Queries
from cloud_sync.hq.reports import Reports

REFRESH_S: Final = 1.5
CHART_DAYS: Final = 14
_FAVICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26"><rect width="26" height="26" rx="8" '
    'fill="#0d6e6e"/><rect x="7" y="8" width="12" height="12" rx="2" fill="#fff"/></svg>'
)


def mount_dashboard(app: FastAPI, pool: Pool, credentials: Credentials, clock: Clock) -> None:
    """Add the pages to headquarters' application. Once per process: NiceGUI keeps its pages globally."""
    add_session_routes(app, credentials, clock)
    views = _Views(Queries(pool), Reports(pool), clock)

    @ui.page("/", title="popshop")
    async def overview_page(request: Request) -> Response | None:
        if not signed_in(request, credentials, clock()):
            return RedirectResponse("/login", 303)
        language = language_of(request)
        await _live(language, lambda: overview.render(language, views.overview()))
        return None

    @ui.page("/stores/{store}", title="popshop")
    async def one_store(request: Request, store: str) -> Response | None:
        if not signed_in(request, credentials, clock()):
            return RedirectResponse("/login", 303)
        language = language_of(request)
        await _live(language, lambda: views.store_html(language, store))
        return None

    ui.run_with(app, title="popshop", favicon=_FAVICON, tailwind=False, show_welcome_message=False)


async def _live(language: Language, draw: Callable[[], str]) -> None:
    """Show what `draw` returns, and draw it again and again in a worker thread."""
    ui.add_css(CSS)
    alarm = ui.html("", sanitize=False)
    # What is drawn is escaped piece by piece (parts.text); the browser need not clean it again.
    page = ui.html(await asyncio.to_thread(draw), sanitize=False)

    async def refresh() -> None:
        try:
            drawn, told = await asyncio.to_thread(draw), ""
        except (psycopg.OperationalError, PoolTimeout):
            drawn = page.content
            told = f'<div class="alarm">{word(language, "database_silent")}</div>'
        if drawn != page.content:
            page.set_content(drawn)
        if told != alarm.content:
            alarm.set_content(told)

    ui.timer(REFRESH_S, refresh)


class _Views:
    """Asks the database for what a page shows."""

    def __init__(self, queries: Queries, reports: Reports, clock: Clock) -> None:
        self.queries = queries
        self.reports = reports
        self.clock = clock

    def overview(self) -> overview.Overview:
        now = self.clock()
        stores = self.queries.stores(now)
        used = Counter(store.currency for store in stores)
        currency = used.most_common(1)[0][0] if used else "CNY"
        today = max((store.today for store in stores), default=now.date())
        return overview.Overview(stores, currency, self._days(None, currency, today))

    def store_html(self, language: Language, store: str) -> str:
        now = self.clock()
        found = self.queries.stores(now, store)
        if not found:
            head = parts.bar(language, word(language, "headquarters"), "/")
            told = f'<div class="card blank"><h1>{word(language, "no_such_store")}</h1></div>'
            return parts.page(head, told)
        state = found[0]
        model = store_page.StorePage(
            store=state,
            days=self._days(store, state.currency, state.today),
            slots=self.queries.stock(store),
            devices=self.queries.devices(store),
            last_sales=self.reports.last_sales(store),
            unresolved=self.queries.unresolved_vends(store),
            quarantine=self.queries.quarantine(store),
            now=now,
        )
        return store_page.render(language, model)

    def _days(self, store: str | None, currency: str, today: date) -> list[tuple[date, int]]:
        """Takings of the last days in one currency, days without a sale too."""
        first = today - timedelta(days=CHART_DAYS - 1)
        sold = {
            row["day"]: row["takings_minor"]
            for row in self.reports.sales(["day", "currency"], store, first, today)
            if row["currency"] == currency
        }
        return [(day, sold.get(day, 0)) for day in (first + timedelta(days=n) for n in range(CHART_DAYS))]
