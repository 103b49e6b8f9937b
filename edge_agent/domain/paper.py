"""Pure: a receipt's document as lines of a paper roll, so many columns wide. How they are printed is the adapter's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from cloud_sync.protocol.money import format_minor
from cloud_sync.protocol.receipts import words
from cloud_sync.protocol.receipts.document import ReceiptDocument, SoldLine, rate_text
from cloud_sync.protocol.receipts.words import CHANGES, METHODS, REFUND_STATES, STATES, WAYS, WORDS

Align = Literal["left", "center"]
WIDE_FROM: Final = "\x80"
"""Every character from here on takes two columns: so do printers whose code page is GB18030."""
_PLAIN: Final = str.maketrans({"¥": "￥", "−": "-", "–": "-", "\u00a0": " "})
"""Signs that GBK printers have under another name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line. `big` is twice as wide and high."""

    text: str
    align: Align = "left"
    bold: bool = False
    big: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code."""

    text: str


Paper = list[Row | Code]


def width(text: str) -> int:
    """Columns that a text takes."""
    return sum(2 if char >= WIDE_FROM else 1 for char in text)


def paper(document: ReceiptDocument, url: str, copy: int, columns: int) -> Paper:
    """What is printed. `copy` above 0 marks it as one; `url` is the page that the code leads to."""
    out: Paper = [Row(plain(document.store_name), "center", bold=True, big=True)]
    out.append(Row(words.line(WORDS, document.kind), "center", bold=True))
    if copy:
        out.append(copy_mark(copy))
    rule = Row("-" * columns)
    out += [Row(plain(f"{label} {value}")) for label, value in document.identity]
    out += [rule, *_head(document, columns), rule]
    for line in document.lines:
        out += _goods(document, line, columns)
    out += [rule, *_sums(document, columns), rule]
    out += _money(document, columns) + _member(document, columns)
    out += [Row(f"{words.line(WORDS, 'case')} {case}", bold=True) for case in document.cases]
    out += [rule, *(Row(plain(note)) for note in document.notes)]
    out += [
        Code(url),
        Row(words.both(WORDS, "see_page")[0], "center"),
        Row(words.both(WORDS, "see_page")[1], "center"),
    ]
    return folded(out, columns)


def copy_mark(copy: int) -> Row:
    """What paper says that was not the first of its kind."""
    return Row(f"* {words.line(WORDS, 'copy')} {copy} *", "center", bold=True, big=True)


def folded(rows: Paper, columns: int) -> Paper:
    """Each row in as many lines as it needs."""
    return [part for row in rows for part in (_wrapped(row, columns) if isinstance(row, Row) else [row])]


def plain(text: str) -> str:
    """With the signs that printers have."""
    return text.translate(_PLAIN)


def sides(left: str, right: str, columns: int) -> list[Row]:
    """Two texts at the two edges; on two lines where they do not fit on one."""
    left, right = plain(left), plain(right)
    room = columns - width(left) - width(right)
    if room >= 1:
        return [Row(left + " " * room + right)]
    return [Row(left), Row(" " * max(0, columns - width(right)) + right)]


def _wrapped(row: Row, columns: int) -> list[Row]:
    """A row in as many lines as it needs."""
    most = columns // 2 if row.big else columns
    lines, line = [], ""
    for char in row.text:
        if width(line) + width(char) > most:
            lines.append(line)
            line = ""
        line += char
    return [Row(text, row.align, row.bold, row.big) for text in [*lines, line]]


def _amount(document: ReceiptDocument, minor: int) -> str:
    return format_minor(minor, document.currency)


def _head(document: ReceiptDocument, columns: int) -> list[Row]:
    rows = sides(words.line(WORDS, "number"), document.receipt, columns)
    if document.original:
        rows += sides(words.line(WORDS, "original"), document.original, columns)
    rows += sides(words.line(WORDS, "time"), document.when, columns)
    return rows + sides(words.line(WORDS, "order"), document.order, columns)


def _goods(document: ReceiptDocument, line: SoldLine, columns: int) -> list[Row]:
    rows = [Row(plain(line.mark + line.name_zh))]
    if line.name_en != line.name_zh:
        rows.append(Row(plain(line.name_en)))
    each = f"  {line.qty} x {_amount(document, line.price_minor)}  {rate_text(line.rate_bp)}"
    rows += sides(each, _amount(document, line.total_minor), columns)
    for kind, minor in line.adjustments:
        rows += sides(f"  {words.line(CHANGES, kind)}", _amount(document, minor), columns)
    for how, state, qty in line.handovers:
        said = f"{qty} x {words.both(STATES, state)[0]}"
        rows += sides(f"  {words.both(WAYS, how)[0]}", said, columns)
    return rows


def _sums(document: ReceiptDocument, columns: int) -> list[Row]:
    code, minor = ("total", document.total_minor)
    if document.kind == "refund":
        code, minor = ("back_now", document.amount_minor)
    rows = [
        Row(row.text, bold=True) for row in sides(words.line(WORDS, code), _amount(document, minor), columns)
    ]
    for tax in document.taxes:
        left = f"{document.tax_word} {rate_text(tax.rate_bp)}  {document.net_word} {_amount(document, tax.net_minor)}"
        rows += sides(left, _amount(document, tax.tax_minor), columns)
    return rows


def _money(document: ReceiptDocument, columns: int) -> list[Row]:
    rows: list[Row] = []
    for method, minor, tail in document.payments:
        name = words.line(METHODS, method) + (f" *{tail}" if tail else "")
        rows += sides(name, _amount(document, minor), columns)
    for _, minor, state in document.refunds:
        rows += sides(words.line(REFUND_STATES, state), _amount(document, -minor), columns)
    return rows


def _member(document: ReceiptDocument, columns: int) -> list[Row]:
    if not document.member_tail:
        return []
    rows = sides(words.line(WORDS, "member"), f"*{document.member_tail}", columns)
    for code, points in (("points_spent", -document.points_spent), ("points_earned", document.points_earned)):
        rows += sides(words.line(WORDS, code), str(points), columns) if points else []
    return rows
