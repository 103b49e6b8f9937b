"""The routes under /m: becoming a member with consent, one's own page, and leaving. The address is the secret."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from cloud_sync.hq.asking import form_of
from cloud_sync.hq.clock import Clock
from cloud_sync.hq.database.member_queries import MemberQueries
from cloud_sync.hq.member_acts import MemberActs
from cloud_sync.hq.phone.member_pages import Pages
from cloud_sync.hq.phone.showing import Limit, reader, shown, turned
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.protocol.phone.guard import Allowance

MAX_TOKEN_CHARS: Final = 64
JOINS: Final = Allowance(20, 3.0), Allowance(300, 0.2)
"""Per phone, and of all together: each makes a member. A store's shoppers may all come through its one router."""
ERASURES: Final = Allowance(10, 6.0), Allowance(120, 0.5)
_JOIN: Final = "/m/join"


@dataclass(frozen=True)
class _Desk:
    acts: MemberActs
    queries: MemberQueries
    clock: Clock


def member_pages_router(acts: MemberActs, queries: MemberQueries, clock: Clock) -> APIRouter:
    """The pages of memberships."""
    router = APIRouter(include_in_schema=False)
    desk = _Desk(acts, queries, clock)
    joins, erasures = Limit(*JOINS, clock), Limit(*ERASURES, clock)

    @router.get(_JOIN)
    def form(request: Request) -> Response:
        return shown(request, Pages(reader(request), _JOIN).join())

    @router.post(_JOIN)
    async def join(request: Request) -> Response:
        if slow := joins.reached(request, _JOIN):
            return slow
        given = await form_of(request)
        values = given.get("agree", ""), given.get("name", ""), given.get("phone", "")
        try:
            token = await asyncio.to_thread(acts.join, *values)
        except RightsRefused as refused:
            return shown(request, Pages(reader(request), _JOIN).join(refused.code), 400)
        return turned(f"/m/{token}")

    @router.get("/m/{token}")
    def page(request: Request, token: str) -> Response:
        return _membership(desk, request, token)

    @router.post("/m/{token}/erase")
    async def erase(request: Request, token: str) -> Response:
        if slow := erasures.reached(request, _page_of(token)):
            return slow
        sure = (await form_of(request)).get("sure") == "1"
        return await asyncio.to_thread(_erase, desk, request, token, sure)

    return router


def _page_of(token: str) -> str:
    return f"/m/{quote(token[:MAX_TOKEN_CHARS], safe='')}"


def _membership(desk: _Desk, request: Request, token: str, wrong: str = "") -> Response:
    pages = Pages(reader(request), _page_of(token))
    member = _member_of(desk, token)
    found = None if member is None else desk.queries.statement(member)
    if found is None:
        return shown(request, pages.nobody(), 404)
    code = desk.acts.code(found.member.member, found.member.tier)
    return shown(request, pages.membership(found, code, desk.clock(), wrong), 400 if wrong else 200)


def _erase(desk: _Desk, request: Request, token: str, sure: bool) -> Response:
    if not sure:
        return _membership(desk, request, token, "must_be_sure")
    member = _member_of(desk, token)
    pages = Pages(reader(request), _page_of(token))
    if member is None:
        return shown(request, pages.nobody(), 404)
    desk.acts.erase(member)
    return shown(request, pages.erased())


def _member_of(desk: _Desk, token: str) -> str | None:
    return desk.acts.of_token(token) if len(token) <= MAX_TOKEN_CHARS else None
