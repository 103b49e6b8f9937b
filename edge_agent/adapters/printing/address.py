"""Where a receipt printer is, and of which kind: its ways are data. Loads no printer library, so it loads fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

USUAL_PORT: Final = 9100


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of printer."""

    codec: str
    """Python's name of the code page; empty: every line is a picture."""
    select: bytes
    """What chooses that code page."""
    columns: int
    dots: int
    """Of a line, at 203 dots per inch."""


# FS & turns two-byte characters on, FS . off (ESC/POS command reference, Kanji control); ESC t n chooses a page.
PROFILES: Final = {
    "gb18030-80": Profile("gb18030", b"\x1c&", 48, 576),
    "gb18030-58": Profile("gb18030", b"\x1c&", 32, 384),
    "cp858-80": Profile("cp858", b"\x1c.\x1bt\x13", 48, 576),
    "cp858-58": Profile("cp858", b"\x1c.\x1bt\x13", 32, 384),
    "raster-80": Profile("", b"", 48, 576),
    "raster-58": Profile("", b"", 32, 384),
}
USUAL: Final = "gb18030-80"


class NoSuchPrinter(ValueError):
    """The text names no printer."""


@dataclass(frozen=True, slots=True)
class PrinterAddress:
    """Where a printer is, and of which kind it is."""

    text: str
    host: str
    port: int
    path: str
    profile: Profile


def address_of(text: str) -> PrinterAddress | None:
    """`tcp://host:9100` or `file:///dev/usb/lp0`, perhaps with `?profile=…`; None for `none`. Raises NoSuchPrinter."""
    if text in ("", "none"):
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port or USUAL_PORT
    except ValueError:
        raise NoSuchPrinter(_how(text)) from None
    profile = PROFILES.get(parse_qs(parts.query).get("profile", [USUAL])[-1])
    if profile is None:
        raise NoSuchPrinter(f"no such printer profile in {text!r}; there are {', '.join(PROFILES)}")
    if parts.scheme == "tcp" and host:
        return PrinterAddress(f"tcp://{host}:{port}", host, port, "", profile)
    if parts.scheme == "file" and parts.path and not host:
        return PrinterAddress(f"file://{parts.path}", "", 0, parts.path, profile)
    raise NoSuchPrinter(_how(text))


def _how(text: str) -> str:
    return f"{text!r} is no printer; write tcp://HOST:9100, file:///dev/usb/lp0 or none"
