"""What the warehouse sends for a store's order: where to, whether it went, and forgetting the person afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.database.pool import Cursor, Pool, again
from cloud_sync.hq.database.postgres_books import transaction
from cloud_sync.hq.database.shipping_queries import Shipment, shipment
from cloud_sync.hq.rules import online
from cloud_sync.hq.rules.rights import RightsRefused

KEPT: Final = timedelta(days=30)
MAX_DOCUMENT: Final = 100
_NOTE: Final = """
INSERT INTO shipments (reservation, store, name, phone, address, asked_at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (reservation) DO NOTHING"""
_LOCK: Final = """
SELECT sent_at, document FROM shipments s JOIN reservations r ON r.id = s.reservation
WHERE s.reservation = %s AND r.state = 'confirmed' FOR UPDATE OF s"""
_SENT: Final = "UPDATE shipments SET sent_at = %s, document = %s WHERE reservation = %s"
_PUT_BACK: Final = "UPDATE shipments SET put_back = put_back + %s WHERE reservation = %s"
_LOOK: Final = "SELECT document, sent_at FROM shipments WHERE reservation = %s"
_ERASE: Final = "UPDATE shipments SET name = '', phone = '', address = '' WHERE reservation = %s"
_FORGET: Final = """
UPDATE shipments SET name = '', phone = '', address = ''
WHERE asked_at < %s AND (name, phone, address) <> ('', '', '')"""
_CLEAR: Final = """
DELETE FROM shipments s USING reservations r
WHERE r.id = s.reservation AND r.state IN ('cancelled', 'expired') AND s.sent_at IS NULL AND s.asked_at < %s"""


class Shipments:
    """One transaction each."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    def note(self, reservation: str, store: str, name: str, phone: str, address: str) -> None:
        """Keep where a reservation goes; asking again changes nothing."""
        with self._pool.connection() as connection:
            connection.execute(_NOTE, [reservation, store, name, phone, address, self._clock()])

    def sent(self, reservation: str, document: str) -> dict[str, Any]:
        """It is with the carrier, under this number; said again only a number that was left out is added.

        Raises RightsRefused where nothing paid waits, or what waited was given up by the store.
        """

        if "\0" in document:
            raise RightsRefused("malformed", "a document's number, or none")

        def work() -> dict[str, Any]:
            with transaction(self._pool) as books:
                sent_at, known = _locked(books.cursor, reservation)
                if sent_at is None and _as_it_stands(books.cursor, reservation).qty <= 0:
                    raise RightsRefused(
                        "given_up", "the store gave this up and the money went back: do not send it"
                    )
                sent_at, known = sent_at or self._clock(), known or document[:MAX_DOCUMENT]
                books.cursor.execute(_SENT, [sent_at, known, reservation])
            return {"reservation": reservation, "document": known, "sent_at": sent_at}

        return again(work)

    def put_back(self, reservation: str) -> dict[str, Any]:
        """What the store gave up stands on the warehouse's shelf again, and may be sold.

        Raises RightsRefused where nothing was given up, or all of it was put back before.
        """

        def work() -> dict[str, Any]:
            with transaction(self._pool) as books:
                _locked(books.cursor, reservation)
                units = _as_it_stands(books.cursor, reservation).to_put_back
                if units <= 0:
                    raise RightsRefused(
                        "nothing_given_up", f"nothing of {reservation[:120]!r} is to be put back"
                    )
                online.take_back(books, reservation, units, self._clock())
                books.cursor.execute(_PUT_BACK, [units, reservation])
            return {"reservation": reservation, "put_back": units}

        return again(work)

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
        """Forget the persons of what was asked longer ago than KEPT, and all of what came to nothing."""
        with self._pool.connection() as connection:
            connection.execute(_FORGET, [self._clock() - KEPT])
            connection.execute(_CLEAR, [self._clock() - KEPT])


def _locked(cursor: Cursor, reservation: str) -> tuple[datetime | None, str]:
    """(sent_at, document) of a paid parcel, whose row is locked. Raises RightsRefused."""
    row = None if "\0" in reservation else cursor.execute(_LOCK, [reservation]).fetchone()
    if row is None:
        raise RightsRefused("unknown_reservation", f"nothing that is paid waits as {reservation[:120]!r}")
    return row[0], row[1]


def _as_it_stands(cursor: Cursor, reservation: str) -> Shipment:
    """Read after the lock: whoever gave a line up meanwhile is seen."""
    found = shipment(cursor.connection, reservation)
    assert found is not None, "its row is locked"
    return found
