"""Headquarters of the simulation: the shipping rules over books in memory (or PostgreSQL), one process that can die.

Its witness lies outside of the books, as that of the real one does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

import msgspec

from cloud_sync.hq.rules import intake, joining, online, refill, rights
from cloud_sync.hq.rules.accept import Fenced, SyncRefused
from cloud_sync.hq.rules.books import Books, StoreRecord
from cloud_sync.hq.rules.reconsider import reconsider
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.protocol import witness
from cloud_sync.protocol.session import (
    SYNC_PATH,
    Fence,
    JoinReply,
    JoinRequest,
    SalvageRequest,
    SyncRequest,
)
from cloud_sync.protocol.upstream import Answer, Refused
from cloud_sync.protocol.witness import Note, Standing
from popshop.simulate.clock import Clock
from popshop.simulate.memory_books import MemoryHq
from popshop.simulate.trouble import Crash

MOST_GRANTED: Final = 3
"""What a store that ran out gets at once, where the pool has it."""
T = TypeVar("T")


class Registry(Protocol):
    """Who may sync: codes and tokens, kept in the same books. And the books themselves."""

    def open_books(self) -> AbstractContextManager[Books]: ...
    def enrol(self, store: str, clock: Clock) -> str: ...
    def join(self, code: str, request: JoinRequest, clock: Clock) -> JoinReply: ...
    def store_of(self, token: str) -> str | None: ...
    def last_posting(self) -> int: ...
    def backup(self) -> Any: ...
    def restore(self, backup: Any) -> None: ...
    def close(self) -> None: ...
    def look(self) -> MemoryHq:
        """What the checks look at, as it is now."""


class MemoryRegistry:
    """Codes and tokens of a MemoryHq, as `enrolment` keeps them."""

    def __init__(self) -> None:
        self.hq = MemoryHq()
        self.tokens: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def open_books(self) -> AbstractContextManager[Books]:
        """A transaction."""
        return self.hq.open_books()

    def enrol(self, store: str, clock: Clock) -> str:
        """A new code for a store."""
        self.hq.enrol(store)
        code = f"code-{next(self._numbers)}"
        self.codes[code] = store
        return code

    def join(self, code: str, request: JoinRequest, clock: Clock) -> JoinReply:
        """Trade the code for a token and the next epoch; again, for another one, while its reply got lost."""
        store = self.codes[code]
        with self.hq.open_books() as books:
            record = books.lock_store(store)
            assert record is not None, "the code is of a store"
            joined = joining.begin_epoch(books, record, request.epoch, request.machine, clock.now())
        token = f"token-{next(self._numbers)}"
        self.tokens[store] = token
        return JoinReply(
            store=store, name=store, timezone="UTC", currency="CNY", epoch=joined.epoch, token=token
        )

    def store_of(self, token: str) -> str | None:
        """Whose token this is."""
        return next((store for store, known in self.tokens.items() if known == token), None)

    def last_posting(self) -> int:
        """How far the books went."""
        joins = sum(record.epoch for record in self.hq.stores.values())
        return len(self.hq.postings) + sum(self.hq.down_heads.values()) + joins

    def look(self) -> MemoryHq:
        """The books themselves."""
        return self.hq

    def close(self) -> None:
        """Nothing is left behind."""

    def backup(self) -> tuple[dict[str, Any], dict[str, str]]:
        """All of it as it is now; codes live shorter than backups."""
        return self.hq.backup(), dict(self.tokens)

    def restore(self, backup: tuple[dict[str, Any], dict[str, str]]) -> None:
        """All of it as it was then."""
        self.hq.restore(backup[0])
        self.tokens = dict(backup[1])


@dataclass
class HeadOffice:
    """The process. An answer of None means that nothing came back."""

    registry: Registry
    clock: Clock
    note: Note | None = None
    crash: str = ""
    """`before` or `after`: the process dies at its next COMMIT."""
    crashed: int = 0
    _depth: int = field(default=0)

    @contextmanager
    def open_books(self) -> Iterator[Books]:
        """A transaction, in which the process may die."""
        with self.registry.open_books() as books:
            yield books
            if self.crash == "before":
                raise Crash
        if self.crash == "after":
            raise Crash
        self._follow()

    def _follow(self) -> None:
        with self.registry.open_books() as books:
            incarnation = books.hq().incarnation
        self.note = Note(machine="hq", epoch=incarnation, seq=self.registry.last_posting(), hash="")

    def _alive(self, work: Callable[[], T]) -> T | None:
        try:
            return work()
        except Crash:
            self.crashed += 1
            self.crash = ""
            self.start()
            return None

    # ── the process ─────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """As `own_witness` at the start: books that are not the latest are refilled."""
        self.crash = ""
        with self.registry.open_books() as books:
            in_use = any(record.epoch for record in books.stores())
            found = witness.judge(self.note, books.hq().incarnation, self.registry.last_posting(), "")
            if found is Standing.RESTORED or (found is Standing.UNKNOWN and in_use):
                refill.begin(
                    books,
                    self.clock.now(),
                    known=refill.by_the_clock(self.clock.now()) if self.note is None else self.note.epoch,
                )
        self._follow()

    def hear(self, path: str, token: str, body: bytes) -> Answer | None:
        """Answer a store's request, as `store_api` does."""
        return self._alive(lambda: self._answer(path, token, body))

    def _answer(self, path: str, token: str, body: bytes) -> Answer:
        store = self.registry.store_of(token)
        if store is None:
            return _json(401, Refused("unauthorized", "this token is not a store's"))
        try:
            now = self.clock.now()
            if path == SYNC_PATH:
                request = msgspec.json.decode(body, type=SyncRequest)
                return _json(200, intake.sync(self.open_books, request, now, answer_wants).reply)
            return _json(
                200, intake.salvage(self.open_books, msgspec.json.decode(body, type=SalvageRequest), now)
            )
        except Fenced as fence:
            told = Fence(
                reason=fence.code, message=fence.message, acked=fence.acked, hash=fence.chain_hash.hex()
            )
            return _json(409, told)
        except SyncRefused as error:
            return _json(400, Refused(error.code, error.message, error.acked, error.chain_hash.hex()))

    def act(self, work: Callable[[Books], T]) -> T | RightsRefused | None:
        """Something a person or an online seller asks for, in a transaction; None when no answer came."""

        def one() -> T | RightsRefused:
            try:
                with self.open_books() as books:
                    return work(books)
            except RightsRefused as refused:
                return refused

        return self._alive(one)

    def act_on(self, store: str, work: Callable[[Books, StoreRecord], T]) -> T | RightsRefused | None:
        """`act`, with a store locked."""

        def locked(books: Books) -> T:
            record = books.lock_store(store)
            assert record is not None, "every store of a simulation is enrolled"
            return work(books, record)

        return self.act(locked)

    def expire(self) -> None:
        """The chore of every second. Each is a transaction of its own."""
        overdue = self.act(lambda books: books.overdue(self.clock.now(), 100))
        for name in overdue if isinstance(overdue, list) else []:
            self.act(lambda books, name=name: online.expire(books, name, self.clock.now()))  # type: ignore[misc]

    def reconsider(self) -> int:
        """Give waiting rows their effect where it can be had."""
        return reconsider(self.open_books, self.clock.now())


def answer_wants(books: Books, record: StoreRecord, skus: list[str], now: Any) -> None:
    """Grant a few to a store that ran out."""
    for sku in skus:
        has = books.lock_pool([sku]).get(sku, 0)
        if has:
            rights.grant(books, record, sku, min(has, MOST_GRANTED), "ran out", now)


def _json(status: int, value: object) -> Answer:
    return Answer(status, msgspec.json.encode(value))
