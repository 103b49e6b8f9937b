"""Comparing a day's books because a person asks for it: what the HTTP API, the command line and the tablet all call."""

import asyncio
from typing import Any

from edge_agent.adapters.payments.books import Books, NotOutYet, is_day
from edge_agent.adapters.payments.port import ProviderTrouble
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.entrypoints.door import Refused, do
from edge_agent.services.brain import Brain


async def reconcile(books: Books, brain: Brain, queries: Queries, day: str) -> list[dict[str, Any]]:
    """Each provider's book of a day held against ours, or why it cannot be had. Raises Refused."""
    if not is_day(day):
        raise Refused("malformed", "day is written YYYY-MM-DD")
    if day > books.today:
        raise Refused("malformed", f"{day} has not begun")
    return [await _compared(books, brain, queries, method, day) for method in books.methods]


async def _compared(books: Books, brain: Brain, queries: Queries, method: str, day: str) -> dict[str, Any]:
    try:
        read = await asyncio.to_thread(books.read, method, day)
    except ProviderTrouble as trouble:
        code = "not_out" if isinstance(trouble, NotOutYet) else "no_answer"
        return {"method": method, "code": code, "error": str(trouble)}
    await do(brain, read)
    return queries.statement_of(method, day) or {"method": method}
