"""AIM symbology identifiers: the three characters, such as `]C1`, that a scanner may send before a code. Pure.

ISO/IEC 15424: a bracket, a letter for the symbology, a character for what the reader did with it.
"""

from __future__ import annotations

import re
from typing import Final

from cloud_sync.protocol.codes import symbologies
from cloud_sync.protocol.codes.symbologies import Symbology

_IDENTIFIER: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")

_SYMBOLOGIES: Final = {
    "A": "Code 39",
    "C": "Code 128",
    "d": "Data Matrix",
    "E": "EAN-13",
    "e": "GS1 DataBar",
    "F": "Codabar",
    "G": "Code 93",
    "I": "ITF",
    "J": "DotCode",
    "L": "PDF417",
    "Q": "QR Code",
    "z": "Aztec",
}
_BY_DIGITS: Final = {6: "UPC-E", 7: "UPC-E", 8: "UPC-E", 12: "UPC-A", 13: "EAN-13"}
"""`]E0` by what follows: it stands for all of them, and a UPC comes with or without its zeros as the scanner is set."""

_GS1: Final = (Symbology.GS1, Symbology.DATABAR)
"""Their identifiers say: what follows are GS1 element strings. Nothing else in the text or the symbology says so."""


def split(text: str) -> tuple[str, str]:
    """The identifier that a scanner put before a code, or nothing, and the code."""
    if _IDENTIFIER.match(text) and text[1] in _SYMBOLOGIES:
        return text[:3], text[3:]
    return "", text


def symbology(aim: str, text: str) -> str:
    """The symbology's name as in docs/device-makers.md; empty when the identifier does not tell."""
    if aim == "]E0":
        return _BY_DIGITS.get(len(text), "")
    if aim == "]E4":
        return "EAN-8"
    return _SYMBOLOGIES.get(aim[1:2], "")


def as_reported(aim: str, text: str) -> str:
    """The text for a report: the same from every scanner, with the identifier only where it says `GS1`."""
    return aim + text if symbologies.named(aim) in _GS1 else text
