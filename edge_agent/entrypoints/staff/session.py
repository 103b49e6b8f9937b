"""Who is signed in at the tablet: a signed cookie that ends by itself. The agent keeps no list of sessions."""

from __future__ import annotations

import hashlib
import hmac
import math
from datetime import datetime, timedelta
from html import escape
from typing import Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from edge_agent.entrypoints.access import Access
from edge_agent.entrypoints.staff.pin_guard import PinGuard
from edge_agent.entrypoints.staff.style import CSS
from edge_agent.entrypoints.staff.view import AREAS
from edge_agent.entrypoints.staff.words import LANGUAGES, Language, word
from edge_agent.services.ports import Clock

ROOT: Final = "/staff"
LIFETIME: Final = timedelta(hours=12)
MAX_FORM_BYTES: Final = 1_024
_SESSION: Final = "popshop_staff"
_LANGUAGE: Final = "popshop_tablet_language"
_YEAR_S: Final = 365 * 86_400


class Sessions:
    """Signs cookies and reads them. A new PIN ends every session."""

    def __init__(self, access: Access) -> None:
        self._key = (access.session_secret + access.staff_pin).encode()

    def signed(self, until_s: int) -> str:
        """A cookie that is good until then (seconds since 1970)."""
        return f"{until_s}.{hmac.new(self._key, str(until_s).encode(), hashlib.sha256).hexdigest()}"

    def ends_at_s(self, request: Request, now: datetime) -> int:
        """When the request's session ends; 0 when it carries none that is ours and not over."""
        given = request.cookies.get(_SESSION, "")
        until, _, _ = given.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= 12):
            return 0
        if not hmac.compare_digest(given.encode(), self.signed(int(until)).encode()):
            return 0
        return int(until) if int(until) > now.timestamp() else 0


def language_of(request: Request) -> Language:
    """The language chosen on this tablet, else the browser's first, else Chinese."""
    chosen = request.cookies.get(_LANGUAGE, "")
    wished = request.headers.get("accept-language", "zh")[:2].lower()
    for language in LANGUAGES:
        if language == (chosen or wished):
            return language
    return "zh" if chosen else "en"


def session_routes(access: Access, sessions: Sessions, clock: Clock) -> APIRouter:
    """Signing in and out, and choosing a language."""
    router = APIRouter(prefix=ROOT, include_in_schema=False)
    guard = PinGuard()

    @router.get("/login")
    def login_page(request: Request) -> Response:
        return _login_page(language_of(request), "", 200)

    @router.post("/login")
    async def login(request: Request) -> Response:
        language = language_of(request)
        client = request.client.host if request.client else ""
        wait_s = guard.wait_s(client, clock.monotonic())
        if wait_s:
            return _login_page(language, word(language, "pin_wait", math.ceil(wait_s)), 429)
        if not access.pin_fits(await _typed(request)):
            guard.wrong(client, clock.monotonic())
            wait_s = guard.wait_s(client, clock.monotonic())
            told = ("pin_wait", math.ceil(wait_s)) if wait_s else ("pin_wrong",)
            return _login_page(language, word(language, *told), 401)
        guard.right(client)
        answer = RedirectResponse(f"{ROOT}/", 303)
        until_s = int((clock.now() + LIFETIME).timestamp())
        answer.set_cookie(
            _SESSION,
            sessions.signed(until_s),
            int(LIFETIME.total_seconds()),
            path=ROOT,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer

    @router.get("/logout")
    def logout() -> Response:
        answer = RedirectResponse(f"{ROOT}/login", 303)
        answer.delete_cookie(_SESSION, path=ROOT)
        return answer

    @router.get("/language/{language}")
    def choose_language(language: Language, area: str = "") -> Response:
        back = f"{ROOT}/?area={area}" if area in AREAS else f"{ROOT}/"
        answer = RedirectResponse(back, 303)
        answer.set_cookie(_LANGUAGE, language, _YEAR_S, path=ROOT, samesite="lax")
        return answer

    return router


async def _typed(request: Request) -> str:
    form = bytearray()
    async for chunk in request.stream():
        form += chunk
        if len(form) > MAX_FORM_BYTES:
            return ""
    return parse_qs(form.decode(errors="replace")).get("pin", [""])[0]


_KEYPAD_SCRIPT: Final = """
const pin = document.getElementById("pin");
for (const key of document.querySelectorAll(".key")) key.addEventListener("click", () => {
  pin.value = key.dataset.digit === undefined ? pin.value.slice(0, -1) : pin.value + key.dataset.digit;
});"""


def _login_page(language: Language, told: str, status: int) -> Response:
    other: Language = "en" if language == "zh" else "zh"
    keys = "".join(
        f'<button type="button" class="key" data-digit="{digit}">{digit}</button>' for digit in "1234567890"
    )
    page = f"""<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>popshop · {word(language, "staff_tablet")}</title><style>{CSS}</style></head>
<body><div class="login"><form class="card" method="post" action="{ROOT}/login">
<div class="row"><div class="mark"></div><h1>{word(language, "staff_tablet")}</h1>
<a class="other" href="{ROOT}/language/{other}">{"English" if other == "en" else "中文"}</a></div>
<label for="pin">{word(language, "pin")}</label>
<input id="pin" name="pin" type="password" inputmode="none" autocomplete="off" autofocus required>
<div class="wrong">{escape(told)}</div>
<div class="keypad">{keys}<button type="button" class="key">⌫</button></div>
<div class="buttons"><button class="main">{word(language, "sign_in")}</button></div>
<p class="hint">{escape(word(language, "pin_where"))}</p>
</form></div><script>{_KEYPAD_SCRIPT}</script></body></html>"""
    return HTMLResponse(page, status)
