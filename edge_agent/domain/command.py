"""The root of everything that can be asked of a store."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """The root of all commands."""

    id: str
