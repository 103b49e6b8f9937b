"""Other ways to look at a picture in which the quick decoder read nothing, from cheap to dear. Needs OpenCV.

Each is a plain change of the whole picture, made for a kind of trouble, not for a picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Final, NamedTuple

import cv2
import numpy as np

from hardware.scanner.vision.decoders import Decoder, opencv, zbar, zxing
from hardware.scanner.vision.pictures import Picture
from hardware.scanner.vision.settings import RETAIL, Settings


class Looks:
    """One picture, and what several ways of looking at it begin with: each made once, when it is needed."""

    def __init__(self, grey: Picture) -> None:
        self.grey = grey

    @cached_property
    def contrast(self) -> Picture:
        """With its contrast evened out."""
        return contrast(self.grey)

    @cached_property
    def straightened(self) -> Picture:
        """With leaning bars stood up."""
        return straightened(self.grey)

    @cached_property
    def straightened_contrast(self) -> Picture:
        """Both."""
        return straightened(self.contrast)


Change = Callable[[Looks], Picture]

SMALL: Final = 200_000
"""Pixels. In a larger picture bars are seldom too thin to tell apart, and four times its pixels are dear."""
ENLARGE_UP_TO: Final = 2_000_000
COMB_ROWS: Final = 11
SHRINK_FROM: Final = 500_000
MOST_TURNED: Final = 30_000_000
"""Pixels of a straightened picture: a long strip would fill the memory, and OpenCV turns no more than 32,767."""


class Rung(NamedTuple):
    """One way: what is done to the picture, and who looks at it then. It is for pictures of these sizes (pixels)."""

    name: str
    change: Change
    decode: Decoder
    least: int = 0
    most: int = 100_000_000
    weak: bool = False
    """Whether it makes bars of smears too: what it reads must come again in another way."""

    def fits(self, grey: Picture) -> bool:
        """Whether it can help with a picture of this size at a bearable price."""
        return self.least <= grey.size <= self.most


class Ladder(NamedTuple):
    """The ways there are with the libraries that are installed."""

    quick: Decoder
    usual: tuple[Rung, ...]
    """For a single picture that should be answered soon, from cheap to dear."""
    hard: tuple[Rung, ...]
    """More, for one that somebody waits for."""
    film: tuple[Rung, ...]
    """For what came to rest in front of a camera, one way for each picture, the likeliest first."""
    doubts_bars: bool = False
    """Whether bars are misread so often that a second way must agree."""


def ladder(settings: Settings) -> Ladder:
    """The best ladder that the installed libraries allow: OpenCV alone reads QR and retail codes, though less well."""
    names = settings.symbologies
    fast, thorough = zxing(names, thorough=False), zxing(names, thorough=True)
    # zbar and OpenCV take smudges and stripes for retail codes: beside a better reader they are asked for others only.
    others = [name for name in names if name not in RETAIL]
    if fast is not None and thorough is not None:
        return _with_zxing(fast, thorough, zbar(others), opencv(others))
    second = zbar(names)
    if second is not None:
        return _with_one(second, opencv(others), doubts_bars=False)
    return _with_one(opencv(names), None, doubts_bars=True)


def _with_zxing(fast: Decoder, thorough: Decoder, second: Decoder | None, own: Decoder) -> Ladder:
    upright = Rung("contrast", lambda looks: looks.contrast, fast)
    sharp = Rung("sharpened", lambda looks: sharpened(looks.grey), fast, weak=True)
    small = Rung("enlarged", lambda looks: enlarged(looks.grey), thorough, most=SMALL)
    leaning = Rung("straightened", lambda looks: looks.straightened, fast)
    dull_leaning = Rung("straightened, contrast", lambda looks: looks.straightened_contrast, fast)
    fine_leaning = Rung(
        "straightened, enlarged, sharpened",
        lambda looks: sharpened(enlarged(looks.straightened)),
        fast,
        most=SMALL,
    )
    smears = (
        Rung("combed", lambda looks: combed(looks.straightened, 1.5, 3.0), fast, most=SMALL, weak=True),
        Rung(
            "combed, contrast",
            lambda looks: combed(looks.straightened_contrast, 2.0, 2.0),
            fast,
            most=SMALL,
            weak=True,
        ),
        Rung(
            "combed, harder", lambda looks: combed(looks.straightened, 1.2, 5.0), fast, most=SMALL, weak=True
        ),
    )
    dear = (
        Rung(
            "enlarged, larger",
            lambda looks: enlarged(looks.grey),
            thorough,
            least=SMALL + 1,
            most=ENLARGE_UP_TO,
        ),
        Rung("sharpened, turned", lambda looks: turned(sharpened(looks.grey)), fast),
        Rung("thorough", lambda looks: looks.contrast, thorough),
        Rung("softened", lambda looks: softened(looks.grey), thorough),
        Rung("shrunk", lambda looks: shrunk(looks.grey), thorough, least=SHRINK_FROM),
        Rung("thresholded", lambda looks: thresholded(looks.grey), thorough),
        Rung(
            "enlarged, contrast", lambda looks: contrast(enlarged(looks.grey)), thorough, most=ENLARGE_UP_TO
        ),
        *([Rung("zbar", lambda looks: looks.grey, second)] if second is not None else []),
        Rung("opencv", lambda looks: looks.grey, own),
    )
    lying = Rung("contrast, turned", lambda looks: turned(looks.contrast), fast)
    return Ladder(
        fast,
        usual=(upright, lying, sharp._replace(most=SMALL), dull_leaning._replace(most=SMALL), *smears, small),
        hard=(leaning, dull_leaning, fine_leaning, *dear),
        film=(leaning, upright, fine_leaning, sharp, dull_leaning, small, *smears, *dear),
    )


def _with_one(quick: Decoder, own: Decoder | None, *, doubts_bars: bool) -> Ladder:
    usual = (
        Rung("contrast", lambda looks: looks.contrast, quick),
        *([Rung("opencv", lambda looks: looks.grey, own)] if own is not None else []),
        Rung("enlarged", lambda looks: enlarged(looks.grey), quick, most=ENLARGE_UP_TO),
    )
    hard = (
        Rung("straightened", lambda looks: looks.straightened, quick),
        Rung("sharpened", lambda looks: sharpened(looks.grey), quick),
        Rung("thresholded", lambda looks: thresholded(looks.grey), quick),
        Rung("inverted", lambda looks: inverted(looks.grey), quick),
    )
    return Ladder(quick, usual, hard, film=(*usual, *hard), doubts_bars=doubts_bars)


def turned(grey: Picture) -> Picture:
    """Bars that lie on their side stand up."""
    return cv2.rotate(grey, cv2.ROTATE_90_CLOCKWISE)


def straightened(grey: Picture) -> Picture:
    """Bars that lean, so that no level line crosses all of them, stand up.

    The direction in which most of the picture changes lies across the bars (its structure tensor's main axis).
    A strip so long that it would become too large stays as it is.
    """
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3)
    difference = float(np.vdot(across, across) - np.vdot(down, down))
    degrees = math.degrees(0.5 * math.atan2(2 * float(np.vdot(across, down)), difference))
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    new_width, new_height = int(height * sin + width * cos), int(height * cos + width * sin)
    if new_width * new_height > MOST_TURNED:
        return grey
    turn[0, 2] += (new_width - width) / 2
    turn[1, 2] += (new_height - height) / 2
    return cv2.warpAffine(grey, turn, (new_width, new_height), borderMode=cv2.BORDER_REPLICATE)


def combed(grey: Picture, width: float, strength: float) -> Picture:
    """Blurred bars that stand up: rows are averaged, which takes the noise off, and then the blur across is undone.

    `width` (pixels) and `strength` are those of the unsharp mask; columns are doubled for it.
    """
    rows = cv2.resize(cv2.blur(grey, (1, COMB_ROWS)), None, fx=2, fy=1, interpolation=cv2.INTER_CUBIC)
    fine = rows.astype(np.float32)
    blurred = cv2.GaussianBlur(fine, (0, 0), sigmaX=2 * width, sigmaY=0.1)
    return np.asarray(np.clip(fine + strength * (fine - blurred), 0, 255), dtype=np.uint8)


def inverted(grey: Picture) -> Picture:
    """Light on dark becomes dark on light."""
    return cv2.bitwise_not(grey)


def contrast(grey: Picture) -> Picture:
    """Dull or unevenly lit: contrast is evened out tile by tile (CLAHE)."""
    return cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(grey)


def sharpened(grey: Picture) -> Picture:
    """A little out of focus or moved: an unsharp mask."""
    return cv2.addWeighted(grey, 3.0, cv2.GaussianBlur(grey, (0, 0), 2.0), -2.0, 0)


def softened(grey: Picture) -> Picture:
    """Noise, the grid of a print or of a phone's display."""
    return cv2.GaussianBlur(grey, (0, 0), 1.2)


def enlarged(grey: Picture) -> Picture:
    """Bars of less than two pixels."""
    return cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)


def shrunk(grey: Picture) -> Picture:
    """Large and soft."""
    return cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


def thresholded(grey: Picture) -> Picture:
    """Glare and shadow: black and white by the neighbourhood of each pixel."""
    window = max(15, min(grey.shape) // 12) | 1
    return cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, window, 8)
