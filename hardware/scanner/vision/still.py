"""Codes in a single picture: the quick decoder, then rung after rung until one reads something that may be believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hardware.scanner.vision.pictures import Picture, as_grey, is_blank
from hardware.scanner.vision.reading import Found, Reading, contested
from hardware.scanner.vision.rungs import Ladder, Looks


def read_picture(ladder: Ladder, picture: Picture, *, hard: bool = False) -> list[Reading]:
    """The codes in a picture, each once; `hard` climbs the whole ladder. Raises PictureError and nothing else.

    Two ways of looking must agree on bars that were read differently in one place, and on short codes that only a
    changed picture shows (see `Reading.is_short`).
    """
    grey = as_grey(picture)
    if is_blank(grey):
        return []
    doubted: Counter[Reading] = Counter()
    looks = Looks(grey)
    sure = _believed(ladder.quick(grey), doubted, all_bars=ladder.doubts_bars, short_bars=False)
    if sure:
        return sure
    for rung in (*ladder.usual, *(ladder.hard if hard else ())):
        if rung.fits(grey):
            found = rung.decode(rung.change(looks))
            sure = _believed(found, doubted, all_bars=ladder.doubts_bars or rung.weak, short_bars=True)
            if sure:
                return sure
    return []


def _believed(
    found: Sequence[Found], doubted: Counter[Reading], *, all_bars: bool, short_bars: bool
) -> list[Reading]:
    """Each once: what nothing speaks against, and what was doubted and came again, more often than its rivals.

    `all_bars` and `short_bars` say which are doubted from the start.
    """
    readings = list(dict.fromkeys(each.reading for each in found))
    rivals = contested(found)
    for reading in readings:
        weak = (all_bars and reading.is_one_dimensional) or (short_bars and reading.is_short)
        if weak or reading in doubted or reading in rivals:
            doubted[reading] += 1
    return [reading for reading in readings if reading not in doubted or _came_most(reading, doubted)]


def _came_most(reading: Reading, doubted: Counter[Reading]) -> bool:
    times = doubted[reading]
    return times >= 2 and all(count < times for other, count in doubted.items() if other != reading)
