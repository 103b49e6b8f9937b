"""The page of a receipt for a shopper's phone, from the journal that arrived. No login: the token is all."""

from __future__ import annotations

import re
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.database.receipts import Receipts
from cloud_sync.protocol.receipts.page import NOT_HERE, page

TOKEN: Final = re.compile(r"[a-z2-7]{26}")
_PRIVATE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def receipt_router(pool: Pool) -> APIRouter:
    """The route under /r. A well-formed token that is unknown may be of a store that is offline, and is told so."""
    router = APIRouter(include_in_schema=False)
    receipts = Receipts(pool)

    @router.get("/r/{token}")
    def show(token: str) -> Response:
        document = receipts.document(token) if TOKEN.fullmatch(token) else None
        if document is None:
            return PlainTextResponse(NOT_HERE, status_code=404, headers=_PRIVATE)
        return HTMLResponse(page(document), headers=_PRIVATE)

    return router
