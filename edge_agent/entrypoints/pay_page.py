"""The shopper's page of the sandbox provider: an amount and a button, on any phone, in both languages.

A press moves only what an order of this store asked for, once; so nobody needs to be slowed down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from cloud_sync.protocol.money import format_minor
from cloud_sync.protocol.phone import frame
from cloud_sync.protocol.phone.frame import Language, pick, say
from edge_agent.adapters.payments.sandbox import SandboxProvider
from edge_agent.entrypoints.phone_answers import reader, shown

_TITLES: Final[dict[str, tuple[str, str]]] = {
    "paid": ("已付款", "Paid"),
    "closed": ("未付款", "Not paid"),
    "pending": ("付款", "Pay"),
    "refunded": ("已退款", "Refunded"),
    "unknown": ("无法付款", "Cannot pay"),
}
_TOLD: Final[dict[str, tuple[str, str]]] = {
    "paid": ("请看店里的屏幕，商品马上就来。", "Look at the store's screen: your goods are on their way."),
    "closed": (
        "付款已关闭，没有收款。要购买请重新下单。",
        "This payment is closed and nothing was charged. To buy, order again.",
    ),
    "pending": ("演示付款，不会动用真钱。", "This is training money: nothing is really charged."),
    "refunded": ("已退给您 {0}。", "{0} went back to you."),
    "unknown": ("没有这笔付款，链接可能有误。", "There is no such payment. The link may be wrong."),
}
_ORDER: Final = ("订单 {0}", "Order {0}")
_PAY: Final = ("付款", "Pay")
_DECLINE: Final = ("不付了", "Decline")


def pay_page(sandbox: SandboxProvider, answered: Callable[[str], None]) -> APIRouter:
    """The routes under /pay; `answered` is told of a payment whose shopper pressed a button."""
    router = APIRouter(include_in_schema=False)

    @router.get("/pay/{token}")
    def show(request: Request, token: str) -> Response:
        found = sandbox.look(token)
        text = _page(reader(request), f"/pay/{quote(token, safe='')}", found)
        return shown(request, text, 404 if found is None else 200)

    @router.post("/pay/{token}")
    async def press(token: str, request: Request) -> RedirectResponse:
        form = await request.form()
        found = await asyncio.to_thread(
            sandbox.pay if form.get("answer") == "pay" else sandbox.decline, token
        )
        if found is not None:
            answered(found["payment"])
        return RedirectResponse(f"/pay/{quote(token, safe='')}", status_code=303)

    return router


def _page(language: Language, here: str, payment: dict[str, Any] | None) -> str:
    if payment is None:
        return _frame(language, here, "unknown", "")
    amount, back = (
        format_minor(payment[each], payment["currency"]) for each in ("amount_minor", "refunded_minor")
    )
    state = "refunded" if payment["refunded_minor"] else payment["state"]
    head = f'<div class="amount">{escape(amount)}</div><p class="sub">{say(language, _ORDER, payment["order"])}</p>'
    return _frame(language, here, state if state in _TITLES else "pending", head, back)


def _frame(language: Language, here: str, state: str, head: str, back: str = "") -> str:
    told = f'<p class="{"say good" if state == "paid" else ""}">{say(language, _TOLD[state], back)}</p>'
    buttons = (
        f'<form method="post"><button name="answer" value="pay">{say(language, _PAY)}</button>'
        f'<button class="no" name="answer" value="decline">{say(language, _DECLINE)}</button></form>'
        if state == "pending"
        else ""
    )
    body = f'<div class="card">{head}{told}{buttons}</div>'
    return frame.page(language, pick(language, _TITLES[state]), body, here=here)
