"""What headquarters does by itself, unasked: jobs, once a second, in one thread that `main` owns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final

import structlog
from psycopg import Error
from psycopg_pool import PoolTimeout

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.database.pool import Pool, again
from cloud_sync.hq.database.postgres_books import transaction
from cloud_sync.hq.rules import member_news, online, rights

PERIOD_S: Final = 1.0
MANY_CHANGES: Final = 1_000
"""More rows of account changes than that are worth adding up."""
MAX_EXPIRIES: Final = 500
"""Of one round; the rest comes in the next."""

Job = Callable[[], None]
log = structlog.get_logger(__name__)


class Chores:
    """Runs jobs until the block is left, and once more then. A job that fails is told of and tried again."""

    def __init__(self, jobs: Sequence[Job], period_s: float = PERIOD_S) -> None:
        self._jobs = jobs
        self._period_s = period_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chores", daemon=True)

    def __enter__(self) -> Chores:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._round()

    def _run(self) -> None:
        while not self._stop.wait(self._period_s):
            self._round()

    def _round(self) -> None:
        for job in self._jobs:
            try:
                job()
            except (Error, PoolTimeout, OSError) as trouble:
                log.warning("chore failed", trouble=str(trouble))


# Deletes what it sees and nothing else, so that rows written meanwhile are added up the next time.
_ADD_UP: Final = """
WITH gone AS (DELETE FROM account_changes WHERE (SELECT count(*) FROM account_changes) > %s RETURNING *)
INSERT INTO account_changes (account, sku, units)
SELECT account, sku, sum(units) FROM gone GROUP BY account, sku"""


def add_up_accounts(pool: Pool) -> None:
    """Make few rows of many, so that a look at the stock stays quick."""
    with pool.connection() as connection:
        connection.execute(_ADD_UP, [MANY_CHANGES])


def expire_reservations(pool: Pool, clock: Clock) -> None:
    """Give back what online buyers left lying. Each is a transaction of its own."""
    now = clock()
    with transaction(pool) as books:
        names = books.overdue(now, MAX_EXPIRIES)
    for name in names:
        again(lambda name=name: _expire(pool, name, clock))  # type: ignore[misc]


def _expire(pool: Pool, reservation: str, clock: Clock) -> None:
    try:
        with transaction(pool) as books:
            online.expire(books, reservation, clock())
    except rights.RightsRefused as refused:
        # A store's unit while nothing may be told to stores: it is tried again in a second.
        log.debug("reservation waits", reservation=reservation, why=refused.message)


def tell_of_members(pool: Pool, clock: Clock) -> None:
    """Tell stores what is new of their members. Each store is a transaction of its own."""
    with pool.connection() as connection:
        stores = [store for (store,) in connection.execute("SELECT DISTINCT store FROM member_news")]
    for store in stores:
        again(lambda store=store: _tell_of_members(pool, store, clock))  # type: ignore[misc]


def _tell_of_members(pool: Pool, store: str, clock: Clock) -> None:
    with transaction(pool) as books:
        member_news.tell_news(books, store, clock())
