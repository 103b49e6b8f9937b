"""Headquarters' books in PostgreSQL, first half: the stores, headquarters itself, and the numbered logs.

Every transaction holds headquarters' own lock shared, so that `refilling` cannot change under anybody's hands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final

from cloud_sync.hq.database import views
from cloud_sync.hq.database.event_copy import EventCopy
from cloud_sync.hq.database.pool import Cursor
from cloud_sync.hq.rules.accept import Head, Row
from cloud_sync.hq.rules.books import HqState, Log, Problem, StoreRecord
from cloud_sync.hq.rules.deltas import Deltas

HQ_LOCK: Final = 0x706F7074
"""Advisory lock: shared in every transaction, alone while headquarters' own state changes."""
SHARE_HQ: Final = f"SELECT pg_advisory_xact_lock_shared({HQ_LOCK})"
READ_HQ: Final = "SELECT incarnation, refilling FROM hq"
_LOCK_HQ: Final = f"SELECT pg_advisory_xact_lock({HQ_LOCK})"
_SAVE_HQ: Final = """
UPDATE hq SET incarnation = %(incarnation)s, refilling = %(refilling)s,
    since = CASE WHEN NOT %(refilling)s THEN NULL ELSE coalesce(since, %(now)s) END"""
_STORE: Final = "SELECT store, timezone, epoch, state, machine, refilled FROM stores"
_LOCK_STORE: Final = f"{_STORE} WHERE store = %s FOR UPDATE"
_STORES: Final = f"{_STORE} ORDER BY store"
_SAVE_STORE: Final = """
UPDATE stores SET epoch = %s, state = %s, machine = %s, refilled = %s WHERE store = %s"""
_HEAD: Final = "SELECT acked, hash FROM logs WHERE store = %s AND stream = %s AND epoch = %s"
_HASH_AT: Final = "SELECT hash FROM events WHERE store = %s AND stream = %s AND epoch = %s AND seq = %s"
_BODIES: Final = """
SELECT seq, body FROM events WHERE store = %s AND stream = %s AND epoch = %s AND seq BETWEEN %s AND %s"""
_ADVANCE: Final = """
INSERT INTO logs AS old (store, stream, epoch, acked, hash, last_seq, received, skipped)
VALUES (%(store)s, %(stream)s, %(epoch)s, %(acked)s, %(hash)s, %(last_seq)s, %(received)s, %(skipped)s)
ON CONFLICT (store, stream, epoch) DO UPDATE
SET acked = greatest(old.acked, excluded.acked), hash = excluded.hash,
    last_seq = greatest(old.last_seq, excluded.last_seq),
    received = old.received + excluded.received, skipped = old.skipped + excluded.skipped"""
# The store that syncs has its token: the code that brought it is used up now.
_SEEN: Final = """
UPDATE stores SET last_sync_at = %(now)s, clock_offset_ms = coalesce(%(offset)s, clock_offset_ms),
    code_used_at = CASE WHEN code_epoch = epoch THEN coalesce(code_used_at, %(now)s) ELSE code_used_at END
WHERE store = %(store)s"""
_CODE_KEY: Final = """
INSERT INTO store_keys (store, public_key, first_seen) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"""
_QUARANTINE: Final = """
INSERT INTO quarantine (store, stream, epoch, seq, type, reason, at)
SELECT %s, %s, %s, seq, type, reason, %s
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS new (seq, type, reason)
ON CONFLICT (store, stream, epoch, seq) DO UPDATE SET reason = excluded.reason"""
_WAITING: Final = """
SELECT q.stream, q.epoch, q.seq, e.body, e.hash FROM quarantine q
JOIN events e ON (e.store, e.stream, e.epoch, e.seq) = (q.store, q.stream, q.epoch, q.seq)
WHERE q.store = %s AND q.settled_at IS NULL AND starts_with(q.reason, %s)
ORDER BY q.stream, q.epoch, q.seq LIMIT 10000"""
_SETTLE: Final = """
UPDATE quarantine SET settled_at = %s WHERE store = %s AND stream = %s AND epoch = %s AND seq = %s"""
_KEEP_ASIDE: Final = """
INSERT INTO kept_aside (store, stream, epoch, seq, body, digest, at) VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING"""


class LogBooks:
    """Stores, headquarters itself and logs, in one open transaction."""

    def __init__(self, cursor: Cursor, state: HqState) -> None:
        self.cursor = cursor
        self._state = state

    def lock_store(self, store: str) -> StoreRecord | None:
        """The store, kept for this transaction; None when nobody enrolled it."""
        found = self.cursor.execute(_LOCK_STORE, [store]).fetchone()
        return None if found is None else StoreRecord(*found)

    def save_store(self, record: StoreRecord) -> None:
        """Write what the rules change of a store; its time zone comes from its ledger."""
        values = [record.epoch, record.state, record.machine, record.refilled, record.store]
        self.cursor.execute(_SAVE_STORE, values)

    def stores(self) -> list[StoreRecord]:
        """Every store, by name."""
        return [StoreRecord(*row) for row in self.cursor.execute(_STORES)]

    def hq(self) -> HqState:
        """Headquarters' own state; it stays as it is until this transaction ends."""
        return self._state

    def lock_hq(self) -> None:
        """Wait until no other transaction is open, and keep others waiting until this one ends."""
        self.cursor.execute(_LOCK_HQ)

    def save_hq(self, state: HqState, now: datetime) -> None:
        """Change headquarters' own state."""
        self.lock_hq()
        values = {"incarnation": state.incarnation, "refilling": state.refilling, "now": now}
        self.cursor.execute(_SAVE_HQ, values)
        self._state = state

    def head(self, log: Log) -> Head:
        """Where our copy of a log stands."""
        found = self.cursor.execute(_HEAD, log).fetchone()
        return Head(log.epoch) if found is None else Head(log.epoch, found[0], bytes(found[1]))

    def hash_at(self, log: Log, seq: int) -> bytes | None:
        """The chain hash at a row, None when we lack the row."""
        found = self.cursor.execute(_HASH_AT, [*log, seq]).fetchone()
        return None if found is None else bytes(found[0])

    def bodies(self, log: Log, after: int, upto: int) -> dict[int, bytes]:
        """Rows after + 1 … upto of a log, by number."""
        rows = self.cursor.execute(_BODIES, [*log, after + 1, upto])
        return {seq: bytes(body) for seq, body in rows}

    def keep(self, log: Log, rows: Iterable[Row], now: datetime) -> None:
        """Write rows as they came. They are read while the database stores those before."""
        with EventCopy(self.cursor, log, now) as copy:
            for row in rows:
                copy.write(row)

    def advance(self, log: Log, head: Head, last_seq: int, received: int, skipped: int) -> None:
        """Move a log's watermark, never back."""
        values = {
            "store": log.store,
            "stream": log.stream,
            "epoch": log.epoch,
            "acked": head.acked,
            "hash": head.chain_hash,
            "last_seq": last_seq,
            "received": received,
            "skipped": skipped,
        }
        self.cursor.execute(_ADVANCE, values)

    def seen(self, store: str, now: datetime, clock_offset_ms: int | None) -> None:
        """The store spoke, with this difference of its clock to ours."""
        self.cursor.execute(_SEEN, {"now": now, "offset": clock_offset_ms, "store": store})

    def note_code_key(self, store: str, public: bytes, now: datetime) -> None:
        """A store's codes may be signed with this key (raw Ed25519)."""
        self.cursor.execute(_CODE_KEY, [store, public, now])

    def quarantine(self, log: Log, problems: Collection[Problem], now: datetime) -> None:
        """Name the rows whose effect waits; for one that waits already the reason is written anew."""
        if problems:
            seqs, types, reasons = (list(column) for column in zip(*problems, strict=True))
            self.cursor.execute(_QUARANTINE, [*log, now, seqs, types, reasons])

    def waiting(self, store: str, reason: str) -> list[tuple[Log, int, bytes, bytes]]:
        """(log, number, body, chain hash) of the rows that wait for a reason beginning like this, in order."""
        rows = self.cursor.execute(_WAITING, [store, reason])
        return [
            (Log(store, stream, epoch), seq, bytes(body), bytes(chain_hash))
            for stream, epoch, seq, body, chain_hash in rows
        ]

    def settle(self, log: Log, seq: int, now: datetime) -> None:
        """The row waits no longer: it had its effect."""
        self.cursor.execute(_SETTLE, [now, *log, seq])

    def apply_views(self, store: str, deltas: Deltas) -> None:
        """Add a batch's changes to the views."""
        views.apply(self.cursor, store, deltas)

    def keep_aside(self, log: Log, seq: int, body: bytes, now: datetime) -> bool:
        """Keep a row of a fork; False when this very one is kept already."""
        values = [*log, seq, body, sha256(body).digest(), now]
        return self.cursor.execute(_KEEP_ASIDE, values).rowcount == 1
