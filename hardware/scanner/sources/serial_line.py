"""Scanners on a serial line: RS-232, or a USB scanner that makes a COM port of itself. Needs pyserial."""

from __future__ import annotations

import errno
import termios
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import serial

from hardware.scanner.sources.lines import LineReader, LineSettings
from hardware.scanner.sources.source import Clock, Happening, SourceLost

READ_BYTES: Final = 4_096
WRITE_TIMEOUT_S: Final = 0.5
BELL: Final = b"\x07"
"""What a serial scanner answers with a beep, where its host commands are on."""


class SerialSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the line is and how it is set; eight data bits, no parity, one stop bit."""

    path: str
    baud: int = 9_600
    lines: LineSettings = LineSettings()


class SerialSource:
    """Implements `Source`."""

    def __init__(self, settings: SerialSettings) -> None:
        self._settings = settings
        self.name = f"serial:{settings.path}"

    def open(self, clock: Clock) -> SerialSession:
        """See `Source.open`."""
        path = self._settings.path
        if not Path(path).exists():
            raise SourceLost(f"{path} is not there: the scanner is not plugged in")
        try:
            line = serial.Serial(path, self._settings.baud, exclusive=True, write_timeout=WRITE_TIMEOUT_S)
        except (OSError, ValueError, termios.error) as error:
            raise SourceLost(_why(error, path)) from None
        return SerialSession(line, LineReader(self._settings.lines, clock()), clock)


class SerialSession:
    """Implements `Session`."""

    def __init__(self, line: serial.Serial, reader: LineReader, clock: Clock) -> None:
        self._line = line
        self._reader = reader
        self._clock = clock

    def read(self, wait_s: float) -> Sequence[Happening]:
        """See `Session.read`."""
        try:
            if self._line.timeout != wait_s:
                self._line.timeout = wait_s
            data = self._line.read(1)
            if data:
                data += self._line.read(min(READ_BYTES, self._line.in_waiting))
        except (OSError, TypeError, termios.error) as error:
            # pyserial raises TypeError when the line is pulled out between two of its own steps.
            raise SourceLost(f"the line went away: {error}") from None
        return self._reader.feed(data, self._clock())

    def identify(self) -> None:
        """See `Session.identify`."""
        try:
            self._line.write(BELL)
        except serial.SerialTimeoutException:
            return  # It does not take bytes, so it cannot beep; it may still read.
        except OSError as error:
            raise SourceLost(f"the line went away: {error}") from None

    def close(self) -> None:
        """See `Session.close`."""
        try:
            self._line.close()
        except OSError:
            return  # What is pulled out is closed.


def _why(error: Exception, path: str) -> str:
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM):
        return f"no right to use {path}: add this user to the group dialout"
    if number in (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK) or "exclusively lock" in str(error):
        return f"{path} is used by another program"
    return f"{path}: {error}"
