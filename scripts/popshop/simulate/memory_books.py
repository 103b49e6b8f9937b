"""Headquarters' books in memory, for the simulation: the port `Books`, with transactions that can be undone.

Whatever PostgreSQL's constraints refuse is refused here too; both are held to the same tests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from cloud_sync.hq.rules.accept import Head, Row
from cloud_sync.hq.rules.accounts import is_kept
from cloud_sync.hq.rules.books import (
    Alert,
    Balances,
    DownEntry,
    HqState,
    Log,
    Posting,
    Problem,
    Reservation,
    StoreRecord,
)
from cloud_sync.hq.rules.deltas import Deltas
from cloud_sync.protocol.stock_rights import POOL
from popshop.simulate.memory_members import MemberTable, MemoryMembers
from popshop.simulate.memory_takings import MemoryDays, keep_takings

ABSENT: Final = object()
WAITING_STATES: Final = ("reserved", "pinning")


class Constraint(Exception):
    """What a database would refuse: a balance below 0, a number given twice."""


class MemoryHq:
    """All tables, as dictionaries of values that never change: a copy of the dictionaries is a backup."""

    def __init__(self) -> None:
        self.one: dict[str, HqState] = {"hq": HqState()}
        self.stores: dict[str, StoreRecord] = {}
        self.heads: dict[Log, Head] = {}
        self.events: dict[Log, dict[int, tuple[bytes, bytes]]] = {}
        self.received: dict[Log, tuple[int, int, int]] = {}
        """(last seq, received, skipped) per log."""
        self.problems: dict[tuple[Log, int], Problem] = {}
        self.aside: dict[tuple[Log, int, bytes], bytes] = {}
        self.units: Balances = {}
        self.postings: list[Posting] = []
        self.receipts: dict[tuple[str, str], int] = {}
        self.away_units: dict[tuple[str, str], int] = {}
        self.claimed: dict[tuple[str, str], int] = {}
        self.pool_owed: dict[str, int] = {}
        self.down_heads: dict[tuple[str, int], int] = {}
        self.down_rows: dict[tuple[str, int, int], DownEntry] = {}
        self.answers: dict[tuple[str, int, int], int] = {}
        self.reservations: dict[str, Reservation] = {}
        self.alerts: dict[tuple[str, str, str, str], Alert] = {}
        self.money: dict[tuple[str, str], tuple[int, int, int]] = {}
        """(paid, refunded, cash) in minor units, per store and currency."""
        self.takings: dict[tuple[str, str, str, str], int] = {}  # by store, day, way of paying, currency
        self.closed_days: dict[tuple[str, int, int], int] = {}  # takings by store, epoch, number of the Z
        self.slots: dict[tuple[str, str, str], int] = {}
        self.rooms: dict[tuple[str, str, str], int] = {}
        self.seen: dict[str, datetime] = {}
        self.member_rows: MemberTable = {}
        self.commits = 0
        self._open = False

    @contextmanager
    def open_books(self) -> Iterator[MemoryBooks]:
        """One transaction: undone when the block raises."""
        assert not self._open, "a transaction inside of a transaction sees half of it"
        books = MemoryBooks(self)
        self._open = True
        try:
            yield books
            books.check()
        except BaseException:
            books.undo()
            raise
        finally:
            self._open = False
        self.commits += 1

    def backup(self) -> dict[str, Any]:
        """Everything as it is now."""
        return {name: _copy(table) for name, table in vars(self).items() if name != "_open"}

    def restore(self, backup: dict[str, Any]) -> None:
        """Everything as it was then."""
        for name, table in backup.items():
            setattr(self, name, _copy(table))

    def enrol(self, store: str, timezone: str = "UTC") -> None:
        """Write a store into the books."""
        self.stores.setdefault(store, StoreRecord(store, timezone))


def _copy(table: Any) -> Any:
    if isinstance(table, dict):
        return {key: dict(value) if isinstance(value, dict) else value for key, value in table.items()}
    return list(table) if isinstance(table, list) else table


class MemoryBooks(MemoryMembers, MemoryDays):
    """One transaction on a `MemoryHq`. Fills `Books`."""

    def __init__(self, hq: MemoryHq) -> None:
        self._hq = hq
        self._members = hq.member_rows
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []
        self._postings = len(hq.postings)

    def _set(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        self._undo.append((table, key, table.get(key, ABSENT)))
        table[key] = value

    def _drop(self, table: dict[Any, Any], key: Any) -> None:
        if key in table:
            self._undo.append((table, key, table.pop(key)))

    def undo(self) -> None:
        """As if nothing had been asked."""
        for table, key, value in reversed(self._undo):
            if value is ABSENT:
                table.pop(key, None)
            else:
                table[key] = value
        del self._hq.postings[self._postings :]

    def check(self) -> None:
        """Before COMMIT. Balances are checked as they change, so there is nothing left to look at but the log heads."""
        for table, key, _ in self._undo:
            if table is self._hq.heads:
                assert key in self._hq.heads, "a log's head is never taken away"

    # ── stores and headquarters itself ──────────────────────────────────────────────────────────────

    def lock_store(self, store: str) -> StoreRecord | None:
        """The store; nobody else is here."""
        return self._hq.stores.get(store)

    def save_store(self, record: StoreRecord) -> None:
        """Write what the rules change of a store; its time zone comes from its ledger."""
        zone = self._hq.stores[record.store].timezone
        values = {each.name: getattr(record, each.name) for each in fields(record)} | {"timezone": zone}
        self._set(self._hq.stores, record.store, StoreRecord(**values))

    def stores(self) -> list[StoreRecord]:
        """Every store, by name."""
        return [record for _, record in sorted(self._hq.stores.items())]

    def hq(self) -> HqState:
        """Headquarters' own state."""
        return self._hq.one["hq"]

    def lock_hq(self) -> None:
        """Nobody else is here."""

    def save_hq(self, state: HqState, now: datetime) -> None:
        """Change headquarters' own state."""
        self._set(self._hq.one, "hq", state)

    # ── logs ────────────────────────────────────────────────────────────────────────────────────────

    def head(self, log: Log) -> Head:
        """Where our copy of a log stands."""
        return self._hq.heads.get(log) or Head(log.epoch)

    def hash_at(self, log: Log, seq: int) -> bytes | None:
        """The chain hash at a row, None when we lack the row."""
        found = self._hq.events.get(log, {}).get(seq)
        return None if found is None else found[1]

    def bodies(self, log: Log, after: int, upto: int) -> dict[int, bytes]:
        """Rows after + 1 … upto of a log, by number."""
        rows = self._hq.events.get(log, {})
        return {seq: rows[seq][0] for seq in range(after + 1, upto + 1) if seq in rows}

    def keep(self, log: Log, rows: Iterable[Row], now: datetime) -> None:
        """Write rows as they came."""
        if log not in self._hq.events:
            self._set(self._hq.events, log, {})
        table = self._hq.events[log]
        for row in rows:
            if row.seq in table:
                raise Constraint(f"row {row.seq} of {log} is there already")
            self._set(table, row.seq, (row.body, row.chain_hash))

    def advance(self, log: Log, head: Head, last_seq: int, received: int, skipped: int) -> None:
        """Move a log's watermark, never back."""
        known = self.head(log)
        self._set(self._hq.heads, log, Head(log.epoch, max(known.acked, head.acked), head.chain_hash))
        last, had, passed = self._hq.received.get(log, (0, 0, 0))
        self._set(self._hq.received, log, (max(last, last_seq), had + received, passed + skipped))

    def seen(self, store: str, now: datetime, clock_offset_ms: int | None) -> None:
        """The store spoke."""
        self._set(self._hq.seen, store, now)

    def note_code_key(self, store: str, public: bytes, now: datetime) -> None:
        """Nobody here pays by signed receipt."""

    def quarantine(self, log: Log, problems: Collection[Problem], now: datetime) -> None:
        """Name the rows whose effect waits; for one that waits already the reason is written anew."""
        for problem in problems:
            self._set(self._hq.problems, (log, problem.seq), problem)

    def waiting(self, store: str, reason: str) -> list[tuple[Log, int, bytes, bytes]]:
        """(log, number, body, chain hash) of the rows that wait for a reason beginning like this, in order."""
        return [
            (log, seq, *self._hq.events[log][seq])
            for (log, seq), problem in sorted(self._hq.problems.items())
            if log.store == store and problem.reason.startswith(reason)
        ]

    def settle(self, log: Log, seq: int, now: datetime) -> None:
        """The row waits no longer: it had its effect."""
        self._drop(self._hq.problems, (log, seq))

    def apply_views(self, store: str, deltas: Deltas) -> None:
        """Keep those views that can be compared: takings, slots, stock rooms, and the store's time zone."""
        if deltas.opened is not None:
            values = {each.name: getattr(self._hq.stores[store], each.name) for each in fields(StoreRecord)}
            self._set(self._hq.stores, store, StoreRecord(**values | {"timezone": deltas.opened.timezone}))
        keep_takings(self._hq, store, deltas, self._set)
        for (device, slot), delta in deltas.slots.items():
            key = (store, device, slot)
            self._set(self._hq.slots, key, self._hq.slots.get(key, 0) + delta.count)
        for (sku, bucket), units in deltas.rooms.items():
            room = (store, sku, bucket)
            self._set(self._hq.rooms, room, self._hq.rooms.get(room, 0) + units)

    def keep_aside(self, log: Log, seq: int, body: bytes, now: datetime) -> bool:
        """Keep a row of a fork; False when this very one is kept already."""
        key = (log, seq, sha256(body).digest())
        if key in self._hq.aside:
            return False
        self._set(self._hq.aside, key, body)
        return True

    # ── accounts ────────────────────────────────────────────────────────────────────────────────────

    def balances(self, store: str, skus: Collection[str]) -> Balances:
        """What a store's hold and limbos have of these SKUs."""
        return {key: units for key, units in self.holdings(store).items() if key[1] in skus}

    def holdings(self, store: str) -> Balances:
        """What a store's hold and limbos have of every SKU."""
        mine = f"{store}/"
        return {key: units for key, units in self._hq.units.items() if key[0].startswith(mine)}

    def lock_pool(self, skus: Collection[str]) -> dict[str, int]:
        """What the pool has of these SKUs."""
        return {sku: self._hq.units[POOL, sku] for sku in sorted(skus) if (POOL, sku) in self._hq.units}

    def post(
        self, postings: Collection[Posting], changes: Mapping[tuple[str, str], int], now: datetime
    ) -> None:
        """Write postings and change balances. Raises Constraint for a balance below 0, and for a receipt twice."""
        for posting in postings:
            if posting.qty < 1 or posting.source == posting.target:
                raise Constraint(f"no posting: {posting}")
            if posting.cause == "received":
                self._once(posting)
        self._hq.postings.extend(postings)
        for key, by in changes.items():
            if by:
                self._change(key, by)

    def _once(self, posting: Posting) -> None:
        # A store's own receipts have the ledger's row instead of a name.
        key = (posting.cause, posting.reference)
        if key in self._hq.receipts:
            raise Constraint(f"the receipt {posting.reference} is posted already")
        self._set(self._hq.receipts, key, posting.qty)

    def _change(self, key: tuple[str, str], by: int) -> None:
        units = self._hq.units.get(key, 0) + by
        if units < 0 or not is_kept(key[0]):
            raise Constraint(f"{key[0]} would have {units} of {key[1]}")
        self._set(self._hq.units, key, units)

    def posted(self, cause: str, reference: str) -> bool:
        """Whether there is a posting of this cause and name."""
        if cause == "received":
            return (cause, reference) in self._hq.receipts
        return any(p.cause == cause and p.reference == reference for p in self._hq.postings)

    def away(self, store: str, sku: str) -> int:
        """Rights of the store to goods that stand elsewhere; below 0: goods there that are the pool's."""
        return self._hq.away_units.get((store, sku), 0)

    def add_away(self, store: str, changes: Mapping[str, int]) -> None:
        """Change `away` by deltas."""
        for sku, by in changes.items():
            self._set(self._hq.away_units, (store, sku), self.away(store, sku) + by)

    def note_claim(self, store: str, sku: str, qty: int) -> None:
        """Remember what a count entitles to; a later count counts."""
        self._set(self._hq.claimed, (store, sku), qty)

    def claims(self, store: str) -> dict[str, int]:
        """What counts entitle the store to and was not granted yet."""
        return {sku: qty for (owner, sku), qty in self._hq.claimed.items() if owner == store}

    def drop_claim(self, store: str, sku: str) -> None:
        """The claim was answered, or is void."""
        self._drop(self._hq.claimed, (store, sku))

    def pool_owes(self) -> dict[str, int]:
        """Units promised before a restore that the pool of the backup lacked."""
        return dict(self._hq.pool_owed)

    def note_pool_owes(self, sku: str, qty: int) -> None:
        """What the pool owes of a SKU from now on; 0: nothing."""
        if qty:
            self._set(self._hq.pool_owed, sku, qty)
        else:
            self._drop(self._hq.pool_owed, sku)

    # ── the down log ────────────────────────────────────────────────────────────────────────────────

    def down_head(self, store: str, epoch: int) -> int:
        """The last number of a store's down log."""
        return self._hq.down_heads.get((store, epoch), 0)

    def move_down_head(self, store: str, epoch: int, seq: int) -> None:
        """Numbers up to `seq` are used, whether we still know for what or not."""
        self._set(self._hq.down_heads, (store, epoch), max(seq, self.down_head(store, epoch)))

    def add_down(self, entry: DownEntry, now: datetime) -> None:
        """Append a row to a store's down log."""
        key = (entry.store, entry.epoch, entry.seq)
        if key in self._hq.down_rows:
            raise Constraint(f"the down row {key} is there already")
        self._set(self._hq.down_rows, key, entry)
        self.move_down_head(entry.store, entry.epoch, entry.seq)

    def down_after(self, store: str, epoch: int, seq: int, most: int) -> list[bytes]:
        """The rows behind `seq`, in order."""
        last = self.down_head(store, epoch)
        rows = (self._hq.down_rows.get((store, epoch, n)) for n in range(seq + 1, last + 1))
        return [row.body for row in rows if row is not None][:most]

    def answer_down(self, store: str, epoch: int, seq: int, qty: int, now: datetime) -> None:
        """The store applied the row, and `qty` units moved; the first answer counts."""
        key = (store, epoch, seq)
        if key in self._hq.down_rows and key not in self._hq.answers:
            self._set(self._hq.answers, key, qty)

    # ── online reservations ─────────────────────────────────────────────────────────────────────────

    def reservation(self, reservation: str) -> Reservation | None:
        """A reservation."""
        return self._hq.reservations.get(reservation)

    def save_reservation(self, reservation: Reservation, now: datetime) -> None:
        """Write a reservation."""
        self._set(self._hq.reservations, reservation.id, reservation)

    def promise(self, reservation: Reservation, posting: Posting, now: datetime) -> bool:
        """Save a new reservation and post its units out of a kept account; False, and nothing: it has too few."""
        key = (posting.source, posting.sku)
        if self._hq.units.get(key, 0) < posting.qty:
            return False
        if reservation.id in self._hq.reservations:
            raise Constraint(f"the reservation {reservation.id} is there already")
        self.save_reservation(reservation, now)
        self.post([posting], {key: -posting.qty}, now)
        return True

    def overdue(self, now: datetime, most: int) -> list[str]:
        """Reservations that nobody confirmed in time."""
        found = [
            (r.expires_at, r.id)
            for r in self._hq.reservations.values()
            if r.state in WAITING_STATES and not r.confirmed and r.expires_at <= now
        ]
        return [name for _, name in sorted(found)[:most]]

    def pinned_in(self, store: str, sku: str) -> list[Reservation]:
        """What buyers were promised of a store's own goods and was not handed over yet."""
        return [
            r
            for _, r in sorted(self._hq.reservations.items())
            if r.store == store != "" and r.sku == sku and r.state in WAITING_STATES
        ]

    def alert(self, alert: Alert, now: datetime) -> None:
        """Tell a person, once."""
        key = (alert.kind, alert.store, alert.sku, alert.reference)
        if key not in self._hq.alerts:
            self._set(self._hq.alerts, key, alert)
