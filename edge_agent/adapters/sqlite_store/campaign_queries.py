"""What screens ask of sampling campaigns."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.sqlite_store.reading import Entity, Reading

MOST: Final = 200
SHOWN_AFTER_ITS_END: Final = timedelta(days=1)
_FREE: Final = """SELECT MIN(COALESCE((SELECT SUM(MAX(s.count - s.held, 0)) FROM slots s JOIN devices d
    ON d.device = s.device WHERE s.sku = i.sku AND s.blocked = '' AND d.status = 'ready'
    AND (?2 = '[]' OR s.device IN (SELECT value FROM json_each(?2)))
    AND NOT (i.food AND EXISTS (SELECT 1 FROM food_stops f WHERE f.device = s.device))), 0),
    COALESCE((SELECT r.available FROM rights r WHERE r.sku = i.sku), 0)) AS free
    FROM items i WHERE i.sku IN (SELECT value FROM json_each(?1))"""


class CampaignQueries(Reading):
    """Campaigns with what is left of them."""

    def campaigns(self, now: datetime) -> list[Entity]:
        """Those that are to come, are on, or ended less than a day ago; at most MOST, the first to end first."""
        rows = self._rows(
            f"SELECT * FROM campaigns WHERE ends_at > ? ORDER BY ends_at, campaign LIMIT {MOST}",
            rfc3339(now - SHOWN_AFTER_ITS_END),
        )
        return [self._campaign(row, rfc3339(now)) for row in rows]

    def _campaign(self, row: Entity, now: str) -> Entity:
        free = sum(each["free"] for each in self._rows(_FREE, row["skus"], row["devices"]))
        left = max(0, row["most"] - row["given"])
        is_on = row["starts_at"] <= now < row["ends_at"]
        consent = None
        if row["consent_version"]:
            consent = {
                "version": row["consent_version"],
                "text_zh": row["consent_zh"],
                "text_en": row["consent_en"],
            }
        kept: Collection[str] = (
            "campaign",
            "brand",
            "name_zh",
            "name_en",
            "per",
            "starts_at",
            "ends_at",
            "given",
        )
        return {name: row[name] for name in kept} | {
            "skus": json.loads(row["skus"]),
            "devices": json.loads(row["devices"]),
            "limit": row["most"],
            "open": is_on,
            "available": min(left, free) if is_on else 0,
            "consent": consent,
        }
