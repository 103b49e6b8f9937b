"""Keeps one source going in a thread of its own: opens, reads, and comes back to it when it is lost.

Owns its thread, from `start` to `stop`. Whatever goes wrong in a source is a state of that source, never a crash.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from cloud_sync.protocol.codes.masking import masked
from hardware.behaviour import Input
from hardware.scanner.port import CodeRead, CodeUnreadable, PictureChanged, SourceChanged, SourceState
from hardware.scanner.sources.back_off import BackOff, BackOffLimits
from hardware.scanner.sources.source import (
    Clock,
    Happening,
    Picture,
    Scan,
    Session,
    Source,
    SourceEnded,
    SourceLost,
    Unreadable,
)

READ_WAIT_S: Final = 0.25
"""How long a source may be silent before we look whether to stop."""
SAY_AGAIN_S: Final = 10.0
"""A device that lost what it had not written down hears the state again within this time."""
MOST_PER_S: Final = 200
"""Codes taken from one source. More wait where they are; no hand is faster, but a memory that unloads may be."""


class Supervisor:
    """Runs `source`."""

    def __init__(self, source: Source, clock: Clock, limits: BackOffLimits | None = None) -> None:
        self._source = source
        self._put: Callable[[Input], None] = _nobody_listens
        self._clock = clock
        self._back_off = BackOff(limits or BackOffLimits())
        self._stopping = threading.Event()
        self._attention = threading.Event()
        self._said = SourceChanged(source=source.name, state="down")
        self._say_again_s: float | None = None
        self._picture = PictureChanged(source=source.name, trouble="")
        self._thread = threading.Thread(target=self._run, name=f"source {source.name}", daemon=True)

    def start(self, put: Callable[[Input], None]) -> None:
        """Begin. `put` is told what happens, from the source's thread; it must not wait."""
        self._put = put
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; `join` waits for that."""
        self._stopping.set()

    def join(self) -> None:
        """Wait until the source is closed and its thread gone."""
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether anything may still come."""
        return self._thread.is_alive()

    def draw_attention(self) -> None:
        """Have the source beep or flash soon. From any thread; does not wait."""
        self._attention.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                session = self._source.open(self._clock)
                try:
                    self._back_off.came(self._clock())
                    self._picture = PictureChanged(source=self._source.name, trouble="")
                    self._say("up")
                    self._follow(session)
                finally:
                    session.close()
            except SourceEnded:
                self._say("ended")
                return
            except SourceLost as error:
                self._lost(str(error))
            except Exception as error:
                # A fault of ours or of a library's, in one source: the others go on, and this one is tried again.
                # What it says may quote what was read.
                self._lost(masked(f"{type(error).__name__}: {error}"))

    def _lost(self, reason: str) -> None:
        self._say("down", reason[:200])
        self._stopping.wait(self._back_off.lost(self._clock()))

    def _follow(self, session: Session) -> None:
        """Read until asked to stop."""
        while not self._stopping.is_set():
            happenings = session.read(READ_WAIT_S)
            self._tell(happenings)
            if self._attention.is_set():
                self._attention.clear()
                session.identify()
            self._say("up")
            self._stopping.wait(len(happenings) / MOST_PER_S)

    def _say(self, state: SourceState, reason: str = "") -> None:
        """Tell how the source is, when that is news or was long ago."""
        now_s = self._clock()
        saying = SourceChanged(source=self._source.name, state=state, reason=reason)
        if saying != self._said or self._say_again_s is None or now_s >= self._say_again_s:
            self._said, self._say_again_s = saying, now_s + SAY_AGAIN_S
            self._put(saying)
            if state == "up":
                self._put(self._picture)

    def _tell(self, happenings: Sequence[Happening]) -> None:
        for happening, run in itertools.groupby(happenings):
            count = sum(1 for _ in run)
            match happening:
                case Scan():
                    read = CodeRead(source=self._source.name, **msgspec.structs.asdict(happening))
                    for _ in range(count):
                        self._put(read)
                case Picture(trouble=trouble):
                    self._picture = PictureChanged(source=self._source.name, trouble=trouble)
                    self._put(self._picture)
                case Unreadable(reason=reason):
                    self._put(CodeUnreadable(source=self._source.name, reason=reason, count=count))


def _nobody_listens(happening: Input) -> None:
    """A source that is not started has nothing to tell."""
