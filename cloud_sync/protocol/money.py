"""Money: integers of minor units with an ISO 4217 code. No float ever touches an amount."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

# ISO 4217 minor-unit exponents that are not 2, of currencies a pop-up store is likely to meet.
_EXPONENTS: Final = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "OMR": 3, "TND": 3}
_SIGNS: Final = {"CNY": "¥", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$"}

MAX_MINOR: Final = 10**12
"""No single amount in a shop is this large; a larger one is a typing or decoding error."""


class MoneyError(ValueError):
    """The text is not an amount in that currency."""


def exponent(currency: str) -> int:
    """How many decimals the currency's minor unit has."""
    return _EXPONENTS.get(currency, 2)


def parse_minor(text: str, currency: str) -> int:
    """Read a decimal amount such as "4.5" as minor units, exactly.

    Raises MoneyError when it is no number, negative, too large, or finer than the minor unit.
    """
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise MoneyError(f"{text[:40]!r} is not an amount") from None
    if not amount.is_finite():
        raise MoneyError(f"{text[:40]!r} is not an amount")
    if amount < 0:
        raise MoneyError(f"{text[:40]!r} is below zero")
    if amount.adjusted() > 15:
        raise MoneyError(f"{text[:40]!r} is too large to be a price")
    minor = amount.scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise MoneyError(f"{text[:40]!r} is finer than the smallest unit of {currency}")
    if minor > MAX_MINOR:
        raise MoneyError(f"{text[:40]!r} is too large to be a price")
    return int(minor)


def decimal_text(minor: int, currency: str) -> str:
    """Write an amount as a plain decimal, as `parse_minor` reads it: 450 → "4.50". For forms, files and gateways."""
    digits = exponent(currency)
    whole, part = divmod(minor, 10**digits)
    return f"{whole}.{part:0{digits}d}" if digits else str(whole)


def format_minor(minor: int, currency: str) -> str:
    """Write an amount for a person: ¥4.50, −¥4.50, KWD 1.250."""
    digits = exponent(currency)
    whole, part = divmod(abs(minor), 10**digits)
    number = f"{whole:,}.{part:0{digits}d}" if digits else f"{whole:,}"
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{'−' if minor < 0 else ''}{sign}{number}"
