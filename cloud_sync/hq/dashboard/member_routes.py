"""The pages of members over HTTP: for signed-in staff, shown by GET, done by POST, then back."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from cloud_sync.hq.asking import form_of
from cloud_sync.hq.clock import Clock
from cloud_sync.hq.credentials import Credentials
from cloud_sync.hq.dashboard import member_page, members_page, parts
from cloud_sync.hq.dashboard.session import language_of, signed_in
from cloud_sync.hq.dashboard.style import CSS
from cloud_sync.hq.dashboard.words import Language, has_word, word
from cloud_sync.hq.database.member_queries import MemberQueries
from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.member_acts import MemberActs
from cloud_sync.hq.rules.rights import RightsRefused

MAX_WANTED_CHARS = 64
GRAVE = frozenset({"merge", "erase"})


def add_member_pages(app: FastAPI, pool: Pool, credentials: Credentials, clock: Clock) -> None:
    """Finding, looking at, merging and erasing members."""
    queries, acts = MemberQueries(pool), MemberActs(pool, clock, credentials)

    @app.get("/members", include_in_schema=False)
    async def overview(request: Request, q: str = "") -> Response:
        if not signed_in(request, credentials, clock()):
            return RedirectResponse("/login", 303)
        return await asyncio.to_thread(_overview, request, queries, q[:MAX_WANTED_CHARS])

    @app.get("/members/{member}", include_in_schema=False)
    async def one(request: Request, member: str) -> Response:
        if not signed_in(request, credentials, clock()):
            return RedirectResponse("/login", 303)
        return await asyncio.to_thread(_one, request, queries, member)

    @app.get("/members/{member}/merge", include_in_schema=False)
    async def look(request: Request, member: str, into: str = "") -> Response:
        if not signed_in(request, credentials, clock()):
            return RedirectResponse("/login", 303)
        return await asyncio.to_thread(_merging, request, queries, member, into[:MAX_WANTED_CHARS])

    @app.post("/members/{member}/{act}", include_in_schema=False)
    async def do(request: Request, member: str, act: str) -> Response:
        given = await form_of(request)
        if not signed_in(request, credentials, clock()):
            return RedirectResponse("/login", 303)
        return await asyncio.to_thread(_do, request, acts, queries, member, act, given)


def _overview(request: Request, queries: MemberQueries, wanted: str) -> Response:
    language = language_of(request)
    body = members_page.overview(language, queries.counts(), queries.search(wanted), wanted)
    return _page(language, body, parts.address("/members", q=wanted))


def _one(request: Request, queries: MemberQueries, member: str, wrong: str = "") -> Response:
    language, asked = language_of(request), request.query_params
    found = queries.statement(member)
    if found is None:
        return RedirectResponse("/members", 303)
    body = member_page.member(
        language, found, wrong=wrong, told=asked.get("told", ""), was=asked.get("was", "")
    )
    return _page(language, body, f"/members/{found.member.member}", 400 if wrong else 200)


def _merging(request: Request, queries: MemberQueries, member: str, wanted: str) -> Response:
    """Both members before they become one; the other by the whole or the beginning of a key, or by phone."""
    language, first = language_of(request), queries.statement(member)
    if first is None:
        return RedirectResponse("/members", 303)
    found = [each for each in queries.search(wanted) if not each.erased] if wanted.strip() else []
    second = queries.statement(found[0].member) if len(found) == 1 else None
    if second is None:
        return _one(request, queries, member, word(language, "refused.not_one_member"))
    if second.member.member == first.member.member:
        return _one(request, queries, member, word(language, "refused.same_member"))
    here = parts.address(f"/members/{first.member.member}/merge", into=second.member.member)
    return _page(language, member_page.merging(language, first, second), here)


def _do(
    request: Request, acts: MemberActs, queries: MemberQueries, member: str, act: str, given: dict[str, str]
) -> Response:
    language, was = language_of(request), ""
    if act in GRAVE and given.get("sure") != "1":
        return _one(request, queries, member, word(language, "must_be_sure"))
    try:
        if act == "merge":
            member = acts.merge(member, given.get("into", "").strip())["member"]
        elif act == "erase":
            acts.erase(member)
        elif act == "tier":
            before = queries.statement(member)
            acts.set_tier(member, given.get("tier", ""))
            if before is not None:
                was = before.member.tier if before.member.by_staff else "points"
    except RightsRefused as refused:
        key = f"refused.{refused.code}"
        return _one(request, queries, member, word(language, key) if has_word(key) else refused.message)
    return RedirectResponse(parts.address(f"/members/{quote(member, safe='')}", told=act, was=was), 303)


def _page(language: Language, body: str, here: str, status: int = 200) -> Response:
    head = parts.bar(language, word(language, "headquarters"), here, section=parts.section_of(here))
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>popshop · {word(language, 'members')}</title><style>{CSS}</style></head>"
        f"<body>{head}{body}</body></html>"
    )
    return HTMLResponse(page, status)
