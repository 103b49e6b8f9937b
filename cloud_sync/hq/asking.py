"""What every page of headquarters reads of a request: a posted form, and who asks."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request

from cloud_sync.protocol.phone.guard import phone_of

MAX_FORM_BYTES: Final = 4_096


async def form_of(request: Request) -> dict[str, str]:
    """A posted form, cut off where it is larger than any of ours."""
    form = bytearray()
    async for chunk in request.stream():
        form += chunk
        if len(form) > MAX_FORM_BYTES:
            break
    return dict(parse_qsl(form[:MAX_FORM_BYTES].decode(errors="replace"), keep_blank_values=True))


def asker(request: Request) -> str:
    """The address that asks, or for which a proxy on this computer asks."""
    peer = request.client.host if request.client else ""
    return phone_of(peer, request.headers.get("x-forwarded-for", ""))
