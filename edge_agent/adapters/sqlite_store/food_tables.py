"""Tables of food: whose sale is stopped (from facts), and when each device was last known to be cold enough (heard)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final

from cloud_sync.protocol import device_facts, facts
from edge_agent.domain.food import GONE, Warmth


def note_warmth(db: sqlite3.Connection, device: str, warmth: Warmth) -> None:
    """Keep how warm a device is."""
    db.execute("INSERT OR REPLACE INTO warmth VALUES (?, ?, ?)", (device, warmth.good_at, warmth.warm))


def watched(db: sqlite3.Connection, at: str) -> None:
    """Devices that are in touch and were cold enough still are. A clock that was set back must not lengthen a count."""
    db.execute(
        "UPDATE warmth SET good_at = ?1 WHERE good_at > ?1 OR (warm = 0 AND device IN"
        " (SELECT device FROM devices WHERE status NOT IN (?2, ?3)))",
        (at, *GONE),
    )


def _food_stopped(db: sqlite3.Connection, f: device_facts.FoodStopped, at: str) -> None:
    db.execute(
        "INSERT OR REPLACE INTO food_stops VALUES (?, ?, ?, ?, ?)", (f.device, f.code, f.reason, f.since, at)
    )


def _food_released(db: sqlite3.Connection, f: device_facts.FoodReleased, at: str) -> None:
    db.execute("DELETE FROM food_stops WHERE device = ?", (f.device,))


FOOD_PROJECTIONS: Final[dict[type[facts.Fact], Callable[[sqlite3.Connection, Any, str], None]]] = {
    device_facts.FoodStopped: _food_stopped,
    device_facts.FoodReleased: _food_released,
}
