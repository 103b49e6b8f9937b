"""A page on which a shopper types where to send an order that stands on a kiosk: on their phone, not on its glass."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from cloud_sync.protocol.phone.guard import Guard
from edge_agent.adapters.address_desk import LASTS, AddressDesk
from edge_agent.adapters.contacts import Contact
from edge_agent.entrypoints import bodies
from edge_agent.entrypoints.door import MayCall
from edge_agent.entrypoints.phone_answers import shown
from edge_agent.entrypoints.shop import page
from edge_agent.entrypoints.shop.phones import LOOKS, at, fields_of, said, too_fast
from edge_agent.services.ports import Clock

PATH: Final = "/shop/a"


class AddressBody(bodies.Body):
    """The screen on which the order stands."""

    device: bodies.Name


def address_pages(desk: AddressDesk, clock: Clock, own_url: str, anyone: MayCall) -> APIRouter:
    """Asking for an address at a screen, and the phone's page. `own_url` is how a phone reaches this agent."""
    router = APIRouter()
    guard = Guard(*LOOKS)
    screens = [Depends(anyone)]

    @router.post("/api/addresses", dependencies=screens, status_code=201)
    def ask(body: AddressBody) -> Any:
        asked = desk.ask(body.device)
        url = f"{own_url.rstrip('/')}{PATH}/{asked.secret}"
        return asked.told() | {"url": url, "lasts_s": int(LASTS.total_seconds())}

    @router.delete("/api/addresses/{address}", dependencies=screens)
    def forget(address: str) -> Any:
        desk.forget(address)
        return {"id": address, "forgotten": True}

    @router.get(f"{PATH}/{{secret}}", include_in_schema=False)
    async def show(request: Request, secret: str) -> Response:
        if wait := too_fast(request, guard, clock):
            return wait
        here, asked = f"{PATH}/{quote(secret, safe='')}", desk.opened(secret)
        if asked is None:
            return said(request, "address_void", 404, here)
        if asked.contact is not None:
            return said(request, "address_given", here=here)
        return shown(request, page.address(at(request, here), {}))

    @router.post(f"{PATH}/{{secret}}", include_in_schema=False)
    async def give(request: Request, secret: str) -> Response:
        if wait := too_fast(request, guard, clock):
            return wait
        typed = {name: text.strip()[:200] for name, text in (await fields_of(request)).items()}
        contact = Contact(*(typed.get(name, "") for name in ("name", "phone", "address")))
        here, asked = f"{PATH}/{quote(secret, safe='')}", desk.opened(secret)
        if asked is None:
            return said(request, "address_void", 404, here)
        if not contact.complete:
            return shown(request, page.address(at(request, here), typed), 400)
        if not desk.give(secret, contact):
            return said(request, "address_other", 409, here)
        return said(request, "address_thanks", here=here)

    return router
