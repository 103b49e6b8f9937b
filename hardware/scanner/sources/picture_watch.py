"""Whether a camera's picture is fit to read from: blank, flickering, or standing still. Pure: the time is handed in.

It is told of every frame in four numbers, so that it costs nothing; it never looks at what is in the picture.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec

from hardware.scanner.port import PictureTrouble

DARK_LEVEL: Final = 24.0
DARK_SPREAD: Final = 12.0
"""Below both the picture is black; a covered lens at full gain still has some noise."""
EVEN_SPREAD: Final = 3.0
"""Below this there is nothing in the picture, whatever its colour: a finger or a sticker on the lens."""
BLANK_S: Final = 3.0
"""A hand in front of the lens is gone by then."""

FLICKER_LEVELS: Final = 40.0
FLICKER_TURNS: Final = 6
FLICKER_S: Final = 2.0
"""So many turns from brighter to darker and back, each by so many of 255 levels, within this time."""

GOOD_AGAIN_S: Final = 1.0
FROZEN_S: Final = 10.0
"""A real sensor never gives the same picture twice: its noise differs. A stream that hangs does."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A frame in numbers: mean brightness and its standard deviation (0–255), and a checksum of its pixels."""

    level: float
    spread: float
    checksum: int

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to see."""
        return self.spread < EVEN_SPREAD or (self.level < DARK_LEVEL and self.spread < DARK_SPREAD)


class PictureWatch:
    """Watches one camera. `trouble` is what is wrong now."""

    def __init__(self) -> None:
        self.trouble: PictureTrouble = ""
        self._before: Look | None = None
        self._blank_since_s: float | None = None
        self._good_since_s: float | None = None
        self._still_since_s = 0.0
        self._direction = 0
        self._turns_s: deque[float] = deque(maxlen=FLICKER_TURNS)

    def look(self, look: Look, at_s: float) -> bool:
        """Take in a frame. Tells whether `trouble` changed."""
        self._note_turn(look, at_s)
        if self._before is None or look.checksum != self._before.checksum:
            self._still_since_s = at_s
        self._before = look
        now = self._wrong_now(look, at_s)
        if now:
            self._good_since_s = None
        elif self.trouble:
            if self._good_since_s is None:
                self._good_since_s = at_s
            if look.is_blank or at_s - self._good_since_s < GOOD_AGAIN_S:
                now = self.trouble
        changed = now != self.trouble
        self.trouble = now
        return changed

    def is_frozen(self, at_s: float) -> bool:
        """Whether the picture has been the same, pixel by pixel, for too long. A blank one may be."""
        return (
            self._before is not None and not self._before.is_blank and at_s - self._still_since_s >= FROZEN_S
        )

    def _wrong_now(self, look: Look, at_s: float) -> PictureTrouble:
        if not look.is_blank:
            self._blank_since_s = None
        elif self._blank_since_s is None:
            self._blank_since_s = at_s
        if self._blank_since_s is not None and at_s - self._blank_since_s >= BLANK_S:
            return "picture_blank"
        if len(self._turns_s) == FLICKER_TURNS and at_s - self._turns_s[0] <= FLICKER_S:
            return "picture_flickers"
        return ""

    def _note_turn(self, look: Look, at_s: float) -> None:
        """Note when the picture goes darker after it went brighter, or the other way round."""
        step = look.level - self._before.level if self._before is not None else 0.0
        if abs(step) < FLICKER_LEVELS:
            return
        direction = 1 if step > 0 else -1
        if direction == -self._direction:
            self._turns_s.append(at_s)
        self._direction = direction
