"""The decoders: zxing-cpp where it is installed, else zbar and OpenCV. Each takes an 8-bit grey picture.

The libraries are loaded here only. A decoder never raises: what breaks it is a picture without a code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

import cv2

from hardware.scanner.vision.pictures import Picture
from hardware.scanner.vision.reading import MOST_TEXT, Box, Found, Reading, text_of
from hardware.scanner.vision.settings import RETAIL

Decoder = Callable[[Picture], Sequence[Found]]

_ZXING_NAMES: Final = {
    "EAN-13": "EAN13",
    "EAN-8": "EAN8",
    "UPC-A": "UPCA",
    "UPC-E": "UPCE",
    "Code 128": "Code128",
    "ITF": "ITF",
    "QR Code": "QRCode",
    "Data Matrix": "DataMatrix",
}
_ZBAR_NAMES: Final = {
    "EAN-13": "EAN13",
    "EAN-8": "EAN8",
    "UPC-A": "UPCA",
    "UPC-E": "UPCE",
    "Code 128": "CODE128",
    "ITF": "I25",
    "QR Code": "QRCODE",
}


def zxing(symbologies: Sequence[str], *, thorough: bool) -> Decoder | None:
    """zxing-cpp, or None where it is not installed. `thorough`: also turned by 90°, made smaller and inverted."""
    library = _zxing()
    if library is None:
        return None
    formats = [
        getattr(library.BarcodeFormat, _ZXING_NAMES[name]) for name in symbologies if name in _ZXING_NAMES
    ]
    names = {getattr(library.BarcodeFormat, theirs): ours for ours, theirs in _ZXING_NAMES.items()}
    plain = library.TextMode.Plain

    def decode(grey: Picture) -> Sequence[Found]:
        found = library.read_barcodes(
            grey,
            formats=formats,
            text_mode=plain,
            try_rotate=thorough,
            try_downscale=thorough,
            try_invert=thorough,
        )
        return [
            Found(Reading(names[code.format], code.text, code.symbology_identifier), _box(code.position))
            for code in found
            if code.format in names and 0 < len(code.text) <= MOST_TEXT
        ]

    return decode


def zbar(symbologies: Sequence[str]) -> Decoder | None:
    """zbar through pyzbar, or None where it, or the library of the system, is not installed."""
    library = _zbar()
    if library is None:
        return None
    symbols = [getattr(library.ZBarSymbol, _ZBAR_NAMES[name]) for name in symbologies if name in _ZBAR_NAMES]
    names = {theirs: ours for ours, theirs in _ZBAR_NAMES.items()}

    def decode(grey: Picture) -> Sequence[Found]:
        found = library.decode(grey, symbols=symbols)
        return [
            Found(
                Reading(names[code.type], text_of(code.data)),
                (
                    code.rect.left,
                    code.rect.top,
                    code.rect.left + code.rect.width,
                    code.rect.top + code.rect.height,
                ),
            )
            for code in found
            if code.type in names and 0 < len(code.data) <= MOST_TEXT
        ]

    return decode


def opencv(symbologies: Sequence[str]) -> Decoder:
    """OpenCV's own readers, of QR Codes and of retail codes: there wherever pictures are."""
    squares = cv2.QRCodeDetector() if "QR Code" in symbologies else None
    bars = cv2.barcode.BarcodeDetector() if set(RETAIL) & set(symbologies) else None
    by_digits = {8: "EAN-8", 12: "UPC-A", 13: "EAN-13"}

    def decode(grey: Picture) -> Sequence[Found]:
        found: list[Found] = []
        try:
            if squares is not None:
                _, texts, corners, _ = squares.detectAndDecodeMulti(grey)
                found += [
                    Found(Reading("QR Code", text), _around(where))
                    for text, where in zip(texts, _several(corners), strict=False)
                    if text
                ]
            if bars is not None:
                _, texts, corners, _ = bars.detectAndDecodeMulti(grey)
                found += [
                    Found(Reading(by_digits[len(text)], text), _around(where))
                    for text, where in zip(texts, _several(corners), strict=False)
                    if len(text) in by_digits
                ]
        except cv2.error:
            return []
        return found

    return decode


def _several(corners: Any) -> Any:
    return () if corners is None else corners


def _around(corners: Any) -> Box:
    xs, ys = corners[:, 0], corners[:, 1]
    return int(xs.min()), int(ys.min()), int(xs.max()), int(ys.max())


def _box(position: Any) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    return min(xs), min(ys), max(xs), max(ys)


@cache
def _zxing() -> Any:
    try:
        import zxingcpp
    except ImportError:
        return None
    return zxingcpp


@cache
def _zbar() -> Any:
    try:
        from pyzbar import pyzbar
    except ImportError:
        return None
    return pyzbar
