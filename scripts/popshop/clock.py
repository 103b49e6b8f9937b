"""The command line's clocks: one that measures, one that names folders. (`doctor` has probes of its own.)"""

from __future__ import annotations

import time
from datetime import UTC, datetime


def steady_s() -> float:
    """Seconds since some moment; never goes back. For durations and for how long to wait."""
    return time.perf_counter()


def now() -> datetime:
    """The time, for naming a store's business day."""
    return datetime.now(UTC)


def stamp() -> str:
    """Now, as part of a file's name: 20261122-131500."""
    return datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
