"""What screens and workers ask of labels and of people counted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from edge_agent.adapters.sqlite_store.label_projections import PRESENT
from edge_agent.adapters.sqlite_store.reading import Entity, Reading
from edge_agent.domain.label import BATTERY_LOW_PERCENT

MOST_ASKED: Final = 2_000
"""Labels that are asked at a time; the others follow as these answer."""
MOST_OVERDUE: Final = 1_000

_LABELS = """
SELECT l.device, l.label, l.sku, i.name_zh, i.name_en, i.price_minor, i.currency, i.price_version AS version, l.pending,
    l.lagged, l.failed, l.since, l.shown_item, l.shown_price_minor, l.shown_version, l.shown_at, d.readings
FROM labels l JOIN items i ON i.sku = l.sku LEFT JOIN devices d ON d.device = l.device"""
_TO_SET = f"""
SELECT l.device, l.label, l.sku, i.price_minor, i.price_version, l.asked_from
FROM labels l JOIN items i ON i.sku = l.sku
JOIN devices d ON d.device = l.device WHERE l.pending = 1 AND d.status IN ({", ".join("?" * len(PRESENT))})
ORDER BY l.asked_from DESC, l.device, l.label LIMIT {MOST_ASKED}"""


class LabelQueries(Reading):
    """Per label, and per people counter."""

    def labels(self) -> list[Entity]:
        """Every planned label: what it should show, what it shows, and whether that needs a person."""
        return [_label(row) for row in self._rows(f"{_LABELS} ORDER BY l.device, l.label")]

    def labels_of(self, devices: Iterable[str], skus: Iterable[str]) -> list[Entity]:
        """The labels of some devices and those of some SKUs, each once."""
        rows = [row for device in devices for row in self._rows(f"{_LABELS} WHERE l.device = ?", device)]
        rows += [row for sku in skus for row in self._rows(f"{_LABELS} WHERE l.sku = ?", sku)]
        return list({(row["device"], row["label"]): _label(row) for row in rows}.values())

    def labels_to_set(self) -> list[Entity]:
        """Labels of devices that are there, and do not show what they should."""
        return self._rows(_TO_SET, *PRESENT)

    def overdue_labels(self, waiting_since: str) -> list[Entity]:
        """Labels that have waited since then or longer, of which nobody was told yet."""
        return self._rows(
            "SELECT device, label FROM labels WHERE pending = 1 AND lagged = 0 AND since <= ?"
            f" ORDER BY since LIMIT {MOST_OVERDUE}",
            waiting_since,
        )

    def business_day(self, now: datetime) -> str:
        """The day of the store's calendar, ISO."""
        row = self._one("SELECT timezone FROM store")
        return "" if row is None else now.astimezone(ZoneInfo(row["timezone"])).date().isoformat()

    def visitors(self, day: str = "") -> dict[str, Entity]:
        """How many came in and went out by each people counter, on a day (ISO, of the store's calendar) or ever."""
        rows = self._rows(
            'SELECT device, SUM(entered) AS entered, SUM("left") AS "left" FROM footfall'
            " WHERE ?1 = '' OR day = ?1 GROUP BY device ORDER BY device",
            day,
        )
        return {row["device"]: {"entered": row["entered"], "left": row["left"]} for row in rows}


def entered(visitors: dict[str, Entity]) -> int:
    """How many came in at all doors."""
    return sum(int(counted["entered"]) for counted in visitors.values())


def _label(row: Entity) -> Entity:
    battery = json.loads(row["readings"] or "{}").get(f"battery_{row['label']}_percent")
    shown = None
    if row["shown_version"] is not None:
        shown = {
            "item": row["shown_item"],
            "price_minor": row["shown_price_minor"],
            "version": row["shown_version"],
            "at": row["shown_at"],
        }
    kept = ("device", "label", "sku", "name_zh", "name_en", "price_minor", "currency", "version")
    return {name: row[name] for name in kept} | {
        "shown": shown,
        "state": _state(row),
        "since": row["since"] if row["pending"] else "",
        "reason": row["failed"],
        "battery_percent": battery,
        "battery_low": battery is not None and battery < BATTERY_LOW_PERCENT,
    }


def _state(row: dict[str, Any]) -> str:
    if not row["pending"]:
        return "shown"
    if row["lagged"]:
        return "lagging"
    return "failed" if row["failed"] else "waiting"


def needs_a_person(labels: Collection[Entity]) -> list[Entity]:
    """Those that lag, failed, or will go dark."""
    return [label for label in labels if label["state"] in ("lagging", "failed") or label["battery_low"]]
