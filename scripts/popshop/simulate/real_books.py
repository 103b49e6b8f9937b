"""Headquarters of a simulation on a real PostgreSQL: a database of its own per run, backed up and restored whole.

What the checks look at is read into the tables of a `MemoryHq`.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, LiteralString, NamedTuple

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from cloud_sync.hq import enrolment
from cloud_sync.hq.database.pool import Pool, open_pool
from cloud_sync.hq.database.postgres import EmbeddedPostgres
from cloud_sync.hq.database.postgres_books import open_books
from cloud_sync.hq.database.schema import migrate
from cloud_sync.hq.own_witness import HOW_FAR
from cloud_sync.hq.rules.accept import Head
from cloud_sync.hq.rules.books import (
    Books,
    DownEntry,
    HqState,
    Log,
    Posting,
    Problem,
    Reservation,
    StoreRecord,
)
from cloud_sync.protocol.instructions import Recall, read_instruction, read_row
from cloud_sync.protocol.session import JoinReply, JoinRequest
from popshop.simulate.clock import Clock
from popshop.simulate.memory_books import MemoryHq

SETTINGS: Final = {"fsync": "off", "max_connections": "100"}
"""No run pulls the plug of the computer it runs on."""
_LOG: Final = "store, stream, epoch"
_numbers: Final = itertools.count(1)


class Databases(NamedTuple):
    """Where runs have their databases, and the empty one that each begins as a copy of."""

    server: str
    template: str

    def dsn(self, name: str) -> str:
        """How to reach one of them."""
        return make_conninfo(self.server, dbname=name)

    def make(self, like: str = "") -> str:
        """A new database: a copy of another one to which nobody is connected, else of the empty one."""
        return _make(self.server, like or self.template)

    def drop(self, name: str) -> None:
        """It is not needed any more."""
        _do(self.server, "DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def databases(dsn: str) -> Iterator[Databases]:
    """On the server given, whose user may make databases, or on one that lives as long as the block."""
    with ExitStack() as stack:
        if not dsn:
            folder = stack.enter_context(TemporaryDirectory(prefix="popshop-simulate-"))
            embedded = EmbeddedPostgres(Path(folder), SETTINGS)
            dsn = embedded.start()
            stack.callback(embedded.stop)
        made = Databases(dsn, _make(dsn, "template1"))
        stack.callback(made.drop, made.template)
        with psycopg.connect(made.dsn(made.template), autocommit=True) as connection:
            migrate(connection)
        yield made


def _make(server: str, like: str) -> str:
    name = f"popshop_simulation_{os.getpid()}_{next(_numbers)}"
    _do(server, "CREATE DATABASE {} TEMPLATE {}", name, like)
    return name


def _do(server: str, statement: LiteralString, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


class PostgresRegistry:
    """Codes, tokens and books of a real database. Fills `Registry`."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._copies: list[str] = []
        self._open(databases.make())

    def _open(self, name: str) -> None:
        self.name = name
        self.pool: Pool = open_pool(self.dsn, 2)
        self._books = open_books(self.pool)
        self._eyes = psycopg.connect(self.dsn, autocommit=True)

    @property
    def dsn(self) -> str:
        """Where the books are now."""
        return self._databases.dsn(self.name)

    def open_books(self) -> AbstractContextManager[Books]:
        """A transaction."""
        return self._books()

    def enrol(self, store: str, clock: Clock) -> str:
        """A new code for a store."""
        return enrolment.enrol(self.pool, store, store, "UTC", "CNY", clock.now()).code

    def join(self, code: str, request: JoinRequest, clock: Clock) -> JoinReply:
        """Trade the code for a token and the next epoch."""
        return enrolment.join(self.pool, request, clock.now())

    def store_of(self, token: str) -> str | None:
        """Whose token this is."""
        return enrolment.store_of(self.pool, token)

    def last_posting(self) -> int:
        """How far the books went."""
        return int(self._rows(HOW_FAR)[0][0])

    def backup(self) -> str:
        """A copy of the whole database; returns its name."""
        self._let_go()
        copy = self._databases.make(self.name)
        self._copies.append(copy)
        self._open(self.name)
        return copy

    def restore(self, backup: str) -> None:
        """The database is a copy of the backup from now on."""
        self._let_go()
        self._databases.drop(self.name)
        self._open(self._databases.make(backup))

    def close(self) -> None:
        """The run is over."""
        self._let_go()
        for name in (self.name, *self._copies):
            self._databases.drop(name)

    def _let_go(self) -> None:
        self._eyes.close()
        self.pool.close()

    def _rows(self, query: LiteralString) -> list[tuple[Any, ...]]:
        return self._eyes.execute(query).fetchall()

    # ── looking ─────────────────────────────────────────────────────────────────────────────────────

    def look(self) -> MemoryHq:
        """All that the checks ask for, as it is now."""
        hq = MemoryHq()
        hq.one["hq"] = HqState(*self._rows("SELECT incarnation, refilling FROM hq")[0])
        columns = "store, timezone, epoch, state, machine, refilled"
        hq.stores = {row[0]: StoreRecord(*row) for row in self._rows(f"SELECT {columns} FROM stores")}
        columns = "sku, source, target, qty, cause, reference, store, epoch, seq"
        hq.postings = [Posting(*row) for row in self._rows(f"SELECT {columns} FROM postings ORDER BY id")]
        hq.units = {
            (row[0], row[1]): row[2] for row in self._rows("SELECT account, sku, units FROM balances")
        }
        hq.away_units = {(row[0], row[1]): row[2] for row in self._rows("SELECT store, sku, units FROM away")}
        columns = "id, sku, qty, how, store, state, expires_at, confirmed"
        hq.reservations = {
            row[0]: Reservation(*row) for row in self._rows(f"SELECT {columns} FROM reservations")
        }
        columns = "store, currency, paid_minor, refunded_minor, cash_minor"
        hq.money = {
            (row[0], row[1]): (row[2], row[3], row[4]) for row in self._rows(f"SELECT {columns} FROM money")
        }
        columns = "store, day::text, method, currency, paid_minor - refunded_minor"
        hq.takings = {
            (row[0], row[1], row[2], row[3]): row[4] for row in self._rows(f"SELECT {columns} FROM takings")
        }
        columns = "store, epoch, z, takings_minor"
        hq.closed_days = {
            (row[0], row[1], row[2]): row[3] for row in self._rows(f"SELECT {columns} FROM z_reports")
        }
        self._look_at_logs(hq)
        self._look_at_down_rows(hq)
        hq.commits = len(hq.postings)
        return hq

    def _look_at_logs(self, hq: MemoryHq) -> None:
        for *log, acked, digest in self._rows(f"SELECT {_LOG}, acked, hash FROM logs"):
            hq.heads[Log(*log)] = Head(log[2], acked, bytes(digest))
        for *log, seq, body, digest in self._rows(f"SELECT {_LOG}, seq, body, hash FROM events"):
            hq.events.setdefault(Log(*log), {})[seq] = (bytes(body), bytes(digest))
        waiting = f"SELECT {_LOG}, seq, type, reason FROM quarantine WHERE settled_at IS NULL"
        for *log, seq, kind, reason in self._rows(waiting):
            hq.problems[Log(*log), seq] = Problem(seq, kind, reason)
        for *log, seq, digest, body in self._rows(f"SELECT {_LOG}, seq, digest, body FROM kept_aside"):
            hq.aside[Log(*log), seq, bytes(digest)] = bytes(body)

    def _look_at_down_rows(self, hq: MemoryHq) -> None:
        for store, epoch, seq in self._rows("SELECT store, epoch, seq FROM down_heads"):
            hq.down_heads[store, epoch] = seq
        columns = "store, epoch, seq, reference, sku, qty, body"
        for store, epoch, seq, name, sku, qty, body in self._rows(f"SELECT {columns} FROM down_rows"):
            told = read_instruction(read_row(bytes(body)))
            if isinstance(told, str):
                told = Recall(recall=name, sku=sku, qty=qty)
            hq.down_rows[store, epoch, seq] = DownEntry(store, epoch, seq, told, bytes(body))
