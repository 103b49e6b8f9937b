"""The forms of headquarters' pages over HTTP: shown by GET, done by POST, then back to where one came from."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from cloud_sync.hq import enrolment
from cloud_sync.hq.asking import form_of
from cloud_sync.hq.clock import Clock
from cloud_sync.hq.credentials import Credentials, make_token
from cloud_sync.hq.dashboard import acts, doing, parts
from cloud_sync.hq.dashboard.acts import ACTS, MAX_FIELD_CHARS, BadField
from cloud_sync.hq.dashboard.gather import Gather
from cloud_sync.hq.dashboard.session import is_ours, language_of, signed_in
from cloud_sync.hq.dashboard.style import CSS
from cloud_sync.hq.dashboard.words import Language, word
from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.shipments import Shipments
from cloud_sync.hq.stock_acts import StockActs


def add_act_routes(app: FastAPI, pool: Pool, gather: Gather, credentials: Credentials, clock: Clock) -> None:
    """Everything that a signed-in person can do."""
    desk = _Desk(pool, gather, clock)

    @app.get("/acts/{name}", include_in_schema=False)
    async def show(request: Request, name: str) -> Response:
        if not signed_in(request, credentials, clock()):
            return RedirectResponse("/login", 303)
        if name not in ACTS:
            return RedirectResponse("/", 303)
        values = {**request.query_params, "key": make_token()}
        return await asyncio.to_thread(desk.form, request, name, values, "")

    @app.post("/acts/{name}", include_in_schema=False)
    async def act(request: Request, name: str) -> Response:
        values = await form_of(request)
        if not signed_in(request, credentials, clock()):
            return RedirectResponse("/login", 303)
        return await asyncio.to_thread(desk.act, request, name, values)


class _Desk:
    """Shows forms and does what they ask for."""

    def __init__(self, pool: Pool, gather: Gather, clock: Clock) -> None:
        self._pool = pool
        self._gather = gather
        self._clock = clock
        self._desks = doing.Desks(StockActs(pool, clock), gather.limits, Shipments(pool, clock))

    def form(self, request: Request, name: str, values: Mapping[str, str], wrong: str) -> Response:
        """The form, with what was filled in."""
        language, act = language_of(request), ACTS[name]
        stores = self._gather.store_names()
        filled = self._gather.filled(act, values)
        hints = self._gather.hints(language, act, filled)
        items = self._gather.item_names(language)
        drawn = acts.form(language, act, filled, stores, items, hints, wrong)
        asked = {field: value for field, value in values.items() if field != "key"}
        here = parts.address(f"/acts/{name}", **asked)
        return _page(language, drawn, here, values.get("back", ""), 400 if wrong else 200)

    def act(self, request: Request, name: str, values: Mapping[str, str]) -> Response:
        """Do it, and go back; or show the form again with what was wrong."""
        language = language_of(request)
        if name == "verify":
            self._gather.verify()
            back = f"/stores/{values.get('store', '')}"
            return RedirectResponse(back if is_ours(back) else "/", 303)
        if name not in ACTS:
            return RedirectResponse("/", 303)
        wrong = _wrong(language, ACTS[name], values)
        if not wrong:
            try:
                if name == "join-again":
                    return self._code(request, language, values["store"])
                doing.do(self._desks, name, values, language)
            except BadField as bad:
                wrong = str(bad)
        if wrong:
            return self.form(request, name, values, wrong)
        back = values.get("back", "")
        path, _, asked = (back if is_ours(back) else "/").partition("?")
        # What was asked for before must not be told twice.
        kept = [pair for pair in parse_qsl(asked) if pair[0] != "told"]
        return RedirectResponse(f"{path}?{urlencode([*kept, ('told', name)])}", 303)

    def _code(self, request: Request, language: Language, store: str) -> Response:
        state = self._gather.state(store)
        if state is None:
            raise BadField(word(language, "refused.unknown_store"))
        made = enrolment.enrol(self._pool, store, state.name, state.timezone, state.currency, self._clock())
        join = f"{made.code}@{str(request.base_url).rstrip('/')}"
        back = f"/stores/{store}"
        return _page(language, acts.code_page(language, store, join), back, back, 200)


def _wrong(language: Language, act: acts.Act, values: Mapping[str, str]) -> str:
    """What keeps a form from being tried at all; empty when nothing does."""
    if act.grave and values.get("sure") != "1":
        return word(language, "must_be_sure")
    for name in act.fields:
        value = values.get(name, "")
        missing = not value and name in act.asked
        if missing or len(value) > MAX_FIELD_CHARS or "\0" in value:
            return word(language, "bad_field", word(language, f"field.{name}", ""))
    return ""


def _page(language: Language, body: str, here: str, back: str, status: int) -> Response:
    """A whole page. `here` is its own address, `back` where the person came from."""
    head = parts.bar(language, word(language, "headquarters"), here, section=parts.section_of(back))
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>popshop · {word(language, 'headquarters')}</title><style>{CSS}</style></head>"
        f"<body>{head}{body}</body></html>"
    )
    return HTMLResponse(page, status)
