"""Films of a camera above a counter, made from a seed: codes come into view, stand still for a moment, and leave.

Codes are drawn by zxing-cpp, turned, made smaller, blurred while they move, lit unevenly, with noise in every picture.
What a film shows, and from when it stands still, is known exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
import zxingcpp

from cloud_sync.protocol.product_codes import check_digit
from hardware.scanner.vision.pictures import Picture

WIDTH: Final = 1_280
HEIGHT: Final = 720
FPS: Final = 30
COMES_S: Final = 0.5
STAYS_S: Final = 1.2
LEAVES_S: Final = 0.4
AWAY_S: Final = 1.6
"""Longer than the second after which a code counts as new."""
NOISE: Final = 4.0
"""Shades, as of a plain webcam indoors."""
KINDS: Final = ("QR Code", "EAN-13", "Code 128", "Data Matrix", "UPC-A")
_FORMATS: Final = {
    "QR Code": zxingcpp.BarcodeFormat.QRCode,
    "EAN-13": zxingcpp.BarcodeFormat.EAN13,
    "Code 128": zxingcpp.BarcodeFormat.Code128,
    "Data Matrix": zxingcpp.BarcodeFormat.DataMatrix,
    "UPC-A": zxingcpp.BarcodeFormat.UPCA,
}


class Visit(NamedTuple):
    """One code's time in view, in seconds of the film: it comes, stands still until `leaves_s`, and is gone."""

    symbology: str
    text: str
    comes_s: float
    still_s: float
    leaves_s: float
    gone_s: float


class Shot(NamedTuple):
    """A picture (height × width × 3, 8 bits), its time, and whether a code is in it."""

    frame: Picture
    at_s: float
    busy: bool


class Film:
    """A film of so many visits; the same seed gives the same pictures."""

    def __init__(self, seed: int, visits: int) -> None:
        self._rng = Random(seed)
        self._noise = np.random.default_rng(seed)
        self.visits = [self._visit(number) for number in range(visits)]
        self._table = self._background()

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.visits[-1].gone_s + AWAY_S if self.visits else AWAY_S

    def shots(self) -> Iterator[Shot]:
        """Its pictures, one after the other."""
        drawn: dict[Visit, Picture] = {}
        paths: dict[Visit, tuple[float, float, float]] = {}
        for number in range(int(self.seconds * FPS)):
            at_s = number / FPS
            frame = self._table.copy()
            now = [visit for visit in self.visits if visit.comes_s <= at_s < visit.gone_s]
            for visit in now:
                if visit not in drawn:
                    drawn[visit] = self._card(visit)
                    paths[visit] = (
                        self._rng.uniform(0.35, 0.65),
                        self._rng.uniform(0.42, 0.58),
                        self._rng.uniform(-1, 1),
                    )
                self._lay(frame, drawn[visit], visit, at_s, paths[visit])
            noisy = frame + np.asarray(self._noise.normal(0, NOISE, frame.shape), dtype=np.float32)
            grey = np.clip(noisy, 0, 255).astype(np.uint8)
            yield Shot(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), at_s, bool(now))

    def _visit(self, number: int) -> Visit:
        comes_s = AWAY_S + number * (COMES_S + STAYS_S + LEAVES_S + AWAY_S)
        still_s = comes_s + COMES_S
        leaves_s = still_s + STAYS_S
        symbology = KINDS[number % len(KINDS)]
        return Visit(symbology, self._text(symbology), comes_s, still_s, leaves_s, leaves_s + LEAVES_S)

    def _text(self, symbology: str) -> str:
        digits = "".join(self._rng.choice("0123456789") for _ in range(11))
        if symbology == "EAN-13":
            body = "6" + digits
            return f"{body}{check_digit(body)}"
        if symbology == "UPC-A":
            return f"{digits}{check_digit(digits)}"
        if symbology == "Code 128":
            return f"BOX-{digits}"
        return f"HTTPS://SHOP.EXAMPLE/C/{digits}"

    def _background(self) -> Picture:
        """A counter: a slope of light, and things with edges on it."""
        across = np.linspace(90, 170, WIDTH, dtype=np.float32)
        down = np.linspace(1.1, 0.8, HEIGHT, dtype=np.float32)
        table: Picture = np.asarray(np.outer(down, across), dtype=np.uint8)
        for _ in range(12):
            left, top = self._rng.randrange(WIDTH - 200), self._rng.randrange(HEIGHT - 160)
            size = self._rng.randrange(30, 160)
            cv2.rectangle(
                table, (left, top), (left + size, top + size // 2), self._rng.randrange(40, 220), -1
            )
            cv2.putText(table, "SALE 9.90", (left, top), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 30, 2)
        return np.asarray(cv2.GaussianBlur(table, (0, 0), 1.0), dtype=np.float32)

    def _card(self, visit: Visit) -> Picture:
        """The code on white paper, turned, at the size it has in front of the camera, a little soft."""
        code: Any = zxingcpp.create_barcode(visit.text, _FORMATS[visit.symbology])
        square = visit.symbology in ("QR Code", "Data Matrix")
        drawn = np.array(code.to_image(scale=5 if square else 3), dtype=np.uint8)
        paper = cv2.copyMakeBorder(drawn, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
        wide = self._rng.uniform(200, 300) if square else self._rng.uniform(330, 460)
        scale = wide / paper.shape[1]
        paper = cv2.resize(paper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        angle = self._rng.uniform(-25, 25) + (90 if self._rng.random() < 0.3 else 0)
        return cv2.GaussianBlur(_rotated(paper, angle), (0, 0), self._rng.uniform(0.5, 1.1))

    def _lay(
        self, frame: Picture, card: Picture, visit: Visit, at_s: float, path: tuple[float, float, float]
    ) -> None:
        """Put the card where it is now, smeared by its motion, darker at one side."""
        goal_x, goal_y, slope = path
        if at_s < visit.still_s:
            away = (visit.still_s - at_s) / COMES_S
        else:
            away = max(0.0, at_s - visit.leaves_s) / LEAVES_S
        x = int(goal_x * WIDTH - card.shape[1] / 2 + away * WIDTH * 0.9)
        y = int(goal_y * HEIGHT - card.shape[0] / 2 + away * slope * 150)
        seen = cv2.blur(card, (25, 1)) if away > 0 else card
        left, top = max(0, x), max(0, y)
        right, bottom = min(WIDTH, x + card.shape[1]), min(HEIGHT, y + card.shape[0])
        if right <= left or bottom <= top:
            return
        piece = seen[top - y : bottom - y, left - x : right - x].astype(np.float32)
        light = np.linspace(0.95, 0.7, piece.shape[1], dtype=np.float32)
        mask = piece > 0
        frame[top:bottom, left:right][mask] = (piece * light)[mask]


def _rotated(paper: Picture, degrees: float) -> Picture:
    """Turned about its middle; what is not paper is 0, which no printed pixel is."""
    paper = np.maximum(paper, 12)
    height, width = paper.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    new_width, new_height = int(height * sin + width * cos), int(height * cos + width * sin)
    turn[0, 2] += new_width / 2 - width / 2
    turn[1, 2] += new_height / 2 - height / 2
    return cv2.warpAffine(paper, turn, (new_width, new_height), flags=cv2.INTER_LINEAR, borderValue=0)
