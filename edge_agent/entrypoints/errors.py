"""How every route's errors are told: a code, and a sentence in both languages."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from edge_agent.domain.refusals import Refusal
from edge_agent.entrypoints.door import Refused, render


def tell_errors(app: FastAPI, max_body_bytes: int) -> None:
    """Render what routes raise."""

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return render(error.refusal)

    @app.exception_handler(413)
    async def too_large(_: Request, __: Exception) -> JSONResponse:
        return render(Refusal("payload_too_large", f"more than {max_body_bytes} bytes"))

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        where: list[Any] = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:5]]
        return render(Refusal("malformed", "; ".join(where)))
