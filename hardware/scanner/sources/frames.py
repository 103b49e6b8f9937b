"""Pictures of a camera, a stream or a film through OpenCV, which it needs. Says what is wrong in a person's words.

A live camera has a thread that keeps its newest picture only: what nobody had time for is dropped, never queued.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import cv2
import msgspec
import numpy as np

from hardware.scanner.sources.source import Clock, SourceEnded, SourceLost

OPEN_TIMEOUT_MS: Final = 5_000
READ_TIMEOUT_MS: Final = 5_000
STALE_S: Final = 5.0
"""A live camera without a new picture for so long is lost."""
CLOSE_WAIT_S: Final = 2.0
USUAL_FPS: Final = 25.0

Frame = np.ndarray[Any, Any]


class CameraSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Which camera. `where` is a device path, an address or a file; pictures are asked for in `width` × `height`."""

    where: str
    is_film: bool = False
    """A film plays once, every picture of it at its own time; anything else is live."""
    width: int = 1_280
    height: int = 720

    @property
    def is_stream(self) -> bool:
        """Whether it comes over the network."""
        return "://" in self.where


class TimedFrame(NamedTuple):
    """A picture and when it was taken, in monotonic seconds."""

    frame: Frame
    at_s: float


class Frames(Protocol):
    """Pictures one after the other."""

    def take(self, wait_s: float) -> TimedFrame | None:
        """The next picture, or None when there is none within `wait_s`. Raises SourceLost and SourceEnded."""

    def close(self) -> None:
        """Let go of the camera."""


def open_capture(settings: CameraSettings) -> cv2.VideoCapture:
    """Open a camera. Raises SourceLost."""
    # OpenCV reads these when it opens something. Over UDP streams lose packets, and half a picture holds no code;
    # the library behind it must not print addresses, which may hold a password.
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", str(READ_TIMEOUT_MS // 1_000))
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    where = settings.where
    if not settings.is_stream:
        if not Path(where).exists():
            raise SourceLost(f"{where} is not there")
        if not os.access(where, os.R_OK):
            raise SourceLost(f"no right to read {where}" + _advice(where))
    if where.startswith("/dev/"):
        capture = cv2.VideoCapture(where, cv2.CAP_V4L2)
        # Most webcams give 720p at full speed only as motion JPEG; those that cannot, ignore it.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    else:
        limits = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            OPEN_TIMEOUT_MS,
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            READ_TIMEOUT_MS,
        ]
        capture = cv2.VideoCapture(where, cv2.CAP_FFMPEG, limits)
    if not capture.isOpened():
        capture.release()
        raise SourceLost("no picture comes from it: in use by another program, or no camera")
    return capture


def _advice(where: str) -> str:
    return ": add this user to the group video" if where.startswith("/dev/") else ""


class LiveFrames:
    """Implements `Frames`: the newest picture of a live camera. Owns a thread until `close`."""

    def __init__(self, capture: cv2.VideoCapture, clock: Clock) -> None:
        self._capture = capture
        self._clock = clock
        self._changed = threading.Condition()
        self._newest: TimedFrame | None = None
        self._newest_s = clock()
        self._ended = False
        self._stopping = False
        self._thread = threading.Thread(target=self._grab, name="camera", daemon=True)
        self._thread.start()

    def take(self, wait_s: float) -> TimedFrame | None:
        """See `Frames.take`."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None or self._ended, wait_s)
            taken, self._newest = self._newest, None
            if taken is not None:
                return taken
            if self._ended:
                raise SourceLost("the camera went away")
            if self._clock() - self._newest_s > STALE_S:
                raise SourceLost(f"no picture for {STALE_S:.0f} seconds")
        return None

    def close(self) -> None:
        """See `Frames.close`. One that hangs in its driver lets go when the driver's own time is up."""
        self._stopping = True
        self._thread.join(CLOSE_WAIT_S)

    @property
    def is_closed(self) -> bool:
        """Whether the camera has been let go of."""
        return not self._thread.is_alive()

    def _read(self) -> tuple[bool, Frame]:
        try:
            return self._capture.read()
        except cv2.error:
            return False, np.empty(
                0
            )  # A picture that cannot be unpacked: opened anew, the camera may give whole ones.

    def _grab(self) -> None:
        try:
            while not self._stopping:
                there, frame = self._read()
                with self._changed:
                    if not there:
                        break
                    self._newest_s = self._clock()
                    self._newest = TimedFrame(frame, self._newest_s)
                    self._changed.notify()
        finally:
            # Here and nowhere else: OpenCV must not close what another thread reads.
            self._capture.release()
            with self._changed:
                self._ended = True
                self._changed.notify()


class FilmFrames:
    """Implements `Frames`: every picture of a file, none dropped, at the speed it was taken."""

    def __init__(self, capture: cv2.VideoCapture, clock: Clock) -> None:
        self._capture = capture
        self._clock = clock
        self._start_s = clock()
        self._next: TimedFrame | None = None
        self._count = 0
        fps = capture.get(cv2.CAP_PROP_FPS)
        self._fps = fps if 1.0 <= fps <= 1_000.0 else USUAL_FPS

    def take(self, wait_s: float) -> TimedFrame | None:
        """See `Frames.take`."""
        if self._next is None:
            there, frame = self._capture.read()
            if not there:
                if not self._count:
                    raise SourceLost("no picture in it: no film, or a broken one")
                raise SourceEnded
            self._next = TimedFrame(frame, self._start_s + self._count / self._fps)
            self._count += 1
        early_s = self._next.at_s - self._clock()
        if early_s > 0:
            time.sleep(min(early_s, wait_s))
        if early_s > wait_s:
            return None
        taken, self._next = self._next, None
        return taken

    def close(self) -> None:
        """See `Frames.close`."""
        self._capture.release()
