"""Moves what the write-ahead log holds into the file, beside the writer and not in it.

SQLite would do it inside some commit, which then waits for the disk to take megabytes: a shopper's vend with it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path


class Checkpoint:
    """`step` now and then, from one thread. Never waits for the writer, nor makes it wait."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)

    def step(self) -> None:
        """Move as much as nobody reads any more; the rest the next time."""
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
