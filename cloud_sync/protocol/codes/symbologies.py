"""In which kind of barcode a text stood: names as readers and decoders write them, and the prefixes of ISO/IEC 15424.

What a reader does not say is `UNKNOWN`, and then nothing is concluded from it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

_PREFIX: Final = re.compile(r"\]([A-Za-z][0-9A-Za-z])")


class Symbology(StrEnum):
    """Only as fine as meanings need it."""

    UNKNOWN = ""
    EAN = "ean"
    """EAN-13, EAN-8 and UPC-A, also with an add-on of two or five digits."""
    UPC_E = "upc_e"
    ITF = "itf"
    CODE_128 = "code_128"
    QR = "qr"
    DATABAR = "databar"
    GS1 = "gs1"
    """Any symbol that begins with FNC1: GS1-128, GS1 DataMatrix, GS1 QR Code, GS1 DotCode, composites."""
    OTHER = "other"


_NAMES: Final = {
    **dict.fromkeys(("ean", "jan", "eanupc", "isbn", "isbn13", "upca"), Symbology.EAN),
    **dict.fromkeys(("gs1128", "ean128", "ucc128"), Symbology.GS1),
    **dict.fromkeys(("rss14", "rssexpanded", "rsslimited"), Symbology.DATABAR),
    **dict.fromkeys(("i25", "interleaved2of5"), Symbology.ITF),
    **dict.fromkeys(("microqr", "microqrcode", "rmqr", "rmqrcode", "sqcode"), Symbology.QR),
}
# What many names begin with: decoders add versions, sizes and the like.
_BEGINNINGS: Final = {
    **dict.fromkeys(("ean13", "ean8", "jan13", "jan8", "gtin"), Symbology.EAN),
    "upce": Symbology.UPC_E,
    "itf": Symbology.ITF,
    "code128": Symbology.CODE_128,
    "qr": Symbology.QR,
    **dict.fromkeys(("databar", "gs1databar"), Symbology.DATABAR),
    "gs1": Symbology.GS1,
    **dict.fromkeys(
        ("aztec", "codabar", "code11", "code32", "code39", "code93", "compactpdf417", "datamatrix", "dotcode",
         "maxicode", "micropdf417", "msi", "pdf417", "telepen"),
        Symbology.OTHER,
    ),
}  # fmt: skip

# ISO/IEC 15424 and GS1 General Specifications, figure 5.1.2-2. ]d5, ]Q4 and ]J4 are ]d2, ]Q3 and ]J1 with ECI.
_MARKS: Final = {
    **dict.fromkeys(("C1", "d2", "d5", "Q3", "Q4", "J1", "J4", "e1", "e2", "e3"), Symbology.GS1),
    "e0": Symbology.DATABAR,
}
_LETTERS: Final = {"E": Symbology.EAN, "I": Symbology.ITF, "C": Symbology.CODE_128, "Q": Symbology.QR}


def named(name: str) -> Symbology:
    """The symbology that a reader names (`EAN-13`, `QRCode`, `GS1-128`, `]E0` …); `UNKNOWN` for any other name."""
    prefixed = _PREFIX.fullmatch(name.strip())
    if prefixed:
        return _marked(prefixed[1])
    plain = re.sub(r"[^a-z0-9]", "", name[:40].lower())
    begun = (symbology for beginning, symbology in _BEGINNINGS.items() if plain.startswith(beginning))
    return _NAMES.get(plain) or next(begun, Symbology.UNKNOWN)


def split(text: str) -> tuple[Symbology, str]:
    """A text's symbology by its prefix, and the text without it; `UNKNOWN` and the whole text where it has none."""
    prefixed = _PREFIX.match(text)
    if prefixed is None:
        return Symbology.UNKNOWN, text
    return _marked(prefixed[1]), text[prefixed.end() :]


def _marked(mark: str) -> Symbology:
    return _MARKS.get(mark) or _LETTERS.get(mark[0], Symbology.OTHER)
