"""Facts → tables of labels and of people counted.

`pending` says that a label does not show what it should; `since` when that began, `asked_from` when its device was last
there to be asked anew. A label's device is believed until it boots: then it is asked again what it shows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.envelope import parse_time

PRESENT: Final = ("ready", "sleeping", "alert")
"""Status words of a device that takes commands."""

_SHOWS_IT = """(labels.shown_item, labels.shown_price_minor, labels.shown_version) IS
    (SELECT i.sku, i.price_minor, i.price_version FROM items i WHERE i.sku = labels.sku)"""
_BEGIN_TO_WAIT = """
UPDATE labels SET since = CASE WHEN pending THEN since ELSE ?1 END,
    asked_from = CASE WHEN pending THEN asked_from ELSE ?1 END, pending = 1 WHERE """


def project_labels(db: sqlite3.Connection, fact: facts.Fact, at: str) -> None:
    """Change the tables of labels and footfall by one fact; `at` is the store's time of it."""
    effect = _EFFECTS.get(type(fact))
    if effect is not None:
        effect(db, fact, at)


def _planned(db: sqlite3.Connection, f: device_facts.LabelPlanned, at: str) -> None:
    key = (f.device, f.label)
    if not f.sku:
        db.execute("DELETE FROM labels WHERE device = ? AND label = ?", key)
        return
    db.execute(
        "INSERT INTO labels (device, label, sku, since, asked_from) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (device, label) DO UPDATE SET sku = excluded.sku, since = excluded.since,"
        " asked_from = excluded.asked_from, pending = 1, lagged = 0, failed = ''",
        (*key, f.sku, at, at),
    )
    _caught_up(db, key)


def _version_raised(db: sqlite3.Connection, f: facts.PriceVersionRaised, at: str) -> None:
    db.execute("UPDATE items SET price_version = ? WHERE sku = ?", (f.price_version, f.sku))
    _price_changed(db, f, at)


def _price_changed(db: sqlite3.Connection, f: facts.ItemListed | facts.PriceVersionRaised, at: str) -> None:
    db.execute(f"{_BEGIN_TO_WAIT} sku = ?2 AND NOT {_SHOWS_IT}", (at, f.sku))


def _shown(db: sqlite3.Connection, f: device_facts.LabelShown, at: str) -> None:
    key = (f.device, f.label)
    db.execute(
        "UPDATE labels SET shown_item = ?, shown_price_minor = ?, shown_version = ?, shown_at = ?"
        " WHERE device = ? AND label = ?",
        (f.item, f.price_minor, f.version, at, *key),
    )
    db.execute(f"{_BEGIN_TO_WAIT} device = ?2 AND label = ?3 AND NOT {_SHOWS_IT}", (at, *key))
    _caught_up(db, key)


def _caught_up(db: sqlite3.Connection, key: tuple[str, str]) -> None:
    db.execute(
        f"UPDATE labels SET pending = 0, lagged = 0, failed = '' WHERE device = ? AND label = ? AND {_SHOWS_IT}",
        key,
    )


def _failed(db: sqlite3.Connection, f: device_facts.LabelFailed, at: str) -> None:
    # A word on an earlier price comes too late to matter.
    db.execute(
        "UPDATE labels SET failed = ?1 WHERE device = ?2 AND label = ?3 AND sku = ?4 AND pending"
        " AND ?5 = (SELECT price_version FROM items WHERE sku = ?4)",
        (f.reason or "unknown", f.device, f.label, f.item, f.version),
    )


def _lagged(db: sqlite3.Connection, f: device_facts.LabelLagged, at: str) -> None:
    db.execute("UPDATE labels SET lagged = 1 WHERE device = ? AND label = ?", (f.device, f.label))


def _device_booted(db: sqlite3.Connection, f: device_facts.DeviceBooted, at: str) -> None:
    db.execute(f"{_BEGIN_TO_WAIT} device = ?2", (at, f.device))


def _device_status(db: sqlite3.Connection, f: device_facts.DeviceStatusChanged, at: str) -> None:
    if f.status in PRESENT:
        db.execute("UPDATE labels SET asked_from = ? WHERE device = ? AND pending", (at, f.device))


def _footfall_counted(db: sqlite3.Connection, f: device_facts.FootfallCounted, at: str) -> None:
    """Add to the hour of the store's wall clock."""
    moment = parse_time(f.counted_at) or parse_time(at)
    assert moment is not None, "rows are written with a time"
    local = moment.astimezone(ZoneInfo(db.execute("SELECT timezone FROM store").fetchone()[0]))
    db.execute(
        "INSERT INTO footfall VALUES (?, ?, ?, ?, ?) ON CONFLICT (device, day, hour) DO UPDATE"
        ' SET entered = entered + excluded.entered, "left" = "left" + excluded."left"',
        (f.device, local.date().isoformat(), local.hour, f.entered, f.left),
    )


_EFFECTS: Final[dict[type[facts.Fact], Callable[[sqlite3.Connection, Any, str], None]]] = {
    device_facts.LabelPlanned: _planned,
    facts.ItemListed: _price_changed,
    facts.PriceVersionRaised: _version_raised,
    device_facts.LabelShown: _shown,
    device_facts.LabelFailed: _failed,
    device_facts.LabelLagged: _lagged,
    device_facts.DeviceBooted: _device_booted,
    device_facts.DeviceStatusChanged: _device_status,
    device_facts.FootfallCounted: _footfall_counted,
}
