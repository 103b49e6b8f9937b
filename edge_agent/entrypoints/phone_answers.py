"""How the agent's pages for phones read a request and answer it."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from cloud_sync.protocol.phone import frame


def reader(request: Request) -> frame.Language:
    """The language of whoever reads."""
    return frame.language_of(request.query_params, request.cookies, request.headers)


def shown(request: Request, page: str, status: int = 200, script: str = "") -> Response:
    """A page as an answer."""
    return HTMLResponse(page, status, headers=frame.headers(request.query_params, script))
