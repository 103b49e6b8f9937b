"""Lines of paper → ESC/POS bytes, by python-escpos. A printer's ways are data: its code page, columns and dots.

A line that the printer's code page cannot write is drawn as a picture, where a font with Chinese is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from struct import Struct
from typing import Final

from escpos.image import EscposImage
from escpos.printer import Dummy
from PIL import Image, ImageDraw, ImageFont

from edge_agent.adapters.printing.address import Profile
from edge_agent.domain.paper import Code, Paper, Row, width

FONT_FILES: Final = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
)
FONT_PLACES: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts")
QR_DOTS: Final = 6
MOST_FACES: Final = 16
_LINE_DOTS: Final = 30


def escpos(paper: Paper, profile: Profile) -> bytes:
    """All the bytes of a receipt, from the printer's reset to the cut."""
    printer = Dummy()
    printer.hw("INIT")
    for part in paper:
        if isinstance(part, Code):
            printer.set(align="center")
            printer.qr(part.text, size=QR_DOTS, native=True)
            printer.set(align="left")
        else:
            _row(printer, part, profile)
    printer.cut()
    return bytes(printer.output)


def _row(printer: Dummy, row: Row, profile: Profile) -> None:
    written = _written(row.text, profile.codec)
    font = chinese_font(_LINE_DOTS * 4 // 5 * (2 if row.big else 1)) if written is None else None
    if font is not None:
        picture = EscposImage(_picture(row, font, profile.dots))
        head = Struct("<HH").pack(picture.width_bytes, picture.height)
        printer._raw(b"\x1dv0\0" + head + picture.to_raster_format())
        return
    # In GB18030 a character is as wide on paper as its bytes are many; in other pages one column each.
    size = 2 if row.big else 1
    # GS ! sizes Chinese characters too, which ESC ! does not.
    printer.set(align=row.align, bold=row.bold, custom_size=True, width=size, height=size)
    if written is None:
        written = row.text.encode(profile.codec or "ascii", "replace")
    printer._raw(profile.select + written + b"\n")


def _written(text: str, codec: str) -> bytes | None:
    """A text in the printer's own characters; None when it has not all of them."""
    if not codec:
        return None
    try:
        parts = [char.encode(codec) for char in text]
    except UnicodeEncodeError:
        return None
    # GB18030's four-byte characters are in no printer's font.
    return None if any(len(part) > 2 for part in parts) else b"".join(parts)


def _picture(row: Row, font: ImageFont.FreeTypeFont, dots: int) -> Image.Image:
    """A line as black on white, `dots` wide; laid out by columns, so that amounts stay at their edge."""
    column = dots / (dots // 12)
    size = 2 if row.big else 1
    image = Image.new("1", (dots, _LINE_DOTS * size), 1)
    draw = ImageDraw.Draw(image)
    at = (dots - width(row.text) * column * size) / 2 if row.align == "center" else 0.0
    for char in row.text:
        draw.text((at, 0), char, font=font, fill=0, stroke_width=1 if row.bold else 0)
        at += width(char) * column * size
    return image


@cache
def chinese_font(size: int) -> ImageFont.FreeTypeFont | None:
    """A font that has Chinese, with all letters of one width where there is such a face; None without any."""
    for place in FONT_PLACES:
        for name in FONT_FILES:
            for path in sorted(Path(place).expanduser().rglob(name)):
                faces = list(_faces(str(path), size))
                return next((face for face in faces if "Mono" in str(face.getname()[0])), faces[0])
    return None


def _faces(path: str, size: int) -> Iterator[ImageFont.FreeTypeFont]:
    """The faces of a font file; a collection has several."""
    for index in range(MOST_FACES):
        try:
            yield ImageFont.truetype(path, size, index=index)
        except OSError:
            return
