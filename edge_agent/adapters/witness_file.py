"""Keeps the note of how far the ledger went (`protocol.witness`) in a file outside of the data folder and its backups.

The note is one sector, overwritten in place after each commit that moved the ledger and not synced then: after a power
cut it may lag, which proves nothing wrong. It is synced when the agent starts and stops, and when the store joins.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import structlog

from cloud_sync.protocol import witness
from cloud_sync.protocol.identifiers import LEDGER
from cloud_sync.protocol.witness import Note, Standing
from edge_agent.adapters.sqlite_store.queries import Queries

log = structlog.get_logger(__name__)

RECORD_BYTES = 512
"""What a disk writes as a whole: a power cut leaves the old note or the new one."""


Head = tuple[int, int, str]
"""Epoch, number and hash (hex) of the ledger's newest row."""


def beside(data: Path) -> Path:
    """Where the note of a data folder is kept unless somebody says otherwise."""
    folder = data.resolve()
    return folder.with_name(f"{folder.name}.witness")


def mint_machine() -> str:
    """A new mark for the machine that this runs on, 128 random bits in hex."""
    return secrets.token_hex(16)


def read(path: Path) -> Note | None:
    """The note; None when it is missing, damaged, or may not be read."""
    try:
        return witness.read(path.read_bytes())
    except OSError:
        return None


def put(path: Path, note: Note) -> None:
    """Write a note anew, on disk before this returns. Raises OSError."""
    new = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(_record(note))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def judge(note: Note | None, queries: Queries) -> Standing:
    """What a note says of the store's file. Read the note before: the file may go on meanwhile, but never back."""
    epoch, seq, _ = queries.journal_head()
    at_note = "" if note is None else queries.hash_at(LEDGER, note.seq, note.epoch)
    return witness.judge(note, epoch, seq, at_note)


class WitnessFile:
    """The note of a running agent. `begin`, then `follow` after every commit, then `end`."""

    def __init__(self, path: Path, queries: Queries, head: Callable[[], Head]) -> None:
        """`head` tells where the ledger's committed rows end; it is asked after every commit, by the writer."""
        self._path = path
        self._queries = queries
        self._head = head
        self._found = read(path)
        self._file = -1
        self._written: Head = (0, 0, "")
        self._failing = False
        self.machine = self._found.machine if self._found is not None else mint_machine()
        """The mark of this machine: the note's, or a new one where there is no note."""

    def judge(self) -> Standing:
        """What the note found at the start says of the store's file."""
        return judge(self._found, self._queries)

    def begin(self) -> None:
        """Keep the note from now on. Never called for a restored file: the note is the proof of it. Raises OSError."""
        self._written = self._head()
        put(self._path, _note(self.machine, self._written))
        self._file = os.open(self._path, os.O_WRONLY)

    def follow(self) -> None:
        """Write the note again if the ledger moved; cheap enough to stand behind every commit."""
        if self._file < 0:
            return
        head = self._head()
        if head == self._written:
            return
        try:
            os.pwrite(self._file, _record(_note(self.machine, head)), 0)
        except OSError as error:
            if not self._failing:
                log.error("witness_not_written", path=str(self._path), reason=error.strerror)
            self._failing = True
        else:
            self._written, self._failing = head, False

    def end(self) -> None:
        """Have the last note on disk and let go of it."""
        if self._file >= 0:
            os.fsync(self._file)
            os.close(self._file)
            self._file = -1


def _record(note: Note) -> bytes:
    return witness.write(note).ljust(RECORD_BYTES - 1) + b"\n"


def _note(machine: str, head: Head) -> Note:
    epoch, seq, chain_hash = head
    return Note(machine=machine, epoch=epoch, seq=seq, hash=chain_hash)
