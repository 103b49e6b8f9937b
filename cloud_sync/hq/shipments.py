"""What the warehouse sends for a store's order: where to, whether it went, and forgetting the person afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from psycopg.rows import dict_row

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.rules.rights import RightsRefused

KEPT: Final = timedelta(days=30)
MOST: Final = 200
_NOTE: Final = """
INSERT INTO shipments (reservation, store, name, phone, address, asked_at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (reservation) DO NOTHING"""
_OPEN: Final = """
SELECT s.reservation, s.store, sku, qty, s.name, phone, address, asked_at FROM shipments s
JOIN reservations r ON r.id = s.reservation WHERE sent_at IS NULL AND r.state = 'confirmed'
ORDER BY asked_at LIMIT %s"""
_SENT: Final = """
UPDATE shipments s SET sent_at = coalesce(sent_at, %s), document = CASE WHEN document = '' THEN %s ELSE document END
FROM reservations r WHERE r.id = s.reservation AND r.state = 'confirmed' AND s.reservation = %s
RETURNING s.reservation, document, sent_at"""
_LOOK: Final = "SELECT document, sent_at FROM shipments WHERE reservation = %s"
_ERASE: Final = "UPDATE shipments SET name = '', phone = '', address = '' WHERE reservation = %s"
_FORGET: Final = """
UPDATE shipments SET name = '', phone = '', address = ''
WHERE asked_at < %s AND (name, phone, address) <> ('', '', '')"""


class Shipments:
    """One transaction each."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    def note(self, reservation: str, store: str, name: str, phone: str, address: str) -> None:
        """Keep where a reservation goes; asking again changes nothing."""
        with self._pool.connection() as connection:
            connection.execute(_NOTE, [reservation, store, name, phone, address, self._clock()])

    def to_send(self) -> list[dict[str, Any]]:
        """What is paid and not sent yet, oldest first; at most MOST."""
        with self._pool.connection() as connection:
            return connection.cursor(row_factory=dict_row).execute(_OPEN, [MOST]).fetchall()

    def sent(self, reservation: str, document: str) -> dict[str, Any]:
        """It is with the carrier, under this number. Raises RightsRefused where nothing paid waits."""
        with self._pool.connection() as connection:
            row = connection.execute(_SENT, [self._clock(), document[:100], reservation]).fetchone()
        if row is None:
            raise RightsRefused("unknown_reservation", f"nothing that is paid waits as {reservation[:120]!r}")
        return {"reservation": row[0], "document": row[1], "sent_at": row[2]}

    def of(self, reservation: str) -> dict[str, Any]:
        """Whether it went, and under which number."""
        with self._pool.connection() as connection:
            row = connection.execute(_LOOK, [reservation]).fetchone()
        return {"sent": row is not None and row[1] is not None, "document": "" if row is None else row[0]}

    def erase(self, reservation: str) -> None:
        """Forget the person now."""
        with self._pool.connection() as connection:
            connection.execute(_ERASE, [reservation])

    def forget_old(self) -> None:
        """Forget the persons of what was asked longer ago than KEPT."""
        with self._pool.connection() as connection:
            connection.execute(_FORGET, [self._clock() - KEPT])
