"""The routes under /p: paying what a store asks for, and by signed receipt while the store is offline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response

from cloud_sync.hq.asking import form_of
from cloud_sync.hq.clock import Clock
from cloud_sync.hq.phone.pay_pages import Pages
from cloud_sync.hq.phone.showing import Limit, reader, shown, turned
from cloud_sync.hq.phone.stores import Signs
from cloud_sync.hq.phone_payments import PaymentRefused, PhonePayments
from cloud_sync.protocol.codes.own_codes import why_not_good
from cloud_sync.protocol.phone.guard import Allowance

MAX_TOKEN_CHARS: Final = 64
PRESSES: Final = Allowance(240, 0.25), Allowance(4_000, 0.005)
"""Of all buttons: per phone, and of all together. A store's shoppers may all come through its one router."""


@dataclass(frozen=True)
class _Desk:
    payments: PhonePayments
    signs: Signs
    clock: Clock

    def pages(self, request: Request, here: str) -> Pages:
        return Pages(reader(request), here, self.clock())


def pay_router(payments: PhonePayments, signs: Signs, clock: Clock) -> APIRouter:
    """The pages of payments. No login: an address that nobody can guess, or a code that a store signed."""
    router = APIRouter(include_in_schema=False)
    desk, presses = _Desk(payments, signs, clock), Limit(*PRESSES, clock)

    @router.get("/p/s")
    def offline(request: Request, c: str = "") -> Response:
        return _told(desk, request, c, lambda: _offline(desk, request, c))

    @router.post("/p/s/pay")
    async def pay_offline(request: Request) -> Response:
        code = (await form_of(request)).get("c", "")
        here = _offline_page(code)

        def work() -> Response:
            payments.pay_order(payments.read_order(code))
            # What the phone shows from here on is a page that may be opened again.
            return turned(here)

        if slow := presses.reached(request, here):
            return slow
        return await asyncio.to_thread(_told, desk, request, code, work)

    @router.get("/p/{token}")
    def look(request: Request, token: str) -> Response:
        return _look(desk, request, token)

    @router.post("/p/{token}")
    async def press(request: Request, token: str) -> Response:
        here = f"/p/{quote(token[:MAX_TOKEN_CHARS], safe='')}"
        if slow := presses.reached(request, here):
            return slow
        pays = (await form_of(request)).get("answer") == "pay"
        token = token if len(token) <= MAX_TOKEN_CHARS else ""
        found = await asyncio.to_thread(payments.answer, token, pays=pays)
        return _refused(desk, request, here, "unknown", 404) if found is None else turned(here)

    return router


def _look(desk: _Desk, request: Request, token: str) -> Response:
    found = desk.payments.by_token(token) if len(token) <= MAX_TOKEN_CHARS else None
    here = f"/p/{quote(token[:MAX_TOKEN_CHARS], safe='')}"
    if found is None:
        return _refused(desk, request, here, "unknown", 404)
    return shown(request, desk.pages(request, here).to_pay(found, desk.signs.of(found.store)))


def _offline(desk: _Desk, request: Request, code: str) -> Response:
    asked = desk.payments.read_order(code)
    sign, pages = desk.signs.of(asked.store), desk.pages(request, _offline_page(code))
    known = desk.payments.of_order(asked)
    if known is not None and known.payment.state == "paid":
        return shown(request, pages.receipt(known, sign))
    if known is not None and known.payment.ledger in ("closed", "spent"):
        raise PaymentRefused("order_ended", "the store has ended this payment")
    if why_not_good(asked, now=desk.clock()):
        raise PaymentRefused("expired", "the time to pay this order is over")
    return shown(request, pages.to_pay_offline(asked, code, sign))


def _page_of(token: str) -> str:
    return f"/p/{quote(token[:MAX_TOKEN_CHARS], safe='')}"


def _offline_page(code: str) -> str:
    return f"/p/s?{urlencode({'c': code})}"


def _told(desk: _Desk, request: Request, code: str, work: Callable[[], Response]) -> Response:
    try:
        return work()
    except PaymentRefused as refused:
        return _refused(desk, request, _offline_page(code), refused.code)


def _refused(desk: _Desk, request: Request, here: str, code: str, status: int = 400) -> Response:
    return shown(request, desk.pages(request, here).refused(code), status)
