"""Key events of a keyboard-wedge scanner in, whole codes out, for the US layout. Pure: the time is handed in.

Knows shift, caps lock, the keypad, Ctrl and Alt + keypad digits, by which scanners type what has no key. A key that
stands for no character spoils the code it is in: nothing is guessed.
"""

from __future__ import annotations

from typing import Final

from hardware.scanner import aim
from hardware.scanner.sources import us_keyboard as keys
from hardware.scanner.sources.lines import MOST_BYTES, OPENED_S, REST_S, SILENCE_S
from hardware.scanner.sources.source import Happening, Scan, Unreadable

MOST_ALT_DIGITS: Final = 7
"""Of `Alt` + digits: 1114111 is the last character there is."""
LAST_ANSI: Final = 255


class Wedge:
    """Puts the keys of one scanner together."""

    def __init__(self, *, caps_lock: bool = False, opened_s: float | None = None) -> None:
        """`caps_lock`: how its light stands now. `opened_s`: since when we listen."""
        self._caps_lock = caps_lock
        self._opened_s = opened_s
        self._held: set[int] = set()
        self._text = ""
        self._bytes = 0
        self._alt_digits: str | None = None
        self._spoilt = ""
        self._dropping = False
        self._last_s = 0.0

    def key(self, code: int, is_down: bool, now_s: float) -> list[Happening]:
        """What this key completes. `code` is Linux's KEY_ number; repeats of a held key are not to be handed in."""
        happenings = self.tick(now_s)
        if is_down and self._opened_s is not None:
            if now_s - self._opened_s < OPENED_S:
                self._dropping = True
                happenings.append(Unreadable("the end of a code whose beginning nobody heard"))
            self._opened_s = None
        self._last_s = now_s
        if code in keys.MODIFIERS:
            self._modifier(code, is_down)
        elif is_down:
            happenings += self._press(code)
        return happenings

    def tick(self, now_s: float) -> list[Happening]:
        """Give up what has been waiting for too long."""
        quiet_s = now_s - self._last_s
        if quiet_s > SILENCE_S:
            self._held.clear()  # No scanner holds a key between two codes; its release was lost.
            self._alt_digits = None
        if self._dropping and quiet_s > REST_S:
            self._begin()
        elif quiet_s > SILENCE_S and (self._text or self._spoilt) and not self._dropping:
            self._begin()
            self._dropping = True
            return [Unreadable("no end of the code came")]
        return []

    def spoil(self, reason: str) -> None:
        """Something was lost on the way; the code it was in is no code."""
        self._spoilt = self._spoilt or reason
        self._held.clear()
        self._alt_digits = None

    def _begin(self) -> None:
        self._text, self._bytes, self._spoilt, self._dropping = "", 0, "", False
        self._alt_digits = None

    def _modifier(self, code: int, is_down: bool) -> None:
        if is_down:
            self._held.add(code)
            if code in keys.ALTS:
                self._alt_digits = ""
            return
        self._held.discard(code)
        if code in keys.ALTS and self._alt_digits is not None:
            digits, self._alt_digits = self._alt_digits, None
            if digits:
                self._add(_alt_character(digits), f"Alt + {digits}")

    def _press(self, code: int) -> list[Happening]:
        if code == keys.CAPS_LOCK:
            self._caps_lock = not self._caps_lock
        elif code in keys.IGNORED:
            return []
        elif self._alt_digits is not None:
            self._alt_digit(code)
        elif self._held & keys.CTRLS:
            self._add(_control(code), f"Ctrl + key {code}")
        elif code in keys.ENDS:
            return self._end()
        else:
            shifted = bool(self._held & keys.SHIFTS)
            self._add(keys.character(code, shifted=shifted, caps_lock=self._caps_lock), f"key {code}")
        return []

    def _alt_digit(self, code: int) -> None:
        digit = keys.KEYPAD_DIGITS.get(code)
        if digit is None or len(self._alt_digits or "") >= MOST_ALT_DIGITS:
            self.spoil(f"key {code} together with Alt")
        else:
            self._alt_digits = (self._alt_digits or "") + digit

    def _add(self, character: str, what: str) -> None:
        if not character:
            self._spoilt = self._spoilt or f"{what} stands for no character"
        elif not self._spoilt and not self._dropping:
            self._text += character
            self._bytes += len(character.encode())
            if self._bytes > MOST_BYTES:
                self._text, self._spoilt = "", f"a code of more than {MOST_BYTES} bytes"

    def _end(self) -> list[Happening]:
        text, spoilt, dropping = self._text, self._spoilt, self._dropping
        self._begin()
        if dropping:
            return []
        if spoilt:
            return [Unreadable(spoilt)]
        name, text = aim.split(text)
        return [Scan(text=text, aim=name)] if text else []


def _alt_character(digits: str) -> str:
    """Alt + keypad as scanners use it: below 128 ASCII, to 255 the code page (0233) or the old one (130), above
    that Unicode."""
    number = int(digits)
    if not number or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return ""
    if number < 128 or number > LAST_ANSI:
        return chr(number)
    page = "cp1252" if digits.startswith("0") else "cp437"
    return bytes([number]).decode(page, "ignore")


def _control(code: int) -> str:
    """Ctrl and a key as a terminal takes it: Ctrl + ] is the group separator of GS1."""
    letter = keys.character(code, shifted=False, caps_lock=True)
    if len(letter) == 1 and "@" <= letter <= "_":
        return chr(ord(letter) - 64)
    return {"6": "\x1e", "-": "\x1f"}.get(letter, "")
