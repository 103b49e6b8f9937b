"""The demo's only clocks: one that measures, one that names folders."""

from __future__ import annotations

import time
from datetime import datetime


def monotonic_s() -> float:
    """Seconds since some moment; never goes back."""
    return time.monotonic()


def stamp() -> str:
    """Now, as part of a file's name: 20261122-131500."""
    return datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
