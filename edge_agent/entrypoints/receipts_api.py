"""The HTTP API's part on receipts: the day's list, one on paper, and what waits for the printer."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Depends

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.receipt_commands import DropPrint, PrintReceipt
from edge_agent.entrypoints.door import Key, MayCall, Refused, as_json, do
from edge_agent.services.brain import Brain


def add_routes(router: APIRouter, brain: Brain, queries: Queries, anyone: MayCall, staff: MayCall) -> None:
    """Listing, reading and printing receipts."""

    @router.get("/api/receipts", dependencies=[Depends(staff)])
    def receipts(day: str = "") -> Any:
        begin, end = _span(day, queries)
        return as_json(
            {
                "receipts": [
                    {name: value for name, value in row.items() if name not in ("token", "begun")}
                    | {"url": queries.receipt_url(row["token"])}
                    for row in queries.receipts_between(begin, end)
                ],
                "waiting": queries.print_jobs(),
            }
        )

    @router.get("/api/receipts/{receipt}", dependencies=[Depends(staff)])
    def one(receipt: str) -> Any:
        document = queries.receipt_document(receipt)
        if document is None:
            raise Refused("unknown_receipt", receipt[:80])
        return as_json(msgspec.to_builtins(document))

    @router.post("/api/receipts/{receipt}/print", status_code=202)
    async def print_receipt(receipt: str, who: Annotated[str, Depends(anyone)], key: Key) -> Any:
        command = PrintReceipt(f"print:{key}", receipt, who)
        await do(brain, command)
        return {"receipt": receipt, "job": command.id}

    @router.post("/api/prints/{job:path}/drop", dependencies=[Depends(staff)])
    async def drop(job: str, key: Key) -> Any:
        await do(brain, DropPrint(f"drop-print:{key}", job))
        return {"job": job}


def _span(day: str, queries: Queries) -> tuple[str, str]:
    """A day of the store's calendar as times in rows; all days when none is named. Raises Refused."""
    if not day:
        return "", "~"
    zone = ZoneInfo(str(queries.store()["timezone"]))
    try:
        begin = datetime.combine(date.fromisoformat(day), time(), zone)
        end = datetime.combine(begin.date() + timedelta(days=1), time(), zone)
        return rfc3339(begin), rfc3339(end)
    except (ValueError, OverflowError):
        raise Refused("malformed", "day is written YYYY-MM-DD") from None
