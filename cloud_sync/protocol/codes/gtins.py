"""Numbers of products (GTIN) as symbols carry them: 8, 12, 13 or 14 digits, UPC-E's short form, add-ons.

The check digit and the normal form are `product_codes`' business.
"""

from __future__ import annotations

from typing import Final

from cloud_sync.protocol.codes.errors import CodeError
from cloud_sync.protocol.product_codes import ProductCodeError, normalise_gtin

LENGTHS: Final = (8, 12, 13, 14)
UPC_E_LENGTHS: Final = (6, 7, 8)
WITH_ADD_ON: Final = (15, 18)
"""EAN-13 with an add-on of two or of five digits behind it (issues of magazines, prices of books)."""


def gtin14(digits: str) -> str:
    """A GTIN of any length as 14 digits. Raises CodeError with the right check digit where it is wrong."""
    try:
        found = normalise_gtin(digits)
    except ProductCodeError as error:
        raise CodeError(str(error)) from None
    if not found.strip("0"):
        # Its check digit is right, and nobody was ever given this number.
        raise CodeError("a GTIN of zeros only names no product")
    return found


def from_upc_e(digits: str) -> str:
    """UPC-E as 14 digits: its six digits stand for twelve (GS1 General Specifications, §5.2.2.4).

    With six or seven digits the check digit was in the pattern of the bars, and the reader checked it there.
    """
    from biip import ParseError  # loads large tables, which hardly any scan needs
    from biip.upc import Upc

    try:
        long_form = Upc.parse(digits[:7]).as_upc_a()
    except ParseError:
        raise CodeError("not a UPC-E number: it begins with 0 or 1") from None
    if len(digits) == 8 and digits[7] != long_form[-1]:
        raise CodeError(f"the check digit of {digits} should be {long_form[-1]}")
    return gtin14(long_form)
