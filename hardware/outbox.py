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
FORGET_COMMANDS_EVERY: Final = 100

# No index but the row numbers: every page touched is one more to write before the device may answer.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS outbox
  (row INTEGER PRIMARY KEY, boot TEXT NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS command (n INTEGER PRIMARY KEY, id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS boot (n INTEGER PRIMARY KEY, id TEXT NOT NULL);
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
        # Small pages: a report is some 300 bytes, and every page touched is written whole.
        for setting in (
            "page_size = 1024",
            "locking_mode = EXCLUSIVE",
            "journal_mode = WAL",
            "synchronous = FULL",
            # What the agent took is overwritten, not only let go: a scanned payment code is as good as cash.
            "secure_delete = ON",
        ):
            self._db.execute(f"PRAGMA {setting}")
        self._db.executescript(_SCHEMA)
        self.last_row: int = self._db.execute("SELECT coalesce(max(row), 0) FROM outbox").fetchone()[0]
        # A boot's reports stand in consecutive rows, so that row - seq is the same for all of them.
        self._offsets: dict[str, int] = dict(
            self._db.execute("SELECT boot, max(row - seq) FROM outbox GROUP BY boot")
        )
        # In the order of `n`, the oldest first.
        self._run: dict[str, int] = dict(self._db.execute("SELECT id, n FROM command ORDER BY n"))

    def begin_boot(self, mark: str) -> str:
        """Start a new boot and return its id: its number, and `mark`, which must be new each time."""
        count = self._db.execute("SELECT coalesce(max(n), 0) + 1 FROM boot").fetchone()[0]
        boot = f"{count}-{mark}"
        self._db.execute("INSERT INTO boot (id) VALUES (?)", (boot,))
        self._offsets[boot] = self.last_row
        return boot

    def has_run(self, command_id: str) -> bool:
        """Whether this command was begun (or refused) before."""
        return command_id in self._run

    def write(
        self,
        boot: str,
        bodies: Sequence[tuple[int, bytes]],
        command_ids: Iterable[str] = (),
        taken: Iterable[tuple[str, int]] = (),
    ) -> list[Row]:
        """Keep reports (seq, body) and command ids, forget what the agent took (boot, upto). One commit."""
        first = self.last_row + 1
        rows = [Row(first + index, boot, seq, body) for index, (seq, body) in enumerate(bodies)]
        newest = next(reversed(self._run.values()), 0)
        ids = {command_id: newest + 1 + index for index, command_id in enumerate(command_ids)}
        execute = self._db.execute
        execute("BEGIN IMMEDIATE")
        try:
            for taken_boot, upto in taken:
                offset = self._offsets.get(taken_boot)
                if offset is not None:
                    execute("DELETE FROM outbox WHERE row BETWEEN ? AND ?", (offset + 1, offset + upto))
            self._db.executemany("INSERT INTO outbox VALUES (?, ?, ?, ?)", rows)
            self._db.executemany("INSERT INTO command (id, n) VALUES (?, ?)", ids.items())
            execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                execute("ROLLBACK")
            raise
        self.last_row += len(rows)
        self._run |= ids
        if len(self._run) >= COMMANDS_REMEMBERED + FORGET_COMMANDS_EVERY:
            self._forget_commands()
        return rows

    def _forget_commands(self) -> None:
        """Forget the oldest command ids beyond those to be remembered."""
        old = list(self._run)[:-COMMANDS_REMEMBERED]
        self._db.execute("DELETE FROM command WHERE n <= ?", (self._run[old[-1]],))
        for command_id in old:
            del self._run[command_id]

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
