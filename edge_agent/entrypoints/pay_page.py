"""The shopper's page of the sandbox provider: an amount and a button, on any phone, in both languages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from cloud_sync.protocol.money import format_minor
from edge_agent.adapters.payments.sandbox import SandboxProvider

_STATES = {
    "paid": ("已支付，请在机器前取货", "Paid. Please take your goods at the machine.", "ok"),
    "closed": ("该付款已关闭，未扣款", "This payment is closed. No money was taken.", "off"),
}

_PAGE = """<!doctype html><html lang="zh"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>支付 · Pay</title><style>
body{{margin:0;min-height:100vh;display:grid;place-items:center;background:#f4f2ee;color:#1f2430;
font-family:"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif}}
main{{background:#fff;border-radius:24px;padding:40px 32px;width:min(360px,86vw);text-align:center;
box-shadow:0 12px 40px #0001}}h1{{font-size:17px;margin:0 0 4px;font-weight:600}}
p{{margin:4px 0;color:#6b7280;font-size:14px}}
.amount{{font-size:52px;font-weight:700;margin:28px 0;color:#1f2430}}button{{width:100%;border:0;border-radius:16px;
padding:18px;font-size:18px;font-weight:600;margin-top:12px;cursor:pointer}}.pay{{background:#0f766e;color:#fff}}
.no{{background:#eceae5;color:#444}}.ok{{color:#0f766e;font-size:18px;font-weight:600}}.off{{color:#9a3412;font-size:18px}}
small{{color:#9ca3af;display:block;margin-top:24px}}</style></head><body><main><h1>智慧快闪店 · Pop-up shop</h1>
<p>订单 Order {order}</p><div class="amount">{amount}</div>{body}
<small>演示支付，不会扣款 · Training payment, no money moves</small></main></body></html>"""

_BUTTONS = """<form method="post"><button class="pay" name="answer" value="pay">支付 Pay</button>
<button class="no" name="answer" value="decline">不支付 Don't pay</button></form>"""


def pay_page(sandbox: SandboxProvider, answered: Callable[[str], None]) -> APIRouter:
    """The routes under /pay; `answered` is told of a payment whose shopper pressed a button."""
    router = APIRouter(include_in_schema=False)

    @router.get("/pay/{token}", response_class=HTMLResponse)
    def show(token: str) -> HTMLResponse:
        return _render(sandbox.look(token))

    @router.post("/pay/{token}")
    async def press(token: str, request: Request) -> RedirectResponse:
        form = await request.form()
        found = await asyncio.to_thread(
            sandbox.pay if form.get("answer") == "pay" else sandbox.decline, token
        )
        if found is not None:
            answered(found["payment"])
        return RedirectResponse(f"/pay/{token}", status_code=303)

    return router


def _render(payment: dict[str, Any] | None) -> HTMLResponse:
    if payment is None:
        page = _PAGE.format(
            order="—", amount="—", body='<p class="off">付款不存在 · There is no such payment.</p>'
        )
        return HTMLResponse(page, status_code=404)
    state = _STATES.get(payment["state"])
    body = f'<p class="{state[2]}">{state[0]}<br>{state[1]}</p>' if state else _BUTTONS
    amount = format_minor(payment["amount_minor"], payment["currency"])
    return HTMLResponse(_PAGE.format(order=escape(payment["order"]), amount=escape(amount), body=body))
