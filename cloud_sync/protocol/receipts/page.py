"""A receipt as a page for a phone: both languages at once, printable, and fresh again by itself while it may change."""

from __future__ import annotations

from html import escape
from typing import Final

from cloud_sync.protocol.money import format_minor
from cloud_sync.protocol.receipts import words
from cloud_sync.protocol.receipts.document import ReceiptDocument, SoldLine, rate_text
from cloud_sync.protocol.receipts.words import CHANGES, METHODS, REFUND_STATES, STATES, WAYS, WORDS

REFRESH_S: Final = 5
NOT_HERE: Final = (
    "小票尚未送达：门店还没有上报，请稍后再试。\n"
    "This receipt is not here yet: the store has not reported it. Please try again later.\n"
)
"""What is answered for a token that may well exist: the store may be offline."""

_PAGE: Final = """<!doctype html><html lang="zh"><head><meta charset="utf-8">{refresh}
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{title}</title><style>
body{{margin:0;background:#f4f2ee;color:#1f2430;
font:15px/1.5 "Noto Sans CJK SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif}}
main{{background:#fff;max-width:420px;margin:24px auto;padding:28px 24px;border-radius:20px;
box-shadow:0 12px 40px #0001}}
h1{{font-size:20px;margin:0;text-align:center}}h2{{font-size:15px;margin:4px 0 16px;text-align:center;font-weight:500}}
.row{{display:flex;justify-content:space-between;gap:16px}}.row b:last-child,.row span:last-child{{white-space:nowrap}}
.part{{border-top:1px dashed #c9c5bd;padding:12px 0;margin:0}}.part:first-child{{border:0}}
.sub{{color:#6b7280;font-size:13px}}
.sum{{font-size:19px;font-weight:700}}.case{{background:#fff7ed;color:#9a3412;border-radius:10px;padding:8px 12px}}
.unknown,.failed,.refused{{color:#9a3412}}.done,.refunded{{color:#0f766e}}
footer{{text-align:center;color:#6b7280;font-size:13px}}button{{border:0;border-radius:12px;padding:12px 24px;
background:#0f766e;color:#fff;font-size:15px}}@media print{{body{{background:#fff}}main{{box-shadow:none;margin:0 auto}}
button,.live{{display:none}}}}@media(max-width:460px){{main{{margin:0;border-radius:0;min-height:100vh}}}}
</style></head><body><main>{body}</main></body></html>"""


def page(document: ReceiptDocument) -> str:
    """The whole page as HTML. Everything from outside is escaped."""
    refresh = f'<meta http-equiv="refresh" content="{REFRESH_S}">' if document.live else ""
    parts = [
        _head(document),
        "".join(_line(document, line) for line in document.lines),
        _sums(document),
        _taxes(document),
        _money(document),
        _member(document),
        _seller(document),
    ]
    body = "".join(f'<section class="part">{part}</section>' if part else "" for part in parts)
    return _PAGE.format(
        refresh=refresh,
        title=escape(f"{document.store_name} · {document.receipt}"),
        body=body + _foot(document),
    )


def _say(code: str) -> str:
    return escape(words.line(WORDS, code))


def _row(left: str, right: str, kind: str = "") -> str:
    return f'<div class="row {kind}"><span>{left}</span><span>{right}</span></div>'


def _amount(document: ReceiptDocument, minor: int) -> str:
    return escape(format_minor(minor, document.currency))


def _head(document: ReceiptDocument) -> str:
    rows = [
        f"<h1>{escape(document.store_name)}</h1><h2>{_say(document.kind)}</h2>",
        _row(_say("number"), f"<b>{escape(document.receipt)}</b>"),
    ]
    if document.original:
        rows.append(_row(_say("original"), escape(document.original)))
    rows += [_row(_say("time"), escape(document.when)), _row(_say("order"), escape(document.order))]
    rows += [f'<p class="case">{_say("case")} <b>{escape(case)}</b></p>' for case in document.cases]
    return "".join(rows)


def _line(document: ReceiptDocument, line: SoldLine) -> str:
    name = escape(line.name_zh) + ("" if line.name_en == line.name_zh else f"<br>{escape(line.name_en)}")
    rows = [_row(f"<b>{escape(line.mark)}{name}</b>", f"<b>{_amount(document, line.total_minor)}</b>")]
    rows.append(
        _row(f"{line.qty} × {_amount(document, line.price_minor)}", escape(rate_text(line.rate_bp)), "sub")
    )
    if line.list_total_minor != line.total_minor:
        rows.append(_row(_say("list_price"), f"<s>{_amount(document, line.list_total_minor)}</s>", "sub"))
    for kind, minor in line.adjustments:
        rows.append(_row(escape(words.line(CHANGES, kind)), _amount(document, minor), "sub"))
    for how, state, qty in line.handovers:
        said = f'<span class="{escape(state)}">{qty} × {escape(words.line(STATES, state))}</span>'
        rows.append(_row(escape(words.line(WAYS, how)), said, "sub"))
    return "".join(rows)


def _sums(document: ReceiptDocument) -> str:
    if document.kind == "refund":
        return _row(_say("back_now"), _amount(document, document.amount_minor), "sum")
    added = f'<p class="sub">{_say("tax_added")}</p>' if document.tax_added else ""
    return _row(_say("total"), _amount(document, document.total_minor), "sum") + added


def _taxes(document: ReceiptDocument) -> str:
    return "".join(
        _row(
            f"{escape(document.tax_word)} {escape(rate_text(tax.rate_bp))}",
            f"{escape(document.net_word)} {_amount(document, tax.net_minor)} · {_amount(document, tax.tax_minor)}",
            "sub",
        )
        for tax in document.taxes
    )


def _money(document: ReceiptDocument) -> str:
    rows = []
    for method, minor, tail in document.payments:
        name = escape(words.line(METHODS, method)) + (f" …{escape(tail)}" if tail else "")
        rows.append(_row(name, _amount(document, minor)))
    for _, minor, state in document.refunds:
        said = f'<span class="{escape(state)}">{escape(words.line(REFUND_STATES, state))}</span>'
        rows.append(_row(said, _amount(document, -minor)))
    return "".join(rows)


def _member(document: ReceiptDocument) -> str:
    if not document.member_tail:
        return ""
    rows = [_row(_say("member"), f"…{escape(document.member_tail)}")]
    if document.points_spent:
        rows.append(_row(_say("points_spent"), f"−{document.points_spent}"))
    if document.points_earned:
        rows.append(_row(_say("points_earned"), str(document.points_earned)))
    return "".join(rows)


def _seller(document: ReceiptDocument) -> str:
    rows = [_row(escape(label), escape(value), "sub") for label, value in document.identity]
    return "".join([*rows, *(f'<p class="sub">{escape(note)}</p>' for note in document.notes)])


def _foot(document: ReceiptDocument) -> str:
    live = f'<p class="live">{_say("live")}</p>' if document.live else ""
    button = f'<button type="button" onclick="print()">{_say("print")}</button>'
    return f"<footer><p>{_say('keep')}</p>{live}{button}</footer>"
