"""What a shelf's controller says on its line, and what it is told: a line of text each. Pure.

    12.35,p1,4310.5                                  a sample: seconds, plate, raw grams (empty or nan: no value)
    {"t": 12.35, "plate": "p1", "grams": 4310.5}     the same
    {"t": 12.35, "grams": {"p1": 4310.5, …}}         all plates at once
    {"person": true} · {"tag": "30…", "rssi_dbm": -52} · {"label": "l1", "version": 7, "battery_percent": 80}

A line that cannot be read is counted and left out: nothing is guessed from it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import msgspec

from hardware.behaviour import Act, Input
from hardware.shelf.port import (
    MAX_PLATE_G,
    MAX_PLATES,
    Identify,
    LabelAnswered,
    Light,
    ShopperCame,
    ShopperLeft,
    ShowContent,
    TagRead,
    Weighed,
    WriteLabel,
)

MAX_LINE: Final = 65_536
MAX_STREAM_S: Final = 1e10
MAX_NAME: Final = 64
Samples = list[tuple[float, str, float]]


class WireError(ValueError):
    """A line that says nothing we know."""


class _Line(msgspec.Struct):
    t: float | None = None
    plate: str = ""
    grams: float | dict[str, float | None] | None = None
    person: bool | None = None
    tag: str = ""
    rssi_dbm: float = 0.0
    label: str = ""
    version: int = -1
    battery_percent: float = -1.0


_line = msgspec.json.Decoder(_Line)


def read_line(line: bytes) -> Samples | Input:
    """Samples, or something else that happened. Raises WireError."""
    line = line.strip()
    if len(line) > MAX_LINE:
        raise WireError(f"a line of {len(line)} bytes, over the limit of {MAX_LINE}")
    return _from_json(line) if line.startswith(b"{") else _from_csv(line)


def _from_csv(line: bytes) -> Samples:
    parts = line.decode(errors="replace").split(",")
    if len(parts) != 3:
        raise WireError(f"{line[:60]!r} is no sample: t,plate,grams")
    at_s, plate, grams = (part.strip() for part in parts)
    try:
        return [_sample(float(at_s), plate, float(grams or "nan"))]
    except ValueError as error:
        raise WireError(f"{line[:60]!r}: {error}") from None


def _from_json(line: bytes) -> Samples | Input:
    try:
        said = _line.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError(f"{line[:60]!r}: {error}") from None
    if said.t is not None:
        values = said.grams if isinstance(said.grams, dict) else {said.plate: said.grams}
        if len(values) > MAX_PLATES:
            raise WireError(f"{len(values)} plates in one line, over the limit of {MAX_PLATES}")
        return [
            _sample(said.t, plate, math.nan if grams is None else grams) for plate, grams in values.items()
        ]
    if said.person is not None:
        return ShopperCame() if said.person else ShopperLeft()
    if said.tag and len(said.tag) <= MAX_NAME:
        return TagRead(said.tag, said.rssi_dbm)
    if said.label:
        return LabelAnswered(said.label[:MAX_NAME], said.version, said.battery_percent)
    raise WireError(f"{line[:60]!r} says nothing that is known here")


def _sample(at_s: float, plate: str, grams: float) -> tuple[float, str, float]:
    if not 0 <= at_s <= MAX_STREAM_S:
        raise WireError(f"{at_s} is no time in seconds")
    if not plate or len(plate) > MAX_NAME:
        raise WireError("the plate has no name, or a very long one")
    # An endless or absurd value is one beyond the end of every plate.
    return at_s, plate, grams if grams != grams else min(max(grams, -MAX_PLATE_G), MAX_PLATE_G)


class Lines:
    """Bytes as they come, cut into lines, and samples that follow each other put together."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False
        self.unreadable = 0
        """Lines that were left out."""

    def feed(self, data: bytes) -> list[Input]:
        """What the bytes say, in order."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if self._skipping and lines:
            lines, self._skipping = lines[1:], False
        if len(self._rest) > MAX_LINE:
            # No line ends for long: noise, or another speed. What comes up to the next end belongs to it.
            self._rest, self._skipping = b"", True
            self.unreadable += 1
        return self.take(lines)

    def start_over(self) -> None:
        """The line was lost: half a sentence stays half."""
        self._rest, self._skipping = b"", False

    def take(self, lines: Iterable[bytes]) -> list[Input]:
        """What whole lines say, in order. Blank lines and a table's heading are none."""
        happened: list[Input] = []
        samples: Samples = []
        for line in lines:
            if not line.strip() or line.startswith((b"t,", b"#")):
                continue
            try:
                said = read_line(line)
            except WireError:
                self.unreadable += 1
                continue
            if isinstance(said, list):
                samples += said
                continue
            happened += [*_weighed(samples), said]
            samples = []
        return [*happened, *_weighed(samples)]


def _weighed(samples: Samples) -> list[Input]:
    return [Weighed(tuple(samples))] if samples else []


def act_line(act: Act) -> bytes:
    """What the controller is told, as one line of JSON. Raises TypeError for what a shelf does not do."""
    match act:
        case WriteLabel():
            order: object = {"write_label": msgspec.to_builtins(act)}
        case Light(plate=plate):
            order = {"light": plate}
        case ShowContent(content=content):
            order = {"show": content}
        case Identify():
            order = {"identify": True}
        case _:
            raise TypeError(f"a shelf does no {type(act).__name__}")
    return msgspec.json.encode(order) + b"\n"
