"""A server program as our child: started, watched, stopped, and gone when we are gone, even by kill -9.

May touch processes, threads and the monotonic clock; knows nothing of brokers.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

STOP_TIMEOUT_S: Final = 5.0
LINE_POLL_S: Final = 0.01

# Linux kills the child when the *thread* that forked it ends, so a thread of our own forks it and lives as
# long as it does. The child asks for that itself between fork and exec, in a fresh interpreter: running
# Python between fork and exec of a process with threads can dead-lock.
_DIE_WITH_PARENT: Final = (
    "import ctypes,os,signal,sys;"
    "ctypes.CDLL(None).prctl(1,signal.SIGKILL);"
    "os.getppid()==int(sys.argv[1]) or sys.exit('parent is gone');"
    "os.execv(sys.argv[2],sys.argv[2:])"
)


class ChildError(RuntimeError):
    """The child did not start, or ended by itself; the text ends with what it said last."""


class Child:
    """One running program. `output` takes what it writes to its standard streams (from this start on).

    `stdin` is a file number to read from; ours to close. Without one the program reads nothing. `env` is added to our
    own environment: secrets go there, not into `argv`.
    """

    def __init__(
        self,
        argv: Sequence[str],
        output: Path,
        *,
        cwd: Path,
        stdin: int = subprocess.DEVNULL,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._argv = list(argv)
        self._output = output
        self._cwd = cwd
        self._stdin = stdin
        self._env = {**os.environ, **(env or {})}
        self._started = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._run, name=f"child-{Path(argv[0]).name}", daemon=True)
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            raise ChildError(f"cannot start {argv[0]}: {self._failure}")

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None, "the constructor returns only when it runs"
        return self._process.pid

    def _run(self) -> None:
        argv = self._argv
        if sys.platform == "linux":
            argv = [sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT, str(os.getpid()), *argv]
        try:
            with self._output.open("wb") as output:
                self._process = subprocess.Popen(
                    argv,
                    stdin=self._stdin,
                    stdout=output,
                    stderr=output,
                    cwd=self._cwd,
                    env=self._env,
                    # Ctrl-C in a terminal is for us; we end the program when its turn comes.
                    start_new_session=True,
                )
        except OSError as error:
            self._failure = error
            self._started.set()
            return
        self._started.set()
        self._process.wait()

    @property
    def alive(self) -> bool:
        """Whether the program still runs."""
        return self._thread.is_alive()

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """End it politely, then by force; returns when it is gone."""
        self._signal(signal.SIGTERM)
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            self.kill()

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL); returns when it is gone."""
        self._signal(signal.SIGKILL)
        self._thread.join()

    def hang_up(self) -> None:
        """Send SIGHUP: re-read the configuration."""
        self._signal(signal.SIGHUP)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._thread.is_alive():
            self._process.send_signal(number)

    def wait_for_line(self, log: Path, offset: int, text: str, timeout_s: float) -> None:
        """Wait until `text` stands in `log` behind `offset` bytes.

        Raises ChildError with the log's end when the program ends first or time is up.
        """
        wanted = text.encode()
        give_up_at = time.monotonic() + timeout_s
        while True:
            seen = log.read_bytes() if log.exists() else b""
            if wanted in (seen[offset:] if len(seen) >= offset else seen):
                return
            if not self.alive or time.monotonic() > give_up_at:
                what = "did not say" if self.alive else "ended before it said"
                said = (self._output.read_bytes() + seen[offset:])[-2_000:].decode(errors="replace").strip()
                raise ChildError(f"{Path(self._argv[0]).name} {what} {text!r}. Its last words:\n{said}")
            time.sleep(LINE_POLL_S)
