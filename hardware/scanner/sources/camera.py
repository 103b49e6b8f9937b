"""Cameras as a source of codes: pictures go to the reading pipeline, and one that nobody could read from is a fault."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import numpy as np

from hardware.scanner.sources.frames import (
    CameraSettings,
    FilmFrames,
    Frame,
    Frames,
    LiveFrames,
    TimedFrame,
    open_capture,
)
from hardware.scanner.sources.picture_watch import Look, PictureWatch
from hardware.scanner.sources.source import Clock, Happening, Picture, Scan, SourceLost

SAMPLE_EVERY: Final = 8
"""Every eighth pixel of every eighth row tells how bright a picture is."""
FIRST_PICTURE_S: Final = 5.0
STANDS_STILL: Final = "the picture stands still: the camera or its stream hangs"


class Sighting(Protocol):
    """A code in a picture; see `hardware.scanner.vision`."""

    @property
    def symbology(self) -> str:
        """Its name as in docs/device-makers.md."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def aim(self) -> str:
        """Its AIM identifier, where known."""


class Eyes(Protocol):
    """The reading pipeline. Used by one thread, for one camera."""

    def feed(self, frame: Frame, at_s: float) -> Sequence[Sighting]:
        """Look at a picture taken at `at_s` (monotonic seconds)."""


class CameraSource:
    """Implements `Source`. `eyes` makes a pipeline that has seen nothing yet."""

    def __init__(self, name: str, settings: CameraSettings, eyes: Callable[[], Eyes]) -> None:
        self.name = name
        self._settings = settings
        self._eyes = eyes
        self._last: LiveFrames | None = None
        self._frozen: int | None = None

    def open(self, clock: Clock) -> CameraSession:
        """See `Source.open`. A live camera is there when a picture has come."""
        if self._last is not None and not self._last.is_closed:
            raise SourceLost("the camera's driver hangs; trying again when it lets go")
        capture = open_capture(self._settings)
        if self._settings.is_film:
            return CameraSession(FilmFrames(capture, clock), self._eyes())
        frames = self._last = LiveFrames(capture, clock)
        try:
            first = frames.take(FIRST_PICTURE_S)
            if first is None:
                raise SourceLost("no picture comes from it")
            if look_at(first.frame).checksum == self._frozen:
                raise SourceLost(STANDS_STILL)
        except SourceLost:
            frames.close()
            raise
        self._frozen = None
        return CameraSession(frames, self._eyes(), self._freeze)

    def _freeze(self, checksum: int) -> None:
        """Remember the picture that a camera hangs on: while it shows that one, opening it anew did not help."""
        self._frozen = checksum


class CameraSession:
    """Implements `Session`. `freeze` is told the picture that a live camera hangs on; a film may stand still."""

    def __init__(self, frames: Frames, eyes: Eyes, freeze: Callable[[int], None] | None = None) -> None:
        self._frames = frames
        self._eyes = eyes
        self._freeze = freeze
        self._watch = PictureWatch()

    def read(self, wait_s: float) -> Sequence[Happening]:
        """See `Session.read`."""
        taken = self._frames.take(wait_s)
        if taken is None:
            return []
        look = look_at(taken.frame)
        happenings: list[Happening] = []
        if self._watch.look(look, taken.at_s):
            happenings.append(Picture(self._watch.trouble))
        if self._freeze is not None and self._watch.is_frozen(taken.at_s):
            self._freeze(look.checksum)
            raise SourceLost(STANDS_STILL)
        return [*happenings, *self._see(taken)]

    def identify(self) -> None:
        """See `Session.identify`. A camera has nothing to beep with."""

    def close(self) -> None:
        """See `Session.close`."""
        self._frames.close()

    def _see(self, taken: TimedFrame) -> list[Happening]:
        return [
            Scan(text=seen.text, symbology=seen.symbology, aim=seen.aim, held=True)
            for seen in self._eyes.feed(taken.frame, taken.at_s)
        ]


def look_at(frame: Frame) -> Look:
    """A frame (height × width, or × blue, green, red; 8 bits) in numbers. Green stands for all colours."""
    one_colour = frame if frame.ndim == 2 else frame[:, :, min(1, frame.shape[2] - 1)]
    sample = np.ascontiguousarray(one_colour[::SAMPLE_EVERY, ::SAMPLE_EVERY])
    return Look(level=float(sample.mean()), spread=float(sample.std()), checksum=zlib.crc32(sample.tobytes()))
