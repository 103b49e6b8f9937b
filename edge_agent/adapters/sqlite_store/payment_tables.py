"""Tables of payments beside an order's own: the line to headquarters, and what providers' books say differently."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final

from cloud_sync.protocol import payment_facts

PAYMENT_TABLES: Final = """
ALTER TABLE payments ADD COLUMN scanned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN at TEXT NOT NULL DEFAULT '';
ALTER TABLE payments ADD COLUMN paid_at TEXT NOT NULL DEFAULT '';
ALTER TABLE payments ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN refunded_at TEXT NOT NULL DEFAULT '';
CREATE INDEX payments_new ON payments (method) WHERE state = 'created';
CREATE INDEX payments_by_time ON payments (method, at);
CREATE INDEX payments_unknown ON payments (id) WHERE state = 'unknown';
CREATE INDEX payments_paid ON payments (paid_at) WHERE paid_at <> '';
CREATE INDEX refunds_done ON refunds (refunded_at) WHERE refunded_at <> '';
ALTER TABLE link ADD COLUMN online INTEGER NOT NULL DEFAULT 1;
ALTER TABLE link ADD COLUMN offline_since TEXT NOT NULL DEFAULT '';
CREATE TABLE statements (method TEXT NOT NULL, day TEXT NOT NULL, currency TEXT NOT NULL, ours_minor INTEGER NOT NULL,
    theirs_minor INTEGER NOT NULL, lines INTEGER NOT NULL, more INTEGER NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (method, day)) WITHOUT ROWID;
CREATE TABLE differences (id TEXT PRIMARY KEY, method TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL,
    payment TEXT NOT NULL, refund TEXT NOT NULL, ours_minor INTEGER NOT NULL, theirs_minor INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '', settled_at TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX differences_open ON differences (day) WHERE settled_at = '';
CREATE INDEX differences_of_day ON differences (method, day)
"""


def _compared(db: sqlite3.Connection, f: payment_facts.StatementCompared, at: str) -> None:
    db.execute(
        "INSERT OR REPLACE INTO statements VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (f.method, f.day, f.currency, f.ours_minor, f.theirs_minor, f.lines, f.more, at),
    )
    # What the books do not differ about any more has settled itself, as a refund that came through a day later.
    db.execute(
        "UPDATE differences SET settled_at = ?, note = 'the books agree' WHERE method = ? AND day = ?"
        " AND settled_at = ''",
        (at, f.method, f.day),
    )
    for d in f.differences:
        db.execute(
            "INSERT INTO differences (id, method, day, kind, payment, refund, ours_minor, theirs_minor)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind,"
            " ours_minor = excluded.ours_minor, theirs_minor = excluded.theirs_minor, settled_at ="
            " CASE WHEN note = 'the books agree' THEN '' ELSE settled_at END,"
            " note = CASE WHEN note = 'the books agree' THEN '' ELSE note END",
            (d.case, f.method, f.day, d.kind, d.payment, d.refund, d.ours_minor, d.theirs_minor),
        )


def _settled(db: sqlite3.Connection, f: payment_facts.DifferenceSettled, at: str) -> None:
    db.execute("UPDATE differences SET settled_at = ?, note = ? WHERE id = ?", (at, f.note, f.case))


PAYMENT_PROJECTIONS: Final[dict[type, Callable[[sqlite3.Connection, Any, str], None]]] = {
    payment_facts.StatementCompared: _compared,
    payment_facts.DifferenceSettled: _settled,
}
