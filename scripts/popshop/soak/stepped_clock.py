"""Runs a `popshop` command whose clock can be stepped: `python -m popshop.soak.stepped_clock FILE edge run …`.

FILE holds the step in seconds and is read at every look at the clock. What is stepped is the clock that our own code
reads; the monotonic one, and those inside SQLite, the broker and Python's own libraries, stay as they are.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

from edge_agent.adapters.clock import SystemClock
from popshop import cli


def read_step(path: Path) -> timedelta:
    """How far the clock is off; not at all while nobody has written it down."""
    try:
        return timedelta(seconds=float(path.read_text("utf-8") or 0))
    except FileNotFoundError:
        return timedelta()


def main() -> None:
    """Take FILE from the command line, and run the rest of it."""
    step_file = Path(sys.argv.pop(1))
    true_now = SystemClock.now

    def now(clock: SystemClock) -> datetime:
        return true_now(clock) + read_step(step_file)

    SystemClock.now = now  # type: ignore[assignment]
    cli.main()


if __name__ == "__main__":
    main()
