"""The HTTP API's part on members: a code is shown, the visit ends. Names are headquarters', and never come here."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import Field

from cloud_sync.protocol.codes.own_codes import MAX_CHARS
from edge_agent.adapters.member_desk import MemberDesk
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.member_commands import MemberShown
from edge_agent.entrypoints import bodies
from edge_agent.entrypoints.door import Key, MayCall, Refused, do
from edge_agent.services.brain import Brain

_NOBODY: Final = {"member": None}


class ShowBody(bodies.Body):
    """A member's code as it was read, at which screen, and the random key of the visit there."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_CHARS)]
    device: bodies.OptionalName = ""
    visit: bodies.OptionalName = ""


async def show(
    brain: Brain, queries: Queries, desk: MemberDesk, key: str, text: str, device: str, visit: str
) -> dict[str, Any]:
    """Somebody is here as a member; answers who, with tier and points. Raises Refused."""
    # Without a key of their own for the visit, nothing would lead an order to the member.
    visit = visit or f"show-{key}"
    await do(brain, MemberShown(f"member:{key}", device, visit, text))
    found = queries.member(queries.member_of_visit(visit))
    if found is None:
        raise Refused("member_erased")
    if device:
        desk.arrived(device, visit, found["member"])
    return found | {"points": found["points_here"], "visit": visit}


def members_router(brain: Brain, queries: Queries, desk: MemberDesk, anyone: MayCall) -> APIRouter:
    """Logging in by a code, looking, and leaving."""
    router = APIRouter()
    guarded = [Depends(anyone)]

    @router.post("/api/members/show", dependencies=guarded)
    async def shown(body: ShowBody, key: Key) -> Any:
        return await show(brain, queries, desk, key, body.text, body.device, body.visit)

    @router.get("/api/members/here", dependencies=guarded)
    def here(device: str) -> Any:
        return desk.entity(device) or _NOBODY

    @router.delete("/api/members/session", dependencies=guarded)
    def leave(device: str) -> Any:
        desk.left(device)
        return _NOBODY

    return router
