"""Headquarters' own proof that its database is the latest: a note outside of PostgreSQL, and outside of its backups.

A database behind its note was restored from a backup: then its stores tell it again what it forgot (see `refill`).
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from cloud_sync.hq.database.pool import Pool, again
from cloud_sync.hq.database.postgres_books import transaction
from cloud_sync.hq.rules import refill
from cloud_sync.protocol import witness
from cloud_sync.protocol.witness import Note, Standing

# Recalls and joins post nothing, and must not be forgotten unnoticed either.
HOW_FAR: Final = """
SELECT (SELECT coalesce(max(id), 0) FROM postings)
    + (SELECT coalesce(sum(seq), 0) FROM down_heads)::bigint + (SELECT coalesce(sum(epoch), 0) FROM stores)"""
_IS_IN_USE: Final = """
SELECT EXISTS (SELECT 1 FROM stores WHERE epoch > 0) AND EXISTS (SELECT 1 FROM postings)"""
_IS_OF_BEFORE: Final = """
SELECT NOT EXISTS (SELECT 1 FROM stores WHERE machine <> '') AND incarnation = 1 FROM hq"""


def default_path(data: Path) -> Path:
    """Beside the data folder, so that whoever restores the folder does not restore the note."""
    return data.with_name(data.name + ".witness")


class OwnWitness:
    """The note of one database. `new_mark` names the machine of a note that is made anew."""

    def __init__(self, path: Path, pool: Pool, new_mark: str) -> None:
        self._path = path
        self._pool = pool
        self._found = _read(path)
        self._machine = new_mark if self._found is None else self._found.machine
        self._written: Note | None = None

    def check(self, now: datetime) -> bool:
        """At the start: begin a refill when the database is not the latest; tells whether one began."""
        began = again(lambda: self._check(now))
        self.write()
        return began

    def write(self) -> None:
        """Note how far the books went, when they went further. Raises OSError when the note cannot be kept."""
        with transaction(self._pool) as books:
            found = books.cursor.execute(HOW_FAR).fetchone()
            incarnation = books.hq().incarnation
        assert found is not None
        note = Note(machine=self._machine, epoch=incarnation, seq=found[0], hash="")
        if note != self._written:
            _replace(self._path, witness.write(note))
            self._written = note

    def _check(self, now: datetime) -> bool:
        note = self._found
        with transaction(self._pool) as books:
            found = books.cursor.execute(HOW_FAR).fetchone()
            assert found is not None
            standing = witness.judge(note, books.hq().incarnation, found[0], "")
            if standing is Standing.UNKNOWN and not _asks(books.cursor.execute(_IS_IN_USE).fetchone()):
                return False
            if standing is Standing.UNKNOWN and _asks(books.cursor.execute(_IS_OF_BEFORE).fetchone()):
                return False
            if standing is Standing.LATEST:
                return False
            refill.begin(books, now, known=refill.by_the_clock(now) if note is None else note.epoch)
            return True


def _asks(found: tuple[bool, ...] | None) -> bool:
    return found is not None and bool(found[0])


def _read(path: Path) -> Note | None:
    try:
        return witness.read(path.read_bytes())
    except FileNotFoundError:
        return None


def _replace(path: Path, body: bytes) -> None:
    """Whole or not at all, and there after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
