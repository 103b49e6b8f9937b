"""Runs headquarters: database, API and dashboard in one process, until it is told to stop."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final, NamedTuple

import psycopg
import structlog
import uvicorn
from fastapi import FastAPI

from cloud_sync.hq.address import Address, published
from cloud_sync.hq.chores import Chores, add_up_accounts, expire_reservations, tell_of_members
from cloud_sync.hq.clock import utc_now
from cloud_sync.hq.credentials import load_or_make, make_token
from cloud_sync.hq.dashboard.pages import mount_dashboard
from cloud_sync.hq.database import schema
from cloud_sync.hq.database.pool import open_pool
from cloud_sync.hq.database.postgres import EmbeddedPostgres, PostgresError
from cloud_sync.hq.database.postgres_books import open_books
from cloud_sync.hq.own_witness import OwnWitness, default_path
from cloud_sync.hq.phone_payments import PhonePayments
from cloud_sync.hq.replenishment import Replenishment
from cloud_sync.hq.rules.reconsider import reconsider
from cloud_sync.hq.shipments import Shipments
from cloud_sync.hq.store_rules import RulesDesk
from cloud_sync.hq.web.api import create_api

DSN_VARIABLE: Final = "POPSHOP_HQ_DSN"
log = structlog.get_logger(__name__)
OnReady = Callable[[Address], None]
ANYWHERE: Final = {"0.0.0.0": "127.0.0.1"}
"""Listening everywhere is reached here."""
GRACE_S: Final = 3
"""Open pages get this long to close when headquarters stops."""


@dataclass(frozen=True)
class HqConfig:
    """Where headquarters keeps its things and where it listens. Port 0 takes a free one; no DSN brings PostgreSQL.

    `witness`: the file that tells whether the database is the latest; `<data>.witness` when it is not given.
    """

    data: Path
    port: int = 0
    host: str = "127.0.0.1"
    dsn: str = ""
    witness: Path | None = None
    public_url: str = ""
    """Where shoppers' phones find headquarters; its own address when empty."""


def serve(config: HqConfig, on_ready: OnReady = lambda _address: None) -> None:
    """Run until SIGTERM or SIGINT, then stop everything, the database included.

    Call it from the main thread. Raises PostgresError or OSError when a part cannot be had.
    """
    for how in (signal.SIGTERM, signal.SIGINT):
        signal.signal(how, _leave)
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    credentials = load_or_make(config.data)
    with _database(config) as database, _listener(config) as listener:
        with psycopg.connect(database.dsn, autocommit=True) as connection:
            schema.migrate(connection)
        with open_pool(database.dsn) as pool:
            own_witness = OwnWitness(config.witness or default_path(config.data), pool, make_token())
            if own_witness.check(utc_now()):
                log.warning("the database is that of a backup: waiting for the stores to refill it")
            reconsider(open_books(pool), utc_now())
            supply = Replenishment(pool, utc_now)
            app = create_api(pool, credentials, utc_now, supply)
            mount_dashboard(app, pool, credentials, utc_now)
            host, port = ANYWHERE.get(config.host, config.host), listener.getsockname()[1]
            address = Address(url=f"http://{host}:{port}", pid=os.getpid())
            server = _Server(app, published(config.data, address), lambda: on_ready(address), database.runs)
            jobs = [
                own_witness.write,
                lambda: expire_reservations(pool, utc_now),
                lambda: tell_of_members(pool, utc_now),
                Shipments(pool, utc_now).forget_old,
                supply.step,
                RulesDesk(pool, credentials, utc_now, config.public_url or address.url).tell_all,
                PhonePayments(pool, credentials, utc_now).give_back_unspent,
                lambda: add_up_accounts(pool),
            ]
            with Chores(jobs):
                server.run([listener])
                if not database.runs():
                    # Whoever waits for a connection would do so for half a minute, one after the other.
                    pool.close(timeout=0)
        if not database.runs():
            raise PostgresError(
                "the database server stopped by itself; see postgres/server.log in the data folder"
            )


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """Unwind whatever is open. uvicorn closes its connections first and then hands the signal on to here."""
    raise SystemExit(0)


class _Server(uvicorn.Server):
    """uvicorn, with its address published while it answers; it ends when its database does."""

    def __init__(
        self,
        app: FastAPI,
        address_file: AbstractContextManager[None],
        on_ready: Callable[[], None],
        database_runs: Callable[[], bool],
    ) -> None:
        settings = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
            proxy_headers=False,
        )
        super().__init__(settings)
        self._address_file = address_file
        self._on_ready = on_ready
        self._database_runs = database_runs

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._address_file.__enter__()
        self._on_ready()

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or (counter % 10 == 0 and not self._database_runs())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._address_file.__exit__(None, None, None)
        await super().shutdown(sockets=sockets)


class _Database(NamedTuple):
    """Where the database is, and whether it still runs (somebody else's is taken to)."""

    dsn: str
    runs: Callable[[], bool]


@contextmanager
def _database(config: HqConfig) -> Iterator[_Database]:
    dsn = config.dsn or os.environ.get(DSN_VARIABLE, "")
    if dsn:
        yield _Database(dsn, lambda: True)
        return
    server = EmbeddedPostgres(config.data / "postgres")
    try:
        yield _Database(server.start(), server.runs)
    finally:
        server.stop()


@contextmanager
def _listener(config: HqConfig) -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it: with Nagle's rule every small answer would wait some 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((config.host, config.port))
        yield listener
