"""What can happen to a scanner, and what it can be asked to do: the words between its driver and its sources."""

from __future__ import annotations

from typing import Literal

from hardware.behaviour import Act, Input

SourceState = Literal["up", "down", "ended"]
"""`ended`: nothing more will come and nothing is wrong, as at the end of a film."""

PictureTrouble = Literal["", "picture_blank", "picture_flickers"]


class CodeHeldUp(Input, frozen=True):
    """A shopper holds a code in front of the scanner. `symbology` as in docs/device-makers.md."""

    symbology: str
    text: str


class CodeRead(Input, frozen=True, kw_only=True):
    """A source read a code.

    `aim` is its identifier (ISO/IEC 15424), where the source says; `symbology` may be empty then. `held` is true of
    sources that see a code for as long as it is there, false of those that read once per pull of a trigger.
    """

    source: str
    text: str
    symbology: str = ""
    aim: str = ""
    held: bool = False


class CodeUnreadable(Input, frozen=True, kw_only=True):
    """Something came from a source that is no whole code: cut off, garbled, too long. What it was is not kept."""

    source: str
    reason: str
    count: int = 1


class SourceChanged(Input, frozen=True, kw_only=True):
    """How a source is now. The same again is no news."""

    source: str
    state: SourceState
    reason: str = ""


class PictureChanged(Input, frozen=True, kw_only=True):
    """What is wrong with a camera's picture; empty: nothing any more."""

    source: str
    trouble: PictureTrouble


class DrawAttention(Act, frozen=True):
    """Have every source that can beep or flash do so."""
