"""Pure: the shop's pages on a phone, in the frame of all pages for phones. Everything from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from cloud_sync.protocol.money import format_minor
from cloud_sync.protocol.phone import code_picture, frame
from cloud_sync.protocol.phone.frame import Language, pick, say
from cloud_sync.protocol.receipts.words import METHODS, WAYS
from edge_agent.entrypoints.shop.words import STATES, UNITS, WORDS

MAX_QTY: Final = 5
"""Of one product in one order from a phone: nobody shall hold a whole slot without paying."""
REFRESH_S: Final = 2
UNPAID: Final = frozenset({"open", "awaiting_payment"})
LIVE: Final = UNPAID | {"paid", "fulfilling"}
_STYLE: Final = (
    "<style>fieldset{border:0;padding:0;margin:16px 0}legend,label.f{font-size:14px;color:var(--soft)}"
    "label.f{display:block;margin-top:10px}label.way{display:flex;gap:12px;align-items:center;"
    "border:1px solid var(--line);border-radius:14px;padding:13px;margin-top:8px}"
    "input[type=radio]{width:20px;height:20px;margin:0;flex:none;accent-color:var(--accent)}"
    "input[type=text],input[type=tel],select{width:100%;font:inherit;padding:12px;margin-top:4px;min-height:48px;"
    "color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:12px}"
    "summary{padding:12px 0;color:var(--accent)}.mid{text-align:center;margin-top:0}"
    ".code{font-size:clamp(22px,8vw,30px);font-weight:700;letter-spacing:3px;text-align:center;padding:12px;"
    "margin:6px 0;border-radius:14px;background:var(--accent-soft)}"
    ".row>b{white-space:nowrap;flex:none}"
    ".part{border-top:1px dashed var(--line);padding:12px 0}.part:first-child{border-top:0;padding-top:0}</style>"
)


class Reader(NamedTuple):
    """Who reads: in which language, and at which address of ours."""

    language: Language
    here: str

    def say(self, code: str, *values: object) -> str:
        """One of the shop's sentences, safe to stand in HTML."""
        return say(self.language, WORDS[code], *values)

    def page(self, title: str, body: str, *, head: str = "", refresh: bool = False) -> str:
        """A whole page."""
        again = REFRESH_S if refresh else 0
        return frame.page(self.language, title, _STYLE + body, here=self.here, head=head, refresh_s=again)


def note(reader: Reader, code: str) -> str:
    """A page that says one thing."""
    if not code.startswith("address_"):
        return refused(reader, WORDS[code])
    kind = "say good" if code in ("address_thanks", "address_given") else "note"
    return reader.page(
        pick(reader.language, WORDS["address_page"]), f'<p class="{kind}">{reader.say(code)}</p>'
    )


def refused(reader: Reader, words: tuple[str, str]) -> str:
    """A page with what the shop says no to."""
    title = pick(reader.language, WORDS["shop"])
    return reader.page(title, f'<p class="note">{say(reader.language, words)}</p>')


def product(
    reader: Reader, item: Mapping[str, Any], ways: Mapping[str, int], key: str, code: str, *, window: bool
) -> str:
    """A product, how many of it, and how it is had. `ways`: units by way, in the order shown."""
    head = f'<div class="amount">{escape(format_minor(item["price_minor"], item["currency"]))}</div>'
    if window:
        head += f'<p class="note">{reader.say("window")}</p>'
    name, shop = _name(reader.language, item), pick(reader.language, WORDS["shop"])
    if not ways:
        gone = f'<p class="note">{reader.say("gone")}</p>'
        return reader.page(name, f'<div class="card">{head}{gone}</div>', head=shop)
    most = min(MAX_QTY, max(ways.values()))
    quantities = "".join(f"<option>{n}</option>" for n in range(1, most + 1))
    choices = "".join(
        f'<label class="way"><input type="radio" name="way" value="{way}" required'
        f"{' checked' if n == 0 else ''}> {say(reader.language, WAYS[way])}</label>"
        for n, way in enumerate(ways)
    )
    asks = _folded(reader) if any(way.startswith("ship_") for way in ways) else ""
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in (("sku", item["sku"]), ("key", key), ("c", code), ("w", "1" if window else ""))
    )
    return reader.page(
        name,
        f'<div class="card">{head}<form method="post" action="/shop/orders">{hidden}<label class="f">'
        f'{reader.say("quantity")}<select name="qty">{quantities}</select></label><fieldset><legend>'
        f"{reader.say('how')}</legend>{choices}</fieldset>{asks}<button>{reader.say('order')}</button>"
        f'<p class="sub">{reader.say("hint")}</p></form></div>',
        head=shop,
    )


def order(reader: Reader, found: Mapping[str, Any], methods: Sequence[str], until: str) -> str:
    """An order as it stands: what it costs, how to pay until when, and then how far each unit is."""
    payment = found["payment"] or {}
    state = found["state"]
    total = escape(format_minor(found["total_minor"], found["currency"]))
    lines = "".join(_line(reader.language, found, line) for line in found["lines"])
    sums = f'<div class="row part"><b>{reader.say("total" if state in UNPAID else "sum")}</b><b>{total}</b></div>'
    body = [f'<div class="card">{lines}{sums}</div>']
    if state in UNPAID:
        body.append(_to_pay(reader, found, payment, methods, until))
    else:
        body.append(_to_have(reader, found))
    receipt = found.get("receipt")
    if receipt:
        body.append(f'<a class="go" href="{escape(receipt["url"])}">{reader.say("receipt")}</a>')
    waits = state in LIVE and (state not in UNPAID or payment.get("state") in ("created", "pending"))
    title, head = pick(reader.language, STATES[state]), pick(reader.language, WORDS["shop"])
    return reader.page(title, "".join(body), head=head, refresh=waits)


def _to_have(reader: Reader, found: Mapping[str, Any]) -> str:
    """What to show and do to get it."""
    code = found["pickup_code"]
    picture = (
        f'<div class="qr">{code_picture.svg(code)}</div><p class="sub mid">{reader.say("show_code")}</p>'
        if code
        else ""
    )
    do = "".join(f"<p>{reader.say(f'do.{way}')}</p>" for way in _ways(found) if found["state"] in LIVE)
    return (
        f'<div class="card"><p class="sub">{reader.say("number")}</p><div class="code">{escape(found["id"])}</div>'
        f'{picture}{do}<p class="sub">{reader.say("stays")}</p></div>'
    )


def _line(language: Language, found: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    units = [v["state"] for v in found["vends"] if v["line"] == line["line"]]
    units += [h["state"] for h in found.get("handovers", ()) if h["line"] == line["line"]]
    said = "".join(f'<div class="sub">{say(language, UNITS[state])}</div>' for state in units)
    amount = escape(format_minor(line["qty"] * line["price_minor"], found["currency"]))
    name = escape(_name(language, line))
    return f'<div class="part"><div class="row"><div>{line["qty"]} × {name}</div><b>{amount}</b></div>{said}</div>'


def _to_pay(
    reader: Reader,
    found: Mapping[str, Any],
    payment: Mapping[str, Any],
    methods: Sequence[str],
    until: str,
) -> str:
    where = f"/shop/o/{quote(found['id'])}"
    cancel = f'<form method="post" action="{where}/cancel"><button class="no">{reader.say("cancel")}</button></form>'
    if payment.get("state") in ("created", "pending", "unknown"):
        url = payment.get("pay_url") or ""
        if not url.startswith(("https://", "http://", "alipays:", "weixin:")):
            return f"<p>{reader.say('paying')}</p>{cancel}"
        opens = f'<a class="go" href="{escape(url)}">{reader.say("open")}</a>'
        return f'{opens}<p class="sub">{reader.say("unpaid")}</p>{cancel}'
    if found["total_minor"] == 0:
        buttons = f'<button name="method" value="none">{reader.say("free")}</button>'
    else:
        buttons = "".join(
            f'<button name="method" value="{method}">{reader.say("pay", pick(reader.language, METHODS[method]))}'
            "</button>"
            for method in methods
        )
    kept = f'<p class="sub">{reader.say("until", until)}</p>'
    return f'{kept}<form method="post" action="{where}/pay">{buttons}</form>{cancel}'


def _ways(found: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(line.get("handover", "vend") for line in found["lines"]))


def _name(language: Language, row: Mapping[str, Any]) -> str:
    """A product's name in this language, or the one there is."""
    zh, en = row["name_zh"] or "", row["name_en"] or ""
    return pick(language, (zh or en, en or zh)) or str(row["sku"])


def address(reader: Reader, typed: Mapping[str, str]) -> str:
    """Where to send what stands on a kiosk. `typed`: what was there already, when something was left out."""
    missing = f'<p class="wrong">{reader.say("address_missing")}</p>' if typed else ""
    return reader.page(
        pick(reader.language, WORDS["address_title"]),
        f'<div class="card"><p class="sub">{reader.say("address_hint")}</p>{missing}<form method="post">'
        f"{_contact(reader, typed, needed=True)}<button>{reader.say('address_give')}</button></form></div>",
    )


def _contact(reader: Reader, typed: Mapping[str, str], *, needed: bool = False) -> str:
    return "".join(
        f'<label class="f">{reader.say(name)}<input type="{kind}" name="{name}" maxlength="{most}"'
        f' autocomplete="{auto}" value="{escape(typed.get(name, ""))}"{" required" if needed else ""}></label>'
        for name, kind, most, auto in (
            ("name", "text", 60, "name"),
            ("phone", "tel", 30, "tel"),
            ("address", "text", 200, "street-address"),
        )
    )


def _folded(reader: Reader) -> str:
    return f"<details><summary>{reader.say('contact')}</summary>{_contact(reader, {})}</details>"
