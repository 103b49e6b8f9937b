"""What people ask of the warehouse's parcels: to send, given up by the store, sent, and off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, LiteralString

import psycopg
from psycopg.rows import class_row

from cloud_sync.hq.database.pool import Pool

Which = Literal["to_send", "given_up", "sent", "off"]
MOST: Final = 200
MOST_PAST: Final = 50

# Given up is also what the shopper has by another way than ours: staff gave it to them.
_SHIPMENTS: Final = """
SELECT * FROM (
    SELECT s.reservation, s.store, coalesce(order_id, '') AS "order", r.sku, coalesce(i.name_zh, '') AS name_zh,
        coalesce(i.name_en, '') AS name_en, r.qty AS ordered, r.qty - least(given_up, r.qty) AS qty, given_up,
        given_up - put_back AS to_put_back, taken_back, reasons, given_up_at, s.name, phone, address, s.asked_at,
        s.sent_at, document, r.state, r.changed_at
    FROM shipments s JOIN reservations r ON r.id = s.reservation
    LEFT JOIN items i ON (i.store, i.sku) = (s.store, r.sku)
    CROSS JOIN LATERAL (
        SELECT max(order_id) AS order_id, coalesce(sum(qty) FILTER (WHERE off), 0)::bigint AS given_up,
            coalesce(sum(qty) FILTER (WHERE state = 'reversed'), 0)::bigint AS taken_back,
            coalesce(array_agg(DISTINCT why) FILTER (WHERE off AND why <> ''), '{}') AS reasons,
            max(at) FILTER (WHERE off) AS given_up_at
        FROM (SELECT *, CASE WHEN state = 'failed' THEN reason ELSE 'handed_over' END AS why,
            state = 'failed' OR state IN ('done', 'reversed') AND by_whom <> 'headquarters' AS off
            FROM shipment_lines WHERE reservation = s.reservation) AS lines) AS told
    WHERE """
_WHICH: Final[dict[Which, LiteralString]] = {
    "to_send": """s.sent_at IS NULL AND r.state = 'confirmed') AS waiting
WHERE qty > 0 ORDER BY asked_at, reservation LIMIT %(most)s""",
    "given_up": """r.state = 'confirmed' AND s.reservation IN (SELECT reservation FROM shipment_lines
    WHERE state = 'failed' OR state IN ('done', 'reversed') AND by_whom <> 'headquarters')) AS given
WHERE to_put_back > 0 ORDER BY given_up_at DESC NULLS LAST, reservation LIMIT %(most)s""",
    "sent": """s.sent_at IS NOT NULL) AS sent ORDER BY sent_at DESC, reservation LIMIT %(most)s""",
    "off": """s.reservation IN (
        SELECT reservation FROM shipments WHERE sent_at IS NULL ORDER BY asked_at DESC LIMIT 500)
    AND (r.state IN ('cancelled', 'expired') OR put_back > 0)) AS off
WHERE to_put_back <= 0 AND (qty = 0 OR state <> 'confirmed') ORDER BY changed_at DESC, reservation LIMIT %(most)s""",
}
_ONE: Final = "s.reservation = %(reservation)s) AS one"


@dataclass(frozen=True, slots=True)
class Shipment:
    """Units of one reservation. The person is empty once forgotten."""

    reservation: str
    store: str
    order: str
    sku: str
    name_zh: str
    name_en: str
    ordered: int
    qty: int
    """To be sent: what was ordered without what was given up."""
    given_up: int
    to_put_back: int
    """Given up, and not put back on the shelf yet."""
    taken_back: int
    """The store gave the money back after it was sent."""
    reasons: list[str]
    """Why they were given up, as the store says it: missing, broken, not_collected, handed_over …"""
    given_up_at: datetime | None
    name: str
    phone: str
    address: str
    asked_at: datetime
    sent_at: datetime | None
    document: str
    state: str
    """Of the reservation."""
    changed_at: datetime


class ShippingQueries:
    """Reads only."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def shipments(self, which: Which) -> list[Shipment]:
        """To send: the oldest first, at most MOST; of the others the newest first."""
        most = MOST_PAST if which in ("sent", "off") else MOST
        with self._pool.connection() as db, db.cursor(row_factory=class_row(Shipment)) as cursor:
            return cursor.execute(_SHIPMENTS + _WHICH[which], {"most": most}).fetchall()

    def one(self, reservation: str) -> Shipment | None:
        """The parcel of a reservation."""
        with self._pool.connection() as db:
            return shipment(db, reservation)


def shipment(connection: psycopg.Connection[Any], reservation: str) -> Shipment | None:
    """The parcel of a reservation as this transaction sees it."""
    if "\0" in reservation:
        return None
    with connection.cursor(row_factory=class_row(Shipment)) as cursor:
        return cursor.execute(_SHIPMENTS + _ONE, {"reservation": reservation}).fetchone()
