"""Connections to headquarters' database, and what to do when two transactions stood in each other's way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import psycopg
from psycopg import errors
from psycopg_pool import ConnectionPool

Cursor = psycopg.Cursor[Any]
Pool = ConnectionPool[psycopg.Connection[Any]]

MAX_ATTEMPTS: Final = 4
IN_THE_WAY: Final = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation)
"""Two at once: one of them was undone whole. Done again it sees what the other did."""

T = TypeVar("T")


def open_pool(dsn: str, size: int = 8) -> Pool:
    """Connections to the database, opened as they are needed. Close it when done."""
    return ConnectionPool(dsn, min_size=1, max_size=size, open=True, timeout=30)


def again(work: Callable[[], T]) -> T:
    """Do work that is one transaction; again, a few times, when another transaction stood in its way."""
    for _ in range(MAX_ATTEMPTS - 1):
        try:
            return work()
        except IN_THE_WAY:
            continue
    return work()
