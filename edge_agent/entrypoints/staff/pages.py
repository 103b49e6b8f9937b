"""The tablet's live page: NiceGUI keeps the line to the browser, the page itself is drawn purely.

Each open tablet reads the store again every REFRESH_S in a worker thread; its deeds go through the brain.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import msgspec
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from edge_agent.entrypoints.access import Access
from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.day_sheets import of_report
from edge_agent.entrypoints.staff.errands import carry_out
from edge_agent.entrypoints.staff.poster_routes import poster_routes
from edge_agent.entrypoints.staff.session import ROOT, Sessions, language_of, session_routes
from edge_agent.entrypoints.staff.sheets import Tap, of_order
from edge_agent.entrypoints.staff.shop import Shop, Sources
from edge_agent.entrypoints.staff.style import CSS, line_lost
from edge_agent.entrypoints.staff.view import AREAS, View, answered, called, newest_shown, tapped
from edge_agent.entrypoints.staff.words import Language, word

log = structlog.get_logger(__name__)

REFRESH_S: Final = 1.0
HISTORY_LENGTH: Final = 5
"""Messages kept for a browser that was away for a moment; each is a whole page. After more it loads afresh."""
_FAVICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26"><rect width="26" height="26" rx="8" '
    'fill="#0d6e6e"/><rect x="7" y="8" width="12" height="12" rx="2" fill="#fff"/></svg>'
)

_taps = msgspec.json.Decoder(list[str])


def mount_staff_pages(app: FastAPI, sources: Sources, access: Access, new_key: Callable[[], str]) -> None:
    """Serve the tablet under /staff. Once per process: NiceGUI keeps its pages globally.

    `new_key` gives a fresh text for each deed, so that it is done once however often it is tapped.
    """
    sessions = Sessions(access)
    app.include_router(session_routes(access, sessions, sources.clock))
    app.include_router(poster_routes(sources.queries, sessions, sources.clock))

    @ui.page("/", title="popshop", reconnect_timeout=5.0)
    async def tablet(request: Request, area: str = "needs") -> Response | None:
        ends_at_s = sessions.ends_at_s(request, sources.clock.now())
        if not ends_at_s:
            return RedirectResponse(f"{ROOT}/login", 303)
        language = language_of(request)
        view = View(area if area in AREAS else "needs")
        shop = await asyncio.to_thread(sources.read, orders=view.area == "orders", day=view.area == "day")
        view = replace(view, seen=newest_shown(shop))
        ui.add_css(CSS + line_lost(language))
        live = Tablet(language, view, shop, sources, new_key, ends_at_s)
        ui.timer(REFRESH_S, live.refresh, immediate=False)
        return None

    ui.run_with(
        app,
        mount_path=ROOT,
        title="popshop",
        favicon=_FAVICON,
        tailwind=False,
        binding_refresh_interval=None,
        message_history_length=HISTORY_LENGTH,
        show_welcome_message=False,
    )


class Screen(Element, component="screen.js"):
    """HTML in the browser; see screen.js."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._props["html"] = html

    def show(self, html: str) -> None:
        """Send it when it is new."""
        if html != self._props["html"]:
            self._props["html"] = html
            self.update()


class Tablet:
    """One open page: what it shows, and the taps on it."""

    def __init__(
        self,
        language: Language,
        view: View,
        shop: Shop,
        sources: Sources,
        new_key: Callable[[], str],
        ends_at_s: int,
    ) -> None:
        self._language = language
        self._view = view
        self._shop = shop
        self._sources = sources
        self._new_key = new_key
        self._ends_at_s = ends_at_s
        self._alarm = ""
        self._screen = Screen(frame.page(language, view, shop))
        self._screen.on("tap", self._tap)

    async def refresh(self) -> None:
        """Read the store again and show what changed."""
        if self._sources.clock.now().timestamp() >= self._ends_at_s:
            ui.navigate.to("login")
            return
        await self._read()
        before = self._view
        self._view = called(before, self._shop, self._new_key())
        if _needs_read(self._view) != _needs_read(before):
            await self._read()
        self._draw()

    async def _read(self) -> None:
        order, orders = of_order(self._view.sheet), self._view.area == "orders"
        try:
            self._shop = await asyncio.to_thread(
                self._sources.read,
                orders=orders,
                order=order,
                day=self._view.area == "day",
                report=of_report(self._view.sheet),
                find=self._view.looks_for,
            )
            self._alarm = ""
        except (sqlite3.Error, OSError) as error:
            log.warning("tablet_cannot_read", reason=str(error))
            self._alarm = word(self._language, "storage_silent")

    def _draw(self) -> None:
        self._screen.show(frame.page(self._language, self._view, self._shop, self._alarm))

    async def _tap(self, event: GenericEventArguments) -> None:
        if self._sources.clock.now().timestamp() >= self._ends_at_s:
            ui.navigate.to("login")
            return
        before = self._view
        try:
            tap: Tap = tuple(_taps.decode(str(event.args)))
            self._view, command = tapped(before, tap, self._shop, self._new_key())
        except (KeyError, msgspec.DecodeError) as error:
            log.warning("tap_not_understood", tap=str(event.args)[:200], reason=str(error))
            return
        if command is not None:
            self._draw()
            answer = await carry_out(self._sources, command)
            await self._read()
            self._view = answered(self._view, answer, self._shop)
        elif _needs_read(self._view) != _needs_read(before):
            await self._read()
        self._draw()


def _needs_read(view: View) -> tuple[str, str, int | None, str]:
    """What of the store a view shows that is not always read."""
    return view.area, of_order(view.sheet), of_report(view.sheet), view.looks_for
