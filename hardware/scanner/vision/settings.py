"""What a camera's pipeline looks for and how long it tries. Times in seconds of the pictures' own clock."""

from __future__ import annotations

from typing import Final

import msgspec

RETAIL: Final = ("EAN-13", "EAN-8", "UPC-A", "UPC-E")
ONE_DIMENSIONAL: Final = (*RETAIL, "Code 128", "ITF")
DEFAULT_SYMBOLOGIES: Final = (*RETAIL, "Code 128", "QR Code", "Data Matrix")
"""What is on goods, phones and coupons. ITF is on cartons only and reads bars that are none: ask for it by name."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The symbologies in use, by their names in docs/device-makers.md, and the pace of a camera's pipeline."""

    symbologies: tuple[str, ...] = DEFAULT_SYMBOLOGIES
    still_s: float = 0.5
    """Pictures are looked at for so long after the last motion."""
    hope_s: float = 3.0
    """Where something came to rest and nothing was read, one more look is taken now and then, for so long."""
    hope_every_s: float = 0.2
    agree_s: float = 0.6
    """Two pictures must give the same one-dimensional code within this time: one alone may be misread."""
