"""Where in a film something moves: pictures are compared at an eighth of their size. Needs OpenCV."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from hardware.scanner.vision.pictures import Picture
from hardware.scanner.vision.reading import Box

SMALLER: Final = 8
SHADES: Final = 10
"""A change of fewer shades is the camera's noise, which an eighth of the size averages away."""
LEAST_SPOTS: Final = 3
"""Spots of 8 × 8 pixels that must have changed: fewer are a speck of dust or a reflex."""
MARGIN: Final = 48
"""Pixels around what moved: the code in a hand is larger than its edges that changed."""


class MotionGate:
    """Compares each picture with the one before, and what came to rest with what was there before it moved."""

    def __init__(self) -> None:
        self._before: Picture | None = None
        self._at_rest: Picture | None = None
        self._moving = True

    def moved(self, grey: Picture, *, empty: bool) -> Box | None:
        """What changed since the picture before, with a margin; the whole picture at first; None while it stands still.

        `empty`: nothing readable is in view, so that a picture of before a motion is how it looks without.
        """
        height, width = grey.shape
        small = cv2.resize(
            grey, (max(1, width // SMALLER), max(1, height // SMALLER)), interpolation=cv2.INTER_AREA
        ).astype(np.int16)
        before, self._before = self._before, small
        if before is None or before.shape != small.shape:
            self._at_rest = None
            return 0, 0, width, height
        place = _place(_changed(small, before), grey.shape)
        moving, self._moving = self._moving, place is not None
        if empty and self._moving and not moving:
            self._at_rest = before
        return place

    def remember(self) -> None:
        """The picture shown last is how it looks when there is nothing to read."""
        self._at_rest = self._before

    def came(self, grey: Picture) -> Box | None:
        """Where this picture, which was shown last, differs from what was remembered: all of it while nothing was."""
        height, width = grey.shape
        if self._before is None or self._at_rest is None or self._before.shape != self._at_rest.shape:
            return 0, 0, width, height
        return _place(_changed(self._before, self._at_rest), grey.shape)


def _place(changed: Picture, shape: tuple[int, ...]) -> Box | None:
    """The box around changed spots, with a margin, in pixels of the whole picture."""
    rows, columns = np.nonzero(changed)
    if len(rows) < LEAST_SPOTS:
        return None
    height, width = shape
    return (
        max(0, int(columns.min()) * SMALLER - MARGIN),
        max(0, int(rows.min()) * SMALLER - MARGIN),
        min(width, (int(columns.max()) + 1) * SMALLER + MARGIN),
        min(height, (int(rows.max()) + 1) * SMALLER + MARGIN),
    )


def _changed(one: Picture, other: Picture) -> Picture:
    """Which spots changed. Light that flickers over the whole picture changes none: the change of most is taken off."""
    change = one - other
    change -= np.int16(np.median(change))
    return np.asarray(np.abs(change) > SHADES)
