"""DEX files: read whatever came, write back what was read, write new ones (EVA-DTS 6.1, chapters 2 and 3).

Reading is tolerant: what is wrong becomes a warning and its bytes are kept. Only what is no DEX file at all is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

import msgspec

from cloud_sync.protocol.eva_dts.crc import crc16
from cloud_sync.protocol.eva_dts.segments import BOMS, Line, Segment, decoded, shown, split, text_of, unframed

MAX_BYTES: Final = 1_000_000
"""The largest real audits have some 50 kB."""
MAX_WARNINGS: Final = 100
END: Final = b"\r\n"
_HEX: Final = re.compile("[0-9A-Fa-f]{1,4}")
_AUDIT: Final = re.compile(r"(ID|CB|VA|PA|LA|CA|DA|DB|BA|TA|EA|MA|AM|SD)\d{1,2}|ST|SE|G85|DXS|DXE")
"""A file without any of these segments is no audit."""

Crc = Literal["ok", "mismatch", "missing"]


class DexError(ValueError):
    """This is no DEX file; the sentence says why."""


class CrcVerdict(msgspec.Struct, frozen=True):
    """What became of checking G85: as stated in the file, as computed over its bytes (hex), and why it counts as ok."""

    verdict: Crc
    stated: str = ""
    computed: str = ""
    note: str = ""


class DexFile(msgspec.Struct, frozen=True):
    """A file as it was read."""

    lines: tuple[Line, ...]
    encoding: str
    crc: CrcVerdict
    warnings: tuple[str, ...]

    @property
    def segments(self) -> Iterator[Segment]:
        """Its segments in order."""
        return (line.segment for line in self.lines if line.segment is not None)

    @property
    def damaged(self) -> str:
        """Why its figures are not to be trusted; empty while nothing says so."""
        if self.crc.verdict == "mismatch":
            return f"the audit's check value is {self.crc.stated}, its bytes give {self.crc.computed}"
        if all(segment.name != "SE" for segment in self.segments):
            return "the audit has no end (SE)"
        return ""


def read(data: bytes) -> DexFile:
    """Read an audit. Raises DexError when it is none; everything else is a warning."""
    if len(data) > MAX_BYTES:
        raise DexError(f"this has {len(data):,} bytes; no DEX file is larger than {MAX_BYTES:,}")
    warnings: list[str] = []
    payload = unframed(data)
    if payload is not None:
        warnings.append("recorded from the wire: the frames of the DEX link were taken off")
        data = payload
    if any(data.startswith(bom) for bom in BOMS):
        warnings.append("begins with a byte order mark, which a machine does not write")
    _, encoding = decoded(data)
    if encoding != "ascii":
        warnings.append(f"holds characters that are not ASCII; read as {encoding}, bytes kept")
    lines = split(data, encoding)
    if not any(line.segment is not None and _AUDIT.fullmatch(line.segment.name) for line in lines):
        raise DexError("this is no DEX file: it holds none of the segments of an EVA-DTS audit")
    crc = _judge(lines, encoding)
    warnings += [*_structure(lines), *_about(crc)]
    return DexFile(tuple(lines), encoding, crc, limited(warnings))


def read_text(text: str) -> DexFile:
    """Read an audit that came as text: one character a byte, or, with others among them, UTF-8. Raises DexError."""
    try:
        return read(text.encode("latin-1"))
    except UnicodeEncodeError:
        return read(text.encode("utf-8", "replace"))


def limited(warnings: Sequence[str]) -> tuple[str, ...]:
    """As many warnings as anybody reads."""
    if len(warnings) <= MAX_WARNINGS:
        return tuple(warnings)
    return (*warnings[: MAX_WARNINGS - 1], f"… and {len(warnings) - MAX_WARNINGS + 1} more")


def write(file: DexFile) -> bytes:
    """The very bytes that were read."""
    return b"".join(line.raw + line.end for line in file.lines)


def compose(
    segments: Iterable[tuple[str, Sequence[object]]], *, machine: str, control: str = "0001"
) -> bytes:
    """A new audit: its body between headers and trailers, with the right count and check.

    `machine` is the communication id of DXS (EVA-DTS 6.1, §3: three letters of the maker and seven digits).
    Raises ValueError for a field with an asterisk or a line end in it.
    """
    body = [text_of("ST", ["001", control]), *(text_of(name, fields) for name, fields in segments)]
    text = b"".join(line.encode("utf-8") + END for line in body)
    trailer = [
        text_of("G85", [f"{crc16(text):04X}"]),
        text_of("SE", [len(body) + 2, control]),
        text_of("DXE", ["1", "1"]),
    ]
    head = text_of("DXS", [machine, "VA", "V1/1", "1"]).encode("utf-8") + END
    return head + text + b"".join(line.encode() + END for line in trailer)


# ── G85 ─────────────────────────────────────────────────────────────────────────────────────────────


def _judge(lines: Sequence[Line], encoding: str) -> CrcVerdict:
    """Check the file's G85 over ST … through the line end before it. Several transaction sets: the worst counts."""
    verdicts: list[CrcVerdict] = []
    start: int | None = 0
    for index, line in enumerate(lines):
        name = line.segment.name if line.segment is not None else ""
        if name == "ST":
            start = index
        elif name == "G85" and line.segment is not None and start is not None:
            verdicts.append(_check(lines[start:index], line.segment.field(1), encoding))
            start = None
    if not verdicts:
        return CrcVerdict("missing")
    order: tuple[Crc, ...] = ("mismatch", "missing", "ok")
    return min(verdicts, key=lambda each: order.index(each.verdict))


def _check(lines: Sequence[Line], stated: str, encoding: str) -> CrcVerdict:
    if not stated:
        return CrcVerdict("missing")
    raws = [line.raw.removeprefix(BOMS[0]) for line in lines]
    stored = b"".join(raw + line.end for raw, line in zip(raws, lines, strict=True))
    readings = {"": stored, "with CR LF as line end": _ended(raws, END)}
    if encoding == "utf-8":
        readings |= {"with CR LF as line end and one byte a character": _ended(map(_narrow, raws), END)}
    readings |= {"with LF as line end": _ended(raws, b"\n"), "with CR as line end": _ended(raws, b"\r")}
    wanted = int(stated, 16) if _HEX.fullmatch(stated) else None
    for note, data in readings.items():
        if crc16(data) == wanted:
            return CrcVerdict("ok", stated, f"{wanted:04X}", note)
    return CrcVerdict("mismatch", stated, f"{crc16(readings['with CR LF as line end']):04X}")


def _ended(raws: Iterable[bytes], end: bytes) -> bytes:
    # A line end that was doubled on the way leaves empty lines behind.
    return b"".join(raw + end for raw in raws if raw)


def _narrow(raw: bytes) -> bytes:
    return raw.decode("utf-8").encode("latin-1", "replace")


def _about(crc: CrcVerdict) -> list[str]:
    if crc.verdict == "missing":
        return ["has no check value (G85): nobody can tell whether it is complete"]
    if crc.verdict == "mismatch":
        return [f"the check value (G85) says {crc.stated}, the bytes give {crc.computed}: changed on its way"]
    return [f"the check value (G85) holds {crc.note}, not as the file is stored"] if crc.note else []


# ── headers and trailers ────────────────────────────────────────────────────────────────────────────


def _structure(lines: Sequence[Line]) -> list[str]:
    """What is wrong with the envelope: what is no segment, what is missing, what does not fit."""
    warnings = [
        f"line {number} is no segment and was kept as it is: {shown(line)}"
        for number, line in enumerate(lines, 1)
        if line.segment is None and line.raw.strip(b"\x00 \t\x1a")
    ]
    segments = [line.segment for line in lines if line.segment is not None]
    names = [segment.name for segment in segments]
    if "ST" not in names:
        warnings.append("has no ST segment: its beginning is missing")
    if "SE" not in names:
        warnings.append("has no SE segment: its end is missing")
    if "DXS" in names and "DXE" not in names:
        warnings.append("has no DXE segment: the transfer was cut short")
    return warnings + _sets(segments)


def _sets(segments: Sequence[Segment]) -> list[str]:
    """Each ST … SE: the count of SE01 and the control number, which both trailer and header carry."""
    warnings: list[str] = []
    start: int | None = None
    for index, segment in enumerate(segments):
        if segment.name == "ST":
            start = index
        elif segment.name == "SE" and start is not None:
            held, control = index - start + 1, segments[start].field(2)
            stated = segment.field(1)
            if not stated.isdecimal() or int(stated[:9]) != held:
                warnings.append(
                    f"SE counts {stated[:20] or 'nothing'}, the file holds {held} segments from ST to SE"
                )
            if segment.field(2) != control:
                warnings.append(
                    f"ST has the control number {control[:20]!r}, SE has {segment.field(2)[:20]!r}"
                )
            start = None
    return warnings
