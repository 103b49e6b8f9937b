"""Pure: what a fact may say at most. Beyond it nobody meant it, whoever wrote it."""

from __future__ import annotations

from typing import Final

from cloud_sync.hq.rules.accept import MAX_SEQ
from cloud_sync.protocol.money import MAX_MINOR

MAX_COUNT: Final = 1_000_000
MAX_PEOPLE: Final = 10_000


class Misfit(ValueError):
    """The fact can be read but not meant; the text says why."""


def amount(minor: int) -> int:
    """An amount that a shop can mean. Raises Misfit."""
    if not -MAX_MINOR <= minor <= MAX_MINOR:
        raise Misfit("an amount no shop can mean")
    return minor


def count(units: int) -> int:
    """A number of units that a slot can hold or lack. Raises Misfit."""
    if not -MAX_COUNT <= units <= MAX_COUNT:
        raise Misfit("a count no slot can have")
    return units


def quantity(units: int) -> int:
    """A number of units that somebody can move at once: 1 or more. Raises Misfit."""
    if not 1 <= units <= MAX_COUNT:
        raise Misfit("a quantity nobody can move")
    return units


def goods(units: int) -> int:
    """A number of units that may stand somewhere, or come of something: 0 or more. Raises Misfit."""
    if not 0 <= units <= MAX_COUNT:
        raise Misfit("a number of units nobody can have")
    return units


def people(number: int) -> int:
    """How many can go through a door between two reports: 0 or more. Raises Misfit."""
    if not 0 <= number <= MAX_PEOPLE:
        raise Misfit("a number of people that no door lets through")
    return number


def down_number(seq: int) -> int:
    """The number of a down row. Raises Misfit."""
    if not 1 <= seq <= MAX_SEQ:
        raise Misfit("a number that no down row has")
    return seq
