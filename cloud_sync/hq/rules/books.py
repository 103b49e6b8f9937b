"""What headquarters' rules need of its books, as one port. PostgreSQL fills it; the simulation has one in memory.

An instance is one open transaction: what is done through it happens together or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from cloud_sync.hq.rules.accept import Head, Row
from cloud_sync.hq.rules.deltas import Deltas
from cloud_sync.hq.rules.member_books import MemberBooks
from cloud_sync.hq.rules.postings import Balances as Balances
from cloud_sync.hq.rules.postings import Posting as Posting
from cloud_sync.protocol.identifiers import Stream
from cloud_sync.protocol.instructions import Instruction
from cloud_sync.protocol.shop_instructions import CarryOver

ACTIVE: Final = "active"
RETIRED: Final = "retired"
SET_ASIDE: Final = "set_aside"
"""A person went on without it after a restore: it must join before anything else."""

WAREHOUSE: Final = "warehouse"


@dataclass(frozen=True, slots=True)
class StoreRecord:
    """A store as the rules see it. `epoch` 0: enrolled, never joined."""

    store: str
    timezone: str = "UTC"
    epoch: int = 0
    state: str = ACTIVE
    machine: str = ""
    refilled: int = 0
    """The incarnation of headquarters that this store has told everything it knows."""


@dataclass(frozen=True, slots=True)
class HqState:
    """Headquarters itself. `refilling`: it was restored, and moves no rights until its stores told it theirs."""

    incarnation: int = 1
    refilling: bool = False


class Log(NamedTuple):
    """One numbered log."""

    store: str
    stream: Stream
    epoch: int


class DownEntry(NamedTuple):
    """A row of a store's down log as it was made."""

    store: str
    epoch: int
    seq: int
    instruction: Instruction
    body: bytes


class Problem(NamedTuple):
    """A row whose effect waits, and why."""

    seq: int
    type: str
    reason: str


class Alert(NamedTuple):
    """Something a person should look into; the same twice is one. `reference` names the row, grant or transfer."""

    kind: str
    store: str
    sku: str
    qty: int
    reference: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """Units promised to an online buyer.

    `how`: warehouse, picked_up or shipped (the latter two from `store`). `state`: reserved, confirmed, cancelled,
    expired; for a store's unit also pinning, refused, handed_over.
    """

    id: str
    sku: str
    qty: int
    how: str
    store: str
    state: str
    expires_at: datetime
    confirmed: bool = False


class Books(MemberBooks, Protocol):
    """One transaction on headquarters' books."""

    # stores and headquarters itself
    def lock_store(self, store: str) -> StoreRecord | None: ...
    def save_store(self, record: StoreRecord) -> None: ...
    def stores(self) -> list[StoreRecord]: ...
    def hq(self) -> HqState: ...
    def lock_hq(self) -> None:
        """Be the only open transaction from here on: two that end a refill together must see each other."""

    def save_hq(self, state: HqState, now: datetime) -> None: ...

    # logs
    def head(self, log: Log) -> Head: ...
    def hash_at(self, log: Log, seq: int) -> bytes | None: ...
    def bodies(self, log: Log, after: int, upto: int) -> dict[int, bytes]: ...
    def keep(self, log: Log, rows: Iterable[Row], now: datetime) -> None: ...
    def advance(self, log: Log, head: Head, last_seq: int, received: int, skipped: int) -> None: ...
    def seen(self, store: str, now: datetime, clock_offset_ms: int | None) -> None: ...
    def note_code_key(self, store: str, public: bytes, now: datetime) -> None: ...
    def quarantine(self, log: Log, problems: Collection[Problem], now: datetime) -> None: ...
    def waiting(self, store: str, reason: str) -> list[tuple[Log, int, bytes, bytes]]: ...
    def settle(self, log: Log, seq: int, now: datetime) -> None: ...
    def apply_views(self, store: str, deltas: Deltas) -> None: ...
    def keep_aside(self, log: Log, seq: int, body: bytes, now: datetime) -> bool: ...

    # accounts
    def balances(self, store: str, skus: Collection[str]) -> Balances: ...
    def lock_pool(self, skus: Collection[str]) -> dict[str, int]: ...
    def holdings(self, store: str) -> Balances: ...
    def post(
        self, postings: Collection[Posting], changes: Mapping[tuple[str, str], int], now: datetime
    ) -> None: ...
    def posted(self, cause: str, reference: str) -> bool: ...
    def away(self, store: str, sku: str) -> int: ...
    def add_away(self, store: str, changes: Mapping[str, int]) -> None: ...

    def note_claim(self, store: str, sku: str, qty: int) -> None: ...
    def claims(self, store: str) -> dict[str, int]: ...
    def drop_claim(self, store: str, sku: str) -> None: ...
    def pool_owes(self) -> dict[str, int]: ...
    def note_pool_owes(self, sku: str, qty: int) -> None: ...

    # the down log
    def down_head(self, store: str, epoch: int) -> int: ...
    def move_down_head(self, store: str, epoch: int, seq: int) -> None: ...
    def add_down(self, entry: DownEntry, now: datetime) -> None: ...
    def down_after(self, store: str, epoch: int, seq: int, most: int) -> list[bytes]: ...
    def answer_down(self, store: str, epoch: int, seq: int, qty: int, now: datetime) -> None: ...

    # online reservations
    def reservation(self, reservation: str) -> Reservation | None: ...
    def save_reservation(self, reservation: Reservation, now: datetime) -> None: ...
    def promise(self, reservation: Reservation, posting: Posting, now: datetime) -> bool:
        """Save a new reservation and post its units out of a kept account; False, and nothing, when it has too few."""

    def overdue(self, now: datetime, most: int) -> list[str]: ...
    def pinned_in(self, store: str, sku: str) -> list[Reservation]: ...

    def carry_over(self, store: str) -> CarryOver:
        """How far a store's computers have come: its Zs, its money, and its ledgers so far."""

    def alert(self, alert: Alert, now: datetime) -> None: ...


class OpenBooks(Protocol):
    """Opens a transaction: committed when the block ends well, else nothing of it happened."""

    def __call__(self) -> AbstractContextManager[Books]: ...
