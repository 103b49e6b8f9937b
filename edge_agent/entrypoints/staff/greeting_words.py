"""Words on members whom staff greet, in Chinese and English."""

from __future__ import annotations

from typing import Final

GREETING_WORDS: Final[dict[str, tuple[str, str]]] = {
    "greeting": ("会员到店 · {0}", "A member at {0}"),
    "greeted": ("已接待", "Greeted"),
}
