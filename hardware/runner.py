"""The loop devices run in: one thread and one selector for any number of them, and the real clocks.

May touch threads, sockets and clocks; knows nothing of what a device does.
"""

from __future__ import annotations

import contextlib
import functools
import secrets
import selectors
import socket
import threading
import time
from collections import deque
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
        self._due_s: dict[Device, float] = {}
        self._rang_for: deque[Device] = deque()
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
                device.attach(functools.partial(self._poke, device))
                device.power_on(now_s)
                self._due_s[device] = device.wake_s()
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

    def _poke(self, device: Device) -> None:
        """Something waits for this device. From any thread."""
        self._rang_for.append(device)
        self._ring()

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
        """Wait for a socket, the bell or the earliest due time; step whoever is concerned, and nobody else.

        What a device waits for changes only while it is stepped, so a shop of hundreds costs what those few do.
        """
        wake_s = min(self._due_s.values(), default=0.0)
        wait_s = min(LONGEST_WAIT_S, max(0.0, wake_s - time.monotonic()))
        concerned: dict[Device, bool] = {}
        for key, events in self._selector.select(wait_s):
            if key.data is None:
                self._bell_out.recv(4_096)
            else:
                concerned[key.data] = bool(events & selectors.EVENT_READ)
        while self._rang_for:
            concerned.setdefault(self._rang_for.popleft(), False)
        now_s = time.monotonic()
        for device, due_s in self._due_s.items():
            if due_s <= now_s:
                concerned.setdefault(device, False)
        for device, readable in concerned.items():
            device.step(now_s, readable)
            self._due_s[device] = device.wake_s()
            # At once: the next device's new socket may get the number of one that this device has closed.
            self._watch(device)

    def _watch(self, device: Device) -> None:
        """Have the selector watch the device's socket as it is now."""
        sock = device.link.socket if device.link is not None else None
        before = self._watched.get(device)
        if before is not None and before[0] is not sock:
            self._selector.unregister(before[0])
            del self._watched[device]
            before = None
        if sock is None or device.link is None:
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if device.link.wants_write else 0)
        if before is None:
            self._selector.register(sock, events, device)
        elif before[1] != events:
            self._selector.modify(sock, events, device)
        self._watched[device] = (sock, events)
