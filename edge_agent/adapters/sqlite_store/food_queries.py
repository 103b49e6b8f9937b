"""What screens and workers ask of food: whose sale is stopped, and who has been too warm for too long."""

from __future__ import annotations

from typing import Final

from edge_agent.adapters.sqlite_store.reading import Entity, Reading

SPOILING: Final = """EXISTS (SELECT 1 FROM food_stops f JOIN items i ON i.sku = vends.sku
    WHERE f.device = vends.device AND i.food = 1)"""
"""Of a vend: its unit is food that must not be handed out."""


class FoodQueries(Reading):
    """Per device."""

    def food_stop(self, device: str) -> Entity | None:
        """Why and since when a device's food is not sold; None while it is, or has none."""
        return self._one("SELECT code, reason, since, at FROM food_stops WHERE device = ?", device)

    def food_overdue(self, good_before: str) -> list[str]:
        """Devices with food that is sold, and that have been too warm since then or whose health timer ran out."""
        # From the few items that are food, not from every slot: CROSS JOIN keeps SQLite to that order.
        rows = self._rows(
            "SELECT DISTINCT s.device FROM items i CROSS JOIN slots s ON s.sku = i.sku"
            " JOIN devices d ON d.device = s.device"
            " LEFT JOIN warmth w ON w.device = s.device WHERE i.food = 1 AND s.device NOT IN"
            " (SELECT device FROM food_stops) AND ((w.warm = 1 AND w.good_at <= ?) OR d.faults LIKE '%\"EJH%')",
            good_before,
        )
        return [row["device"] for row in rows]
