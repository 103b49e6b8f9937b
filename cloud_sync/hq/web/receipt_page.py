"""The page of a receipt for a shopper's phone, from the journal that arrived. No login: the token is all."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.database.receipts import Receipts
from cloud_sync.hq.phone.showing import reader, shown
from cloud_sync.protocol.receipts.page import PRINT, TOKEN, not_here, page


def receipt_router(pool: Pool) -> APIRouter:
    """The route under /r. A well-formed token that is unknown may be of a store that is offline, and is told so."""
    router = APIRouter(include_in_schema=False)
    receipts = Receipts(pool)

    @router.get("/r/{token}")
    def show(request: Request, token: str) -> Response:
        known = TOKEN.fullmatch(token) is not None
        document = receipts.document(token) if known else None
        here = f"/r/{token}" if known else "/r/-"
        if document is None:
            return shown(request, not_here(reader(request), here), 404)
        return shown(request, page(document, reader(request), here), script=PRINT)

    return router
