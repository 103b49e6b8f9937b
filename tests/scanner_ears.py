"""Listens to a scanner's sources, for tests: what they say, in order, waited for and never slept for."""

from __future__ import annotations

import contextlib
import queue
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hardware.behaviour import Input
from hardware.scanner.port import CodeRead, CodeUnreadable, SourceChanged
from hardware.scanner.service import ScannerService
from hardware.scanner.sources.addresses import read_source
from hardware.scanner.sources.back_off import BackOffLimits
from hardware.scanner.sources.source import Source

SOON_S = 15.0
QUICK = BackOffLimits(first_s=0.05, most_s=0.2, settled_s=10.0)


class Ears:
    """Hears what sources say, in order."""

    def __init__(self) -> None:
        self._heard: queue.Queue[Input] = queue.Queue()

    def put(self, happening: Input) -> None:
        self._heard.put(happening)

    def until(self, holds: Callable[[Input], bool]) -> Any:
        """The next thing heard that is wanted."""
        end_s = time.monotonic() + SOON_S
        while True:
            heard = self._heard.get(timeout=max(0.01, end_s - time.monotonic()))
            if holds(heard):
                return heard

    def state(self, wanted: str) -> SourceChanged:
        found = self.until(lambda heard: isinstance(heard, SourceChanged) and heard.state == wanted)
        assert isinstance(found, SourceChanged)
        return found

    def code(self) -> str:
        found = self.until(lambda heard: isinstance(heard, CodeRead | CodeUnreadable))
        assert isinstance(found, CodeRead), found
        return found.text

    def unreadable(self) -> str:
        found = self.until(lambda heard: isinstance(heard, CodeRead | CodeUnreadable))
        assert isinstance(found, CodeUnreadable), found
        return found.reason


class NoEyes:
    """Reads nothing from any picture."""

    def feed(self, frame: Any, at_s: float) -> Sequence[Any]:
        return []


@contextlib.contextmanager
def listening(*sources: Source | str) -> Iterator[tuple[Ears, ScannerService]]:
    ears = Ears()
    opened = [read_source(each, NoEyes) if isinstance(each, str) else each for each in sources]
    service = ScannerService(opened, time.monotonic, QUICK)
    with service.running(ears.put):
        yield ears, service
    assert not service.alive


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
