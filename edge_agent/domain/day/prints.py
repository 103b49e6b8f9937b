"""What the X and the Z are called where prints wait beside those of receipts; no device's receipt has such a name."""

from __future__ import annotations

from typing import Final

X_NAME: Final = "report:x"
_Z: Final = "report:z:"
MAX_DIGITS: Final = 9


def name_of(number: int) -> str:
    """A report's name as a print: 0 is the X."""
    return f"{_Z}{number}" if number else X_NAME


def number_of(name: str) -> int | None:
    """The report that a print is of (0: the X); None for a receipt, and for what can be no report's name."""
    if name == X_NAME:
        return 0
    digits = name.removeprefix(_Z)
    fits = digits != name and digits.isascii() and digits.isdecimal() and len(digits) <= MAX_DIGITS
    return int(digits) or None if fits else None
