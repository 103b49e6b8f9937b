"""The few signs the kiosk uses, drawn white so that a screen can give them any colour."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from PIL import Image

from kiosk_ui.paint import RGB, Point, Sheet

WHITE: Final[RGB] = (255, 255, 255)
STROKE: Final = 9.0


def draw(name: str, size: int) -> Image.Image:
    """The sign, `size` × `size` pixels. Raises KeyError for one there is not."""
    sheet = Sheet(size)
    _DRAWERS[name](sheet)
    return sheet.finished()


def _line(sheet: Sheet, *points: Point) -> None:
    sheet.fill(sheet.stroke(points, STROKE), WHITE)


def _arc(sheet: Sheet, radius: float, start: float, end: float) -> None:
    steps = [math.radians(start + (end - start) * i / 40) for i in range(41)]
    _line(sheet, *((50 + radius * math.cos(a), 50 + radius * math.sin(a)) for a in steps))


def _back(sheet: Sheet) -> None:
    _line(sheet, (60, 22), (32, 50), (60, 78))


def _check(sheet: Sheet) -> None:
    _line(sheet, (22, 53), (42, 73), (79, 31))


def _cross(sheet: Sheet) -> None:
    _line(sheet, (28, 28), (72, 72))
    _line(sheet, (72, 28), (28, 72))


def _minus(sheet: Sheet) -> None:
    _line(sheet, (24, 50), (76, 50))


def _plus(sheet: Sheet) -> None:
    _minus(sheet)
    _line(sheet, (50, 24), (50, 76))


def _money_back(sheet: Sheet) -> None:
    _arc(sheet, 30, -150, 150)
    _line(sheet, (12, 20), (24, 35), (42, 27))


def _clock(sheet: Sheet) -> None:
    _arc(sheet, 36, 0, 360)
    _line(sheet, (50, 28), (50, 52), (64, 60))


def _staff(sheet: Sheet) -> None:
    sheet.fill(sheet.ellipse(50, 32, 17), WHITE)
    shoulders = sheet.rounded(20, 56, 80, 120, 30)
    sheet.fill(shoulders, WHITE, within=sheet.rounded(0, 0, 100, 86, 4))


def _line_down(sheet: Sheet) -> None:
    for radius in (18, 34):
        _arc(sheet, radius, -140, -40)
    sheet.fill(sheet.ellipse(50, 52, 6), WHITE)
    _line(sheet, (20, 84), (80, 20))


def _pause(sheet: Sheet) -> None:
    sheet.fill(sheet.rounded(30, 24, 43, 76, 4), WHITE)
    sheet.fill(sheet.rounded(57, 24, 70, 76, 4), WHITE)


def _down(sheet: Sheet) -> None:
    _line(sheet, (50, 16), (50, 62))
    _line(sheet, (30, 44), (50, 64), (70, 44))
    _line(sheet, (20, 84), (80, 84))


def _dots(sheet: Sheet) -> None:
    for x in (24, 50, 76):
        sheet.fill(sheet.ellipse(x, 50, 8), WHITE)


_DRAWERS: Final[dict[str, Callable[[Sheet], None]]] = {
    "back": _back,
    "check": _check,
    "cross": _cross,
    "minus": _minus,
    "plus": _plus,
    "money_back": _money_back,
    "clock": _clock,
    "staff": _staff,
    "line_down": _line_down,
    "pause": _pause,
    "down": _down,
    "dots": _dots,
}
NAMES: Final = tuple(_DRAWERS)
