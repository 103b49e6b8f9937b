"""Reading codes from photographs, beside zbar on the same pictures, turn by turn in one run.

A folder holds sets as folders; beside each picture stands its truth, `N.txt`. A picture without one has no code in it:
whatever is read there is a misread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
from pyzbar import pyzbar

from hardware.scanner.vision.pictures import Picture
from hardware.scanner.vision.reading import text_of
from hardware.scanner.vision.rungs import ladder
from hardware.scanner.vision.settings import Settings
from hardware.scanner.vision.still import read_picture
from popshop.clock import steady_s

PICTURES: Final = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"}
GTIN_DIGITS: Final = 14


@dataclasses.dataclass
class SetFigures:
    """One set of photographs, or all of them."""

    images: int = 0
    read: int = 0
    misread: int = 0


@dataclasses.dataclass(frozen=True)
class Scan:
    """How many were read rightly, how many gave a text that is not there, and the time for one picture."""

    images: int
    read: int
    misread: int
    mean_ms: float
    pyzbar_mean_ms: float
    by_set: dict[str, SetFigures]


class Photograph(NamedTuple):
    """A picture, grey, and what its code says: None where it has none."""

    set: str
    picture: Picture
    truth: str | None


def run(folder: Path, *, rotations: bool = False) -> Scan:
    """Read every picture below `folder`, upright or in four rotations. Raises ValueError when there are none."""
    steps = ladder(Settings())
    cv2.setNumThreads(1)
    by_set: dict[str, SetFigures] = {}
    ours_s = theirs_s = 0.0
    turn = 0
    for photograph in photographs(folder):
        figures = by_set.setdefault(photograph.set, SetFigures())
        for picture in _turned(photograph.picture, rotations):
            texts: list[str] = []

            def ours(picture: Picture = picture, texts: list[str] = texts) -> None:
                texts += [reading.text for reading in read_picture(steps, picture)]

            def theirs(picture: Picture = picture) -> None:
                pyzbar.decode(picture)

            # Whoever comes second finds the picture in the processor's cache.
            turn += 1
            took = _timed((ours, theirs) if turn % 2 else (theirs, ours))
            ours_s, theirs_s = ours_s + took[ours], theirs_s + took[theirs]
            _count(figures, texts, photograph.truth)
    if not turn:
        raise ValueError(f"{folder} holds no folders with pictures in them")
    return Scan(
        images=turn,
        read=sum(each.read for each in by_set.values()),
        misread=sum(each.misread for each in by_set.values()),
        mean_ms=round(ours_s / turn * 1000, 3),
        pyzbar_mean_ms=round(theirs_s / turn * 1000, 3),
        by_set=by_set,
    )


def photographs(folder: Path) -> Iterator[Photograph]:
    """Every picture in the folders below `folder`. One that cannot be opened counts: as one that shows nothing."""
    for each in sorted(path for path in folder.iterdir() if path.is_dir()):
        for path in sorted(each.iterdir()):
            if path.suffix.lower() in PICTURES:
                picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
                if picture is None:
                    picture = np.zeros((1, 1), np.uint8)
                truth = path.with_suffix(".txt")
                yield Photograph(each.name, picture, text_of(truth.read_bytes()) if truth.exists() else None)


def same(text: str, truth: str) -> bool:
    """Whether a text is the truth: line ends aside, and digits of a product number with or without leading zeros."""
    if text.isascii() and text.isdigit() and truth.strip().isdigit():
        return text.zfill(GTIN_DIGITS) == truth.strip().zfill(GTIN_DIGITS)
    return text.split() == truth.split()


def _turned(picture: Picture, rotations: bool) -> Iterator[Picture]:
    yield picture
    if rotations:
        for code in (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE):
            yield cv2.rotate(picture, code)


def _timed(contenders: Sequence[Callable[[], None]]) -> dict[Callable[[], None], float]:
    took = {}
    for contender in contenders:
        began_s = steady_s()
        contender()
        took[contender] = steady_s() - began_s
    return took


def _count(figures: SetFigures, texts: Sequence[str], truth: str | None) -> None:
    figures.images += 1
    right = [truth is not None and same(text, truth) for text in texts]
    figures.read += any(right)
    figures.misread += not all(right)
