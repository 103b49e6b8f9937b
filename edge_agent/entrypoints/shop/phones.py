"""What all pages for phones in the store share: how much a phone may ask for, reading its forms, answering it."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from fastapi.responses import Response

from cloud_sync.protocol.phone.guard import Allowance, Guard
from edge_agent.entrypoints.phone_answers import reader, shown
from edge_agent.entrypoints.shop.page import Reader, note
from edge_agent.services.ports import Clock

LOOKS: Final = Allowance(60, 0.5), Allowance(400, 0.02)
"""Pages per phone, and of all together. Phones behind one router look like one."""
MAX_FIELDS: Final = 12
MAX_FORM_BYTES: Final = 8_192


def too_fast(request: Request, guard: Guard, clock: Clock) -> Response | None:
    """The answer to a phone that has to wait; else it is counted."""
    phone = request.client.host if request.client else ""
    return None if guard.may(phone, clock.monotonic()) else said(request, "slow", 429)


async def fields_of(request: Request) -> dict[str, str]:
    """The fields of a form; none of one that is longer than any of ours."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MAX_FORM_BYTES:
        return {}
    form = await request.form(max_files=0, max_fields=MAX_FIELDS)
    return {name: value for name, value in form.items() if isinstance(value, str)}


def at(request: Request, here: str) -> Reader:
    """Who reads a page of ours at this address."""
    return Reader(reader(request), here)


def said(request: Request, code: str, status: int = 200, here: str = "/shop") -> Response:
    """A page that says one thing."""
    return shown(request, note(at(request, here), code), status)
