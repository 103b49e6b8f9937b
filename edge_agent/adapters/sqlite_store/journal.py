"""The journal in SQLite: numbered, chained rows and the tables derived from them, in one transaction.

What a batch changes in memory (chain heads, device watermarks) is kept in an overlay and becomes true only
at COMMIT, so that a rollback leaves nothing behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from cloud_sync.protocol import envelope, facts
from cloud_sync.protocol.identifiers import LEDGER, STREAMS, Stream
from cloud_sync.protocol.numbered_log import GENESIS, row_hash
from cloud_sync.protocol.receipts.told import TELLING
from edge_agent.adapters.sqlite_store import food_tables
from edge_agent.adapters.sqlite_store.projections import project
from edge_agent.adapters.sqlite_store.reader import SqliteReader
from edge_agent.adapters.sqlite_store.receipt_projections import note_rows
from edge_agent.domain.commands import EpochSettled, HeardOfHq, StandingChanged, SyncAdvanced
from edge_agent.domain.device import LogPosition
from edge_agent.domain.food import Warmth
from edge_agent.domain.food_commands import FoodWatched
from edge_agent.domain.payment_commands import LinkChanged

_NEW_LOG = LogPosition(0)


class FactTooLarge(ValueError):
    """A row that no reader of the journal would take, so it is not written."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain."""

    seq: int
    hash: bytes


class SqliteJournal:
    """Fills `services.ports.Journal`. Used by the writer's thread only."""

    def __init__(self, db: sqlite3.Connection, store: str) -> None:
        self._db = db
        self._source = f"/popshop/{store}"
        self._store = store
        self.reader = SqliteReader(db)
        self._epoch = self.reader.store_epoch()
        self._heads = {stream: _head(db, self._epoch, stream) for stream in STREAMS}
        self._logs: dict[tuple[str, str], LogPosition] = {
            (device, boot): LogPosition(upto)
            for device, boot, upto in db.execute("SELECT device, boot, upto FROM device_logs")
        }
        self._current_boot: dict[str, str] = dict(
            db.execute("SELECT device, boot FROM device_logs ORDER BY at")
        )
        self._offsets: dict[str, int | None] = dict(db.execute("SELECT device, clock_offset_ms FROM devices"))
        self._begin_overlay("")

    def _begin_overlay(self, at: str) -> None:
        self._at = at
        self._new_epoch = self._epoch
        self._new_heads = dict(self._heads)
        self._moved: dict[tuple[str, str], LogPosition] = {}
        self._new_offsets: dict[str, int] = {}
        self._new_boots: dict[str, str] = {}
        self._seen_devices: set[str] = set()
        self._rows: list[tuple[int, str, int, bytes, bytes, str]] = []
        self.reader.waiting = self._rows
        self._told: list[tuple[str, int, int]] = []

    # ── the transaction ─────────────────────────────────────────────────────────────────────────────

    def begin(self, now: datetime) -> None:
        """Open a transaction; every fact in it gets this store time."""
        self._db.execute("BEGIN IMMEDIATE")
        self.reader.begin()
        self._begin_overlay(envelope.rfc3339(now))

    def commit(self) -> None:
        """Write what the batch gathered, and make all of it durable at once."""
        self._db.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", self._rows)
        note_rows(self._db, self._told)
        moved = [(device, boot, log.upto, self._at) for (device, boot), log in self._moved.items()]
        self._db.executemany("INSERT OR REPLACE INTO device_logs VALUES (?, ?, ?, ?)", moved)
        self._db.executemany(
            "UPDATE devices SET last_seen_at = ? WHERE device = ?",
            [(self._at, d) for d in self._seen_devices],
        )
        self._db.execute("COMMIT")
        self._epoch = self._new_epoch
        self._heads = self._new_heads
        self._logs.update(self._moved)
        self._offsets.update(self._new_offsets)
        self._current_boot.update(self._new_boots)

    def rollback(self) -> None:
        """Forget the batch, in the file and in memory."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._begin_overlay("")

    def ledger_head(self) -> tuple[int, int, str]:
        """Epoch, number and hash (hex) of the ledger's newest committed row."""
        head = self._heads[LEDGER]
        return self._epoch, head.seq, head.hash.hex()

    # ── facts ───────────────────────────────────────────────────────────────────────────────────────

    def record(
        self, new: Iterable[facts.Fact], *, cause: str, device_time: str = "", offset_ms: int | None = None
    ) -> None:
        """Append facts to their streams and change the tables by them."""
        for fact in new:
            if isinstance(fact, facts.StoreOpened) and fact.epoch != self._new_epoch:
                self._begin_epoch(fact.epoch)
            stream = fact.STREAM
            head = self._new_heads[stream]
            seq = head.seq + 1
            body = envelope.encode(
                envelope.Event(
                    specversion="1.0",
                    id=f"{self._store}.{self._new_epoch}.{stream}.{seq}",
                    source=self._source,
                    type=facts.type_of(fact),
                    time=self._at,
                    sequence=str(seq),
                    cause=cause,
                    devicetime=device_time,
                    offsetms=offset_ms,
                    data=envelope.data_bytes(fact),
                )
            )
            if len(body) > envelope.MAX_EVENT_BYTES:
                raise FactTooLarge(f"{facts.type_of(fact)} would be a row of {len(body)} bytes")
            digest = row_hash(head.hash, seq, body)
            self._new_heads[stream] = Head(seq, digest)
            self._rows.append((self._new_epoch, stream, seq, body, digest, self._at))
            project(self._db, fact, self._at)
            if type(fact) in TELLING:
                self._told.append((getattr(fact, "order", ""), self._new_epoch, seq))

    def _begin_epoch(self, epoch: int) -> None:
        """Both streams begin anew. Whoever opens an epoch has just joined, so the store may sell again."""
        if self._new_epoch:
            self._db.execute("UPDATE link SET standing = 'ok', standing_reason = ''")
            self.reader.begin()
        self._new_epoch = epoch
        self._new_heads = {stream: Head(0, GENESIS) for stream in STREAMS}

    # ── commands seen before ────────────────────────────────────────────────────────────────────────

    def reply_to(self, command_id: str) -> bytes | None:
        """What a command of that id was answered."""
        row = self._db.execute("SELECT reply FROM replies WHERE command = ?", (command_id,)).fetchone()
        return None if row is None else bytes(row[0])

    def remember_reply(self, command_id: str, reply: bytes) -> None:
        """Answer the same the next time."""
        self._db.execute("INSERT INTO replies VALUES (?, ?, ?)", (command_id, reply, self._at))

    # ── devices' logs ───────────────────────────────────────────────────────────────────────────────

    def log_position(self, device: str, boot: str) -> LogPosition:
        """Where a boot's log stands."""
        key = (device, boot)
        return self._moved.get(key) or self._logs.get(key, _NEW_LOG)

    def move_log(self, device: str, boot: str, position: LogPosition) -> None:
        """The log stands here after this batch."""
        self._moved[device, boot] = position
        self._new_boots[device] = boot
        self._seen_devices.add(device)

    def unreadable_arrived(self, device: str, digest: bytes) -> bool:
        """Bytes without a number stand for one number of the boot the device is in, however often they come.

        False when these very bytes are known already.
        """
        boot = self._new_boots.get(device) or self._current_boot.get(device, "")
        position = self.log_position(device, boot)
        if digest in position.unreadable:
            return False
        self.move_log(device, boot, replace(position, unreadable=position.unreadable | {digest}))
        return True

    def clock_offset_ms(self, device: str) -> int | None:
        """Store clock minus device clock, as of its last hello."""
        return self._new_offsets.get(device, self._offsets.get(device))

    def note_presence(
        self, device: str, boot: str, offset_ms: int | None, readings: dict[str, float], described: str
    ) -> None:
        """Keep what a presence message says beside facts."""
        if offset_ms is not None:
            self._new_offsets[device] = offset_ms
        if boot:
            self._new_boots[device] = boot
        self._db.execute(
            "UPDATE devices SET last_seen_at = ?, clock_offset_ms = COALESCE(?, clock_offset_ms),"
            " readings = CASE WHEN ? = '{}' THEN readings ELSE ? END,"
            " described = CASE WHEN ? = '' THEN described ELSE ? END WHERE device = ?",
            (
                self._at,
                offset_ms,
                *[msgspec.json.encode(readings).decode()] * 2,
                described,
                described,
                device,
            ),
        )

    def note_warmth(self, device: str, warmth: Warmth) -> None:
        """Keep since when a device is too warm, for after a restart."""
        food_tables.note_warmth(self._db, device, warmth)

    def food_watched(self, command: FoodWatched) -> None:
        """What was cold enough still is, as of now."""
        food_tables.watched(self._db, self._at)

    def quarantine(self, device: str, topic: str, reason: str, body: bytes) -> int:
        """Keep bytes nobody can read where a person can see them. Returns their number."""
        cursor = self._db.execute(
            "INSERT INTO quarantine (device, topic, reason, body, at) VALUES (?, ?, ?, ?, ?)",
            (device, topic, reason[:1000], body, self._at),
        )
        return int(cursor.lastrowid or 0)

    def quarantine_once(self, topic: str, reason: str, body: bytes) -> None:
        """Keep bytes that will come again, unless they are kept already."""
        known = self._db.execute("SELECT 1 FROM quarantine WHERE topic = ? AND body = ?", (topic, body))
        if known.fetchone() is None:
            self.quarantine("", topic, reason, body)

    # ── the link to headquarters ────────────────────────────────────────────────────────────────────

    def sync_advanced(self, command: SyncAdvanced) -> None:
        """Remember how far headquarters has a stream. It may go back: a restored headquarters lacks rows."""
        self._db.execute(
            "INSERT INTO sync VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (epoch, stream) DO UPDATE"
            " SET acked = excluded.acked, hash = excluded.hash, at = excluded.at",
            (
                command.epoch,
                command.stream,
                command.acked,
                command.hash_at_acked,
                envelope.rfc3339(command.at),
            ),
        )

    def epoch_settled(self, command: EpochSettled) -> None:
        """Nothing of an earlier epoch's stream is to be sent any more."""
        self._db.execute(
            "INSERT INTO sync VALUES (?, ?, 0, ?, ?, 1) ON CONFLICT (epoch, stream) DO UPDATE SET settled = 1",
            (command.epoch, command.stream, GENESIS.hex(), self._at),
        )

    def heard_of_hq(self, command: HeardOfHq) -> None:
        """A newer incarnation was restored from a backup, and may lack what was settled: that is sent once more."""
        risen = self._db.execute(
            "UPDATE link SET incarnation = ?1 WHERE incarnation < ?1", (command.incarnation,)
        )
        if risen.rowcount:
            self._db.execute("UPDATE sync SET settled = 0")

    def standing_changed(self, command: StandingChanged) -> None:
        """Whether the store may sell."""
        self._db.execute(
            "UPDATE link SET standing = ?, standing_reason = ?", (command.state, command.reason[:40])
        )
        self.reader.begin()

    def link_changed(self, command: LinkChanged) -> None:
        """Remember whether headquarters can be reached; an outage that goes on began when it began."""
        self._db.execute(
            "UPDATE link SET online = ?1, offline_since = CASE WHEN ?1 THEN '' WHEN online THEN ?2"
            " ELSE offline_since END",
            (int(command.online), command.at),
        )


def _head(db: sqlite3.Connection, epoch: int, stream: Stream) -> Head:
    row = db.execute(
        "SELECT seq, hash FROM journal WHERE epoch = ? AND stream = ? ORDER BY seq DESC LIMIT 1",
        (epoch, stream),
    ).fetchone()
    return Head(row[0], row[1]) if row else Head(0, GENESIS)
