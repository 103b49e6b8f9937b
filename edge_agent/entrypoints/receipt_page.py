"""The page of a receipt, for phones in the store's network: found by its token only, never by its number."""

from __future__ import annotations

import re
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from cloud_sync.protocol.receipts.page import NOT_HERE, page
from edge_agent.adapters.sqlite_store.queries import Queries

TOKEN: Final = re.compile(r"[a-z2-7]{26}")
_PRIVATE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def receipt_page(queries: Queries) -> APIRouter:
    """The route under /r."""
    router = APIRouter(include_in_schema=False)

    @router.get("/r/{token}", response_class=HTMLResponse)
    def show(token: str) -> Response:
        found = queries.receipt_of_token(token) if TOKEN.fullmatch(token) else None
        document = None if found is None else queries.receipt_document(found["receipt"])
        if document is None:
            return PlainTextResponse(NOT_HERE, status_code=404, headers=_PRIVATE)
        return HTMLResponse(page(document), headers=_PRIVATE)

    return router
