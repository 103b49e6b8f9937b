"""Textures for the screens: rounded shapes, signs, QR codes, and product illustrations.

Illustrations are drawn one a frame, so that a grid of new products never holds up a finger.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import segno
from kivy.clock import Clock
from kivy.core.text import LabelBase
from kivy.graphics.texture import Texture
from PIL import Image, ImageDraw, ImageFilter

from kiosk_ui import icons, illustrations
from kiosk_ui.fonts import Fonts
from kiosk_ui.views import Picture

SIZES_PX: Final = (256, 384, 640)
MAX_ILLUSTRATIONS: Final = 120
"""About 100 MB of textures at the usual size."""
QR_MODULE_PX: Final = 12


def register_fonts(fonts: Fonts) -> None:
    """Make the Chinese font what Kivy writes everything in."""
    LabelBase.register("Roboto", fn_regular=fonts.regular, fn_bold=fonts.bold)


def texture_of(image: Image.Image, *, crisp: bool = False) -> Texture:
    """A picture as a texture. `crisp` keeps the edges of its pixels."""
    image = image.convert("RGBA")
    texture = Texture.create(size=image.size, colorfmt="rgba", mipmap=not crisp)
    texture.blit_buffer(image.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    if crisp:
        texture.mag_filter = "nearest"
    else:
        texture.min_filter = "linear_mipmap_linear"
    return texture


@lru_cache(maxsize=64)
def rounded(radius_px: int) -> Texture:
    """A white rounded square to be stretched from its middle (a nine-patch with that radius)."""
    side = 2 * radius_px + 2
    image = Image.new("L", (side * 4, side * 4), 0)
    ImageDraw.Draw(image).rounded_rectangle((0, 0, side * 4 - 1, side * 4 - 1), radius_px * 4, fill=255)
    mask = image.resize((side, side), Image.Resampling.LANCZOS)
    return _plain(mask)


@lru_cache(maxsize=16)
def soft_shadow(blur_px: int) -> Texture:
    """A white blur to be stretched from its middle; `blur_px` wide on every side."""
    side = 4 * blur_px + 2
    image = Image.new("L", (side, side), 0)
    inner = (blur_px, blur_px, side - blur_px - 1, side - blur_px - 1)
    ImageDraw.Draw(image).rounded_rectangle(inner, blur_px // 2, fill=255)
    return _plain(image.filter(ImageFilter.GaussianBlur(blur_px / 2.4)))


def _plain(mask: Image.Image) -> Texture:
    """A mask as a texture without mipmaps, so that a nine-patch keeps its corners."""
    image = Image.new("RGBA", mask.size, (255, 255, 255, 0))
    image.putalpha(mask)
    texture = Texture.create(size=image.size, colorfmt="rgba")
    texture.blit_buffer(image.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


@lru_cache(maxsize=64)
def icon(name: str, size_px: int) -> Texture:
    """A sign in white."""
    return texture_of(icons.draw(name, size_px))


@lru_cache(maxsize=4)
def qr(text: str) -> Texture:
    """A QR code (ISO/IEC 18004, error correction M) with its quiet zone of four modules."""
    code = segno.make_qr(text, error="m")
    modules = [list(row) for row in code.matrix_iter(scale=1, border=4)]
    image = Image.new("L", (len(modules[0]), len(modules)), 255)
    image.putdata([0 if module else 255 for row in modules for module in row])
    side = image.size[0] * QR_MODULE_PX
    return texture_of(image.resize((side, side), Image.Resampling.NEAREST), crisp=True)


class Gallery:
    """Draws illustrations one by one and keeps them."""

    def __init__(self, font_file: str) -> None:
        self._font_file = font_file
        self._drawn: dict[tuple[Picture, int], Texture] = {}
        self._wanted: deque[tuple[Picture, int]] = deque()
        self._takers: dict[tuple[Picture, int], list[Callable[[Texture], None]]] = {}
        self._trigger = Clock.create_trigger(self._draw_one, 0)

    def ask(self, picture: Picture, size_px: float, taker: Callable[[Texture], None]) -> None:
        """Hand the taker the illustration, now or as soon as it is drawn."""
        size = next((size for size in SIZES_PX if size >= size_px), SIZES_PX[-1])
        wish = (picture, size)
        if wish in self._drawn:
            taker(self._drawn[wish])
            return
        if wish not in self._takers:
            self._wanted.append(wish)
        self._takers.setdefault(wish, []).append(taker)
        self._trigger()

    def _draw_one(self, _elapsed_s: float) -> None:
        picture, size = self._wanted.popleft()
        image = illustrations.draw(picture.category, picture.seed, picture.word, size, self._font_file)
        texture = texture_of(image)
        while len(self._drawn) >= MAX_ILLUSTRATIONS:
            self._drawn.pop(next(iter(self._drawn)))
        self._drawn[picture, size] = texture
        for taker in self._takers.pop((picture, size)):
            taker(texture)
        if self._wanted:
            self._trigger()
