"""What a device tells whoever watches it on a screen. Not part of the contract; nothing depends on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

What = Literal[
    "booted",
    "online",
    "offline",
    "state",
    "report",
    "command",
    "refused",
    "taken",
    "resend",
    "power_cut",
    "broken",
    "source",
    "bus",
]


class DeviceEvent(msgspec.Struct, frozen=True):
    """One line for a log: when by the device's clock, who, what, and the particulars."""

    at: str
    device: str
    what: What
    detail: dict[str, Any]


Listener = Callable[[DeviceEvent], None]
"""Called in the device's own loop: it must be quick and must not raise."""
