"""Facts → tables of machines' audits: where each machine's counters stood, and audits that differ."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final

import msgspec

from cloud_sync.protocol import device_facts, facts


def _audit_compared(db: sqlite3.Connection, f: device_facts.AuditCompared, at: str) -> None:
    db.execute(
        "INSERT OR REPLACE INTO audits (device, number, at, standings) VALUES (?, ?, ?, ?)",
        (f.device, f.number, at, msgspec.json.encode(f.standings).decode()),
    )
    if f.audit:
        db.execute(
            "INSERT INTO audit_cases (audit, device, since, at, lines, more) VALUES (?, ?, ?, ?, ?, ?)",
            (f.audit, f.device, f.since, at, msgspec.json.encode(f.lines).decode(), f.more),
        )


def _audit_settled(db: sqlite3.Connection, f: device_facts.AuditSettled, at: str) -> None:
    db.execute("UPDATE audit_cases SET verdict = ?, settled_at = ? WHERE audit = ?", (f.verdict, at, f.audit))


MACHINE_PROJECTIONS: Final[dict[type[facts.Fact], Callable[[sqlite3.Connection, Any, str], None]]] = {
    device_facts.AuditCompared: _audit_compared,
    device_facts.AuditSettled: _audit_settled,
}
