"""The line the kit puts between a device and the broker: it reads along, and can be cut, slowed and mended.

One thread with one event loop carries all lines. It changes no byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import itertools
import socket
import threading
from collections.abc import Coroutine
from typing import Any, Final

from hardware.conformance.packets import PacketError, PacketReader
from hardware.conformance.tape import LineClosed, LineOpened, OnLine, Tape, Unreadable

PIECE_BYTES: Final = 64 * 1024
CALL_TIMEOUT_S: Final = 10.0
LAST_WORDS_S: Final = 0.2
MOST_CONNECTIONS: Final = 32


class Weather(enum.Enum):
    """What the line does with bytes."""

    CLEAR = "clear"
    SLOW = "slow"
    """A few bytes at a time, so that packets arrive in pieces, both ways."""
    CUT = "cut"
    """Connections end without a word and new ones too."""


class Line:
    """From a port of ours to the broker. Made by `LineKeeper.line`; its calls may come from any thread."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, broker: tuple[str, int], tape: Tape, slow: tuple[int, float]
    ) -> None:
        self._loop = loop
        self._broker = broker
        self._tape = tape
        self._slow_bytes, self._slow_pause_s = slow
        self._weather = Weather.CLEAR
        self._numbers = itertools.count(1)
        self._open: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.host = ""
        self.port = 0

    def set(self, weather: Weather) -> None:
        """Change the weather; it holds until the next change."""
        self._loop.call_soon_threadsafe(self._set, weather)

    def break_off(self) -> None:
        """End the connections there are, as a pulled cable does; the device may connect again at once."""
        self._loop.call_soon_threadsafe(self._hang_up)

    def _set(self, weather: Weather) -> None:
        self._weather = weather
        if weather is Weather.CUT:
            self._hang_up()

    def _hang_up(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def listen(self, host: str, port: int) -> None:
        """Begin to take connections. Raises OSError."""
        self._server = await asyncio.start_server(self._carry, host, port, limit=PIECE_BYTES)
        self.host, self.port = self._server.sockets[0].getsockname()[:2]

    async def close(self) -> None:
        """Take no more connections and end those that are open."""
        if self._server is not None:
            self._server.close()
        self._hang_up()
        if self._carrying:
            await asyncio.wait(self._carrying, timeout=CALL_TIMEOUT_S / 2)

    async def _carry(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        if self._weather is Weather.CUT or len(self._open) > MOST_CONNECTIONS:
            near_out.transport.abort()
            return
        mine = asyncio.current_task()
        assert mine is not None, "a connection has a task of its own"
        self._carrying.add(mine)
        mine.add_done_callback(self._carrying.discard)
        number = next(self._numbers)
        self._open.add(near_out)
        _no_delay(near_out)
        self._tape.add(LineOpened(at_s=self._tape.now_s(), connection=number))
        # The broker hears of a broken line by its end (and says the last will), whoever ended it.
        with contextlib.suppress(OSError):
            far_in, far_out = await asyncio.open_connection(*self._broker, limit=PIECE_BYTES)
            self._open.add(far_out)
            _no_delay(far_out)
            pumps = [
                asyncio.ensure_future(self._pump(near_in, far_out, number, from_device=True)),
                asyncio.ensure_future(self._pump(far_in, near_out, number, from_device=False)),
            ]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            # What the device said last (its good-bye) still goes to the broker, although nothing goes back.
            await asyncio.wait(pumps[:1], timeout=LAST_WORDS_S)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._drop(far_out)
        self._drop(near_out)
        self._tape.add(LineClosed(at_s=self._tape.now_s(), connection=number))

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._open.discard(writer)
        writer.close()

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, number: int, *, from_device: bool
    ) -> None:
        reader: PacketReader | None = PacketReader()
        while True:
            slow = self._weather is Weather.SLOW
            piece = await source.read(self._slow_bytes if slow else PIECE_BYTES)
            if not piece:
                return
            if reader is not None and not self._listen_in(reader, piece, number, from_device):
                reader = None
            if slow:
                await asyncio.sleep(self._slow_pause_s)
            target.write(piece)
            await target.drain()

    def _listen_in(self, reader: PacketReader, piece: bytes, number: int, from_device: bool) -> bool:
        """Write the packets down; False when they cannot be read and nobody needs to try again."""
        now_s = self._tape.now_s()
        try:
            for packet in reader.feed(piece):
                self._tape.add(OnLine(at_s=now_s, connection=number, from_device=from_device, packet=packet))
        except PacketError as error:
            self._tape.add(Unreadable(at_s=now_s, why=str(error)))
            return False
        return True


class LineKeeper:
    """Keeps the lines' thread. A context: leaving it closes them."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._lines: list[Line] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="lines", daemon=True)

    def line(
        self,
        host: str,
        port: int,
        *,
        broker: tuple[str, int],
        tape: Tape,
        slow: tuple[int, float] = (64, 0.01),
    ) -> Line:
        """A line from `host`:`port` (0: a free port) to the broker; slow, it carries `slow` = (bytes, seconds).

        Raises OSError when the port cannot be had.
        """
        line = Line(self._loop, broker, tape, slow)
        self._run(line.listen(host, port))
        self._lines.append(line)
        return line

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(CALL_TIMEOUT_S)

    def __enter__(self) -> LineKeeper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for line in self._lines:
            self._run(line.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CALL_TIMEOUT_S)
        self._loop.close()


def _no_delay(writer: asyncio.StreamWriter) -> None:
    found = writer.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
