"""Pure: A4 posters with the code of a slot, a shelf's label or the window, to be scanned and bought by phone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from cloud_sync.protocol.phone.code_picture import svg
from edge_agent.entrypoints.staff.parts import text
from edge_agent.entrypoints.staff.style import CSS
from edge_agent.entrypoints.staff.words import Language, word

MOST: Final = 200
"""Posters of one print, and products of the window's list."""
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1", "0.0.0.0"})
_LIST_STYLE: Final = (
    "main{max-width:1000px;margin:0 auto;padding:16px 24px 56px}h1{margin-bottom:6px}.group{display:flex;"
    "align-items:center;gap:16px;flex-wrap:wrap;margin:30px 0 10px}.group h2{margin-right:auto}"
    "main a{display:inline-flex;align-items:center;min-height:48px}a.row{width:100%;color:inherit;gap:16px}"
    ".group a{padding:0 22px;border-radius:999px;background:var(--accent-soft);font-weight:600}"
)
_POSTER_STYLE: Final = (
    "@page{size:A4;margin:0}*{box-sizing:border-box}body{margin:0;background:#ddd;color:#111;font-family:"
    "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif}.poster{width:210mm;height:297mm;"
    "margin:0 auto 8mm;padding:18mm;background:#fff;display:flex;flex-direction:column;align-items:center;"
    "justify-content:space-between;text-align:center;overflow:hidden;break-after:page}"
    ".poster:last-child{break-after:auto}.poster svg{width:130mm;height:130mm;display:block;"
    "shape-rendering:crispEdges}.name{font-size:34pt;line-height:1.2;font-weight:700;margin:0;"
    "overflow-wrap:anywhere}.name+.name{font-size:25pt;font-weight:500;margin-top:4mm}.do{font-size:21pt;"
    "line-height:1.35;margin:0}.foot{font-size:11pt;color:#555;width:100%;display:flex;"
    "justify-content:space-between;gap:8mm;overflow-wrap:anywhere;text-align:left}.tools{padding:14px;"
    "text-align:center;font-size:16px}.tools button{font:inherit;font-weight:600;padding:14px 40px;border:0;"
    "border-radius:14px;background:#0d6e6e;color:#fff}.mind{background:#fdf0dc;color:#8a4b00;padding:12px 18px;"
    "border-radius:12px;max-width:190mm;margin:0 auto 12px}"
    "@media print{body{background:#fff}.tools{display:none}.poster{margin:0 auto}}"
)
_BUY: Final = ("手机扫码，直接购买", "Scan with your phone and buy")
_WINDOW: Final = (
    "关门了也能买：扫码下单，到店自提或寄送",
    "Closed? Scan, order, and collect it or have it sent",
)


class Poster(NamedTuple):
    """One of them. `code` is what the shop's page reads; `device`: the machine or shelf, nothing for the window."""

    code: str
    device: str
    name_zh: str
    name_en: str

    @property
    def window(self) -> bool:
        """Whether it hangs where nobody is to hand anything over."""
        return not self.device

    def address(self, own_url: str) -> str:
        """Where its code leads."""
        asked = {"c": self.code, **({"w": "1"} if self.window else {})}
        return f"{own_url.rstrip('/')}/shop?{urlencode(asked)}"

    @property
    def page(self) -> str:
        """Where it is printed, beside the list."""
        return f"posters/print?{'window' if self.window else 'code'}={quote(self.code, safe='')}"


def every(
    devices: Iterable[Mapping[str, Any]],
    labels: Iterable[Mapping[str, Any]],
    items: Iterable[Mapping[str, Any]],
) -> list[Poster]:
    """All there are: slots by machine, labels by shelf, then products for the window."""
    found = [
        _of(slot, f"{device['id']}/{slot['slot']}", device["id"])
        for device in devices
        for slot in device["slots"]
    ]
    found += [_of(label, f"{label['device']}/{label['label']}", label["device"]) for label in labels]
    return found + [_of(item, item["sku"], "") for item in items]


def _of(goods: Mapping[str, Any], code: str, device: str) -> Poster:
    zh, en = goods["name_zh"] or goods["sku"], goods["name_en"] or goods["sku"]
    return Poster(code, device, zh, en)


def listing(language: Language, posters: Sequence[Poster], own_url: str) -> str:
    """The page on which staff choose."""
    of_device: dict[str, list[Poster]] = {}
    for poster in posters:
        of_device.setdefault(poster.device, []).append(poster)
    groups = "".join(_group(language, device, found[:MOST]) for device, found in of_device.items())
    empty = f'<p class="hint">{word(language, "poster_none")}</p>'
    return _html(
        language,
        CSS + _LIST_STYLE,
        f'<main><a href="./?area=devices">‹ {word(language, "devices")}</a><h1>{word(language, "posters")}</h1>'
        f'<p class="hint">{word(language, "posters_hint")}</p>{_mind(language, own_url, "notice")}'
        f"{groups or empty}</main>",
    )


def _group(language: Language, device: str, posters: Sequence[Poster]) -> str:
    heading = text(device) if device else word(language, "poster_window")
    whole = (
        f'<a href="posters/print?device={quote(device, safe="")}">{word(language, "poster_all")}</a>'
        if device
        else ""
    )
    rows = "".join(
        f'<a class="row" href="{text(poster.page)}"><span class="when">{text(poster.code.rpartition("/")[2])}</span>'
        f'<span class="words">{text(poster.name_zh if language == "zh" else poster.name_en)}</span></a>'
        for poster in posters
    )
    return f'<div class="group"><h2>{heading}</h2>{whole}</div><div class="card rows">{rows}</div>'


def printed(language: Language, posters: Sequence[Poster], own_url: str, store: str) -> str:
    """The posters, a sheet of A4 each; the words of the tablet's language do not print."""
    sheets = "".join(_sheet(poster, own_url, store) for poster in posters[:MOST])
    told = _mind(language, own_url, "mind")
    button = f'<button type="button" onclick="print()">{word(language, "poster_print")}</button>'
    return _html(language, _POSTER_STYLE, f'<div class="tools">{told}{button}</div>{sheets}')


def unknown(language: Language) -> str:
    """Nothing is sold there any more."""
    return _html(
        language,
        CSS + _LIST_STYLE,
        f'<main><a href="../posters">‹ {word(language, "posters")}</a>'
        f'<div class="notice">{word(language, "poster_unknown")}</div></main>',
    )


def _sheet(poster: Poster, own_url: str, store: str) -> str:
    zh, en = _WINDOW if poster.window else _BUY
    second = (
        f'<p class="name" lang="en">{text(poster.name_en)}</p>' if poster.name_en != poster.name_zh else ""
    )
    return (
        f'<section class="poster"><div><p class="name">{text(poster.name_zh)}</p>{second}</div>'
        f"{svg(poster.address(own_url))}"
        f'<div><p class="do"><b>{zh}</b></p><p class="do" lang="en">{en}</p></div>'
        f'<div class="foot"><span>{text(store)}</span><span>{text(poster.code)}</span></div></section>'
    )


def _mind(language: Language, own_url: str, kind: str) -> str:
    if urlsplit(own_url).hostname not in _LOCAL:
        return ""
    return f'<div class="{kind}">{word(language, "poster_local", text(own_url))}</div>'


def _html(language: Language, style: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>popshop · {word(language, 'posters')}</title><style>{style}</style></head><body>{body}</body></html>"
    )
