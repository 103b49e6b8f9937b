"""Names that travel: stores, devices, streams. One place says what a valid one looks like."""

from __future__ import annotations

import re
from typing import Final, Literal

Stream = Literal["ledger", "interactions"]

LEDGER: Final[Stream] = "ledger"
INTERACTIONS: Final[Stream] = "interactions"
STREAMS: Final[tuple[Stream, ...]] = (LEDGER, INTERACTIONS)
"""In the order in which a backlog drains: money and stock first."""

# Lower case, digits and hyphens: safe as an MQTT topic level, a NATS subject token, a file name and in a URL.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def is_name(text: str) -> bool:
    """Tell whether `text` may name a store or a device (1–63 of a–z, 0–9 and hyphen)."""
    return _NAME.fullmatch(text) is not None


def name_from(text: str) -> str:
    """Make a valid store or device name out of a vendor's own code.

    Raises ValueError when nothing usable is left.
    """
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].rstrip("-")
    if not is_name(name):
        raise ValueError(f"no name can be made from {text!r}: use letters, digits or hyphens")
    return name
