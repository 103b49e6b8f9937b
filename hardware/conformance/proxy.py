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
CONNECT_TIMEOUT_S: Final = 5.0
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
        self._open: set[socket.socket] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: socket.socket | None = None
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
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    async def listen(self, host: str, port: int) -> None:
        """Begin to take connections. Raises OSError."""
        self._server = socket.create_server((host, port))
        self._server.setblocking(False)
        self.host, self.port = self._server.getsockname()[:2]
        self._start(self._take_connections(self._server))

    async def close(self) -> None:
        """Take no more connections and end those that are open."""
        if self._server is not None:
            with contextlib.suppress(OSError):
                self._server.shutdown(socket.SHUT_RDWR)
        self._hang_up()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CALL_TIMEOUT_S / 2)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take_connections(self, server: socket.socket) -> None:
        with server, contextlib.suppress(OSError):
            while True:
                near, _ = await self._loop.sock_accept(server)
                if self._weather is Weather.CUT or len(self._open) > MOST_CONNECTIONS:
                    near.close()
                else:
                    self._start(self._carry(near))

    async def _carry(self, near: socket.socket) -> None:
        number = next(self._numbers)
        self._tape.add(LineOpened(at_s=self._tape.now_s(), connection=number))
        # Nobody listens there now: whoever called sees a connection that ends.
        with near, contextlib.suppress(OSError):
            far = await asyncio.to_thread(socket.create_connection, self._broker, CONNECT_TIMEOUT_S)
            with far:
                await self._between(near, far, number)
        self._tape.add(LineClosed(at_s=self._tape.now_s(), connection=number))

    async def _between(self, near: socket.socket, far: socket.socket, number: int) -> None:
        """Carry both ways until either end is gone."""
        ends = {near, far}
        for end in ends:
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open |= ends
        out = asyncio.ensure_future(self._pump(near, far, number, from_device=True))
        back = asyncio.ensure_future(self._pump(far, near, number, from_device=False))
        await asyncio.wait((out, back), return_when=asyncio.FIRST_COMPLETED)
        # What the device said last (its good-bye) still goes to the broker, although nothing can go back.
        await asyncio.wait((out,), timeout=LAST_WORDS_S)
        for pump in (out, back):
            pump.cancel()
        await asyncio.gather(out, back, return_exceptions=True)
        self._open -= ends

    async def _pump(
        self, source: socket.socket, target: socket.socket, number: int, *, from_device: bool
    ) -> None:
        reader: PacketReader | None = PacketReader()
        while True:
            slow = self._weather is Weather.SLOW
            piece = await self._loop.sock_recv(source, self._slow_bytes if slow else PIECE_BYTES)
            if not piece:
                return
            if reader is not None and not self._listen_in(reader, piece, number, from_device):
                reader = None
            if slow:
                await asyncio.sleep(self._slow_pause_s)
            await self._loop.sock_sendall(target, piece)

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
