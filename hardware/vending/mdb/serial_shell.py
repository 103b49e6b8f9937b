"""The line itself: one thread that owns a serial port, and comes back when the adapter was unplugged.

May touch the port, the clock and its thread. What is said stands in `talkers`; nothing is decided here.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import termios
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Protocol

from hardware.vending.mdb.talkers import Speech, Talker

GAP_S: Final = 0.02
"""Nothing for so long ends a block: a byte takes 1 ms, adapters hand them on in bursts."""
TRY_AGAIN_S: Final = 0.2
TRY_AGAIN_MOST_S: Final = 5.0
READ_MOST: Final = 4_096
LONGEST_WAIT_S: Final = 5.0


class Port(Protocol):
    """An open line. Whatever fails raises OSError."""

    def fileno(self) -> int:
        """To wait on."""

    def read(self, size: int, /) -> bytes:
        """What has come; does not wait."""

    def write(self, data: bytes, /) -> int | None:
        """Send."""

    def close(self) -> None:
        """Let go."""


def serial_port(path: str, baud: int) -> Port:
    """Open a serial port, for us alone. Raises OSError."""
    import serial  # only who has an adapter needs the `devices` extra

    try:
        port: Port = serial.Serial(path, baud, timeout=0, write_timeout=1.0, exclusive=True)
    except termios.error as error:  # the adapter went while it was being opened
        raise OSError(str(error)) from None
    return port


class FilePort:
    """A line that is open already, by its file number; whoever opened it closes it."""

    def __init__(self, number: int) -> None:
        self._number = number
        os.set_blocking(number, False)

    def fileno(self) -> int:
        """To wait on."""
        return self._number

    def read(self, size: int, /) -> bytes:
        """What has come; does not wait."""
        return os.read(self._number, size)

    def write(self, data: bytes, /) -> int:
        """Send what the line takes: nobody at the other end reads what has grown old."""
        try:
            return os.write(self._number, data)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """It stays open."""


class SerialShell:
    """Runs a talker on a line until stopped: `with SerialShell(…): …`, or `start()` and `stop()`."""

    def __init__(self, open_port: Callable[[], Port], talker: Talker, name: str = "mdb") -> None:
        """`open_port` raises OSError as long as there is no adapter; it is called again and again."""
        self._open_port = open_port
        self._talker = talker
        self._orders: deque[Any] = deque()
        self._bell_out, self._bell_in = socket.socketpair()
        self._bell_in.setblocking(False)
        self._bell_out.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._bell_out, selectors.EVENT_READ)
        self._stopping = False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def give(self, order: Any) -> None:
        """Something for the talker. From any thread; does not wait."""
        self._orders.append(order)
        self._ring()

    def start(self) -> None:
        """Begin; whether there is an adapter shows."""
        self._thread.start()

    def stop(self) -> None:
        """Let go of the line. Raises what broke the loop, if something did."""
        self._stopping = True
        self._ring()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def __enter__(self) -> SerialShell:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        """Whether the loop runs."""
        return self._thread.is_alive()

    def _ring(self) -> None:
        # A full pipe means that it has rung already, a closed one that nobody is left to hear it.
        with contextlib.suppress(OSError):
            self._bell_in.send(b"!")

    def _run(self) -> None:
        try:
            self._keep_open()
        except BaseException as error:
            self._failure = error
        finally:
            for closable in (self._selector, self._bell_in, self._bell_out):
                closable.close()

    def _keep_open(self) -> None:
        pause_s = TRY_AGAIN_S
        while not self._stopping:
            try:
                port = self._open_port()
            except OSError as error:
                self._talker.lost(time.monotonic(), str(error))
            else:
                heard = self._serve(port)
                pause_s = TRY_AGAIN_S if heard else pause_s
            self._wait(pause_s)
            pause_s = min(pause_s * 2, TRY_AGAIN_MOST_S)

    def _serve(self, port: Port) -> bool:
        """Talk until the line breaks. Whether anything was heard on it."""
        heard = False
        number = port.fileno()
        self._selector.register(number, selectors.EVENT_READ)
        try:
            speech = self._say(port, self._talker.opened(time.monotonic()))
            gap_at_s: float | None = None
            while not self._stopping:
                due = [at_s for at_s in (speech.wake_s, gap_at_s) if at_s is not None]
                now_s = time.monotonic()
                readable = self._wait(max(0.0, min([*due, now_s + LONGEST_WAIT_S]) - now_s))
                data = port.read(READ_MOST) if readable else b""
                if readable and not data:
                    raise OSError("the adapter hung up")
                now_s = time.monotonic()
                if data:
                    heard = True
                    gap_at_s = now_s + GAP_S
                elif gap_at_s is not None and now_s >= gap_at_s:
                    gap_at_s = None
                    self._say(port, self._talker.silence(now_s))
                orders = [self._orders.popleft() for _ in range(len(self._orders))]
                speech = self._say(port, self._talker.step(now_s, data, orders))
        except OSError as error:
            self._talker.lost(time.monotonic(), str(error))
        finally:
            self._selector.unregister(number)
            self._orders.clear()
            with contextlib.suppress(OSError):
                port.close()
        return heard

    def _say(self, port: Port, speech: Speech) -> Speech:
        if speech.data:
            port.write(speech.data)
        return speech

    def _wait(self, seconds: float) -> bool:
        """Until the line has something, the bell rings or the time is over. Whether the line has something."""
        readable = False
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._bell_out:
                with contextlib.suppress(BlockingIOError):
                    self._bell_out.recv(4_096)
            else:
                readable = True
        return readable
