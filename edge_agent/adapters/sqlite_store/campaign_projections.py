"""Facts → tables of sampling campaigns: what is given away, and whose claim stands."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final

import msgspec

from cloud_sync.protocol import campaign_facts, facts


def _listed(db: sqlite3.Connection, f: campaign_facts.CampaignListed, at: str) -> None:
    db.execute(
        "INSERT INTO campaigns (campaign, brand, name_zh, name_en, skus, devices, per, starts_at, ends_at, most,"
        " consent_zh, consent_en, consent_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (campaign) DO UPDATE SET brand = excluded.brand, name_zh = excluded.name_zh,"
        " name_en = excluded.name_en, skus = excluded.skus, devices = excluded.devices, per = excluded.per,"
        " starts_at = excluded.starts_at, ends_at = excluded.ends_at, most = excluded.most,"
        " consent_zh = excluded.consent_zh, consent_en = excluded.consent_en,"
        " consent_version = excluded.consent_version",
        (
            f.campaign, f.brand, f.name_zh, f.name_en, msgspec.json.encode(f.skus).decode(),
            msgspec.json.encode(f.devices).decode(), f.per, f.starts_at, f.ends_at, f.limit, f.consent_zh,
            f.consent_en, f.consent_version,
        ),
    )  # fmt: skip


def _claimed(db: sqlite3.Connection, f: campaign_facts.SampleClaimed, at: str) -> None:
    db.execute(
        "INSERT INTO samples (order_id, campaign, subject, sku, line) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (order_id) DO UPDATE SET standing = 1",
        (f.order, f.campaign, f.subject, f.sku, f.line),
    )
    db.execute("UPDATE campaigns SET given = given + 1 WHERE campaign = ?", (f.campaign,))


def _released(db: sqlite3.Connection, f: campaign_facts.SampleReleased, at: str) -> None:
    db.execute("UPDATE samples SET standing = 0 WHERE order_id = ?", (f.order,))
    db.execute("UPDATE campaigns SET given = given - 1 WHERE campaign = ?", (f.campaign,))


CAMPAIGN_PROJECTIONS: Final[dict[type[facts.Fact], Callable[[sqlite3.Connection, Any, str], None]]] = {
    campaign_facts.CampaignListed: _listed,
    campaign_facts.SampleClaimed: _claimed,
    campaign_facts.SampleReleased: _released,
}
