"""Bytes of a serial or network scanner in, whole codes out. Pure: the time is handed in.

Nothing is made of pieces: what is cut off, too long or not in the agreed encoding is one `Unreadable`.
"""

from __future__ import annotations

from typing import Final

import msgspec

from hardware.scanner import aim
from hardware.scanner.sources.source import Happening, Scan, Unreadable

MOST_BYTES: Final = 10_000
SILENCE_S: Final = 1.0
"""A scanner sends a code in one go; one that stops in the middle for this long has been cut off."""
OPENED_S: Final = 0.05
"""What begins this soon after a line was opened began before: it is the end of something."""
REST_S: Final = 2.0
"""What follows a cut within this time is taken for the rest of the same code and dropped with it."""

ENDS: Final = {"auto": (b"\r", b"\n"), "cr": (b"\r",), "lf": (b"\n",), "crlf": (b"\r\n",), "tab": (b"\t",)}
"""How a code may end. Anything else is written in hexadecimal: 04, 0d0a."""


class LineSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the scanner is set to send."""

    ends: tuple[bytes, ...] = ENDS["auto"]
    encoding: str = "utf-8"
    aim: bool = True
    """Whether a leading AIM identifier is one. Off: it belongs to the code."""


class LineReader:
    """Puts the bytes of one connection together."""

    def __init__(self, settings: LineSettings, opened_s: float | None = None) -> None:
        """`opened_s`: since when we listen to a line that has no beginning of its own, as a serial one."""
        self._settings = settings
        self._opened_s = opened_s
        self._waiting = b""
        self._last_s = 0.0
        self._dropping = False

    def feed(self, data: bytes, now_s: float) -> list[Happening]:
        """What these bytes complete. Empty: nothing came, time went on."""
        happenings = self.tick(now_s)
        if not data:
            return happenings
        if self._opened_s is not None and now_s - self._opened_s < OPENED_S:
            self._dropping = True
            happenings.append(Unreadable("the end of a code whose beginning nobody heard"))
        self._opened_s = None
        self._last_s = now_s
        self._waiting += data
        while (found := self._end()) is not None:
            at, length = found
            line, self._waiting = self._waiting[:at], self._waiting[at + length :]
            happenings += self._line(line)
        if len(self._waiting) > MOST_BYTES and not self._dropping:
            self._dropping = True
            happenings.append(Unreadable(f"more than {MOST_BYTES} bytes without an end"))
        if self._dropping:
            # Only the beginning of an end may be of use.
            self._waiting = self._waiting[-max(map(len, self._settings.ends)) :]
        return happenings

    def tick(self, now_s: float) -> list[Happening]:
        """Give up what has been waiting for too long."""
        quiet_s = now_s - self._last_s
        if self._dropping and quiet_s > REST_S:
            self._dropping, self._waiting = False, b""
        elif self._waiting and not self._dropping and quiet_s > SILENCE_S:
            return self.cut("no end of the code came")
        return []

    def cut(self, reason: str) -> list[Happening]:
        """The connection ended, or nothing followed: what waits is no whole code."""
        if not self._waiting or self._dropping:
            return []
        self._waiting, self._dropping = b"", True
        return [Unreadable(reason)]

    def _end(self) -> tuple[int, int] | None:
        """Where the first end stands, and how long it is."""
        found = [(at, len(end)) for end in self._settings.ends if (at := self._waiting.find(end)) >= 0]
        return min(found, default=None)

    def _line(self, line: bytes) -> list[Happening]:
        if self._dropping:
            self._dropping = False
            return []
        if len(line) > MOST_BYTES:
            return [Unreadable(f"a code of more than {MOST_BYTES} bytes")]
        # STX and ETX frame a code in some scanners' factory settings.
        line = line.removeprefix(b"\x02").removesuffix(b"\x03")
        if not line:
            return []
        try:
            text = line.decode(self._settings.encoding)
        except UnicodeDecodeError:
            return [Unreadable(f"bytes that are not {self._settings.encoding}: noise, or another setting")]
        if "\0" in text:
            return [Unreadable("noise on the line")]
        name, text = aim.split(text) if self._settings.aim else ("", text)
        return [Scan(text=text, aim=name)] if text else []
