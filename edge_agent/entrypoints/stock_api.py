"""The API's part for goods and rights: what staff receive, send, count, move, and hand over. All of it for staff."""

from typing import Any

from fastapi import APIRouter, Depends, Response

from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain import commands
from edge_agent.entrypoints import bodies
from edge_agent.entrypoints.door import Key, MayCall, as_json, do
from edge_agent.services.brain import Answer, Brain


def add_routes(router: APIRouter, brain: Brain, queries: Queries, staff: MayCall) -> None:
    """Add the routes of goods and rights."""
    ours = APIRouter(dependencies=[Depends(staff)])
    deeds = _Deeds(brain, queries)
    _carrying(ours, deeds)
    _judging(ours, deeds)
    _reading(ours, queries)
    router.include_router(ours)


class _Deeds:
    """Does a command and answers the product as it stands after it."""

    def __init__(self, brain: Brain, queries: Queries) -> None:
        self._brain = brain
        self._queries = queries

    async def do(self, command: commands.Command) -> Answer:
        return await do(self._brain, command)

    async def stock(self, sku: str, command: commands.Command) -> Response:
        await self.do(command)
        return as_json(self.of(sku))

    def of(self, sku: str) -> dict[str, Any]:
        return self._queries.rights([sku])[0]

    async def device(self, command: commands.FillSlot) -> Response:
        await self.do(command)
        return as_json(self._queries.devices([command.device])[0])


def _carrying(router: APIRouter, deeds: _Deeds) -> None:
    """Goods that come, go, or change their place."""

    @router.post("/api/stock/receive")
    async def receive(body: bodies.ReceiveBody, key: Key) -> Any:
        return await deeds.stock(body.sku, commands.ReceiveStock(f"receive:{key}", **body.model_dump()))

    @router.post("/api/stock/send")
    async def send(body: bodies.SendBody, key: Key) -> Any:
        sent = await deeds.do(commands.SendStock(f"send:{key}", **body.model_dump()))
        return as_json({"transfer": sent.subject, "stock": deeds.of(body.sku)})

    @router.post("/api/stock/fill")
    async def fill(body: bodies.FillBody, key: Key) -> Any:
        return await deeds.device(commands.FillSlot(f"fill:{key}", **body.model_dump()))

    @router.post("/api/pins/{reservation:path}/hand-over")
    async def hand_over(reservation: str, body: bodies.HandOverBody, key: Key) -> Any:
        await deeds.do(commands.HandOverPinned(f"hand-over:{key}", reservation, body.how))
        return {"reservation": reservation, "how": body.how}


def _judging(router: APIRouter, deeds: _Deeds) -> None:
    """What somebody found goods to be: how many, and good for what."""

    @router.post("/api/stock/return")
    async def give_back(body: bodies.ReturnBody, key: Key) -> Any:
        return await deeds.stock(body.sku, commands.ReturnStock(f"return:{key}", **body.model_dump()))

    @router.post("/api/stock/count")
    async def count(body: bodies.RoomCountBody, key: Key) -> Any:
        return await deeds.stock(body.sku, commands.CountStock(f"count-room:{key}", **body.model_dump()))

    @router.post("/api/stock/move")
    async def move(body: bodies.MoveBody, key: Key) -> Any:
        return await deeds.stock(body.sku, commands.MoveStock(f"move:{key}", **body.model_dump()))

    @router.post("/api/stock/waste")
    async def waste(body: bodies.WasteBody, key: Key) -> Any:
        return await deeds.stock(body.sku, commands.WasteStock(f"waste:{key}", **body.model_dump()))

    @router.post("/api/stock/count-in")
    async def count_in(body: bodies.CountInBody, key: Key) -> Any:
        await deeds.do(commands.CountIn(f"count-in:{key}", tuple(body.skus)))
        return {"counted_in": len(body.skus)}


def _reading(router: APIRouter, queries: Queries) -> None:
    @router.get("/api/stock")
    def stock() -> Any:
        return as_json({"stock": queries.rights()})

    @router.get("/api/pins")
    def pins() -> Any:
        return as_json({"open": queries.pins()})
