"""The line to a shelf's controller: one thread that owns a serial port and comes back when it was unplugged.

May touch the port and its thread; what is said stands in `wire`.
"""

from __future__ import annotations

import contextlib
import queue
import termios
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

from hardware.behaviour import Act, Input
from hardware.shelf.port import WireBack, WireLost
from hardware.shelf.wire import Lines, act_line

READ_WITHIN_S: Final = 0.2
TRY_AGAIN_S: Final = 0.5
MAX_ORDERS: Final = 1_000


class SerialLine:
    """Runs until stopped: `with SerialLine(…): …`. `put` gets what happens, from the line's own thread."""

    def __init__(self, port: str, baud: int, put: Callable[[Input], None]) -> None:
        self._port = port
        self._baud = baud
        self._put = put
        self._lines = Lines()
        self._orders: queue.Queue[bytes] = queue.Queue(MAX_ORDERS)
        self._stopping = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="shelf-line", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def give(self, act: Act) -> None:
        """Tell the controller something. Does not wait; with the line gone for long, the newest is dropped.

        A dropped label is asked for again, and reported as failed in the end.
        """
        with contextlib.suppress(queue.Full):
            self._orders.put_nowait(act_line(act))

    def __enter__(self) -> SerialLine:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._serve()
                except (OSError, termios.error):
                    # No adapter, or it was pulled out: its line reads empty, or fails.
                    self._put(WireLost())
                    self._lines.start_over()
                    self._stopping.wait(TRY_AGAIN_S)
        except BaseException as error:
            self._failure = error

    def _serve(self) -> None:
        import serial  # only who has a shelf needs the `devices` extra

        port: Any = serial.Serial(
            self._port, self._baud, timeout=READ_WITHIN_S, write_timeout=1.0, exclusive=True
        )
        with port:
            self._put(WireBack())
            while not self._stopping.is_set():
                while not self._orders.empty():
                    port.write(self._orders.get_nowait())
                data = port.read(max(1, port.in_waiting))
                for happened in self._lines.feed(data):
                    self._put(happened)
