"""The loop devices run in: one thread and one selector for any number of them, and the real clocks.

May touch threads, sockets and clocks; knows nothing of what a device does.
"""

from __future__ import annotations

import contextlib
import secrets
import selectors
import socket
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

from hardware.device import Device

LONGEST_WAIT_S: Final = 5.0


def system_clock() -> datetime:
    """The machine's time, aware UTC."""
    return datetime.now(UTC)


def random_boot_mark() -> str:
    """A mark that no boot had before."""
    return secrets.token_hex(4)


class DeviceRunner:
    """Runs devices until stopped: `with DeviceRunner([device, …]): …`, or `start()` and `stop()`."""

    def __init__(self, devices: Sequence[Device]) -> None:
        self._devices = list(devices)
        self._selector = selectors.DefaultSelector()
        self._watched: dict[Device, tuple[socket.socket, int]] = {}
        self._bell_out, self._bell_in = socket.socketpair()
        self._bell_in.setblocking(False)
        self._bell_out.setblocking(False)
        self._selector.register(self._bell_out, selectors.EVENT_READ, None)
        self._stopping = False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="devices", daemon=True)

    def start(self) -> None:
        """Power every device on (a first error, say a locked file, is raised here) and run them."""
        now_s = time.monotonic()
        try:
            for device in self._devices:
                device.attach(self._ring)
                device.power_on(now_s)
        except BaseException:
            self._close()
            raise
        self._thread.start()

    def stop(self) -> None:
        """Let every device say good-bye. Raises what broke the loop, if something did."""
        self._stopping = True
        self._ring()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def __enter__(self) -> DeviceRunner:
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
            try:
                while not self._stopping:
                    self._turn()
            finally:
                self._close()
        except BaseException as error:
            self._failure = error

    def _close(self) -> None:
        with contextlib.ExitStack() as closing:
            for closable in (self._selector, self._bell_in, self._bell_out):
                closing.callback(closable.close)
            for device in self._devices:
                closing.callback(device.power_off)

    def _turn(self) -> None:
        """Wait for a socket, the bell or the earliest due time; step whoever is concerned."""
        self._watch()
        wake_s = min((device.wake_s() for device in self._devices), default=0.0)
        wait_s = min(LONGEST_WAIT_S, max(0.0, wake_s - time.monotonic()))
        readable: dict[Device, bool] = {}
        rang = False
        for key, events in self._selector.select(wait_s):
            if key.data is None:
                rang = True
                self._bell_out.recv(4_096)
            else:
                readable[key.data] = bool(events & selectors.EVENT_READ)
        now_s = time.monotonic()
        for device in self._devices:
            if rang or device in readable or device.wake_s() <= now_s:
                device.step(now_s, readable.get(device, False))

    def _watch(self) -> None:
        """Have the selector watch every device's socket as it is now."""
        wanted = {device: device.link.socket if device.link else None for device in self._devices}
        # First let go of all that are gone: a new socket may have got the number of a closed one.
        for device, (watched, _) in list(self._watched.items()):
            if wanted[device] is not watched:
                self._selector.unregister(watched)
                del self._watched[device]
        for device, sock in wanted.items():
            if sock is None or device.link is None:
                continue
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if device.link.wants_write else 0)
            before = self._watched.get(device)
            if before is None:
                self._selector.register(sock, events, device)
            elif before[1] != events:
                self._selector.modify(sock, events, device)
            self._watched[device] = (sock, events)
