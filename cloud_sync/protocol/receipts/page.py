"""A receipt as a page for a phone: in the reader's language, printable, fresh again by itself while it may change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Final

from cloud_sync.protocol.money import format_minor
from cloud_sync.protocol.phone import frame
from cloud_sync.protocol.phone.frame import Language, pick
from cloud_sync.protocol.receipts.document import ReceiptDocument, SoldLine, rate_text
from cloud_sync.protocol.receipts.words import CHANGES, METHODS, REFUND_STATES, STATES, WAYS, WORDS, both

REFRESH_S: Final = 5
TOKEN: Final = re.compile(r"[a-z2-7]{26}")
"""What finds a receipt; its number never does."""
PRINT: Final = 'document.getElementById("print").onclick=()=>print()'
"""All that the page runs."""
_LATE_S: Final = 15
_NOT_HERE: Final = (
    ("小票尚未送达", "Not here yet"),
    (
        "门店还没有上报这张小票：可能暂时离线。本页会自动更新，您也可以稍后再打开。",
        "This receipt is not here yet: the store has not reported it, and may be offline. This page refreshes by "
        "itself; or open it again later.",
    ),
)
_STYLE: Final = (
    "<style>.part{border-top:1px dashed var(--line);padding:12px 0}.part:first-child{border:0;padding-top:0}"
    ".row b:last-child,.row span:last-child{white-space:nowrap}.sub .row span:last-child{white-space:normal}"
    ".item+.item{margin-top:12px}.sum{font-size:19px;font-weight:700}.case{background:var(--warn-soft);color:var(--warn);border-radius:10px;"
    "padding:8px 12px}.unknown,.failed,.refused{color:var(--warn)}.done,.refunded{color:var(--accent)}"
    "footer{color:var(--soft);font-size:14px;margin-top:14px;text-align:center}</style>"
)


def page(document: ReceiptDocument, language: Language, here: str) -> str:
    """The whole page as HTML, to be sent with PRINT as its script. Everything from outside is escaped."""
    return _Page(document, language).html(here)


def not_here(language: Language, here: str) -> str:
    """For a token that may well exist: the store may be offline."""
    title, why = (pick(language, words) for words in _NOT_HERE)
    body = f'<div class="card"><p>{escape(why)}</p></div>'
    return frame.page(language, title, body, here=here, refresh_s=_LATE_S)


@dataclass(frozen=True)
class _Page:
    document: ReceiptDocument
    language: Language

    def html(self, here: str) -> str:
        parts = [
            self._head(),
            "".join(self._line(line) for line in self.document.lines),
            self._sums(),
            self._taxes(),
            self._money(),
            self._member(),
            self._seller(),
        ]
        sections = "".join(f'<section class="part">{part}</section>' if part else "" for part in parts)
        return frame.page(
            self.language,
            f"{self._pick(WORDS, self.document.kind)} {self.document.receipt}",
            f'{_STYLE}<div class="card">{sections}</div>{self._foot()}',
            here=here,
            head=self.document.store_name,
            refresh_s=REFRESH_S if self.document.live else 0,
            script=PRINT,
        )

    def _pick(self, words: dict[str, tuple[str, str]], code: str) -> str:
        return pick(self.language, both(words, code))

    def _say(self, code: str, words: dict[str, tuple[str, str]] = WORDS) -> str:
        return escape(self._pick(words, code))

    def _amount(self, minor: int) -> str:
        return escape(format_minor(minor, self.document.currency))

    def _head(self) -> str:
        document = self.document
        rows = []
        if document.original:
            rows.append(_row(self._say("original"), escape(document.original)))
        rows += [
            _row(self._say("time"), escape(document.when)),
            _row(self._say("order"), escape(document.order)),
        ]
        rows += [f'<p class="case">{self._say("case")} <b>{escape(case)}</b></p>' for case in document.cases]
        return "".join(rows)

    def _line(self, line: SoldLine) -> str:
        names = (line.name_zh, line.name_en) if self.language == "zh" else (line.name_en, line.name_zh)
        name, other = names if names[0] else names[::-1]
        also = f'<br><span class="sub">{escape(other)}</span>' if other not in ("", name) else ""
        rows = [
            _row(
                f"<b>{escape(line.mark)}{escape(name)}</b>{also}", f"<b>{self._amount(line.total_minor)}</b>"
            )
        ]
        rows.append(
            _row(f"{line.qty} × {self._amount(line.price_minor)}", escape(rate_text(line.rate_bp)), "sub")
        )
        if line.list_total_minor != line.total_minor:
            rows.append(_row(self._say("list_price"), f"<s>{self._amount(line.list_total_minor)}</s>", "sub"))
        for kind, minor in line.adjustments:
            rows.append(_row(self._say(kind, CHANGES), self._amount(minor), "sub"))
        for how, state, qty in line.handovers:
            said = f'<span class="{escape(state)}">{qty} × {self._say(state, STATES)}</span>'
            rows.append(_row(self._say(how, WAYS), said, "sub"))
        return f'<div class="item">{"".join(rows)}</div>'

    def _sums(self) -> str:
        document = self.document
        if document.kind == "refund":
            return _row(self._say("back_now"), self._amount(document.amount_minor), "sum")
        added = f'<p class="sub">{self._say("tax_added")}</p>' if document.tax_added else ""
        return _row(self._say("total"), self._amount(document.total_minor), "sum") + added

    def _taxes(self) -> str:
        return "".join(
            _row(
                f"{escape(self.document.tax_word)} {escape(rate_text(tax.rate_bp))}",
                f"{escape(self.document.net_word)} {self._amount(tax.net_minor)} · {self._amount(tax.tax_minor)}",
                "sub",
            )
            for tax in self.document.taxes
        )

    def _money(self) -> str:
        rows = []
        for method, minor, tail in self.document.payments:
            name = self._say(method, METHODS) + (f" …{escape(tail)}" if tail else "")
            rows.append(_row(name, self._amount(minor)))
        for _, minor, state in self.document.refunds:
            said = f'<span class="{escape(state)}">{self._say(state, REFUND_STATES)}</span>'
            rows.append(_row(said, self._amount(-minor)))
        return "".join(rows)

    def _member(self) -> str:
        document = self.document
        if not document.member_tail:
            return ""
        rows = [_row(self._say("member"), f"…{escape(document.member_tail)}")]
        if document.points_spent:
            rows.append(_row(self._say("points_spent"), f"−{document.points_spent}"))
        if document.points_earned:
            rows.append(_row(self._say("points_earned"), str(document.points_earned)))
        return "".join(rows)

    def _seller(self) -> str:
        rows = [
            f'<div class="sub">{_row(escape(label), escape(value))}</div>'
            for label, value in self.document.identity
        ]
        return "".join([*rows, *(f'<p class="sub">{escape(note)}</p>' for note in self.document.notes)])

    def _foot(self) -> str:
        live = f'<p class="no-print">{self._say("live")}</p>' if self.document.live else ""
        return (
            f"<footer><p>{self._say('keep')}</p>{live}</footer>"
            f'<button type="button" class="no" id="print">{self._say("print")}</button>'
        )


def _row(left: str, right: str, kind: str = "") -> str:
    return f'<div class="row {kind}"><span>{left}</span><span>{right}</span></div>'
