"""Streams events into the database by COPY, in PostgreSQL's binary format packed by hand.

The format is fixed (PostgreSQL manual, COPY, "Binary Format"): per row the number of columns, then per column its
length and its bytes. Packing a whole row at once costs a third of handing it over value by value.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from struct import Struct
from types import TracebackType
from typing import Any, Final

import psycopg

from cloud_sync.hq.accept import Row
from cloud_sync.hq.books import Log
from cloud_sync.protocol import facts

SUBJECTS: Final[dict[type[facts.Fact], str]] = {
    facts.VendDispensed: "vend",
    facts.CashSold: "sale",
    facts.PaymentPaid: "payment",
    facts.PaymentRefunded: "refund",
}
"""What may happen only once in a store, and the field that names it."""

_COPY: Final = """
COPY events (store, stream, epoch, received_at, seq, type, subject, body, hash) FROM STDIN (FORMAT BINARY)"""
_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_COLUMNS: Final = 9
_NULL: Final = b"\xff\xff\xff\xff"
_LENGTH: Final = Struct("!i")
_SEQ_AND_TYPE: Final = Struct("!iqi")
_EPOCH_2000: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_HASH_LENGTH: Final = _LENGTH.pack(32)
_FLUSH_BYTES: Final = 128 * 1024


class EventCopy:
    """One COPY of a log's next rows. Leaving with an exception leaves nothing behind."""

    def __init__(self, cursor: psycopg.Cursor[Any], log: Log, now: datetime) -> None:
        self._context: AbstractContextManager[psycopg.Copy] = cursor.copy(_COPY)
        at_us = (now - _EPOCH_2000) // _MICROSECOND
        self._same = b"".join(
            [
                _COLUMNS.to_bytes(2, "big"),
                _text(log.store),
                _text(log.stream),
                Struct("!ii").pack(4, log.epoch),
                Struct("!iq").pack(8, at_us),
            ]
        )

    def __enter__(self) -> EventCopy:
        self._copy = self._context.__enter__()
        self._buffer = bytearray(_HEADER)
        return self

    def write(self, row: Row) -> None:
        """Send one row."""
        type_name = row.type.encode()
        subject = subject_of(row.fact)
        buffer = self._buffer
        buffer += self._same
        buffer += _SEQ_AND_TYPE.pack(8, row.seq, len(type_name))
        buffer += type_name
        buffer += _NULL if subject is None else _text(subject)
        buffer += _LENGTH.pack(len(row.body))
        buffer += row.body
        buffer += _HASH_LENGTH
        buffer += row.chain_hash
        if len(buffer) >= _FLUSH_BYTES:
            self._copy.write(buffer)
            self._buffer = bytearray()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self._copy.write(self._buffer + _TRAILER)
        self._context.__exit__(kind, error, traceback)


def subject_of(fact: facts.Fact | None) -> str | None:
    """The id of what this fact says has happened, where that may happen only once."""
    field = SUBJECTS.get(type(fact)) if fact is not None else None
    return None if field is None else getattr(fact, field)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _LENGTH.pack(len(encoded)) + encoded
