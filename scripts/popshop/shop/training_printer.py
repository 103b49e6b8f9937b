"""A receipt printer for training and tests: listens where a real one would, and shows what would be on paper.

It understands what our receipts use of ESC/POS, answers status as a printer does, and can be out of paper, off line
or break off in the middle. One line at a time, as printers do.
"""

from __future__ import annotations

import socketserver
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

READY: Final = 0x12
"""DLE EOT 1 and 4: bits 1 and 4 are always set."""
OFF_LINE: Final = 0x08
NO_PAPER: Final = 0x60

_LENGTHS: Final = {
    b"\x1b@": 0, b"\x1bE": 1, b"\x1ba": 1, b"\x1b!": 1, b"\x1bt": 1, b"\x1bM": 1, b"\x1b-": 1, b"\x1bd": 1,
    b"\x1d!": 1, b"\x1c&": 0, b"\x1c.": 0, b"\x1dV": 1, b"\x1dr": 1, b"\x1dB": 1, b"\x1b{": 1,
}  # fmt: skip
"""Bytes that follow a command."""


class NotEscPos(ValueError):
    """Bytes that this printer does not know."""


@dataclass
class Slip:
    """One receipt as it lies on the counter: its lines, its codes, its pictures (width, height and bits)."""

    lines: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    pictures: list[tuple[int, int, bytes]] = field(default_factory=list)
    cut: bool = False

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)


class Decoder:
    """Bytes in, slips out; bytes may come in any pieces. `answer` is called with what the printer says back."""

    def __init__(self, answer: Callable[[bytes], None], codec: str = "gb18030") -> None:
        self._answer = answer
        self._codec = codec
        self._waiting = b""
        self._line = b""
        self._code = b""
        self._centred = False
        self.status = READY
        self.paper = READY
        self.slip = Slip()
        self.slips: list[Slip] = []

    def feed(self, data: bytes) -> None:
        """Work off some bytes. Raises NotEscPos."""
        self._waiting += data
        while self._waiting:
            used = self._one(self._waiting)
            if not used:
                return
            self._waiting = self._waiting[used:]

    def _one(self, data: bytes) -> int:
        """Work off one command or character; how many bytes it was, 0 when it is not all there yet."""
        first = data[0]
        if first == 0x0A:
            self._end_line()
            return 1
        if first == 0x10:
            return self._status(data)
        if first not in (0x1B, 0x1C, 0x1D):
            self._line += data[:1]
            return 1
        if len(data) < 2:
            return 0
        if data[:2] == b"\x1d(":
            return self._two_dimensional(data)
        if data[:2] == b"\x1dv":
            return self._raster(data)
        length = _LENGTHS.get(data[:2])
        if length is None:
            raise NotEscPos(data[:8].hex(" "))
        if len(data) < 2 + length:
            return 0
        self._command(data[:2], data[2 : 2 + length])
        return 2 + length

    def _command(self, name: bytes, value: bytes) -> None:
        if name == b"\x1dV":
            self.slip.cut = True
            self.slips.append(self.slip)
            self.slip = Slip()
        elif name == b"\x1dr":
            self._answer(b"\x00" if self.paper == READY else b"\x0c")
        elif name == b"\x1ba":
            self._centred = value == b"\x01"

    def _status(self, data: bytes) -> int:
        """DLE EOT n: 1 asks for the printer, 4 for its paper."""
        if len(data) < 3:
            return 0
        self._answer(bytes([self.paper if data[2] == 4 else self.status]))
        return 3

    def _end_line(self) -> None:
        text = self._line.decode(self._codec, "replace")
        self.slip.lines.append(text.strip() if self._centred else text.rstrip())
        self._line = b""

    def _two_dimensional(self, data: bytes) -> int:
        """GS ( k: a QR code is stored, then printed."""
        if len(data) < 5:
            return 0
        length = data[3] + 256 * data[4]
        if len(data) < 5 + length:
            return 0
        body = data[5 : 5 + length]
        if body[1:2] == b"P":
            self._code = body[3:]
        elif body[1:2] == b"Q":
            self.slip.codes.append(self._code.decode("utf-8", "replace"))
        return 5 + length

    def _raster(self, data: bytes) -> int:
        """GS v 0: a picture, a bit a dot."""
        if len(data) < 8:
            return 0
        across, down = data[4] + 256 * data[5], data[6] + 256 * data[7]
        if len(data) < 8 + across * down:
            return 0
        self.slip.pictures.append((across * 8, down, data[8 : 8 + across * down]))
        return 8 + across * down


class TrainingPrinter(socketserver.TCPServer):
    """The printer on a port. `trouble` is paper_out, not_ready, break_off (once), or nothing."""

    allow_reuse_address = True

    def __init__(self, host: str, port: int, on_slip: Callable[[Slip], None]) -> None:
        self.trouble = ""
        self.on_slip = on_slip
        super().__init__((host, port), _Line)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class _Line(socketserver.BaseRequestHandler):
    """One computer that prints."""

    server: TrainingPrinter

    def handle(self) -> None:
        decoder = Decoder(self.request.sendall)
        trouble = self.server.trouble
        decoder.paper = READY | NO_PAPER if trouble == "paper_out" else READY
        decoder.status = READY | OFF_LINE if trouble == "not_ready" else READY
        while data := self.request.recv(4096):
            if trouble == "break_off" and b"\x1b@" in data:
                # Half of it is on paper, and nobody hears of it.
                decoder.feed(data[: len(data) // 2])
                self.server.trouble = ""
                return
            decoder.feed(data)
            for slip in decoder.slips:
                self.server.on_slip(slip)
            decoder.slips.clear()
