"""The day for decisions, read inside the writer's transaction: what is written, and what the batch will write."""

from __future__ import annotations

import sqlite3

from cloud_sync.protocol.identifiers import LEDGER
from edge_agent.adapters.sqlite_store import day_tables
from edge_agent.adapters.sqlite_store.day_tables import Waiting
from edge_agent.domain.day.rules import Covers
from edge_agent.domain.day.tally import Tally


class DayReader:
    """Fills `services.day_port.DayReader` from the writer's connection."""

    _db: sqlite3.Connection
    waiting: Waiting = ()
    """Rows of the batch at hand, which are in no table before its end; the journal keeps this up."""

    def day(self) -> Tally:
        """Everything since the last Z. Reads a day's rows: for what is done a few times a day."""
        return day_tables.tally(self._db, self.waiting)

    def day_covers(self) -> Covers:
        """Which rows of the present epoch a Z would cover that is written now."""
        _, epoch, seq = day_tables.last_closing(self._db)
        own = int(self._db.execute("SELECT epoch FROM store").fetchone()[0])
        row = self._db.execute(
            "SELECT MAX(seq) FROM journal WHERE epoch = ? AND stream = ?", (own, LEDGER)
        ).fetchone()
        new = [number for of, stream, number, *_ in self.waiting if (of, stream) == (own, LEDGER)]
        return Covers(own, seq + 1 if epoch == own else 1, max([row[0] or 0, *new]))

    def day_shared(self, heads: day_tables.Heads) -> int:
        """Takings in rows that headquarters has, given the last one it has of each earlier epoch."""
        return day_tables.shared_minor(self._db, heads)

    def day_closed(self, z: int) -> bool:
        """Whether there is a Z of this number."""
        return self._db.execute("SELECT 1 FROM closed_days WHERE z = ?", (z,)).fetchone() is not None

    def z_begun(self, z: int) -> int:
        """How often the printing of a Z was begun; 0 for the X, which is another one each time."""
        row = self._db.execute("SELECT begun FROM closed_days WHERE z = ?", (z,)).fetchone()
        return int(row[0]) if row else 0

    def drawer_floated(self, drawer: str) -> bool:
        """Whether a drawer has its float of the day."""
        found = self._db.execute(
            "SELECT 1 FROM cash_moves WHERE z = 0 AND kind = 'float' AND drawer = ?", (drawer,)
        )
        return found.fetchone() is not None

    def open_cases(self) -> int:
        """Vends whose outcome nobody knows."""
        return day_tables.open_cases(self._db)
