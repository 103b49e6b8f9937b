"""Names that travel: stores, devices, streams. One place says what a valid one looks like."""

from __future__ import annotations

import re
from typing import Final, Literal

Stream = Literal["ledger", "interactions"]

LEDGER: Final[Stream] = "ledger"
INTERACTIONS: Final[Stream] = "interactions"
STREAMS: Final[tuple[Stream, ...]] = (LEDGER, INTERACTIONS)
"""In the order in which a backlog drains: money and stock first."""

# Letters, digits and hyphens: safe as an MQTT topic level, a NATS subject token, a file name and in a URL.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")


def is_name(text: str) -> bool:
    """Tell whether `text` may name a store or a device (1–63 letters, digits and hyphens)."""
    return _NAME.fullmatch(text) is not None


def name_from(text: str) -> str:
    """A vendor's own code as a name: as it is where that may be one, else with hyphens for what may not stand in it.

    Raises ValueError when nothing usable is left.
    """
    if is_name(text):
        return text
    name = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:63].rstrip("-")
    if not is_name(name):
        raise ValueError(f"no name can be made from {text[:40]!r}: use letters, digits or hyphens")
    return name
