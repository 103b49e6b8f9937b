"""A small drawing board over Pillow: a 100 × 100 sheet, painted larger than needed and scaled down smooth."""

from __future__ import annotations

import colorsys
import itertools
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

RGB = tuple[int, int, int]
Mask = Image.Image
Point = tuple[float, float]

OVERSAMPLE: Final = 2
_ROUND_STOPS: Final = ((0.0, 0.66), (0.1, 0.88), (0.26, 1.22), (0.4, 1.03), (0.75, 0.93), (1.0, 0.64))
_FLAT_STOPS: Final = ((0.0, 1.06), (1.0, 0.94))


def shade(colour: RGB, factor: float) -> RGB:
    """Darker below 1, lighter above."""
    if factor <= 1:
        return _rgb(channel * factor for channel in colour)
    return _rgb(channel + (255 - channel) * min(1.0, (factor - 1) * 1.6) for channel in colour)


def mix(one: RGB, other: RGB, share: float) -> RGB:
    """`share` of the other colour in the one."""
    return _rgb(a + (b - a) * share for a, b in zip(one, other, strict=True))


def hsv(hue: float, saturation: float, value: float) -> RGB:
    """A colour by hue 0–1, saturation 0–1, value 0–1."""
    return _rgb(channel * 255 for channel in colorsys.hsv_to_rgb(hue % 1.0, saturation, value))


def _rgb(channels: object) -> RGB:
    red, green, blue = (max(0, min(255, round(channel))) for channel in channels)  # type: ignore[attr-defined]
    return red, green, blue


class Sheet:
    """A square picture of `size` pixels; shapes are in hundredths of its side, y downwards."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._n = size * OVERSAMPLE
        self.k = self._n / 100
        self.image = Image.new("RGBA", (self._n, self._n), (0, 0, 0, 0))

    def finished(self) -> Image.Image:
        """The picture at its size."""
        return self.image.resize((self._size, self._size), Image.Resampling.LANCZOS)

    # shapes

    def _blank(self) -> tuple[Mask, ImageDraw.ImageDraw]:
        mask = Image.new("L", (self._n, self._n), 0)
        return mask, ImageDraw.Draw(mask)

    def polygon(self, points: Sequence[Point]) -> Mask:
        """A straight-edged shape."""
        mask, draw = self._blank()
        draw.polygon([(x * self.k, y * self.k) for x, y in points], fill=255)
        return mask

    def curve(self, points: Sequence[Point], steps: int = 12) -> Mask:
        """A closed smooth shape through the points (Catmull–Rom)."""
        n = len(points)
        outline: list[Point] = []
        for i in range(n):
            p0, p1, p2, p3 = (points[(i + d) % n] for d in (-1, 0, 1, 2))
            outline.extend(_catmull_rom(p0, p1, p2, p3, s / steps) for s in range(steps))
        return self.polygon(outline)

    def rounded(self, x0: float, y0: float, x1: float, y1: float, radius: float) -> Mask:
        """A rectangle with round corners."""
        mask, draw = self._blank()
        draw.rounded_rectangle([v * self.k for v in (x0, y0, x1, y1)], radius * self.k, fill=255)
        return mask

    def ellipse(self, x: float, y: float, rx: float, ry: float | None = None) -> Mask:
        """An ellipse around a centre."""
        ry = rx if ry is None else ry
        mask, draw = self._blank()
        draw.ellipse([v * self.k for v in (x - rx, y - ry, x + rx, y + ry)], fill=255)
        return mask

    def stroke(self, points: Sequence[Point], width: float) -> Mask:
        """A line with round ends."""
        mask, draw = self._blank()
        scaled = [(x * self.k, y * self.k) for x, y in points]
        width_px = round(width * self.k)
        draw.line(scaled, fill=255, width=width_px, joint="curve")
        half = (width_px - 1) / 2
        for x, y in (scaled[0], scaled[-1]):
            draw.ellipse((x - half, y - half, x + half, y + half), fill=255)
        return mask

    # paint

    def fill(self, mask: Mask, colour: RGB, alpha: float = 1.0, within: Mask | None = None) -> None:
        """Paint a shape, as far as it lies within another."""
        if within is not None:
            mask = ImageChops.multiply(mask, within)
        if alpha < 1:
            mask = mask.point([round(v * alpha) for v in range(256)])
        layer = Image.new("RGBA", self.image.size, (*colour, 0))
        layer.putalpha(mask)
        self.image.alpha_composite(layer)

    def model(self, mask: Mask, colour: RGB, *, flat: bool = False, within: Mask | None = None) -> None:
        """Paint a shape as a round body lit from the left, or a flat one lit evenly."""
        if within is not None:
            mask = ImageChops.multiply(mask, within)
        box = mask.getbbox()
        if box is None:
            return
        stops = _FLAT_STOPS if flat else _ROUND_STOPS
        ramp = Image.new("RGB", (64, 1))
        ramp.putdata([shade(colour, _at(stops, i / 63)) for i in range(64)])
        layer = ramp.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR).convert("RGBA")
        layer.putalpha(mask.crop(box))
        self.image.alpha_composite(layer, (box[0], box[1]))

    def ground_shadow(self, x: float, y: float, rx: float) -> None:
        """A soft shadow where the thing stands."""
        mask = self.ellipse(x, y, rx, rx * 0.14).filter(ImageFilter.GaussianBlur(1.6 * self.k))
        self.fill(mask, (60, 40, 30), 0.34)

    def write(self, text: str, x: float, y: float, width: float, colour: RGB, font_file: str) -> None:
        """A short word around a centre, as large as the width (and a fifth of the sheet) allows."""
        size = min(18.0, width / max(1.0, _letters(text))) * self.k
        font = ImageFont.truetype(font_file, max(6, round(size)))
        ImageDraw.Draw(self.image).text((x * self.k, y * self.k), text, (*colour, 255), font, anchor="mm")


def _letters(text: str) -> float:
    """Width of a text in ems: a Chinese sign takes one, a Latin letter about 0.62."""
    return sum(1.0 if ord(sign) > 0x2E7F else 0.62 for sign in text)


def _at(stops: Sequence[Point], x: float) -> float:
    for (x0, y0), (x1, y1) in itertools.pairwise(stops):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return stops[-1][1]


def _catmull_rom(p0: Point, p1: Point, p2: Point, p3: Point, t: float) -> Point:
    def one(a: float, b: float, c: float, d: float) -> float:
        return 0.5 * (
            2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
        )

    return one(p0[0], p1[0], p2[0], p3[0]), one(p0[1], p1[1], p2[1], p3[1])
