"""Pure: a QR code as a picture for a page: it grows and shrinks with its box, and keeps its quiet zone."""

from __future__ import annotations

from typing import Final

import segno

QUIET_ZONE: Final = 4
"""Modules of white around it (ISO/IEC 18004 §6.3.8); it belongs to the picture, so that no page can cut it off."""


def svg(text: str) -> str:
    """A QR code as inline SVG without a size of its own: black on white, whatever is around it."""
    made = segno.make_qr(text, error="m")
    return made.svg_inline(border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True)
