"""Pure: the shop's pages on a phone, in both languages at once. Everything from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final
from urllib.parse import quote

import segno

from cloud_sync.protocol.money import format_minor
from cloud_sync.protocol.receipts.words import METHODS, WAYS
from edge_agent.entrypoints.shop.words import STATES, UNITS, WORDS, both

MAX_QTY: Final = 5
"""Of one product in one order from a phone: nobody shall hold a whole slot without paying."""
REFRESH_S: Final = 2
UNPAID: Final = frozenset({"open", "awaiting_payment"})
LIVE: Final = UNPAID | {"paid", "fulfilling"}
_PAGE: Final = """<!doctype html><html lang="zh"><head><meta charset="utf-8">{refresh}
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{title}</title><style>
body{{margin:0;background:#f4f2ee;color:#1f2430;
font:16px/1.5 "Noto Sans CJK SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif}}
main{{background:#fff;max-width:420px;margin:24px auto;padding:28px 24px;border-radius:20px;
box-shadow:0 12px 40px #0001}}
h1{{font-size:22px;margin:0}}h2{{font-size:15px;margin:2px 0 18px;font-weight:500;color:#6b7280}}
.price{{font-size:34px;font-weight:700;margin:12px 0}}.sub{{color:#6b7280;font-size:13px}}
fieldset{{border:0;padding:0;margin:18px 0}}legend,label.f{{font-size:14px;color:#6b7280}}
label.way{{display:block;border:1px solid #ddd8cf;border-radius:14px;padding:14px;margin-top:8px}}
input[type=text],input[type=tel],select{{width:100%;box-sizing:border-box;font:inherit;padding:12px;margin:4px 0 10px;
border:1px solid #ddd8cf;border-radius:12px;background:#fff}}
button,a.go{{display:block;box-sizing:border-box;width:100%;border:0;border-radius:14px;padding:16px;font:inherit;
font-weight:650;margin-top:10px;background:#0f766e;color:#fff;text-align:center;text-decoration:none}}
button.no{{background:#eceae5;color:#444}}.row{{display:flex;justify-content:space-between;gap:16px}}
.code{{font-size:30px;font-weight:700;letter-spacing:3px;text-align:center;background:#f0f7f6;border-radius:14px;
padding:12px;margin:6px 0}}.scan{{text-align:center;margin-top:14px}}.scan svg{{width:78%;height:auto}}
.mid{{text-align:center;margin-top:0}}.note{{background:#fff7ed;color:#9a3412;border-radius:12px;padding:10px 14px}}
.part{{border-top:1px dashed #c9c5bd;padding:12px 0}}
@media(max-width:460px){{main{{margin:0;border-radius:0;min-height:100vh}}}}
</style></head><body><main>{body}</main></body></html>"""


def note(code: str) -> str:
    """A page that says one thing."""
    return _page(both("shop"), f'<h1>{_say("shop")}</h1><p class="note">{_lines(*WORDS[code])}</p>')


def refused(zh: str, en: str) -> str:
    """A page with what the shop says no to."""
    return _page(both("shop"), f'<h1>{_say("shop")}</h1><p class="note">{_lines(zh, en)}</p>')


def product(item: Mapping[str, Any], ways: Mapping[str, int], key: str, code: str, *, window: bool) -> str:
    """A product, how many of it, and how it is had. `ways`: units by way, in the order shown."""
    head = (
        f"<h1>{escape(item['name_zh'])}</h1><h2>{escape(item['name_en'])}</h2>"
        f'<div class="price">{escape(format_minor(item["price_minor"], item["currency"]))}</div>'
    )
    if window:
        head += f'<p class="note">{_lines(*WORDS["window"])}</p>'
    if not ways:
        return _page(item["name_zh"], f'{head}<p class="note">{_lines(*WORDS["gone"])}</p>')
    most = min(MAX_QTY, max(ways.values()))
    quantities = "".join(f"<option>{n}</option>" for n in range(1, most + 1))
    choices = "".join(
        f'<label class="way"><input type="radio" name="way" value="{way}" required'
        f"{' checked' if n == 0 else ''}> {_pair(WAYS[way])}</label>"
        for n, way in enumerate(ways)
    )
    asks = _folded(_contact({})) if any(way.startswith("ship_") for way in ways) else ""
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in (("sku", item["sku"]), ("key", key), ("c", code), ("w", "1" if window else ""))
    )
    return _page(
        item["name_zh"],
        f'{head}<form method="post" action="/shop/orders">{hidden}<label class="f">{_say("quantity")}'
        f'<select name="qty">{quantities}</select></label><fieldset><legend>{_say("how")}</legend>{choices}'
        f'</fieldset>{asks}<button>{_say("order")}</button><p class="sub">{_say("hint")}</p></form>',
    )


def order(found: Mapping[str, Any], methods: Sequence[str], until: str) -> str:
    """An order as it stands: what it costs, how to pay until when, and then how far each unit is."""
    payment = found["payment"] or {}
    state = found["state"]
    body = [f"<h1>{_pair(STATES[state])}</h1>", *(_line(found, line) for line in found["lines"])]
    body.append(
        f'<div class="row part"><b>{_say("total")}</b><b>'
        f"{escape(format_minor(found['total_minor'], found['currency']))}</b></div>"
    )
    if state in UNPAID:
        body.append(_to_pay(found, payment, methods, until))
    else:
        body.append(f'<p class="sub">{_say("number")}</p><div class="code">{escape(found["id"])}</div>')
        body.append(_to_show(found["pickup_code"]))
        body += [f"<p>{_pair(WORDS['do.' + way])}</p>" for way in _ways(found) if state in LIVE]
        body.append(f'<p class="sub">{_say("stays")}</p>')
    receipt = found.get("receipt")
    if receipt:
        body.append(f'<a class="go" href="{escape(receipt["url"])}">{_say("receipt")}</a>')
    waits = state in LIVE and (state not in UNPAID or payment.get("state") in ("created", "pending"))
    return _page(found["id"], "".join(body), refresh=waits)


def _to_show(code: str) -> str:
    """The code for the counter's scanner, while something waits there."""
    if not code:
        return ""
    picture = segno.make_qr(code, error="m").svg_inline(scale=5, border=3)
    return f'<div class="scan">{picture}</div><p class="sub mid">{_say("show_code")}</p>'


def _line(found: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    units = [v["state"] for v in found["vends"] if v["line"] == line["line"]]
    units += [h["state"] for h in found.get("handovers", ()) if h["line"] == line["line"]]
    said = "".join(f'<div class="sub">{_pair(UNITS[state])}</div>' for state in units)
    name = (
        f"{escape(line['name_zh'] or line['sku'])}<br><span class=sub>{escape(line['name_en'] or '')}</span>"
    )
    amount = escape(format_minor(line["qty"] * line["price_minor"], found["currency"]))
    return f'<div class="part"><div class="row"><div>{line["qty"]} × {name}</div><b>{amount}</b></div>{said}</div>'


def _to_pay(found: Mapping[str, Any], payment: Mapping[str, Any], methods: Sequence[str], until: str) -> str:
    where = f"/shop/o/{quote(found['id'])}"
    cancel = (
        f'<form method="post" action="{where}/cancel"><button class="no">{_say("cancel")}</button></form>'
    )
    if payment.get("state") in ("created", "pending", "unknown"):
        url = payment.get("pay_url") or ""
        if not url.startswith(("https://", "http://", "alipays:", "weixin:")):
            return f"<p>{_say('paying')}</p>{cancel}"
        return f'<a class="go" href="{escape(url)}">{_say("open")}</a><p class="sub">{_say("unpaid")}</p>{cancel}'
    if found["total_minor"] == 0:
        buttons = f'<button name="method" value="none">{_say("free")}</button>'
    else:
        buttons = "".join(
            f'<button name="method" value="{method}">{_say("pay")}: {_pair(METHODS[method])}</button>'
            for method in methods
        )
    kept = f'<p class="sub">{_say("until")} {escape(until)}</p>'
    return f'{kept}<form method="post" action="{where}/pay">{buttons}</form>{cancel}'


def _ways(found: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(line.get("handover", "vend") for line in found["lines"]))


def address(typed: Mapping[str, str]) -> str:
    """Where to send what stands on a kiosk. `typed`: what was there already, when something was left out."""
    missing = f'<p class="note">{_say("address_missing")}</p>' if typed else ""
    return _page(
        both("address_title"),
        f'<h1>{_say("address_title")}</h1><p class="sub">{_say("address_hint")}</p>{missing}<form method="post">'
        f"{_contact(typed, needed=True)}<button>{_say('address_give')}</button></form>",
    )


def _contact(typed: Mapping[str, str], *, needed: bool = False) -> str:
    return "".join(
        f'<label class="f">{_say(name)}<input type="{kind}" name="{name}" maxlength="{most}" autocomplete="{auto}"'
        f' value="{escape(typed.get(name, ""))}"{" required" if needed else ""}></label>'
        for name, kind, most, auto in (
            ("name", "text", 60, "name"),
            ("phone", "tel", 30, "tel"),
            ("address", "text", 200, "street-address"),
        )
    )


def _folded(fields: str) -> str:
    return f"<details><summary>{_say('contact')}</summary>{fields}</details>"


def _say(code: str) -> str:
    return escape(both(code))


def _pair(words: tuple[str, str]) -> str:
    return escape(f"{words[0]} · {words[1]}")


def _lines(zh: str, en: str) -> str:
    return f"{escape(zh)}<br>{escape(en)}"


def _page(title: str, body: str, *, refresh: bool = False) -> str:
    again = f'<meta http-equiv="refresh" content="{REFRESH_S}">' if refresh else ""
    return _PAGE.format(refresh=again, title=escape(title), body=body)
