"""From a request to the one door and back: keys, waiting for the answer, refusals. Shared by all routes."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Header, Response
from fastapi.responses import JSONResponse

from edge_agent.domain import commands
from edge_agent.domain.refusals import Refusal, sentences
from edge_agent.services.brain import Answer, Brain
from edge_agent.services.inbox import InboxFull


class Refused(Exception):
    """Carries a refusal to the one place that renders it."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.refusal = Refusal(code, detail)


def render(refusal: Refusal) -> JSONResponse:
    """A refusal as every caller gets it."""
    status, zh, en = sentences(refusal)
    content = {"code": refusal.code, "message_zh": zh, "message_en": en, "detail": refusal.detail}
    return JSONResponse(content, status_code=status)


async def ask(brain: Brain, command: commands.Command) -> Answer:
    """Put a command through the one door and wait for its answer."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Answer] = loop.create_future()

    def done(answer: Answer) -> None:
        # At the agent's end commands are still worked off when nobody listens any more.
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, future, answer)

    try:
        brain.submit(command, done, timeout_s=0)
    except InboxFull:
        return Answer(Refusal("busy"))
    return await future


def _resolve(future: asyncio.Future[Answer], answer: Answer) -> None:
    if not future.done():
        future.set_result(answer)


async def do(brain: Brain, command: commands.Command) -> Answer:
    """Have it done. Raises Refused."""
    answer = await ask(brain, command)
    if answer.refusal is not None:
        raise Refused(answer.refusal.code, answer.refusal.detail)
    return answer


def as_json(value: object, status: int = 200) -> Response:
    """An answer whose shape is ours already: written as it is, without a second look at every field."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


async def _key(idempotency_key: Annotated[str, Header()] = "") -> str:
    # A coroutine though it waits for nothing: FastAPI would send a plain function to a thread.
    if not 1 <= len(idempotency_key) <= 200:
        raise Refused("malformed", "the header Idempotency-Key is missing or longer than 200 characters")
    return idempotency_key


Key = Annotated[str, Depends(_key)]

MayCall = Callable[..., Any]
"""A dependency that lets a caller in, or raises Refused."""
