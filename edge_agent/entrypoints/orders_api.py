"""The HTTP API's part on orders: what they would cost, placing, ending and handing over."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Response

from edge_agent.adapters.contacts import Contact
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain import commands
from edge_agent.domain.campaign import for_nothing, sample_line
from edge_agent.domain.order import Lines, lines_of, order_id
from edge_agent.domain.pricing.basket import used_coupons
from edge_agent.domain.refusals import Refusal
from edge_agent.entrypoints import bodies
from edge_agent.entrypoints.door import Key, MayCall, Refused, as_json, ask, do
from edge_agent.entrypoints.shipping import Shipping
from edge_agent.services.brain import Answer, Brain
from edge_agent.services.member_handlers import as_member
from edge_agent.services.ports import Clock
from edge_agent.services.rules import Rules
from edge_agent.services.terms import Shown, look_at_coupons, terms


class OrdersApi:
    """The routes, over the brain and the queries."""

    def __init__(
        self,
        brain: Brain,
        queries: Queries,
        clock: Clock,
        rules: Rules,
        shipping: Shipping,
        anyone: MayCall,
        staff: MayCall,
    ) -> None:
        self._brain = brain
        self._queries = queries
        self._clock = clock
        self._rules = rules
        self._shipping = shipping
        self._anyone = anyone
        self._staff = staff

    def order(self, order: str, status: int = 200) -> Response:
        """One order, or a refusal."""
        found = self._queries.order(order)
        if found is None:
            raise Refused("unknown_order", order)
        return as_json(found, status)

    async def done(self, command: commands.Command) -> Response:
        """Have it done; the order it is about."""
        return self.order((await do(self._brain, command)).subject)

    def add_routes(self, router: APIRouter) -> None:
        """All of them."""
        self._shopper_routes(router)
        self._staff_routes(router)

    def _shopper_routes(self, router: APIRouter) -> None:
        role = Annotated[str, Depends(self._anyone)]

        @router.post("/api/orders", status_code=201)
        async def place(body: bodies.OrderBody, who: role, key: Key) -> Any:
            to = _to(body) or self._shipping.typed.of(body.address)
            command = self._claimed(_placing(f"order:{key}", body, who))
            command = await self._shipping.prepared(command, to)
            try:
                placed = await self._placed(command, f"order-pay:{key}", body.pay, by_staff=who == "staff")
            except Refused:
                self._shipping.refused(command)
                raise
            self._shipping.typed.forget(body.address)
            return self.order(placed.subject, status=201)

        @router.post("/api/quote")
        def quote(body: bodies.OrderBody, who: role) -> Any:
            return as_json(self._quoted(self._shipping.imagined(_placing("quote", body, who))))

        @router.post("/api/orders/{order}/cancel", dependencies=[Depends(self._anyone)])
        async def cancel(order: str, key: Key) -> Any:
            return await self.done(commands.CancelOrder(f"cancel:{key}", order))

        @router.get("/api/orders/{order}", dependencies=[Depends(self._anyone)])
        def order(order: str) -> Any:
            return self.order(order)

    def _claimed(self, command: commands.PlaceOrder) -> commands.PlaceOrder:
        """A sample that nobody claims is the member's who is in this visit: a screen does not know their key."""
        if command.claimant or sample_line(command) is None or not command.visit:
            return command
        return replace(command, claimant=self._queries.reader().member_of_visit(command.visit))

    async def _placed(
        self, command: commands.PlaceOrder, pay_id: str, method: str, *, by_staff: bool
    ) -> Answer:
        """Place it and ask for its money, both in one breath: the order's name is known before it is there."""
        placing = asyncio.ensure_future(do(self._brain, command))
        if not method:
            return await placing
        asked = commands.RequestPayment(pay_id, order_id(command.id), method, by_staff)
        placed, payment = await asyncio.gather(placing, asyncio.ensure_future(ask(self._brain, asked)))
        if payment.refusal is not None:
            raise Refused(payment.refusal.code, payment.refusal.detail)
        return placed

    def _quoted(self, command: commands.PlaceOrder) -> dict[str, Any]:
        """What the order would cost now; nothing is held."""
        reader = self._queries.reader()
        now = self._clock.now()
        command = for_nothing(as_member(reader, command))
        shown = look_at_coupons(reader, command.coupons, now, self._rules)
        good = replace(command, coupons=tuple(each.text for each in shown if not each.why))
        found = terms(reader, good, now, self._rules)
        if isinstance(found, Refusal):
            raise Refused(found.code, found.detail)
        priced = lines_of(reader.checkout({line.sku for line in command.lines}), found, good)
        if isinstance(priced, Refusal):
            raise Refused(priced.code, priced.detail)
        used = used_coupons(priced.priced)
        return _bill(priced, found.currency) | {
            "tax": found.tax,
            "coupons": [_told(each, used) for each in shown],
        }

    def _staff_routes(self, router: APIRouter) -> None:
        staff = [Depends(self._staff)]

        @router.post("/api/orders/{order}/refund", dependencies=staff)
        async def refund(order: str, body: bodies.RefundBody, key: Key) -> Any:
            back = tuple((each.line, each.units) for each in body.lines)
            minor = body.amount_minor or 0
            return await self.done(commands.RefundOrder(f"refund:{key}", order, minor, body.reason, back))

        @router.post("/api/handovers/{handover}/done", dependencies=staff)
        async def handed_over(handover: str, body: bodies.HandedOverBody, key: Key) -> Any:
            return await self.done(commands.HandOver(f"hand-over:{key}", handover, body.document))

        @router.post("/api/handovers/{handover}/failed", dependencies=staff)
        async def not_handed_over(handover: str, body: bodies.HandoverFailedBody, key: Key) -> Any:
            return await self.done(commands.FailHandover(f"fail-handover:{key}", handover, body.reason))


def _to(body: bodies.OrderBody) -> Contact | None:
    to = body.ship_to
    return None if to is None else Contact(to.name, to.phone, to.address)


def _placing(command_id: str, body: bodies.OrderBody, who: str) -> commands.PlaceOrder:
    special = any(line.device or line.slot or line.price_minor is not None for line in body.lines)
    if special and who != "staff":
        raise Refused("forbidden", "device, slot and price_minor are for staff")
    return commands.PlaceOrder(
        command_id,
        body.channel,
        body.device,
        tuple(commands.RequestedLine(**line.model_dump()) for line in body.lines),
        member=body.member,
        visit=body.visit,
        coupons=tuple(body.coupons),
        points=body.points,
        claimant=body.claimant,
        consent=body.consent,
    )


def _told(shown: Shown, used: Collection[str]) -> dict[str, Any]:
    """Whether a coupon counts for this order, and the code of the refusal where it does not."""
    why = shown.why or ("" if shown.coupon in used else "coupon_idle")
    return {"coupon": shown.text, "ok": not why, "why": why}


def _bill(priced: Lines, currency: str) -> dict[str, Any]:
    lines = [msgspec.to_builtins(line) for line in priced.lines]
    return {
        "currency": currency,
        "total_minor": sum(line.qty * line.price_minor for line in priced.lines),
        "tax_minor": sum(line.qty * line.tax_minor for line in priced.lines),
        "lines": lines,
    }
