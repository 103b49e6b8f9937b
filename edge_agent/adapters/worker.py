"""Threads with an owner: each runs one step again and again until it is stopped, and says so when a step fails."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)


class Worker:
    """Runs `step` in a thread of its own: after every `wake`, and at the latest every `every_s` seconds.

    A step that raises is logged and tried again after a growing pause (up to 30 s); it never ends the thread.
    """

    def __init__(self, name: str, step: Callable[[], object], every_s: float) -> None:
        self._step = step
        self._every_s = every_s
        self._woken = threading.Event()
        self._stopping = False
        self._name = name
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Have a step run now. Safe from any thread, and cheap."""
        self._woken.set()

    def stop(self, timeout_s: float = 10.0) -> None:
        """End after the step that is running."""
        self._stopping = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                log.error("worker_does_not_stop", worker=self._name)

    def _run(self) -> None:
        pause_s = 0.0
        while not self._stopping:
            self._woken.wait(pause_s or self._every_s)
            self._woken.clear()
            if self._stopping:
                return
            try:
                self._step()
                pause_s = 0.0
            except Exception:
                pause_s = min(30.0, max(0.5, pause_s * 2))
                log.exception("worker_step_failed", worker=self._name, again_in_s=pause_s)
