"""Where to send an order: the only personal data a store keeps, in a file of its own beside the journal, never in it.

Kept per order until `keep_days` after it was given, or until a person erases it. SQLite overwrites what is deleted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.services.ports import Clock

FILE: Final = "contacts.db"
KEPT: Final = timedelta(days=30)
MOST: Final = 10_000
"""At once; a shop that ships more is no pop-up shop, and a flood shall not fill the disk."""
_TABLE: Final = """CREATE TABLE IF NOT EXISTS contacts (order_id TEXT PRIMARY KEY, name TEXT NOT NULL,
    phone TEXT NOT NULL, address TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID"""


class TooManyContacts(Exception):
    """So many are kept already that no more are taken."""


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """A person and a place; never shown by accident in a log."""

    name: str
    phone: str
    address: str

    @property
    def complete(self) -> bool:
        """Whether something can be sent there."""
        return all(text.strip() for text in (self.name, self.phone, self.address))


class ContactBook:
    """Safe from any thread: every call has a connection of its own."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / FILE
        self._clock = clock
        with self._open() as db:
            db.execute(_TABLE)
        self._path.chmod(0o600)

    def keep(self, order: str, contact: Contact) -> None:
        """Note it, in place of what was known of this order. Raises TooManyContacts."""
        with self._open() as db:
            (kept,) = db.execute("SELECT COUNT(*) FROM contacts").fetchone()
            if kept >= MOST:
                raise TooManyContacts(f"{kept} contacts are kept")
            db.execute(
                "INSERT OR REPLACE INTO contacts VALUES (?, ?, ?, ?, ?)",
                (order, contact.name, contact.phone, contact.address, rfc3339(self._clock.now())),
            )

    def of(self, order: str) -> Contact | None:
        """Where an order goes; None when it is not known, or not any more."""
        with self._open() as db:
            row = db.execute(
                "SELECT name, phone, address FROM contacts WHERE order_id = ?", (order,)
            ).fetchone()
        return None if row is None else Contact(*row)

    def erase(self, order: str) -> None:
        """Forget it now."""
        with self._open() as db:
            db.execute("DELETE FROM contacts WHERE order_id = ?", (order,))

    def forget_old(self) -> None:
        """Forget what was given longer ago than KEPT."""
        self._forget_before(self._clock.now() - KEPT)

    def _forget_before(self, then: datetime) -> None:
        with self._open() as db:
            db.execute("DELETE FROM contacts WHERE at < ?", (rfc3339(then),))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, timeout=5.0)
        try:
            db.execute("PRAGMA secure_delete = ON")
            with db:
                yield db
        finally:
            db.close()
