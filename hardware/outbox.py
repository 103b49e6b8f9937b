"""A device's memory: reports the agent has not taken yet, and the commands it has run. One SQLite file.

`write` is the only way in and one transaction: a command's id and the first report about it are on disk
together, or neither is. Used by one thread at a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

COMMANDS_REMEMBERED: Final = 1_000

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS outbox
  (row INTEGER PRIMARY KEY, boot TEXT NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS outbox_place ON outbox (boot, seq);
CREATE TABLE IF NOT EXISTS command (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS boot (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE);
"""


class Row(NamedTuple):
    """One report waiting. `row` orders all boots; (boot, seq) is its place in the device's log."""

    row: int
    boot: str
    seq: int
    body: bytes


class Outbox:
    """The file at `path`, made when missing. A second owner gets sqlite3.OperationalError (locked)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The device's loop may run in another thread than the one that made the device.
        self._db = sqlite3.connect(path, isolation_level=None, timeout=2.0, check_same_thread=False)
        # Exclusive: two shells on one file would number twice. It also spares the shared-memory file.
        for setting in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
            self._db.execute(f"PRAGMA {setting}")
        self._db.executescript(_SCHEMA)
        found = self._db.execute("SELECT max(row) FROM outbox").fetchone()[0]
        self.last_row: int = found or 0

    def begin_boot(self, mark: str) -> str:
        """Start a new boot and return its id: its number, and `mark`, which must be new each time."""
        count = self._db.execute("SELECT coalesce(max(n), 0) + 1 FROM boot").fetchone()[0]
        boot = f"{count}-{mark}"
        self._db.execute("INSERT INTO boot (id) VALUES (?)", (boot,))
        return boot

    def has_run(self, command_id: str) -> bool:
        """Whether this command was begun (or refused) before."""
        return self._db.execute("SELECT 1 FROM command WHERE id = ?", (command_id,)).fetchone() is not None

    def write(
        self,
        boot: str,
        bodies: Sequence[tuple[int, bytes]],
        command_ids: Iterable[str] = (),
        taken: Iterable[tuple[str, int]] = (),
    ) -> list[Row]:
        """Keep reports (seq, body) and command ids, forget what the agent took (boot, upto). One commit."""
        execute = self._db.execute
        execute("BEGIN IMMEDIATE")
        try:
            for place in taken:
                execute("DELETE FROM outbox WHERE boot = ? AND seq <= ?", place)
            for command_id in command_ids:
                newest = execute("INSERT INTO command (id) VALUES (?)", (command_id,)).lastrowid or 0
                execute("DELETE FROM command WHERE n <= ?", (newest - COMMANDS_REMEMBERED,))
            first = self.last_row + 1
            rows = [Row(first + index, boot, seq, body) for index, (seq, body) in enumerate(bodies)]
            self._db.executemany("INSERT INTO outbox VALUES (?, ?, ?, ?)", rows)
            execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                execute("ROLLBACK")
            raise
        self.last_row += len(rows)
        return rows

    def after(self, row: int, limit: int) -> list[Row]:
        """The oldest `limit` reports behind `row` (0: from the start)."""
        found = self._db.execute("SELECT * FROM outbox WHERE row > ? ORDER BY row LIMIT ?", (row, limit))
        return [Row(*entry) for entry in found]

    def waiting(self) -> int:
        """How many reports are kept."""
        count: int = self._db.execute("SELECT count(*) FROM outbox").fetchone()[0]
        return count

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
