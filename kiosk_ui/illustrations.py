"""Product illustrations, one per category, in colours that follow from the brand.

There are no photographs with a licence to show, so the kiosk draws: the same product always looks the same.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from typing import Final

from PIL import Image

from kiosk_ui.paint import RGB, Sheet, hsv, mix, shade

WHITE: Final[RGB] = (255, 255, 255)
CREAM: Final[RGB] = (255, 246, 226)
INK: Final[RGB] = (52, 44, 40)
SILVER: Final[RGB] = (205, 208, 214)
BISCUIT: Final[RGB] = (222, 168, 94)
CHOCOLATE: Final[RGB] = (110, 66, 40)
GROUND: Final = 90.0

_HUES: Final = (0.02, 0.08, 0.13, 0.27, 0.36, 0.47, 0.55, 0.61, 0.72, 0.80, 0.91, 0.97)


class Coat:
    """The colours of a brand's packaging: main, light, dark and a contrasting spot; and the word on it."""

    def __init__(self, seed: str, word: str, font_file: str) -> None:
        hue = _hue(seed)
        self.main = hsv(hue, 0.68, 0.86)
        self.dark = hsv(hue, 0.8, 0.6)
        self.light = hsv(hue, 0.22, 1.0)
        self.spot = hsv(hue + 0.45, 0.5, 0.97)
        self.word = word[:6]
        self.font_file = font_file

    def label(self, sheet: Sheet, x: float, y: float, width: float, colour: RGB = WHITE) -> None:
        """Write the brand on the package."""
        if self.word:
            sheet.write(self.word, x, y, width, colour, self.font_file)


def _hue(seed: str) -> float:
    return _HUES[zlib.crc32(seed.encode()) % len(_HUES)]


def tile_colour(seed: str) -> RGB:
    """The pale colour an illustration stands on."""
    return mix(hsv(_hue(seed), 0.5, 1.0), (255, 250, 243), 0.78)


def draw(category: str, seed: str, word: str, size: int, font_file: str) -> Image.Image:
    """The illustration of a product, `size` × `size` pixels on nothing."""
    sheet = Sheet(size)
    _DRAWERS.get(category, _bag)(sheet, Coat(seed, word, font_file))
    return sheet.finished()


def _can(s: Sheet, c: Coat) -> None:
    s.ground_shadow(50, GROUND, 22)
    s.model(s.polygon([(36, 86), (64, 86), (61, 91), (39, 91)]), SILVER)
    s.model(s.polygon([(38, 12), (62, 12), (69, 21), (31, 21)]), SILVER)
    body = s.rounded(31, 20, 69, 88, 3)
    s.model(body, c.main)
    s.model(s.curve([(31, 62), (45, 54), (58, 60), (69, 50), (69, 90), (31, 90)]), c.dark, within=body)
    s.model(s.ellipse(50, 45, 15), WHITE, within=body)
    s.fill(s.ellipse(50, 12, 12, 2.4), shade(SILVER, 0.8))
    s.fill(s.ellipse(50, 11.6, 9.6, 1.6), shade(SILVER, 1.3))
    c.label(s, 50, 45, 25, c.dark)
    for x, y, r in ((37, 71, 1.4), (62, 78, 1.8), (41, 81, 1.0), (58, 68, 1.0)):
        s.fill(s.ellipse(x, y, r), WHITE, 0.55)
    s.fill(s.rounded(35.5, 24, 38, 84, 1.2), WHITE, 0.38)


def _bottle(s: Sheet, c: Coat, liquid: RGB, cap: RGB) -> None:
    s.ground_shadow(50, GROUND, 19)
    s.model(s.rounded(42.5, 5, 57.5, 13, 1.6), cap)
    for x in (45, 48, 51, 54):
        s.fill(s.rounded(x, 6, x + 0.7, 12, 0.3), shade(cap, 0.75), 0.6)
    outline = [(44, 12), (56, 12), (56, 18), (66, 31), (67, 42), (65, 60), (67, 78), (65, 89), (50, 90.5)]
    body = s.curve([*outline, (35, 89), (33, 78), (35, 60), (33, 42), (34, 31), (44, 18)])
    s.model(body, liquid)
    s.fill(s.rounded(30, 12, 70, 22, 1), WHITE, 0.4, within=body)
    band = s.rounded(30, 42, 70, 66, 1)
    s.model(band, c.main, within=body)
    s.fill(s.rounded(30, 63, 70, 66, 0), c.spot, 0.95, within=body)
    c.label(s, 50, 53, 27)
    for y in (72, 77, 82):
        s.fill(s.rounded(30, y, 70, y + 0.9, 0.4), WHITE, 0.35, within=body)
    s.fill(s.rounded(38, 26, 40.4, 84, 1.2), WHITE, 0.5, within=body)


def _water(s: Sheet, c: Coat) -> None:
    _bottle(s, c, (188, 226, 246), mix(c.main, WHITE, 0.15))


def _tea(s: Sheet, c: Coat) -> None:
    _bottle(s, c, (206, 132, 48), c.dark)
    s.model(s.curve([(60, 66), (76, 60), (86, 66), (80, 80), (66, 82)]), (96, 158, 72), flat=True)
    s.fill(s.stroke([(62, 80), (80, 66)], 0.9), WHITE, 0.6)


def _coffee(s: Sheet, c: Coat) -> None:
    s.ground_shadow(50, GROUND, 20)
    for x in (42, 50, 58):
        wave = [(x + 1.8 * math.sin(i / 2), 14 - i) for i in range(10)]
        s.fill(s.stroke(wave, 1.3), shade(CHOCOLATE, 1.3), 0.35)
    cup = s.polygon([(31, 26), (69, 26), (63.5, 90), (36.5, 90)])
    s.model(cup, CREAM)
    s.model(s.polygon([(32.6, 42), (67.4, 42), (64.7, 74), (35.3, 74)]), c.main, within=cup)
    s.model(s.ellipse(50, 58, 12), CREAM)
    c.label(s, 50, 58, 20, CHOCOLATE)
    s.model(s.rounded(28.5, 22, 71.5, 28.5, 2.5), CHOCOLATE)
    s.model(s.polygon([(34, 17), (66, 17), (69, 23), (31, 23)]), shade(CHOCOLATE, 1.12))


def _milk(s: Sheet, c: Coat) -> None:
    s.ground_shadow(51, GROUND, 23)
    s.model(s.polygon([(30, 34), (60, 34), (60, 90), (30, 90)]), WHITE, flat=True)
    s.fill(s.polygon([(60, 34), (72, 29), (72, 84), (60, 90)]), (214, 216, 224))
    s.model(s.polygon([(30, 34), (60, 34), (56, 17), (35, 17)]), c.main, flat=True)
    s.fill(s.polygon([(60, 34), (72, 29), (62, 17), (56, 17)]), c.dark)
    s.model(s.rounded(34, 9, 62, 18, 1), shade(c.main, 1.15), flat=True)
    front = s.polygon([(30, 34), (60, 34), (60, 90), (30, 90)])
    s.fill(
        s.curve([(30, 70), (38, 66), (46, 72), (54, 66), (60, 70), (60, 92), (30, 92)]), c.main, within=front
    )
    s.fill(s.polygon([(60, 69), (72, 64), (72, 84), (60, 90)]), c.dark)
    c.label(s, 45, 51, 25, c.dark)


def _snack(s: Sheet, c: Coat) -> None:
    s.ground_shadow(50, GROUND, 27)
    outline = [
        (25, 16),
        (50, 18),
        (75, 16),
        (73, 36),
        (76, 60),
        (73, 87),
        (50, 89),
        (27, 87),
        (24, 60),
        (27, 36),
    ]
    bag = s.curve(outline)
    s.model(bag, c.main)
    for y in (15, 83.5):
        s.model(s.rounded(25, y, 75, y + 5.5, 0.6), shade(c.main, 0.92))
        for x in range(27, 74, 3):
            s.fill(s.rounded(x, y + 0.8, x + 0.9, y + 4.7, 0.3), WHITE, 0.28)
    s.fill(s.ellipse(50, 41, 20, 13), c.light, within=bag)
    c.label(s, 50, 41, 32, c.dark)
    for x, y, turn in ((40, 66, -0.5), (58, 64, 0.4), (50, 73, 0.05)):
        chip = [(x + 9 * math.cos(a + turn), y + 5.4 * math.sin(a)) for a in (0, 1, 2, 3.1, 4.2, 5.2)]
        s.model(s.curve(chip), (246, 200, 92), flat=True)
        s.fill(s.stroke([(x - 4, y + 1), (x + 4, y - 1)], 0.8), (214, 150, 52), 0.7)


def _cookie(s: Sheet, x: float, y: float, r: float) -> None:
    s.model(s.ellipse(x, y, r), shade(BISCUIT, 0.82))
    s.model(s.ellipse(x, y - 0.8, r), BISCUIT, flat=True)
    for i in range(7):
        a, d = i * 2.4, r * (0.25 + 0.09 * i)
        s.fill(s.ellipse(x + d * math.cos(a), y - 0.8 + d * math.sin(a), r * 0.12), CHOCOLATE)


def _biscuit(s: Sheet, c: Coat) -> None:
    s.ground_shadow(52, GROUND, 30)
    s.model(s.polygon([(24, 22), (66, 22), (66, 89), (24, 89)]), c.main, flat=True)
    s.fill(s.polygon([(66, 22), (76, 17), (76, 83), (66, 89)]), c.dark)
    s.fill(s.polygon([(24, 22), (66, 22), (76, 17), (35, 17)]), shade(c.main, 1.25))
    s.fill(s.rounded(29, 28, 61, 48, 3), c.light)
    c.label(s, 45, 38, 28, c.dark)
    s.fill(s.rounded(24, 53, 66, 55, 0), c.spot)
    _cookie(s, 45, 69, 12.5)
    _cookie(s, 71, 79, 11)


def _candy(s: Sheet, c: Coat) -> None:
    s.ground_shadow(50, GROUND, 24)
    s.model(s.rounded(48, 44, 51.2, 90, 1.4), WHITE)
    s.model(s.ellipse(50, 36, 24), c.main, flat=True)
    spiral = [
        (50 + (1 + i * 0.27) * math.cos(i * 0.22), 36 + (1 + i * 0.27) * math.sin(i * 0.22))
        for i in range(80)
    ]
    s.fill(s.stroke(spiral, 3.2), WHITE, 0.92, within=s.ellipse(50, 36, 24))
    s.fill(s.curve([(34, 26), (42, 17), (50, 15), (43, 21)]), WHITE, 0.6)
    for x, y, colour in ((25, 80, c.spot), (74, 82, c.dark)):
        s.model(s.polygon([(x - 12, y - 5), (x - 4, y), (x - 12, y + 5)]), colour, flat=True)
        s.model(s.polygon([(x + 12, y - 5), (x + 4, y), (x + 12, y + 5)]), colour, flat=True)
        s.model(s.ellipse(x, y, 7, 5.6), shade(colour, 1.1))
        s.fill(s.stroke([(x - 3, y - 2.5), (x + 1, y - 3.4)], 1.2), WHITE, 0.7)


def _noodles(s: Sheet, c: Coat) -> None:
    s.ground_shadow(50, GROUND, 24)
    s.fill(s.stroke([(58, 28), (83, 6)], 1.7), CHOCOLATE)
    s.fill(s.stroke([(63, 29), (88, 9)], 1.7), shade(CHOCOLATE, 1.2))
    for i in range(5):
        x = 36 + i * 6
        wave = [(x + 2 * math.sin(t / 1.6 + i), 30 - t) for t in range(9)]
        s.fill(s.stroke(wave, 2.1), (248, 208, 112))
    cup = s.polygon([(25, 32), (75, 32), (66, 90), (34, 90)])
    s.model(cup, c.main)
    s.fill(s.rounded(20, 46, 80, 70, 0), CREAM, within=cup)
    s.fill(s.rounded(20, 71.5, 80, 73.5, 0), c.spot, within=cup)
    c.label(s, 50, 58, 36, c.dark)
    s.model(s.rounded(22.5, 28, 77.5, 34, 3), WHITE)


def _beauty(s: Sheet, c: Coat) -> None:
    s.ground_shadow(52, GROUND, 27)
    s.model(s.polygon([(28, 14), (58, 14), (54, 74), (32, 74)]), c.light)
    s.model(s.rounded(27, 10, 59, 15, 0.8), shade(c.light, 0.93))
    s.model(s.rounded(32.5, 73, 53.5, 90, 1.6), c.main)
    c.label(s, 43, 42, 19, c.dark)
    s.fill(s.rounded(36, 50, 50, 51, 0.4), c.dark, 0.7)
    s.model(s.rounded(64, 68, 82, 90, 1.2), INK)
    s.model(s.rounded(66, 55, 80, 69, 0.8), (226, 190, 110))
    s.model(s.polygon([(68, 56), (68, 42), (78, 35), (78, 56)]), (206, 48, 82))


def _toy(s: Sheet, c: Coat) -> None:
    s.ground_shadow(50, GROUND, 29)
    fur = (206, 150, 100)
    for x in (35, 65):
        s.model(s.ellipse(x, 24, 9), fur)
        s.fill(s.ellipse(x, 25, 5), shade(fur, 1.3))
    s.model(s.ellipse(50, 38, 23, 21), fur)
    s.fill(s.ellipse(50, 45, 10, 8), CREAM)
    s.fill(s.ellipse(50, 41.5, 3.2, 2.2), INK)
    s.fill(s.stroke([(46, 48), (50, 50), (54, 48)], 1.1), INK)
    for x in (41, 59):
        s.fill(s.ellipse(x, 35, 2.3), INK)
        s.fill(s.ellipse(x + 0.7, 34.2, 0.8), WHITE)
    s.model(s.rounded(24, 58, 76, 90, 2), c.main, flat=True)
    s.fill(s.polygon([(24, 58), (76, 58), (80, 64), (20, 64)]), shade(c.main, 1.2))
    s.fill(s.rounded(46, 64, 54, 90, 0), c.spot)
    c.label(s, 34.5, 77, 18)
    star = [
        (65 + (6 if i % 2 else 2.6) * math.sin(i * 0.628), 77 + (6 if i % 2 else 2.6) * math.cos(i * 0.628))
        for i in range(10)
    ]
    s.fill(s.polygon(star), c.light)


def _sample(s: Sheet, c: Coat) -> None:
    s.ground_shadow(50, GROUND, 27)
    s.model(s.rounded(25, 42, 75, 90, 3), c.main, flat=True)
    s.model(s.rounded(21, 32, 79, 46, 3), shade(c.main, 1.12), flat=True)
    s.fill(s.rounded(45, 32, 55, 90, 0), c.light)
    s.model(s.curve([(50, 31), (38, 14), (26, 16), (28, 28), (42, 33)]), c.light, flat=True)
    s.model(s.curve([(50, 31), (62, 14), (74, 16), (72, 28), (58, 33)]), c.light, flat=True)
    s.model(s.ellipse(50, 31, 5), shade(c.light, 0.92))
    c.label(s, 35, 68, 17)


def _ice(s: Sheet, c: Coat) -> None:
    s.ground_shadow(50, GROUND + 2, 14)
    cone = s.polygon([(33, 48), (67, 48), (50, 92)])
    s.model(cone, BISCUIT)
    for i in range(-8, 9):
        for lean in (-10, 10):
            line = s.stroke([(50 + i * 6, 48), (50 + i * 6 + lean, 92)], 0.9)
            s.fill(line, shade(BISCUIT, 0.78), 0.8, within=cone)
    s.model(s.ellipse(50, 26, 17), c.light)
    s.model(s.ellipse(39, 40, 14), c.main)
    s.model(s.ellipse(61, 40, 14), shade(c.spot, 1.1))
    s.model(s.ellipse(50, 9, 4), (212, 46, 62))


def _bag(s: Sheet, c: Coat) -> None:
    s.ground_shadow(50, GROUND, 27)
    for dx, colour in ((4, c.dark), (0, shade(c.dark, 1.15))):
        arc = [(50 + dx + 13 * math.cos(a / 10), 34 - 20 * math.sin(a / 10)) for a in range(32)]
        s.fill(s.stroke(arc, 2), colour)
    s.model(s.polygon([(25, 32), (66, 32), (68, 90), (23, 90)]), c.main, flat=True)
    s.fill(s.polygon([(66, 32), (76, 30), (79, 85), (68, 90)]), c.dark)
    s.fill(s.ellipse(45.5, 60, 14), c.light)
    c.label(s, 45.5, 60, 23, c.dark)


_DRAWERS: Final[dict[str, Callable[[Sheet, Coat], None]]] = {
    "drink": _can,
    "water": _water,
    "tea": _tea,
    "coffee": _coffee,
    "milk": _milk,
    "snack": _snack,
    "biscuit": _biscuit,
    "candy": _candy,
    "noodles": _noodles,
    "beauty": _beauty,
    "toy": _toy,
    "sample": _sample,
    "ice": _ice,
}
CATEGORIES: Final = tuple(_DRAWERS)
"""Category words the kiosk has a drawing and a name for."""
