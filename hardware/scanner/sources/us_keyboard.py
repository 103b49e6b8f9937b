"""What the keys of a US keyboard stand for, by Linux's KEY_ numbers (linux/input-event-codes.h). Data, pure."""

from __future__ import annotations

from typing import Final

CAPS_LOCK: Final = 58
SHIFTS: Final = frozenset({42, 54})
CTRLS: Final = frozenset({29, 97})
ALTS: Final = frozenset({56, 100})
MODIFIERS: Final = SHIFTS | CTRLS | ALTS
ENDS: Final = frozenset({28, 96, 15})
"""Enter, the keypad's Enter, Tab."""

IGNORED: Final = frozenset({69, 70})
"""Num lock and scroll lock: scanners press them around a code. The keypad's digits are digits either way."""

_FIRST_KEYS: Final = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
"""Rows of keys whose numbers follow each other: the first number, the plain characters, those with shift."""

_PLAIN: Final = {first + n: plain for first, row, _ in _FIRST_KEYS for n, plain in enumerate(row)}
_SHIFTED: Final = {first + n: shifted for first, _, row in _FIRST_KEYS for n, shifted in enumerate(row)}

_KEYPAD_FIRST: Final = ((71, "789-456+1230."),)
_KEYPAD: Final = {
    **{first + n: character for first, row in _KEYPAD_FIRST for n, character in enumerate(row)},
    55: "*",
    98: "/",
    117: "=",
    121: ",",
}
KEYPAD_DIGITS: Final = {code: digit for code, digit in _KEYPAD.items() if digit.isdigit()}


def character(code: int, *, shifted: bool, caps_lock: bool) -> str:
    """The character of a key, or nothing. Caps lock turns letters over and leaves the rest alone."""
    if code in _KEYPAD:
        return _KEYPAD[code]
    plain = _PLAIN.get(code, "")
    if plain.isalpha() and caps_lock:
        shifted = not shifted
    return _SHIFTED[code] if shifted and plain else plain
