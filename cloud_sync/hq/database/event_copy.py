"""Streams events and postings into the database by COPY, in PostgreSQL's binary format packed by hand.

The format is fixed (PostgreSQL manual, COPY, "Binary Format"): per row the number of columns, then per column its
length and its bytes. Packing a whole row at once costs a third of handing it over value by value.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from struct import Struct
from types import TracebackType
from typing import Any, Final

import psycopg

from cloud_sync.hq.rules.accept import Row
from cloud_sync.hq.rules.books import Log, Posting
from cloud_sync.protocol import facts, handover_facts

SUBJECTS: Final[dict[type[facts.Fact], str]] = {
    facts.VendDispensed: "vend",
    facts.CashSold: "sale",
    handover_facts.HandedOver: "handover",
    facts.PaymentPaid: "payment",
    facts.PaymentRefunded: "refund",
}
"""What may happen only once in a store, and the field that names it."""

_COPY_POSTINGS: Final = """
COPY postings (at, qty, epoch, seq, sku, source, target, cause, reference, store) FROM STDIN (FORMAT BINARY)"""
_POSTING_COLUMNS: Final = 10
_NUMBERS: Final = Struct("!iqiiiq")
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
        self._same = b"".join(
            [
                _COLUMNS.to_bytes(2, "big"),
                _text(log.store),
                _text(log.stream),
                Struct("!ii").pack(4, log.epoch),
                _time(now),
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


def copy_postings(cursor: psycopg.Cursor[Any], postings: Iterable[Posting], now: datetime) -> None:
    """Write postings by one COPY. Accounts and names repeat from one to the next, so each is packed once."""
    same = _POSTING_COLUMNS.to_bytes(2, "big") + _time(now)
    packed = _Packed()
    buffer = bytearray(_HEADER)
    for sku, source, target, qty, cause, reference, store, epoch, seq in postings:
        buffer += same
        buffer += _NUMBERS.pack(8, qty, 4, epoch, 8, seq)
        buffer += packed[sku]
        buffer += packed[source]
        buffer += packed[target]
        buffer += packed[cause]
        buffer += packed[reference]
        buffer += packed[store]
    with cursor.copy(_COPY_POSTINGS) as copy:
        copy.write(buffer + _TRAILER)


class _Packed(dict[str, bytes]):
    """Texts as the format has them, each packed when it is first asked for."""

    def __missing__(self, value: str) -> bytes:
        packed = self[value] = _text(value)
        return packed


def subject_of(fact: facts.Fact | None) -> str | None:
    """The id of what this fact says has happened, where that may happen only once."""
    field = SUBJECTS.get(type(fact)) if fact is not None else None
    return None if field is None else getattr(fact, field)


def _time(at: datetime) -> bytes:
    return Struct("!iq").pack(8, (at - _EPOCH_2000) // _MICROSECOND)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _LENGTH.pack(len(encoded)) + encoded
