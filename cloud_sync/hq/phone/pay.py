"""The routes under /p: paying what a store asks for, and by signed receipt while the store is offline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from cloud_sync.hq.phone import pay_pages
from cloud_sync.hq.phone.frame import HEADERS
from cloud_sync.hq.phone_payments import PaymentRefused, PhonePayments

MAX_FORM_BYTES: Final = 4_096
MAX_TOKEN_CHARS: Final = 64


def pay_router(payments: PhonePayments) -> APIRouter:
    """The pages of payments. No login: an address that nobody can guess, or a code that a store signed."""
    router = APIRouter(include_in_schema=False)

    @router.get("/p/s")
    def offline(c: str = "") -> Response:
        return _told(lambda: _offline(payments, c))

    @router.post("/p/s/pay")
    async def pay_offline(request: Request) -> Response:
        code = (await _form(request)).get("c", "")

        def work() -> Response:
            payments.pay_order(payments.read_order(code))
            # What the phone shows from here on is a page that may be opened again.
            return RedirectResponse(f"/p/s?{urlencode({'c': code})}", 303, headers=HEADERS)

        return await asyncio.to_thread(_told, work)

    @router.get("/p/{token}")
    def look(token: str) -> Response:
        found = payments.by_token(token) if len(token) <= MAX_TOKEN_CHARS else None
        if found is None:
            return _shown(pay_pages.refused("unknown"), 404)
        return _shown(pay_pages.to_pay(found))

    @router.post("/p/{token}")
    async def press(token: str, request: Request) -> Response:
        pays = (await _form(request)).get("answer") == "pay"
        return await asyncio.to_thread(_answered, payments, token, pays=pays)

    return router


def _offline(payments: PhonePayments, code: str) -> Response:
    asked = payments.read_order(code)
    known = payments.of_order(asked)
    if known is not None and known.payment.state == "paid":
        return _shown(pay_pages.receipt(known))
    if known is not None and known.payment.ledger in ("closed", "spent"):
        raise PaymentRefused("order_ended", "the store has ended this payment")
    return _shown(pay_pages.to_pay_offline(asked, code))


def _answered(payments: PhonePayments, token: str, *, pays: bool) -> Response:
    found = payments.answer(token, pays=pays) if len(token) <= MAX_TOKEN_CHARS else None
    if found is None:
        return _shown(pay_pages.refused("unknown"), 404)
    return RedirectResponse(f"/p/{token}", 303, headers=HEADERS)


def _told(work: Callable[[], Response]) -> Response:
    try:
        return work()
    except PaymentRefused as refused:
        return _shown(pay_pages.refused(refused.code), 400)


async def _form(request: Request) -> dict[str, str]:
    """A posted form, cut off where it is larger than any of ours."""
    form = bytearray()
    async for chunk in request.stream():
        form += chunk
        if len(form) > MAX_FORM_BYTES:
            break
    return dict(parse_qsl(form[:MAX_FORM_BYTES].decode(errors="replace"), keep_blank_values=True))


def _shown(text: str, status: int = 200) -> Response:
    return HTMLResponse(text, status, headers=HEADERS)
