"""What screens ask of goods and rights."""

from __future__ import annotations

from collections.abc import Collection

from edge_agent.adapters.sqlite_store.reading import Entity, Reading

_RIGHTS = """
SELECT k.sku, i.name_zh, i.name_en, COALESCE(r.available, 0) AS available, COALESCE(r.held, 0) AS held,
    COALESCE(r.deficit, 0) AS deficit, COALESCE(r.counted_in, 1) AS counted_in,
    COALESCE((SELECT SUM(count) FROM slots s WHERE s.sku = k.sku), 0) AS in_slots,
    COALESCE((SELECT SUM(qty) FROM pins p WHERE p.sku = k.sku AND p.state = 'open'), 0) AS pinned
FROM {skus} k LEFT JOIN items i ON i.sku = k.sku LEFT JOIN rights r ON r.sku = k.sku
WHERE i.sku IS NOT NULL OR r.sku IS NOT NULL ORDER BY k.sku"""
_OF_ALL = _RIGHTS.format(skus="(SELECT sku FROM items UNION SELECT sku FROM rights)")
_OF_ONE = _RIGHTS.format(skus="(SELECT ? AS sku)")


class StockQueries(Reading):
    """Per SKU and per reservation."""

    def rights(self, skus: Collection[str] | None = None) -> list[Entity]:
        """Every SKU, or these: what may be sold, what is promised, what is missing, and where its goods are."""
        rows = (
            self._rows(_OF_ALL) if skus is None else [row for sku in skus for row in self._rows(_OF_ONE, sku)]
        )
        room: dict[str, dict[str, int]] = {}
        for row in self._ask("SELECT sku, bucket, units FROM room"):
            room.setdefault(row["sku"], {})[row["bucket"]] = row["units"]
        empty = {"available": 0, "damaged": 0, "tester": 0}
        return [
            row | {"counted_in": bool(row["counted_in"]), "room": empty | room.get(row["sku"], {})}
            for row in rows
        ]

    def pins(self) -> list[Entity]:
        """Reservations whose units wait here: to be picked up or to be sent off."""
        return self._rows(
            "SELECT p.reservation, p.sku, i.name_zh, i.name_en, p.qty, p.how, p.for_whom FROM pins p"
            " LEFT JOIN items i ON i.sku = p.sku WHERE p.state = 'open' ORDER BY p.reservation"
        )
