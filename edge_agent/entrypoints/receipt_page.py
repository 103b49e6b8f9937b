"""The page of a receipt, for phones in the store's network: found by its token only, never by its number."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from cloud_sync.protocol.receipts.page import PRINT, TOKEN, not_here, page
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.entrypoints.phone_answers import reader, shown


def receipt_page(queries: Queries) -> APIRouter:
    """The route under /r."""
    router = APIRouter(include_in_schema=False)

    @router.get("/r/{token}")
    def show(request: Request, token: str) -> Response:
        known = TOKEN.fullmatch(token) is not None
        found = queries.receipt_of_token(token) if known else None
        document = None if found is None else queries.receipt_document(found["receipt"])
        here = f"/r/{token}" if known else "/r/-"
        if document is None:
            return shown(request, not_here(reader(request), here), 404)
        return shown(request, page(document, reader(request), here), script=PRINT)

    return router
