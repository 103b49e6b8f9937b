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
    **dict.fromkeys(("ean", "ean13", "jan13", "gtin13", "ean8", "jan8", "gtin8", "upca", "ean13addon"), Symbology.EAN),
    **dict.fromkeys(("upce", "upce0", "upce1"), Symbology.UPC_E),
    **dict.fromkeys(("itf", "itf14", "i25", "interleaved2of5"), Symbology.ITF),
    "code128": Symbology.CODE_128,
    **dict.fromkeys(
        ("qr", "qrcode", "qrcodemodel1", "qrcodemodel2", "microqr", "microqrcode", "rmqrcode"), Symbology.QR
    ),
    **dict.fromkeys(
        ("databar", "databarexp", "databarexpanded", "databarlimited", "databaromni", "databaromnidirectional",
         "databarstacked", "databarstackedomni", "databarexpandedstacked", "gs1databar", "rss14", "rssexpanded"),
        Symbology.DATABAR,
    ),
    **dict.fromkeys(
        ("gs1", "gs1128", "ean128", "ucc128", "gs1datamatrix", "gs1qr", "gs1qrcode", "gs1dotcode", "gs1composite"),
        Symbology.GS1,
    ),
    **dict.fromkeys(
        ("aztec", "codabar", "code11", "code39", "code93", "datamatrix", "dotcode", "maxicode", "micropdf417", "msi",
         "pdf417", "telepen"),
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
    return _NAMES.get(re.sub(r"[^a-z0-9]", "", name[:40].lower()), Symbology.UNKNOWN)


def split(text: str) -> tuple[Symbology, str]:
    """A text's symbology by its prefix, and the text without it; `UNKNOWN` and the whole text where it has none."""
    prefixed = _PREFIX.match(text)
    if prefixed is None:
        return Symbology.UNKNOWN, text
    return _marked(prefixed[1]), text[prefixed.end() :]


def _marked(mark: str) -> Symbology:
    return _MARKS.get(mark) or _LETTERS.get(mark[0], Symbology.OTHER)
