"""Sources as a person writes them (`camera:0`, `serial:/dev/ttyACM0?end=cr`), and what each is opened with.

Imports the library of a source only when one is asked for; a missing one is `MissingExtra`, which names it.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import parse_qsl, urlsplit

from hardware.scanner.sources.lines import ENDS, LineSettings
from hardware.scanner.sources.source import Source

if TYPE_CHECKING:
    from hardware.scanner.sources.camera import Eyes

HOW: Final = (
    "camera:0 · camera:/dev/v4l/by-id/… · file:FILM.mp4 · rtsp://HOST/PATH · hid:auto · hid:VENDOR:PRODUCT · "
    "hid:name=TEXT · hid:/dev/input/by-id/… · serial:/dev/ttyACM0 · tcp:ADDRESS:PORT (listens) · "
    "call:HOST:PORT (connects); serial, tcp and call take ?end=cr&encoding=gb18030&aim=off, serial also ?baud=115200"
)
STREAMS: Final = ("rtsp://", "rtsps://", "http://", "https://")
MOST_END_BYTES: Final = 8
BAUDS: Final = (1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600)


class AddressError(ValueError):
    """It names no source; the text says why and how to write one."""


class MissingExtra(Exception):
    """The source's library is not installed; `extra` is what to install."""

    def __init__(self, extra: str) -> None:
        super().__init__(extra)
        self.extra = extra


def read_source(text: str, eyes: Callable[[], Eyes]) -> Source:
    """The source that `text` means; cameras get their pipeline from `eyes`. Raises AddressError, MissingExtra."""
    if (stream := text.removeprefix("camera:")).startswith(STREAMS):
        return _camera(_plain(stream), stream, eyes, is_film=False)
    kind, colon, rest = text.partition(":")
    if colon and rest:
        match kind:
            case "camera":
                where = f"/dev/video{rest}" if rest.isascii() and rest.isdigit() else rest
                return _camera(text, where, eyes, is_film=False)
            case "file":
                return _camera(text, rest, eyes, is_film=True)
            case "hid":
                return _hid(rest)
            case "serial":
                return _serial(rest)
            case "tcp":
                return _network(rest, "listen")
            case "call":
                return _network(rest, "call")
    raise AddressError(f"no source can be read from {_plain(text)[:60]!r}; write one of: {HOW}")


def _plain(address: str) -> str:
    """An address without user, password and query, fit to be shown."""
    if "://" not in address:
        return address.rpartition("@")[2]
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


@contextmanager
def _needing(extra: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError:
        raise MissingExtra(extra) from None


def _camera(name: str, where: str, eyes: Callable[[], Eyes], *, is_film: bool) -> Source:
    with _needing("vision"):
        from hardware.scanner.sources.camera import CameraSource
        from hardware.scanner.sources.frames import CameraSettings
    return CameraSource(name, CameraSettings(where=where, is_film=is_film), eyes)


def _hid(which: str) -> Source:
    vendor, _, product = which.partition(":")
    is_usb_id = all(
        len(part) == 4 and set(part.lower()) <= set("0123456789abcdef") for part in (vendor, product)
    )
    if not (which == "auto" or which.startswith(("/", "name=")) or is_usb_id) or which == "name=":
        raise AddressError(f"no USB scanner can be read from {which[:60]!r}; write one of: {HOW}")
    with _needing("devices"):
        from hardware.scanner.sources.hid import HidSource
    return HidSource(which)


def _serial(rest: str) -> Source:
    path, options = _options(rest, ("baud", "end", "encoding", "aim"))
    baud = options.get("baud", "9600")
    if not path.startswith("/"):
        raise AddressError(f"{path[:60]!r} is no path of a serial line: write serial:/dev/ttyACM0")
    if not baud.isascii() or not baud.isdigit() or int(baud) not in BAUDS:
        raise AddressError(f"baud={baud[:20]}: use one of {', '.join(map(str, BAUDS))}")
    with _needing("devices"):
        from hardware.scanner.sources.serial_line import SerialSettings, SerialSource
    return SerialSource(SerialSettings(path=path, baud=int(baud), lines=_lines(options)))


def _network(rest: str, mode: Literal["listen", "call"]) -> Source:
    from hardware.scanner.sources.network import NetworkSettings, NetworkSource

    where, options = _options(rest, ("end", "encoding", "aim"))
    host, _, port = where.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise AddressError(f"{where[:60]!r} is no address and port: write tcp:127.0.0.1:9100")
    return NetworkSource(NetworkSettings(host=host, port=int(port), mode=mode, lines=_lines(options)))


def _options(rest: str, known: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """What stands before the question mark, and the options behind it."""
    where, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name in options:
        if name not in known:
            raise AddressError(f"unknown option {name[:20]!r}: there are {', '.join(known)}")
    return where, options


def _lines(options: dict[str, str]) -> LineSettings:
    end, encoding, aim = (options.get(name, "") for name in ("end", "encoding", "aim"))
    return LineSettings(
        ends=_ends(end or "auto"), encoding=_encoding(encoding or "utf-8"), aim=_is_on(aim or "on")
    )


def _ends(text: str) -> tuple[bytes, ...]:
    if text in ENDS:
        return ENDS[text]
    try:
        end = bytes.fromhex(text)
    except ValueError:
        end = b""
    if not 0 < len(end) <= MOST_END_BYTES:
        raise AddressError(f"end={text[:20]}: use {', '.join(ENDS)}, or bytes in hexadecimal such as 0d0a")
    return (end,)


def _encoding(text: str) -> str:
    try:
        name = codecs.lookup(text).name
        is_fit = "7\r\n".encode(name) == b"7\r\n"  # Or no end of a line would ever be found.
    except LookupError:
        is_fit = False
    if not is_fit:
        raise AddressError(f"encoding={text[:20]}: use utf-8, gb18030, shift_jis, latin-1 or ascii")
    return name


def _is_on(text: str) -> bool:
    if text not in ("on", "off"):
        raise AddressError(f"aim={text[:20]}: use on or off")
    return text == "on"
