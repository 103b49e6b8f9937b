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


def _phone(sheet: Sheet) -> None:
    _line(sheet, (32, 14), (68, 14), (68, 86), (32, 86), (32, 14), (40, 14))
    _line(sheet, (45, 74), (55, 74))


def _coins(sheet: Sheet) -> None:
    _arc(sheet, 36, 0, 360)
    _line(sheet, (36, 30), (50, 48), (64, 30))
    _line(sheet, (50, 48), (50, 74))
    _line(sheet, (37, 54), (63, 54))


def _card(sheet: Sheet) -> None:
    _line(sheet, (12, 24), (88, 24), (88, 76), (12, 76), (12, 24), (20, 24))
    _line(sheet, (12, 42), (88, 42))
    _line(sheet, (26, 60), (44, 60))


def _cart(sheet: Sheet) -> None:
    _line(sheet, (8, 20), (22, 20), (34, 62), (78, 62), (88, 32), (27, 32))
    for x in (40, 72):
        sheet.fill(sheet.ellipse(x, 79, 8), WHITE)


def _reader(sheet: Sheet) -> None:
    for left, right in ((14, 32), (86, 68)):
        _line(sheet, (right, 16), (left, 16), (left, 34))
        _line(sheet, (right, 84), (left, 84), (left, 66))
    _line(sheet, (26, 50), (74, 50))


def _gift(sheet: Sheet) -> None:
    _line(sheet, (14, 34), (86, 34), (86, 50), (14, 50), (14, 34), (22, 34))
    _line(sheet, (22, 52), (22, 86), (78, 86), (78, 52))
    _line(sheet, (50, 34), (50, 84))
    _line(sheet, (50, 34), (32, 18))
    _line(sheet, (50, 34), (68, 18))


def _bag(sheet: Sheet) -> None:
    _line(sheet, (22, 36), (78, 36), (84, 86), (16, 86), (22, 36), (30, 36))
    _line(sheet, (36, 48), (36, 26), (42, 16), (58, 16), (64, 26), (64, 48))


def _parcel(sheet: Sheet) -> None:
    _line(sheet, (50, 12), (84, 30), (84, 70), (50, 88), (16, 70), (16, 30), (50, 12), (54, 14))
    _line(sheet, (16, 30), (50, 48), (84, 30))
    _line(sheet, (50, 48), (50, 86))


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
    "phone": _phone,
    "coins": _coins,
    "card": _card,
    "cart": _cart,
    "reader": _reader,
    "gift": _gift,
    "bag": _bag,
    "parcel": _parcel,
}
NAMES: Final = tuple(_DRAWERS)
