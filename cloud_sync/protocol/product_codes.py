"""GTINs (GS1 General Specifications §7.9): check digit and normal form."""

from __future__ import annotations


class ProductCodeError(ValueError):
    """The text is not a GTIN; the sentence says why."""


def check_digit(body: str) -> int:
    """The GS1 check digit of a code without it: weights 3, 1, 3 … from the right."""
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(body)))
    return -total % 10


def normalise_gtin(text: str) -> str:
    """Any GTIN-8/12/13/14 as 14 digits. Raises ProductCodeError on another length or a wrong check digit."""
    code = text.strip()
    if not (code.isascii() and code.isdigit()) or len(code) not in (8, 12, 13, 14):
        raise ProductCodeError(f"{text[:40]!r} is not a GTIN: 8, 12, 13 or 14 digits are needed")
    expected = check_digit(code[:-1])
    if int(code[-1]) != expected:
        raise ProductCodeError(f"the check digit of {code} should be {expected}")
    return code.zfill(14)
