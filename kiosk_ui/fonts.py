"""Finds the Chinese font and takes its Simplified Chinese face out of the collection.

Noto's .ttc holds Japanese, Korean and Chinese faces; SDL opens the first, with Japanese forms of 直 and 骨.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Final, NamedTuple

FOLDERS: Final = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/truetype/noto",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/Library/Fonts",
    "/Library/Fonts",
)
FACE: Final = "Noto Sans CJK SC"


class FontError(RuntimeError):
    """There is no font that has Chinese; the text says what to install."""


class Fonts(NamedTuple):
    """Font files with the Simplified Chinese face."""

    regular: str
    bold: str


def find(cache: Path) -> Fonts:
    """The fonts, ready to use; made once in `cache`. Raises FontError."""
    cache.mkdir(parents=True, exist_ok=True)
    return Fonts(_face("Regular", cache), _face("Bold", cache))


def _face(weight: str, cache: Path) -> str:
    collection = _collection(weight)
    target = cache / f"NotoSansCJKsc-{weight}-{collection.stat().st_size}.otf"
    if not target.exists():
        half_done = target.with_suffix(f".{os.getpid()}.part")
        half_done.write_bytes(take_face(collection.read_bytes(), FACE))
        half_done.replace(target)
    return str(target)


def _collection(weight: str) -> Path:
    for folder in FOLDERS:
        path = Path(folder).expanduser() / f"NotoSansCJK-{weight}.ttc"
        if path.exists():
            return path
    raise FontError(
        f"NotoSansCJK-{weight}.ttc was not found: the kiosk needs it to write Chinese. "
        "Install it (Debian, Ubuntu: apt-get install fonts-noto-cjk) or put it into ~/.local/share/fonts."
    )


def take_face(collection: bytes, family: str) -> bytes:
    """One face of an OpenType collection as a font of its own (OpenType 1.9, "Font Collections").

    Raises FontError when the collection has no face of that family.
    """
    if collection[:4] != b"ttcf":
        raise FontError("the font file is not an OpenType collection")
    (count,) = struct.unpack_from(">I", collection, 8)
    for offset in struct.unpack_from(f">{count}I", collection, 12):
        tables = _tables(collection, offset)
        if family.encode("utf-16-be") in tables.get(b"name", b""):
            return _font(collection[offset : offset + 4], tables)
    raise FontError(f"the font collection has no face called {family}")


def _tables(collection: bytes, offset: int) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">H", collection, offset + 4)
    tables = {}
    for index in range(count):
        tag, _, start, length = struct.unpack_from(">4sIII", collection, offset + 12 + 16 * index)
        tables[tag] = collection[start : start + length]
    return tables


def _font(flavour: bytes, tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = count.bit_length() - 1
    head = flavour + struct.pack(">HHHH", count, 16 << power, power, 16 * count - (16 << power))
    records, body = b"", b""
    start = len(head) + 16 * count
    for tag, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        records += struct.pack(">4sIII", tag, _checksum(padded), start + len(body), len(data))
        body += padded
    return head + records + body


def _checksum(padded: bytes) -> int:
    total: int = sum(struct.unpack(f">{len(padded) // 4}I", padded))
    return total & 0xFFFFFFFF
