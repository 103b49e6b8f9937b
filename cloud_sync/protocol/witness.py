"""The proof that a database is the latest: a small note kept outside of it, and outside of its backups.

The note says how far the log went. A database that is behind its own note was restored from an older copy; one without
a note stands on a machine that never ran it. Either may know of rights that are long gone, so it does nothing but
join (a store) or be refilled (headquarters). Pure: whoever keeps the note reads and writes it.
"""

from __future__ import annotations

import enum

import msgspec

from cloud_sync.protocol.envelope import UNREADABLE


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """How far a log went. `machine` is made once with the note; whoever holds the note is that machine."""

    machine: str
    epoch: int
    seq: int
    hash: str
    """The chain hash (hex) at `seq`; empty where the log has no chain."""


class Standing(enum.Enum):
    """What the note says of a database."""

    LATEST = "latest"
    UNKNOWN = "unknown"
    """No note, or one nobody can read: another machine, or its keeper was lost."""
    RESTORED = "restored"
    """The note knows rows that the database lacks, or other ones: an older copy was put back."""


def write(note: Note) -> bytes:
    """The note's bytes."""
    return msgspec.json.encode(note)


def read(body: bytes) -> Note | None:
    """Read a note; None for anything else."""
    try:
        return msgspec.json.decode(body, type=Note)
    except UNREADABLE:
        return None


def judge(note: Note | None, epoch: int, last_seq: int, hash_at_note: str) -> Standing:
    """Compare a note with the database it is about.

    `hash_at_note` is the database's own chain hash (hex) at the note's `seq` in the note's epoch, empty where it has no
    such row. A database ahead of its note is fine: the note may lag behind a power cut.
    """
    if note is None:
        return Standing.UNKNOWN
    if note.epoch > epoch or (note.epoch == epoch and note.seq > last_seq):
        return Standing.RESTORED
    return Standing.LATEST if note.hash == hash_at_note else Standing.RESTORED
