"""Pure: judges what a store sends against what headquarters has of its log. No database, no clock.

At or below the watermark is skipped, the next row is taken, anything beyond is refused; two logs that cannot be
one chain are fenced. A row nobody can read still counts as received: it is kept, named, and blocks nothing.

    SyncRefused (400, 403 …)
    └── Fenced (409)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from cloud_sync.protocol import envelope, facts
from cloud_sync.protocol.numbered_log import GENESIS, row_hash
from cloud_sync.protocol.session import MAX_EVENTS_PER_SYNC, SyncRequest

UNKNOWN_TYPE: Final = "unknown type"
"""How the reason of a row begins whose type a later version may know."""
GAP: Final = "gap"
"""The code of a refusal: send from further back."""
MAX_TYPE_CHARS: Final = 200
MAX_SEQ: Final = 10**18
"""What fits the 18 digits of a sequence number."""


class SyncRefused(Exception):
    """Nothing of the request was taken. `acked` and `hash` say where headquarters stands."""

    def __init__(self, code: str, message: str, acked: int = 0, chain_hash: bytes = GENESIS) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.acked = acked
        self.chain_hash = chain_hash


class Fenced(SyncRefused):
    """The two logs cannot be one chain. `code` is the fence's reason: stale_epoch, behind or forked."""


@dataclass(frozen=True, slots=True)
class Head:
    """What headquarters has of one stream of a store in its current epoch."""

    epoch: int
    acked: int = 0
    chain_hash: bytes = GENESIS


class Row(NamedTuple):
    """One received row. `problem` is empty when the fact could be read."""

    seq: int
    type: str
    body: bytes
    chain_hash: bytes
    event: envelope.Event | None
    fact: facts.Fact | None
    problem: str


def check_position(request: SyncRequest, head: Head, hash_at_acked: bytes) -> None:
    """Refuse a request that does not continue our copy of the log.

    `hash_at_acked` is our chain hash at the store's `acked`, when we have that row (else it is not looked at).
    Raises Fenced, or SyncRefused with code `gap` when the store must send from further back.
    """
    if (
        min(request.acked, request.last_seq) < 0
        or request.last_seq > MAX_SEQ
        or len(request.events) > MAX_EVENTS_PER_SYNC
    ):
        raise SyncRefused(
            "malformed",
            f"numbers out of range, or more than {MAX_EVENTS_PER_SYNC} events",
            head.acked,
            head.chain_hash,
        )
    if request.last_seq < head.acked:
        raise Fenced(
            "behind",
            f"the store's log ends at {request.last_seq}, headquarters has it up to {head.acked}: "
            "an older copy of the store's disk is in use",
            head.acked,
            head.chain_hash,
        )
    if request.acked > head.acked:
        raise SyncRefused(
            GAP,
            f"headquarters has rows up to {head.acked}: send from {head.acked + 1}",
            head.acked,
            head.chain_hash,
        )
    if request.hash_at_acked != hash_at_acked.hex():
        raise _forked(request.acked, head)


def new_rows(request: SyncRequest, head: Head) -> Iterator[Row]:
    """Read the rows that are new, one after the other, of a request whose position was checked.

    Raises SyncRefused `gap` when a row's own number is not its place in the log, and Fenced `forked` when rows we
    have already are sent again with another content: then none of them may be kept.
    """
    chain = bytes.fromhex(request.hash_at_acked)
    for seq, raw in enumerate(request.events, request.acked + 1):
        chain = row_hash(chain, seq, raw)
        if seq > head.acked:
            row = read_row(seq, bytes(raw), chain)
            if row.event is not None and row.event.sequence != str(seq) and row.event.seq != seq:
                raise SyncRefused(
                    GAP,
                    f"row {row.event.seq} stands at place {seq}: send from {head.acked + 1}, in order",
                    head.acked,
                    head.chain_hash,
                )
            yield row
        elif seq == head.acked and chain != head.chain_hash:
            raise _forked(seq, head)


def read_row(seq: int, body: bytes, chain_hash: bytes) -> Row:
    """Read one row's envelope and fact; what cannot be read is said in `problem`, never raised."""
    try:
        event = envelope.decode(body)
        if event.sequence != str(seq):
            envelope.parse_sequence(event.sequence)
    except envelope.EnvelopeError as error:
        return Row(seq, "", body, chain_hash, None, None, str(error))
    # PostgreSQL's text cannot hold a NUL; no fact of a shop needs one.
    if b"\\u0000" in body or len(event.type) > MAX_TYPE_CHARS:
        return Row(seq, "", body, chain_hash, event, None, "holds a NUL character or an overlong type")
    try:
        fact = facts.read(event.type, event.data)
    except envelope.UNREADABLE as error:
        return Row(seq, event.type, body, chain_hash, event, None, f"data: {error}")
    problem = f"{UNKNOWN_TYPE} {event.type}" if fact is None else ""
    return Row(seq, event.type, body, chain_hash, event, fact, problem)


def _forked(seq: int, head: Head) -> Fenced:
    return Fenced(
        "forked",
        f"row {seq} of the store's log is not the row {seq} that headquarters has",
        head.acked,
        head.chain_hash,
    )
