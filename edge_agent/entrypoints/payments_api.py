"""The HTTP API's part on payments: asking, confirming, asking again, what providers send, and providers' books."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import Field, StringConstraints

from cloud_sync.protocol.codes.payment_codes import wallet_of
from edge_agent.adapters.payments.desk import PaymentDesk
from edge_agent.adapters.payments.pay_codes import CodeUsed
from edge_agent.adapters.payments.port import Forged
from edge_agent.adapters.payments.till import told
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.commands import RequestPayment
from edge_agent.domain.methods import WECHAT
from edge_agent.domain.payment_commands import ConfirmPayment, SettleDifference, SettlePayment
from edge_agent.entrypoints.bodies import Body, Name, OptionalName, Text
from edge_agent.entrypoints.door import Key, MayCall, Refused, as_json, ask, do
from edge_agent.entrypoints.reconciling import reconcile
from edge_agent.services.brain import Brain

MAX_NOTE_BYTES: Final = 64 * 1024


class PayBody(Body):
    method: Name
    pay_code: Annotated[str, StringConstraints(max_length=32), Field(repr=False)] = ""


class ConfirmBody(Body):
    reference: OptionalName = ""


class SettlePaymentBody(Body):
    arrived: bool
    note: Text = ""


class NoteBody(Body):
    note: Text = ""


async def pay_by_code(brain: Brain, desk: PaymentDesk, command_id: str, order: str, code: str) -> str:
    """Have a shown payment code pay an order; answers the order. Raises Refused."""
    method = wallet_of(code) if code.isascii() and code.isdigit() else None
    if method is None:
        raise Refused("code_unreadable")
    try:
        ticket = desk.offer_code(order, code)
    except CodeUsed:
        raise Refused("code_used") from None
    answer = await ask(brain, RequestPayment(command_id, order, method, by_staff=False, scanned=True))
    if answer.refusal is not None:
        desk.codes.drop(ticket)
        raise Refused(answer.refusal.code, answer.refusal.detail)
    return answer.subject


def payments_router(
    brain: Brain, queries: Queries, desk: PaymentDesk, anyone: MayCall, staff: MayCall
) -> APIRouter:
    """All routes about payments."""
    router = APIRouter()
    role = Annotated[str, Depends(anyone)]

    def order_of(payment: str) -> Response:
        order = queries.payment_owner(payment)
        found = None if order is None else queries.order(order)
        if found is None:
            raise Refused("unknown_payment", payment)
        return as_json(found)

    @router.post("/api/orders/{order}/payments")
    async def pay(order: str, body: PayBody, who: role, key: Key) -> Any:
        if body.pay_code:
            await pay_by_code(brain, desk, f"pay:{key}", order, body.pay_code)
        else:
            await do(brain, RequestPayment(f"pay:{key}", order, body.method, by_staff=who == "staff"))
        return as_json(queries.order(order))

    @router.post("/api/orders/{order}/payments/{payment}/ask-again", dependencies=[Depends(anyone)])
    async def ask_again(order: str, payment: str) -> Any:
        if queries.payment_owner(payment) != order:
            raise Refused("unknown_payment", payment)
        desk.ask_now(payment)
        return as_json(queries.order(order))

    @router.post("/api/payments/{payment}/confirm", dependencies=[Depends(staff)])
    async def confirm(payment: str, body: ConfirmBody, key: Key) -> Any:
        await do(brain, ConfirmPayment(f"confirm:{key}", payment, body.reference))
        return order_of(payment)

    @router.post("/api/payments/{payment}/settle", dependencies=[Depends(staff)])
    async def settle(payment: str, body: SettlePaymentBody, key: Key) -> Any:
        await do(brain, SettlePayment(f"settle-payment:{key}", payment, body.arrived, body.note))
        return order_of(payment)

    @router.get("/api/payments/open", dependencies=[Depends(staff)])
    def open_payments() -> Any:
        return {
            "unknown": queries.unknown_payments(),
            "at_counter": queries.payments_at_counter(),
            "differences": queries.open_differences(),
        }

    _add_books(router, brain, queries, desk, staff)
    _add_notifications(router, brain, desk)
    return router


def _add_books(router: APIRouter, brain: Brain, queries: Queries, desk: PaymentDesk, staff: MayCall) -> None:
    @router.get("/api/reconcile", dependencies=[Depends(staff)])
    def standing() -> Any:
        return {"books": desk.books.standing()}

    @router.post("/api/reconcile/{day}", dependencies=[Depends(staff)])
    async def compare(day: str) -> Any:
        return {"day": day, "methods": await reconcile(desk.books, brain, queries, day)}

    @router.post("/api/differences/{case}/settle", dependencies=[Depends(staff)])
    async def settle(case: str, body: NoteBody, key: Key) -> Any:
        await do(brain, SettleDifference(f"settle-difference:{key}", case, body.note))
        return {"case": case}


def _add_notifications(router: APIRouter, brain: Brain, desk: PaymentDesk) -> None:
    @router.post("/notify/{method}", include_in_schema=False)
    async def notify(method: str, request: Request) -> Response:
        body = await request.body()
        if len(body) > MAX_NOTE_BYTES:
            raise Refused("payload_too_large", f"more than {MAX_NOTE_BYTES} bytes")
        try:
            payment, answer = await asyncio.to_thread(desk.notified, method, request.headers, body)
        except Forged:
            # No reason is given: it would help nobody but who tries.
            raise Refused("forged_notification") from None
        # A payment that is not ours any more is taken too: the provider would send it for a day.
        done = await ask(brain, told(payment, answer))
        if done.refusal is not None and done.refusal.code in ("busy", "disk_full", "broken"):
            raise Refused(done.refusal.code)
        if method == WECHAT:
            return JSONResponse({"code": "SUCCESS", "message": "成功"})
        return PlainTextResponse("success")
