"""Connections to the store's file, and what their errors mean to us."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from edge_agent.services.ports import StorageFull

# A write that fails for want of room shows as FULL, or as an I/O error of the write-ahead log.
_NO_ROOM = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}


class WriterConnection(sqlite3.Connection):
    """Raises StorageFull where SQLite finds no room."""

    def execute(self, *args: Any) -> sqlite3.Cursor:
        """As sqlite3."""
        try:
            return super().execute(*args)
        except sqlite3.OperationalError as error:
            raise _meaning(error) from error

    def executemany(self, *args: Any) -> sqlite3.Cursor:
        """As sqlite3."""
        try:
            return super().executemany(*args)
        except sqlite3.OperationalError as error:
            raise _meaning(error) from error


def _meaning(error: sqlite3.OperationalError) -> Exception:
    if getattr(error, "sqlite_errorcode", 0) in _NO_ROOM:
        return StorageFull(str(error))
    return error


def open_writer(path: Path) -> sqlite3.Connection:
    """The one writing connection: WAL, every commit on disk before it returns."""
    db = sqlite3.connect(
        path, isolation_level=None, factory=WriterConnection, check_same_thread=False, cached_statements=256
    )
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    # The agent moves the log into the file beside the writer (`checkpoint`); this is for whoever writes without it.
    db.execute("PRAGMA wal_autocheckpoint = 16000")
    db.execute("PRAGMA cache_size = -16000")
    return db


def open_reader(path: Path) -> sqlite3.Connection:
    """A reading connection for one thread; it sees committed rows only."""
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=5.0,
    )
    db.row_factory = sqlite3.Row
    return db
