"""What phones are told of a store beside its key: the name over its door, and its clock. Reads only."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from cloud_sync.hq.database.pool import Pool


class Sign(NamedTuple):
    """A store's name and its time zone."""

    name: str
    zone: ZoneInfo


class Signs:
    """Reads them; a store that nobody knows is called by its key."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def of(self, store: str) -> Sign:
        """The sign of one store."""
        with self._pool.connection() as db:
            found = db.execute("SELECT name, timezone FROM stores WHERE store = %s", [store]).fetchone()
        return Sign(store, ZoneInfo("UTC")) if found is None else Sign(found[0], ZoneInfo(found[1]))
