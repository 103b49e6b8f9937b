"""How the phones' routes answer: in whose language, and what to whom who asks too often."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from cloud_sync.hq.asking import asker
from cloud_sync.hq.clock import Clock
from cloud_sync.protocol.phone import frame
from cloud_sync.protocol.phone.frame import Language, pick, say
from cloud_sync.protocol.phone.guard import Allowance, Guard

_SLOW: Final = ("请稍等", "Please wait")
_SLOW_WHY: Final = (
    "操作太频繁，请等一分钟再试。没有收款，也没有任何改动。",
    "Too many requests. Wait a minute and try again: nothing was charged and nothing has changed.",
)


class Limit:
    """How often one phone, and all of them together, may press something."""

    def __init__(self, one: Allowance, everybody: Allowance, clock: Clock) -> None:
        self._guard = Guard(one, everybody)
        self._clock = clock

    def reached(self, request: Request, here: str) -> Response | None:
        """A page that says to wait, when it is too often; `here` is the page that was pressed on."""
        if self._guard.may(asker(request), self._clock().timestamp()):
            return None
        language = reader(request)
        told = f'<div class="card"><p>{say(language, _SLOW_WHY)}</p></div>'
        page = frame.page(language, pick(language, _SLOW), told, here=here)
        answer = shown(request, page, 429)
        answer.headers["Retry-After"] = "60"
        return answer


def reader(request: Request) -> Language:
    """The language of whoever reads."""
    return frame.language_of(request.query_params, request.cookies, request.headers)


def shown(request: Request, page: str, status: int = 200, script: str = "") -> Response:
    """A page as an answer."""
    return HTMLResponse(page, status, headers=frame.headers(request.query_params, script))


def turned(to: str) -> Response:
    """On to another page after a press, so that loading it again presses nothing."""
    return RedirectResponse(to, 303, headers=frame.headers({}))
