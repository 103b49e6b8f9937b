"""How screens and workers read the store's file: a connection for each thread, or one that is given."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from edge_agent.adapters.sqlite_store.connection import open_reader

Entity = dict[str, Any]


class Reading:
    """Reads the store's file; each thread gets a connection of its own, closed by `close`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._given: sqlite3.Connection | None = None
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []

    @classmethod
    def over(cls, db: sqlite3.Connection) -> Self:
        """Read over a given connection, for one thread; whoever gave it closes it."""
        reading = cls(Path())
        reading._given = db
        return reading

    @property
    def _db(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = self._given or getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = open_reader(self._path)
            self._all.append(db)
        return db

    def close(self) -> None:
        """Close every thread's connection."""
        for db in self._all:
            db.close()

    def _ask(self, sql: str, *values: object) -> sqlite3.Cursor:
        cursor = self._db.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(sql, values)

    def _rows(self, sql: str, *values: object) -> list[Entity]:
        return [dict(row) for row in self._ask(sql, *values)]

    def _one(self, sql: str, *values: object) -> Entity | None:
        row = self._ask(sql, *values).fetchone()
        return dict(row) if row else None

    @contextmanager
    def consistent(self) -> Iterator[None]:
        """Everything read inside is of one and the same commit."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("COMMIT")
