"""Who is signed in: a signed cookie that ends by itself. Nothing is kept at headquarters."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from cloud_sync.hq.asking import asker, form_of
from cloud_sync.hq.clock import Clock
from cloud_sync.hq.credentials import Credentials, same, sign
from cloud_sync.hq.dashboard.style import CSS
from cloud_sync.hq.dashboard.words import LANGUAGES, Language, word
from cloud_sync.protocol.phone.guard import Allowance, Guard

LIFETIME: Final = timedelta(hours=12)
TRIES: Final = (Allowance(10, 6.0), Allowance(100, 1.0))
"""Of the password, from one address and from all: a stranger who guesses may delay us, not shut us out."""
_SESSION: Final = "popshop_hq"
_LANGUAGE: Final = "popshop_language"


def signed_in(request: Request, credentials: Credentials, now: datetime) -> bool:
    """Tell whether the request carries a session that is ours and not over."""
    until, _, signature = request.cookies.get(_SESSION, "").partition(".")
    if not until.isdigit() or not same(signature, sign(_key(credentials), until)):
        return False
    return int(until) > now.timestamp()


def _key(credentials: Credentials) -> str:
    """Changing the password ends every session."""
    return credentials.session_key + credentials.admin_password


def language_of(request: Request) -> Language:
    """The language chosen, else the browser's first, else Chinese."""
    chosen = request.cookies.get(_LANGUAGE, "")
    wished = request.headers.get("accept-language", "zh")[:2].lower()
    for language in LANGUAGES:
        if language == (chosen or wished):
            return language
    return "en" if not chosen and wished not in LANGUAGES else "zh"


def is_ours(path: str) -> bool:
    """Whether somebody may be sent there: a path of ours, never a way to elsewhere."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()


def add_session_routes(app: FastAPI, credentials: Credentials, clock: Clock) -> None:
    """Signing in and out, and choosing a language."""
    guard = Guard(*TRIES)

    @app.get("/login", include_in_schema=False)
    def login_page(request: Request) -> Response:
        return _login_page(language_of(request))

    @app.post("/login", include_in_schema=False)
    async def login(request: Request) -> Response:
        if not guard.may(asker(request), clock().timestamp()):
            return _login_page(language_of(request), 429, "too_many_tries")
        given = (await form_of(request)).get("password", "")
        if not same(given, credentials.admin_password):
            return _login_page(language_of(request), 401, "wrong_password")
        guard.forget(asker(request))
        until = str(int((clock() + LIFETIME).timestamp()))
        answer = RedirectResponse("/", 303)
        value = f"{until}.{sign(_key(credentials), until)}"
        secure = request.url.scheme == "https"
        answer.set_cookie(
            _SESSION, value, int(LIFETIME.total_seconds()), httponly=True, samesite="lax", secure=secure
        )
        return answer

    @app.get("/logout", include_in_schema=False)
    def logout() -> Response:
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(_SESSION)
        return answer

    @app.get("/language/{language}", include_in_schema=False)
    def choose_language(language: Language, back: str = "/") -> Response:
        answer = RedirectResponse(back if is_ours(back) else "/", 303)
        answer.set_cookie(_LANGUAGE, language, 365 * 86_400, samesite="lax")
        return answer


def _login_page(language: Language, status: int = 200, trouble: str = "") -> Response:
    told = f'<div class="wrong">{word(language, trouble)}</div>' if trouble else ""
    other: Language = "en" if language == "zh" else "zh"
    page = f"""<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>popshop · {word(language, "headquarters")}</title><style>{CSS}</style></head>
<body><div class="login"><form class="card" method="post" action="/login">
<div class="row"><div class="mark"></div><h1>popshop {word(language, "headquarters")}</h1></div>
<label for="password">{word(language, "password")}</label>
<input id="password" name="password" type="password" autocomplete="current-password" autofocus required>
<button>{word(language, "sign_in")}</button>{told}
<div class="hint">{escape(word(language, "password_where"))}</div>
<div class="hint"><a href="/language/{other}?back=/login">{"English" if other == "en" else "中文"}</a></div>
</form></div></body></html>"""
    return HTMLResponse(page, status)
