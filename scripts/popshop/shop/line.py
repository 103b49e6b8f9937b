"""A TCP proxy that can be cut, stalled, slowed, made half-open, or made to break off in the middle of an answer.

One thread with one event loop carries every line; the calls of `Line` may come from any thread.
"""

from __future__ import annotations

import asyncio
import enum
import threading
from collections.abc import Coroutine
from typing import Any, Final

CHUNK_BYTES: Final = 16 * 1024
SLOW_CHUNK_S: Final = 0.15
"""A slow line carries CHUNK_BYTES in this time, each way."""
CALL_TIMEOUT_S: Final = 10.0


class Weather(enum.Enum):
    """What a line does with bytes. CLEAR passes them on."""

    CLEAR = "clear"
    CUT = "cut"
    """Connections break with a reset, and new ones too."""
    STALLED = "stalled"
    """Nothing moves and nobody is told; what waits goes on when the line clears."""
    SLOW = "slow"
    HALF_OPEN = "half_open"
    """Requests arrive, answers vanish, and the connection looks alive."""


class Line:
    """From a port of ours to `target` on this machine. Made by `Exchange.line`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, target: int) -> None:
        self._loop = loop
        self._target = target
        self._weather = Weather.CLEAR
        self._changed = asyncio.Event()
        self._breaks_off = False
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.broken_off = 0
        """Answers that ended in the middle."""

    def set(self, weather: Weather) -> None:
        """Change the weather; it holds until the next change."""
        self._loop.call_soon_threadsafe(self._set, weather)

    def break_off(self) -> None:
        """Let half of the next piece of an answer through, then break the connection."""
        self._loop.call_soon_threadsafe(setattr, self, "_breaks_off", True)

    def _set(self, weather: Weather) -> None:
        before, self._weather = self._weather, weather
        self._changed.set()
        self._changed = asyncio.Event()
        # What was swallowed on a half-open line is gone for good, so its connections end with it.
        if weather is Weather.CUT or before is Weather.HALF_OPEN:
            self._hang_up()

    def _hang_up(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def listen(self, port: int) -> None:
        """Begin to take connections."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", port, limit=CHUNK_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Take no more connections and end those that are open."""
        if self._server is not None:
            self._server.close()
        self._hang_up()

    async def _carry(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        self._open.add(near_out)
        try:
            if self._weather is Weather.CUT:
                return
            far_in, far_out = await asyncio.open_connection("127.0.0.1", self._target, limit=CHUNK_BYTES)
            self._open.add(far_out)
            try:
                pumps = [
                    asyncio.ensure_future(self._pump(near_in, far_out, is_answer=False)),
                    asyncio.ensure_future(self._pump(far_in, near_out, is_answer=True)),
                ]
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
            finally:
                self._drop(far_out)
        except OSError:
            # Nobody listens there now: whoever called sees a connection that ends.
            return
        finally:
            self._drop(near_out)

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._open.discard(writer)
        writer.transport.abort()

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        while piece := await source.read(CHUNK_BYTES):
            while self._weather is Weather.STALLED:
                await self._changed.wait()
            if self._weather is Weather.SLOW:
                await asyncio.sleep(SLOW_CHUNK_S)
            if is_answer and self._weather is Weather.HALF_OPEN:
                continue
            if is_answer and self._breaks_off:
                self._breaks_off = False
                self.broken_off += 1
                target.write(piece[: len(piece) // 2])
                await target.drain()
                return
            target.write(piece)
            await target.drain()


class Exchange:
    """All lines of a soak. A context: leaving it closes them."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._lines: list[Line] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def line(self, port: int, target: int) -> Line:
        """A new line from `port` (0 takes a free one) to `target`."""
        line = Line(self._loop, target)
        self._run(line.listen(port))
        self._lines.append(line)
        return line

    def clear(self) -> None:
        """Good weather everywhere."""
        for line in self._lines:
            line.set(Weather.CLEAR)

    @property
    def broken_off(self) -> int:
        """Answers that ended in the middle, on all lines."""
        return sum(line.broken_off for line in self._lines)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(CALL_TIMEOUT_S)

    def __enter__(self) -> Exchange:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for line in self._lines:
            self._run(line.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CALL_TIMEOUT_S)
