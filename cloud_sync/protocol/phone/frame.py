"""Pure: the one frame of all pages for shoppers' phones, at headquarters and in stores.

One language at a time with a switch to the other, light and dark, from 320 px up; nothing is loaded from elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Final, Literal

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
COOKIE: Final = "popshop_phone_language"
ASKED: Final = "lang"
"""The query's field by which somebody chooses a language."""
_YEAR_S: Final = 365 * 86_400
_NAMES: Final[dict[Language, str]] = {"zh": "中文", "en": "English"}

STYLE: Final = (
    ":root{color-scheme:light dark;--paper:#f6f5f2;--card:#fff;--ink:#1f2430;--soft:#626873;--line:#dedbd4;"
    "--accent:#0d6e6e;--on-accent:#fff;--accent-soft:#d9ebe9;--bad:#b3261e;--bad-soft:#fbe5e3;--warn:#8a4b00;"
    "--warn-soft:#fdf0dc}"
    "@media(prefers-color-scheme:dark){:root{--paper:#14161a;--card:#1f2228;--ink:#eceef2;--soft:#a3a9b4;"
    "--line:#3a3e46;--accent:#5cc4bf;--on-accent:#0b2322;--accent-soft:#173b3a;--bad:#ff9d94;--bad-soft:#471d1a;"
    "--warn:#f3b765;--warn-soft:#3d2c12}}"
    "*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}body{margin:0;background:var(--paper);"
    "color:var(--ink);font:16px/1.5 'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif;"
    "overflow-wrap:anywhere}main{max-width:460px;margin:0 auto;padding:14px 16px 48px}"
    ".top{display:flex;justify-content:space-between;align-items:center;color:var(--soft);font-size:14px}"
    ".top a{color:var(--accent);padding:9px 0 9px 20px;text-decoration:none;font-weight:600;flex:none}"
    "h1{font-size:24px;line-height:1.25;margin:6px 0 2px}h2{font-size:17px;margin:0 0 6px}p{margin:8px 0}"
    ".sub{color:var(--soft);font-size:14px}.card{background:var(--card);border-radius:18px;padding:18px;"
    "margin-top:14px;box-shadow:0 6px 24px #0000000f}.amount{font-size:clamp(28px,10vw,44px);"
    "font-weight:700;line-height:1.2}"
    "button,a.go{display:block;width:100%;border:0;border-radius:14px;padding:15px;font:inherit;font-weight:650;"
    "margin-top:14px;background:var(--accent);color:var(--on-accent);text-align:center;text-decoration:none}"
    "button.no{background:none;color:var(--ink);border:1px solid var(--line)}"
    "button.grave{background:none;color:var(--bad);border:1px solid var(--bad)}"
    # A code stays black on white with its quiet zone, whatever the page's colours are.
    ".qr{background:#fff;border-radius:12px;overflow:hidden;margin:12px auto;max-width:340px}"
    ".qr svg{display:block;width:100%;height:auto;shape-rendering:crispEdges}"
    "code{display:block;font-size:11px;color:var(--soft)}"
    ".say{font-size:18px;font-weight:600;margin:14px 0 4px}.good{color:var(--accent)}.warn{color:var(--warn)}"
    ".bad{color:var(--bad)}.wrong,.note{border-radius:12px;padding:12px;margin-top:14px}"
    ".wrong{background:var(--bad-soft);color:var(--bad)}.note{background:var(--warn-soft);color:var(--warn)}"
    ".row{display:flex;justify-content:space-between;gap:16px}.row>:last-child{text-align:right}"
    "@media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#999;"
    "--accent:#000;--bad:#000;--warn:#000;--warn-soft:#fff}.card{box-shadow:none;padding:0}button,.top a,"
    ".no-print{display:none}}"
)


def language_of(query: Mapping[str, str], cookies: Mapping[str, str], headers: Mapping[str, str]) -> Language:
    """What the reader chose just now, or before; else what the phone asks for first; else Chinese."""
    for chosen in (query.get(ASKED, ""), cookies.get(COOKIE, "")):
        for language in LANGUAGES:
            if chosen == language:
                return language
    first = headers.get("accept-language", "").strip()[:2].lower()
    return "zh" if first in ("zh", "", "*") else "en"


def headers(query: Mapping[str, str], script: str = "") -> dict[str, str]:
    """Of every such page: it loads nothing, stands in no frame, stays in no cache, and runs `script` alone, if any.

    A language that was just chosen is kept in a cookie, which holds nothing else.
    """
    runs = f"script-src '{_hash(script)}'; " if script else ""
    out = {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Content-Security-Policy": (
            f"default-src 'none'; {runs}style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        ),
    }
    chosen = query.get(ASKED, "")
    if chosen in LANGUAGES:
        out["Set-Cookie"] = f"{COOKIE}={chosen}; Path=/; Max-Age={_YEAR_S}; SameSite=Lax; HttpOnly"
    return out


def page(
    language: Language,
    title: str,
    body: str,
    *,
    here: str,
    head: str = "",
    refresh_s: int = 0,
    script: str = "",
) -> str:
    """A whole page. `title` and `head` are text; `body` is HTML; `here`: its address, for the switch of languages.

    `head` stands small above the title. `refresh_s`: loads itself anew after that time; 0: never.
    """
    other: Language = "en" if language == "zh" else "zh"
    switch = escape(f"{here}{'&' if '?' in here else '?'}{ASKED}={other}")
    again = f'<meta http-equiv="refresh" content="{refresh_s}">' if refresh_s else ""
    runs = f"<script>{script}</script>" if script else ""
    return (
        f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">{again}'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>"
        f'<div class="top"><span>{escape(head)}</span><a lang="{other}" href="{switch}">{_NAMES[other]}</a></div>'
        f"<h1>{escape(title)}</h1>{body}</main>{runs}</body></html>"
    )


def pick(language: Language, words: tuple[str, str]) -> str:
    """One of a pair, Chinese and English."""
    return words[0] if language == "zh" else words[1]


def say(language: Language, words: tuple[str, str], *values: object) -> str:
    """One of a pair of sentences, with values from outside put in, safe to stand in HTML."""
    return escape(pick(language, words).format(*values))


def _hash(script: str) -> str:
    """As a page's policy names a script of its own (W3C Content Security Policy 3 §6.7.3)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
