"""The lines of a DEX file and the segments in them (EVA-DTS 6.1, chapter 2): bytes in, nothing lost.

A segment is a name and fields with asterisks between; a line that is none is kept as it came.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

NAME: Final = re.compile(r"[A-Z]{2,3}\d{0,3}|G85")
_LINE: Final = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|\Z)")
_FRAME: Final = re.compile(rb"\x10[\x01\x02](.*?)(?:\x10[\x03\x17]..|\Z)", re.DOTALL)
"""A block of the DEX link (DLE STX … DLE ETX or ETB and its check), as a line monitor records it."""
_FRAMED: Final = re.compile(rb"\x10[\x01\x02](?:DXS|ST)\*")
BOMS: Final = (b"\xef\xbb\xbf",)
_SHOWN: Final = 60


class Segment(msgspec.Struct, frozen=True):
    """A segment as it was read: `PA2*412*41200` is the name `PA2` and two fields. `line` counts from 1."""

    name: str
    fields: tuple[str, ...] = ()
    line: int = 0

    def field(self, number: int) -> str:
        """A field by the standard's number (PA201 is field 1 of PA2), without spaces around; empty where missing."""
        return self.fields[number - 1].strip() if number <= len(self.fields) else ""


class Line(msgspec.Struct, frozen=True):
    """One line's bytes, how it ended, and the segment in it, if there is one."""

    raw: bytes
    end: bytes
    segment: Segment | None = None


def unframed(data: bytes) -> bytes | None:
    """What a recorded DEX session carried, without its link frames; None when it does not begin with one."""
    return b"".join(_FRAME.findall(data)) if _FRAMED.search(data) else None


def decoded(data: bytes) -> tuple[str, str]:
    """Bytes as text and the encoding that was found: the standard's ASCII, else UTF-8, else one character a byte."""
    for encoding in ("ascii", "utf-8"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def split(data: bytes, encoding: str) -> list[Line]:
    """The file's lines, whatever they end with."""
    lines: list[Line] = []
    for found in _LINE.finditer(data):
        raw, end = found.group(1), found.group(2)
        if raw or end:
            lines.append(Line(raw, end, _segment(raw.decode(encoding), len(lines) + 1)))
    return lines


def _segment(text: str, line: int) -> Segment | None:
    bare = text.removeprefix("\ufeff").strip("\x00 \t\x1a")
    name, *fields = bare.split("*")
    return Segment(name, tuple(fields), line) if NAME.fullmatch(name) else None


def shown(line: Line) -> str:
    """A line that nobody understands, short enough to be read."""
    text = decoded(line.raw)[0]
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def text_of(name: str, fields: Sequence[object]) -> str:
    """A segment's line, without its end. Raises ValueError when a field would break it."""
    texts = ["" if field is None else str(field) for field in fields]
    for text in texts:
        if any(sign in text for sign in "*\r\n"):
            raise ValueError(f"{name}: the field {text[:40]!r} holds an asterisk or a line end")
    while texts and not texts[-1]:
        texts.pop()
    return "*".join([name, *texts])
