"""The API's part for the day and its drawer: float, cash in and out, counting blind, X and Z. All of it for staff."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.day import commands as day
from edge_agent.domain.day import prints
from edge_agent.domain.receipt_commands import PrintReceipt
from edge_agent.entrypoints.bodies import Body, Minor, Name, OptionalName, Text
from edge_agent.entrypoints.door import Key, MayCall, Refused, as_json, do
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock

MAX_Z = 10**prints.MAX_DIGITS - 1
Amount = Annotated[int, Field(ge=1, le=10**9, strict=True)]
Pieces = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]


class FloatBody(Body):
    float_minor: Minor
    drawer: Name = day.COUNTER_DRAWER
    by: Name = "staff"


class MoveBody(Body):
    kind: Literal["paid_in", "paid_out", "drop"]
    amount_minor: Amount
    reason: Text = ""
    drawer: Name = day.COUNTER_DRAWER
    by: Name = "staff"


class CountDrawerBody(Body):
    counted_minor: Minor
    denominations: Annotated[dict[str, Pieces], Field(max_length=40, default_factory=dict)]
    drawer: Name = day.COUNTER_DRAWER
    by: Name = "staff"


class TakeOverBody(Body):
    from_staff: Name
    to_staff: Name
    count: OptionalName = ""
    note: Text = ""
    drawer: Name = day.COUNTER_DRAWER


class CloseBody(Body):
    uncounted: bool = False
    by: Name = "staff"


def add_routes(router: APIRouter, brain: Brain, queries: Queries, clock: Clock, staff: MayCall) -> None:
    """Add the routes of the day."""
    ours = APIRouter(prefix="/api/day", dependencies=[Depends(staff)])
    _drawer(ours, brain, queries)
    _reports(ours, brain, queries, clock)
    router.include_router(ours)


def _drawer(router: APIRouter, brain: Brain, queries: Queries) -> None:
    @router.post("/open")
    async def open_drawer(body: FloatBody, key: Key) -> Any:
        await do(brain, day.OpenDrawer(f"open-drawer:{key}", **body.model_dump()))
        return {"moves": queries.cash_moves()}

    @router.post("/cash")
    async def move(body: MoveBody, key: Key) -> Any:
        await do(brain, day.MoveCash(f"cash:{key}", **body.model_dump()))
        return {"moves": queries.cash_moves()}

    @router.post("/count")
    async def count(body: CountDrawerBody, key: Key) -> Any:
        # What it ought to have been is told after the count is in the journal, and not before.
        command = day.CountDrawer(f"count-drawer:{key}", **body.model_dump())
        await do(brain, command)
        return {"counts": queries.drawer_counts()}

    @router.post("/take-over")
    async def take_over(body: TakeOverBody, key: Key) -> Any:
        await do(brain, day.TakeOver(f"take-over:{key}", **body.model_dump()))
        return {"holders": queries.drawer_holders()}

    @router.get("/drawer")
    def drawer() -> Any:
        return {
            "moves": queries.cash_moves(),
            "counts": queries.drawer_counts(),
            "holders": queries.drawer_holders(),
        }


def _reports(router: APIRouter, brain: Brain, queries: Queries, clock: Clock) -> None:
    @router.get("/x")
    def x_report() -> Any:
        with queries.consistent():
            return as_json(queries.x_report(clock.now()))

    @router.get("/z")
    def z_reports() -> Any:
        return {"reports": queries.z_reports()}

    @router.get("/z/{number}")
    def z_report(number: Annotated[int, Field(ge=1, le=MAX_Z)]) -> Any:
        found = queries.z_report(number)
        if found is None:
            raise Refused("unknown_z", str(number))
        return as_json(found)

    @router.post("/x/print", status_code=202)
    async def print_x(key: Key) -> Any:
        return await printed(0, key)

    @router.post("/z/{number}/print", status_code=202)
    async def print_z(number: Annotated[int, Field(ge=1, le=MAX_Z)], key: Key) -> Any:
        return await printed(number, key)

    async def printed(number: int, key: str) -> Any:
        command = PrintReceipt(f"print:{key}", prints.name_of(number), "staff")
        await do(brain, command)
        return {"report": command.receipt, "job": command.id}

    @router.post("/close")
    async def close(body: CloseBody, key: Key) -> Any:
        closed = await do(brain, day.CloseDay(f"close-day:{key}", **body.model_dump()))
        return as_json(queries.z_report(int(closed.subject)))
