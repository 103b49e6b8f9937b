"""Colours and sizes of the kiosk: one accent on warm paper, everything in hundredths of a touchable hand.

Sizes are for a glass 1080 wide (or high, when it lies on its side); `Look.px` scales them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kiosk_ui.events import Event
from kiosk_ui.i18n import category_name, say
from kiosk_ui.shop import Language

Colour = tuple[float, float, float, float]


def colour(code: str, alpha: float = 1.0) -> Colour:
    """#RRGGBB as Kivy takes it."""
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, alpha


PAPER: Final = colour("#FAF6F0")
CARD: Final = colour("#FFFFFF")
INK: Final = colour("#241F1C")
MUTED: Final = colour("#675D54")
HAIR: Final = colour("#ECE5DB")
ACCENT: Final = colour("#C93A22")
ACCENT_PALE: Final = colour("#FBE8E2")
GOOD: Final = colour("#21784A")
GOOD_PALE: Final = colour("#E3F3E9")
WARN: Final = colour("#8F5A0A")
WARN_PALE: Final = colour("#FBF0D9")
ON_ACCENT: Final = colour("#FFFFFF")
SHADOW: Final = colour("#5A3C28", 0.20)
PRESSED: Final = colour("#241F1C", 0.08)

TOUCH: Final = 96.0
"""The smallest thing to touch: 71 px on the smallest glass we serve (800 px)."""
EDGE: Final = 48.0
GAP: Final = 24.0
RADIUS: Final = 36.0

TEXT_SMALL: Final = 30.0
TEXT: Final = 36.0
TEXT_LARGE: Final = 46.0
TITLE: Final = 64.0
DISPLAY: Final = 84.0

FADE_S: Final = 0.16
SETTLE_S: Final = 0.4
"""For so long a new screen takes no touch."""


def ems(text: str) -> float:
    """About how wide a text is, in font sizes: a Chinese sign takes one, a Latin letter little over half."""
    return sum(1.0 if ord(sign) > 0x2E7F else 0.58 for sign in text)


@dataclass(frozen=True)
class Look:
    """How one build of the screens looks: glass, language, and where taps go."""

    width: float
    height: float
    language: Language
    act: Callable[[Event], None]

    @property
    def landscape(self) -> bool:
        """The glass lies on its side."""
        return self.width > self.height

    def px(self, size: float) -> float:
        """A design size in pixels of this glass."""
        return size * min(self.width, self.height) / 1080

    def say(self, key: str, **values: object) -> str:
        """Words in the shopper's language."""
        return say(self.language, key, **values)

    def category(self, category: str) -> str:
        """A category in the shopper's language."""
        return category_name(self.language, category)
