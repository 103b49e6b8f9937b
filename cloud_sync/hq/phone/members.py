"""The routes under /m: becoming a member with consent, one's own page, and leaving. The address is the secret."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from cloud_sync.hq.database.member_queries import MemberQueries
from cloud_sync.hq.member_acts import MemberActs
from cloud_sync.hq.phone import member_pages
from cloud_sync.hq.phone.frame import HEADERS
from cloud_sync.hq.rules.rights import RightsRefused

MAX_FORM_BYTES: Final = 4_096
MAX_TOKEN_CHARS: Final = 64


def member_pages_router(acts: MemberActs, queries: MemberQueries) -> APIRouter:
    """The pages of memberships."""
    router = APIRouter(include_in_schema=False)

    @router.get("/m/join")
    def form() -> Response:
        return _shown(member_pages.join())

    @router.post("/m/join")
    async def join(request: Request) -> Response:
        given = await _form(request)
        values = given.get("agree", ""), given.get("name", ""), given.get("phone", "")
        try:
            token = await asyncio.to_thread(acts.join, *values)
        except RightsRefused as refused:
            return _shown(member_pages.join(refused.code), 400)
        return RedirectResponse(f"/m/{token}", 303, headers=HEADERS)

    @router.get("/m/{token}")
    def page(token: str) -> Response:
        return _membership(acts, queries, token)

    @router.post("/m/{token}/erase")
    async def erase(token: str, request: Request) -> Response:
        sure = (await _form(request)).get("sure") == "1"
        return await asyncio.to_thread(_erase, acts, queries, token, sure)

    return router


def _membership(acts: MemberActs, queries: MemberQueries, token: str, wrong: str = "") -> Response:
    member = acts.of_token(token) if len(token) <= MAX_TOKEN_CHARS else None
    found = None if member is None else queries.statement(member)
    if found is None:
        return _shown(member_pages.nobody(), 404)
    code = acts.code(found.member.member, found.member.tier)
    return _shown(member_pages.membership(found, code, token, wrong), 400 if wrong else 200)


def _erase(acts: MemberActs, queries: MemberQueries, token: str, sure: bool) -> Response:
    if not sure:
        return _membership(acts, queries, token, "must_be_sure")
    member = acts.of_token(token) if len(token) <= MAX_TOKEN_CHARS else None
    if member is None:
        return _shown(member_pages.nobody(), 404)
    acts.erase(member)
    return _shown(member_pages.erased())


async def _form(request: Request) -> dict[str, str]:
    """A posted form, cut off where it is larger than any of ours."""
    form = bytearray()
    async for chunk in request.stream():
        form += chunk
        if len(form) > MAX_FORM_BYTES:
            break
    return dict(parse_qsl(form[:MAX_FORM_BYTES].decode(errors="replace"), keep_blank_values=True))


def _shown(page: str, status: int = 200) -> Response:
    return HTMLResponse(page, status, headers=HEADERS)
