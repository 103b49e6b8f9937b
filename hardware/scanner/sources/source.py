"""What every source of codes is: something that can be opened, read for a while, and lost at any moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from hardware.scanner.port import PictureTrouble

Clock = Callable[[], float]
"""Monotonic seconds."""


class SourceLost(Exception):
    """The source is not there, or not any more. The text says why, for a person; it holds no password."""


class SourceEnded(Exception):
    """Nothing more will ever come, and nothing is wrong: a film's end."""


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole code. See `hardware.scanner.port.CodeRead` for the fields."""

    text: str
    symbology: str = ""
    aim: str = ""
    held: bool = False


class Unreadable(msgspec.Struct, frozen=True):
    """Something that is no whole code. What it was is not kept: it may be half of a payment code."""

    reason: str


class Picture(msgspec.Struct, frozen=True):
    """What is wrong with the picture from now on; empty: nothing any more."""

    trouble: PictureTrouble


Happening = Scan | Unreadable | Picture


class Session(Protocol):
    """An open source. Used by one thread."""

    def read(self, wait_s: float) -> Sequence[Happening]:
        """What came, waiting at most `wait_s` for it. Raises SourceLost and SourceEnded."""

    def identify(self) -> None:
        """Beep or flash, where it can. Raises SourceLost."""

    def close(self) -> None:
        """Let go of it. Does not raise; a source that was lost is closed too."""


class Source(Protocol):
    """A source by its address. `name` is what reports and faults call it, without a password."""

    @property
    def name(self) -> str:
        """Never changes."""

    def open(self, clock: Clock) -> Session:
        """Get hold of it, within seconds. Raises SourceLost."""
