"""Pictures as the decoders want them: one colour, eight bits, of a size that can be worked on. Needs OpenCV."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np

Picture = np.ndarray[Any, Any]

MOST_PIXELS: Final = 12_000_000
"""A larger picture is made smaller first: codes in it have pixels to spare."""
LONGEST_SIDE: Final = 32_000
"""zxing-cpp takes 65,535 at most, also of a picture that was enlarged."""
LEAST_SIDE: Final = 16
"""No code is shorter than this; one row of pixels is enough for bars."""


class PictureError(ValueError):
    """The picture cannot be looked at; the text says why."""


def as_grey(picture: Picture) -> Picture:
    """Any picture of 8 or 16 bits, grey, colour or with transparency, as contiguous 8-bit grey. Raises PictureError."""
    if not isinstance(picture, np.ndarray):
        raise PictureError("no picture")
    if picture.ndim not in (2, 3) or 0 in picture.shape:
        raise PictureError(f"not a picture: its shape is {picture.shape}")
    grey = picture
    if grey.dtype == np.uint16:
        grey = (grey >> 8).astype(np.uint8)
    elif grey.dtype != np.uint8:
        raise PictureError(f"a picture of {grey.dtype} values: 8 or 16 bits are needed")
    if grey.ndim == 3:
        grey = _one_colour(grey)
    height, width = grey.shape
    scale = min(1.0, (MOST_PIXELS / (height * width)) ** 0.5, LONGEST_SIDE / max(height, width))
    if scale < 1:
        smaller = max(1, int(width * scale)), max(1, int(height * scale))
        grey = cv2.resize(grey, smaller, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(grey)


def _one_colour(picture: Picture) -> Picture:
    channels = picture.shape[2]
    if channels == 3:
        return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    if channels == 4:
        # What is transparent is paper: a code drawn on nothing would be black on black.
        colours = cv2.cvtColor(picture[:, :, :3], cv2.COLOR_BGR2GRAY).astype(np.uint16)
        alpha = picture[:, :, 3].astype(np.uint16)
        return ((colours * alpha + 255 * (255 - alpha)) // 255).astype(np.uint8)
    if channels <= 2:
        return picture[:, :, 0]
    raise PictureError(f"a picture with {channels} colours")


def is_blank(grey: Picture) -> bool:
    """Whether nothing can stand in it: too small, or as good as one shade (black, covered, white)."""
    if max(grey.shape) < LEAST_SIDE:
        return True
    step = max(1, min(grey.shape) // 64)
    return float(grey[::step, ::step].std()) < 2.0
