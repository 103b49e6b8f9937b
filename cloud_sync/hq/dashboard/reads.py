"""Reads for a store's page that nothing else asks for: how the store ended, and what was kept aside of it."""

from __future__ import annotations

from typing import Final

from cloud_sync.hq.dashboard.kept import KeptRow
from cloud_sync.hq.pool import Pool

MAX_KEPT_ROWS: Final = 2_000
"""Of one store: more than anybody reads on a page."""
_STATE: Final = "SELECT state FROM stores WHERE store = %s"
_KEPT: Final = """
SELECT epoch, stream, seq, body, at FROM kept_aside WHERE store = %s
ORDER BY epoch DESC, stream DESC, seq LIMIT %s"""


def store_state(pool: Pool, store: str) -> str:
    """Whether a store is active, retired or set aside; empty for a name that nobody has."""
    with pool.connection() as connection:
        found = connection.execute(_STATE, [store]).fetchone()
    return "" if found is None else str(found[0])


def kept_aside(pool: Pool, store: str) -> list[KeptRow]:
    """Rows that do not fit headquarters' copy, the newest epoch first."""
    with pool.connection() as connection:
        rows = connection.execute(_KEPT, [store, MAX_KEPT_ROWS]).fetchall()
    return [KeptRow(epoch, stream, seq, bytes(body), at) for epoch, stream, seq, body, at in rows]
