"""What decoders say, in one shape and with one set of names, whichever library it came from. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from hardware.scanner.vision.settings import ONE_DIMENSIONAL

MOST_TEXT: Final = 8_000
"""Characters: a QR Code holds 7,089 digits at most (ISO/IEC 18004)."""


class Reading(NamedTuple):
    """One code as one decoder read it. `aim` is its AIM identifier (ISO/IEC 15424), where the library gives one."""

    symbology: str
    text: str
    aim: str = ""

    @property
    def is_one_dimensional(self) -> bool:
        """Whether a single read of it may be wrong: bars have a check digit at most, no error correction."""
        return self.symbology in ONE_DIMENSIONAL

    @property
    def is_short(self) -> bool:
        """Whether chance finds one in a picture that has none: few bars, and one check digit among ten."""
        return self.symbology in ("EAN-8", "UPC-E", "ITF")


Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels."""


class Found(NamedTuple):
    """A reading and where in the picture it stands."""

    reading: Reading
    box: Box


def contested(found: Sequence[Found]) -> set[Reading]:
    """One-dimensional readings that another one in the same picture speaks against: one of the two is wrong."""
    bars = [each for each in found if each.reading.is_one_dimensional]
    return {
        one.reading
        for one in bars
        for other in bars
        if _near(one.box, other.box) and _speaks_against(other.reading, one.reading)
    }


def _speaks_against(other: Reading, one: Reading) -> bool:
    """Two lines through the same bars share most digits (products beside each other share few), and a part of a
    longer code looks like a short one."""
    if one.is_short and not other.is_short:
        return True
    if one.text == other.text or len(one.text) != len(other.text):
        return False
    return 2 * sum(a == b for a, b in zip(one.text, other.text, strict=True)) >= len(one.text)


def _near(one: Box, other: Box) -> bool:
    reach = max(one[2] - one[0], one[3] - one[1]) // 2
    return (
        one[0] - reach <= other[2]
        and other[0] <= one[2] + reach
        and one[1] - reach <= other[3]
        and other[1] <= one[3] + reach
    )


class Sighting(NamedTuple):
    """A code that is in view at `at_s`, of which the pipeline is sure."""

    symbology: str
    text: str
    aim: str
    at_s: float


def text_of(data: bytes) -> str:
    """A code's bytes as text: UTF-8 where it fits, else the encodings that phones and printers of the region use."""
    for encoding in ("utf-8", "shift_jis", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
