"""What a shopper's phone asks: the product behind a place, and where its units stand now."""

from __future__ import annotations

from typing import Final

from cloud_sync.protocol.handover_facts import PICKUP, SHELF, SHIP_STORE, STAFF, VEND
from edge_agent.adapters.sqlite_store.reading import Entity, Reading

MOST_OPEN: Final = 200
_IN_SLOTS: Final = """SELECT COALESCE(d.kind, '') = 'shelf' AS shelf, SUM(MAX(s.count - s.held, 0)) AS units
    FROM slots s JOIN devices d ON d.device = s.device JOIN items i ON i.sku = s.sku
    WHERE s.sku = ? AND s.blocked = '' AND d.kind <> 'sampling' AND (d.kind = 'shelf' OR d.status = 'ready')
    AND NOT (i.food AND EXISTS (SELECT 1 FROM food_stops f WHERE f.device = s.device)) GROUP BY 1"""
_IN_ROOM: Final = """SELECT r.units - COALESCE(h.units, 0) AS units FROM room r LEFT JOIN room_held h ON h.sku = r.sku
    WHERE r.bucket = 'available' AND r.sku = ?"""


class ShopQueries(Reading):
    """Read only; what is held is decided when an order is placed."""

    def sku_of_gtin(self, gtin14: str) -> str:
        """The SKU with this GTIN (14 digits); nothing where none has it, or several do."""
        rows = self._rows("SELECT sku FROM items WHERE gtin = ? AND gtin <> '' LIMIT 2", gtin14)
        return str(rows[0]["sku"]) if len(rows) == 1 else ""

    def is_listed(self, sku: str) -> bool:
        """Whether the catalogue has it."""
        return self._one("SELECT 1 AS listed FROM items WHERE sku = ?", sku) is not None

    def sku_at(self, device: str, place: str) -> str:
        """What a machine's slot sells, or what a label shows the price of; nothing where neither is planned."""
        row = self._one(
            "SELECT sku FROM slots WHERE device = ?1 AND slot = ?2"
            " UNION ALL SELECT sku FROM labels WHERE device = ?1 AND label = ?2 LIMIT 1",
            device,
            place,
        )
        return "" if row is None else str(row["sku"])

    def handovers_from(self, reservation: str) -> list[Entity]:
        """What is handed over out of a reservation `<order>-W<number>` of the warehouse; empty before paying."""
        return self._rows(
            "SELECT h.id, h.state FROM order_lines l JOIN handovers h ON h.order_id = l.order_id AND h.line = l.line"
            " WHERE l.order_id = ? AND l.reservation = ? ORDER BY h.line",
            reservation.rpartition("-W")[0],
            reservation,
        )

    def open_handovers(self) -> list[Entity]:
        """Paid lines that wait to be handed over, the oldest first; at most MOST_OPEN."""
        return self._rows(
            'SELECT h.id, h.order_id AS "order", h.how, h.sku, i.name_zh, i.name_en, h.qty, h.amount_minor,'
            " o.currency, h.at FROM handovers h JOIN orders o ON o.id = h.order_id LEFT JOIN items i"
            f" ON i.sku = h.sku WHERE h.state = 'requested' ORDER BY h.at, h.id LIMIT {MOST_OPEN}"
        )

    def to_be_had(self, sku: str) -> dict[str, int]:
        """How many units can be had by each way that has any; never more than the store may sell."""
        right = self._one("SELECT available FROM rights WHERE sku = ?", sku)
        most = 0 if right is None else max(0, right["available"])
        found: Entity = {SHELF if row["shelf"] else VEND: row["units"] for row in self._rows(_IN_SLOTS, sku)}
        room = self._one(_IN_ROOM, sku)
        if room is not None:
            found |= dict.fromkeys((STAFF, PICKUP, SHIP_STORE), room["units"])
        return {way: min(most, units) for way, units in found.items() if min(most, units) > 0}
