"""GS1 element strings: application identifiers and their values, as symbols carry them or as people read them.

General Specifications §3 (identifiers), §7.8 (separators). biip gives the table of identifiers; reading is ours, as
biip's cuts a value that is too long in two and reads the rest as the next identifier, takes wrong check digits and an
identifier given twice, and drops what it cannot read of the form in brackets.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from cloud_sync.protocol.codes.errors import CodeError
from cloud_sync.protocol.product_codes import check_digit

if TYPE_CHECKING:
    from cloud_sync.protocol.codes.application_identifiers import Identifier

SEPARATOR: Final = "\x1d"
"""How readers hand on FNC1: ASCII 29, group separator."""
_WRITTEN_OUT: Final = "<GS>"
"""The same from decoders that write what cannot be seen (zxing-cpp's readable text)."""

_IN_BRACKETS: Final = re.compile(r"\((\d{2,4})\)", re.ASCII)
# A text without any sign of FNC1 is taken for element strings only where it begins with what identifies a product
# or a carton; the check digit in there then has to be right.
_PLAIN: Final = re.compile(r"0[012]\d{14}", re.ASCII)

_CHECKED: Final = {
    **dict.fromkeys(("01", "02", "03", "8006", "8026"), slice(0, 14)),
    **dict.fromkeys(("00", "8017", "8018"), slice(0, 18)),
    **dict.fromkeys(("253", "255", *(str(ai) for ai in range(410, 418))), slice(0, 13)),
    "402": slice(0, 17),
    "8003": slice(1, 14),
}
"""Which part of a value ends in a check digit (General Specifications §3, and GS1's barcode syntax dictionary)."""

_DAY_MAY_BE_ZERO: Final = frozenset({"11", "12", "13", "15", "16", "17", "4324", "4325"})
"""00 is the month's last day there (§3.4)."""
_DATED: Final = _DAY_MAY_BE_ZERO | {"4326", "7003", "7006", "7007", "7011", "8008"}


def looks_like(text: str) -> bool:
    """Tell whether a text wants to be element strings, without any word of its symbology."""
    return SEPARATOR in text or _IN_BRACKETS.match(text) is not None or _PLAIN.match(text) is not None


def read(text: str) -> dict[str, str]:
    """Application identifiers and their values. Raises CodeError."""
    text = text.replace(_WRITTEN_OUT, SEPARATOR)
    pairs = _in_brackets(text) if text.startswith("(") else _in_a_row(text)
    found = collect(pairs)
    if not found:
        raise CodeError("GS1 data without any application identifier")
    return found


def collect(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Pairs of identifier and value, each checked. Raises CodeError, also for two values of one identifier."""
    found: dict[str, str] = {}
    for ai, value in pairs:
        _check(_known(ai, whole=True), value)
        if found.setdefault(ai, value) != value:
            raise CodeError(f"({ai}) is there twice, with different values")
    return found


def _known(head: str, *, whole: bool = False) -> Identifier:
    # Loads biip's tables, which hardly any scan needs.
    from cloud_sync.protocol.codes.application_identifiers import MAX_LENGTH, starting

    found = starting(head[:MAX_LENGTH])
    if found is None:
        raise CodeError(f"no GS1 application identifier begins with {head[:2]!r}")
    if whole and found.ai != head:
        raise CodeError(f"({head}) is no GS1 application identifier")
    return found


def _in_a_row(text: str) -> Iterable[tuple[str, str]]:
    at = 0
    while True:
        # A separator may stand behind any value, also where none is needed (§7.8.6).
        while text[at : at + 1] == SEPARATOR:
            at += 1
        if at >= len(text):
            return
        identifier = _known(text[at:])
        start = at + len(identifier.ai)
        separator = text.find(SEPARATOR, start)
        at = start + identifier.length if identifier.length else separator if separator >= 0 else len(text)
        yield identifier.ai, text[start:at]


def _in_brackets(text: str) -> Iterable[tuple[str, str]]:
    before, *parts = _IN_BRACKETS.split(text)
    if before.strip():
        raise CodeError("GS1 data in brackets begins with an application identifier, as in (01)")
    return zip(parts[::2], (value.strip(" " + SEPARATOR) for value in parts[1::2]), strict=True)


def _check(identifier: Identifier, value: str) -> None:
    ai = identifier.ai
    if not value or identifier.pattern.fullmatch(ai + value) is None:
        form = identifier.form.partition("+")[2]
        raise CodeError(f"the value of ({ai}) is not of the form {form}")
    if ai in _CHECKED:
        digits = value[_CHECKED[ai]]
        right = check_digit(digits[:-1])
        if int(digits[-1]) != right:
            raise CodeError(f"the check digit of ({ai}) should be {right}")
        if not digits.strip("0"):
            raise CodeError(f"({ai}) of zeros only names nothing")
    if ai in _DATED:
        dates = (value[:6], value[6:12]) if ai == "7007" else (value[:6],)
        if not all(_is_date(date, day_may_be_zero=ai in _DAY_MAY_BE_ZERO) for date in dates if date):
            raise CodeError(f"({ai}) is not a date (year, month, day)")


def _is_date(yymmdd: str, *, day_may_be_zero: bool) -> bool:
    year, month, day = (int(yymmdd[at : at + 2]) for at in (0, 2, 4))
    if not 1 <= month <= 12:
        return False
    # Which century (§7.12) decides nothing here: until 2050 the year 00 is 2000, which had a 29 February.
    return (0 if day_may_be_zero else 1) <= day <= calendar.monthrange(2000 + year, month)[1]
