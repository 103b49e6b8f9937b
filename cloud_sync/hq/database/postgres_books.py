"""Headquarters' books in PostgreSQL: one instance is one open transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cloud_sync.hq.database.pool import Cursor, Pool
from cloud_sync.hq.database.postgres_logs import READ_HQ, SHARE_HQ, LogBooks
from cloud_sync.hq.database.postgres_members import PointBooks
from cloud_sync.hq.database.postgres_stock import StockBooks
from cloud_sync.hq.database.takings import DayBooks
from cloud_sync.hq.rules.books import HqState, OpenBooks


class PostgresBooks(LogBooks, StockBooks, PointBooks, DayBooks):
    """All of `Books`."""

    def __init__(self, cursor: Cursor, state: HqState) -> None:
        LogBooks.__init__(self, cursor, state)
        StockBooks.__init__(self, cursor)


@contextmanager
def transaction(pool: Pool) -> Iterator[PostgresBooks]:
    """Committed when the block ends well, else nothing of it happened.

    Two that stood in each other's way raise one of `pool.IN_THE_WAY`: see `pool.again`.
    """
    with pool.connection() as connection, connection.cursor() as cursor:
        # One trip: begin, share headquarters' lock, and only then look, with a snapshot made after it.
        with connection.pipeline():
            connection.execute(SHARE_HQ)
            found = connection.execute(READ_HQ)
        incarnation, refilling = found.fetchall()[0]
        yield PostgresBooks(cursor, HqState(incarnation, refilling))


def open_books(pool: Pool) -> OpenBooks:
    """The books of this database, for the rules."""
    return lambda: transaction(pool)
