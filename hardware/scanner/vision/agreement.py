"""When a reading in a film may be believed: a code with error correction at once, bars when pictures agree. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hardware.scanner.vision.reading import Found, Reading, contested

MOST_PENDING: Final = 64
PICTURES: Final = 2
PICTURES_FOR_SHORT: Final = 4
"""A part of a longer code can look like a short one in two pictures in a row."""


class Agreement:
    """Readings of one camera that wait for a second picture. `within_s`: how long one may wait for it."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._pending: dict[Reading, tuple[float, int]] = {}
        """When it was read last, and in how many pictures."""
        self._agreed: dict[Reading, float] = {}

    def believed(self, found: Iterable[Found], at_s: float) -> list[Reading]:
        """Those of one picture's readings that are sure now. `at_s` is the picture's time."""
        seen = list(found)
        rivals = contested(seen)
        self._pending = {each: p for each, p in self._pending.items() if at_s - p[0] <= self._within_s}
        self._agreed = {each: s for each, s in self._agreed.items() if at_s - s <= self._within_s}
        sure: list[Reading] = []
        for reading in dict.fromkeys(each.reading for each in seen):
            if not reading.is_one_dimensional:
                sure.append(reading)
            elif reading in rivals:
                continue
            elif reading in self._agreed or self._pictures(reading, at_s) >= _needed(reading):
                self._pending.pop(reading, None)
                self._agreed[reading] = at_s
                sure.append(reading)
        return sure

    def _pictures(self, reading: Reading, at_s: float) -> int:
        """In how many pictures it was read by now. The same picture told twice is one."""
        last_s, pictures = self._pending.get(reading, (float("-inf"), 0))
        if last_s < at_s and (pictures or len(self._pending) < MOST_PENDING):
            pictures += 1
            self._pending[reading] = (at_s, pictures)
        return pictures


def _needed(reading: Reading) -> int:
    return PICTURES_FOR_SHORT if reading.is_short else PICTURES
