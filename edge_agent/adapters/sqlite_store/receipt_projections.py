"""Facts → tables of receipts, and of what waits for the printer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final

import msgspec

from cloud_sync.protocol import facts, receipt_facts

RECEIPT_TABLES: Final = """
CREATE TABLE receipts (series INTEGER NOT NULL, device TEXT NOT NULL, number INTEGER NOT NULL,
    receipt TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, order_id TEXT NOT NULL, reference TEXT NOT NULL,
    amount_minor INTEGER NOT NULL, currency TEXT NOT NULL, token TEXT NOT NULL UNIQUE, cases TEXT NOT NULL,
    at TEXT NOT NULL, begun INTEGER NOT NULL DEFAULT 0, printed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (device, series, number)) WITHOUT ROWID;
CREATE INDEX receipts_of_order ON receipts (order_id);
CREATE INDEX receipts_by_time ON receipts (at);
CREATE TABLE print_jobs (job TEXT PRIMARY KEY, receipt TEXT NOT NULL, asked_by TEXT NOT NULL,
    begun INTEGER NOT NULL DEFAULT 0, at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX print_jobs_by_time ON print_jobs (at)
"""


def _issued(db: sqlite3.Connection, f: receipt_facts.ReceiptIssued, at: str) -> None:
    db.execute(
        "INSERT INTO receipts (series, device, number, receipt, kind, order_id, reference, amount_minor, currency,"
        " token, cases, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            f.series, f.device, f.number, f.receipt, f.kind, f.order, f.reference, f.amount_minor, f.currency,
            f.token, msgspec.json.encode(f.cases).decode(), at,
        ),
    )  # fmt: skip


def _asked(db: sqlite3.Connection, f: receipt_facts.ReceiptPrintAsked, at: str) -> None:
    db.execute(
        "INSERT INTO print_jobs (job, receipt, asked_by, at) VALUES (?, ?, ?, ?)",
        (f.job, f.receipt, f.by, at),
    )


def _begun(db: sqlite3.Connection, f: receipt_facts.ReceiptPrintBegun, at: str) -> None:
    db.execute("UPDATE print_jobs SET begun = 1 WHERE job = ?", (f.job,))
    db.execute("UPDATE receipts SET begun = begun + 1 WHERE receipt = ?", (f.receipt,))


def _printed(db: sqlite3.Connection, f: receipt_facts.ReceiptPrinted, at: str) -> None:
    db.execute("DELETE FROM print_jobs WHERE job = ?", (f.job,))
    db.execute("UPDATE receipts SET printed = printed + 1 WHERE receipt = ?", (f.receipt,))


def _dropped(db: sqlite3.Connection, f: receipt_facts.ReceiptPrintDropped, at: str) -> None:
    db.execute("DELETE FROM print_jobs WHERE job = ?", (f.job,))


RECEIPT_PROJECTIONS: Final[dict[type[facts.Fact], Callable[[sqlite3.Connection, Any, str], None]]] = {
    receipt_facts.ReceiptIssued: _issued,
    receipt_facts.ReceiptPrintAsked: _asked,
    receipt_facts.ReceiptPrintBegun: _begun,
    receipt_facts.ReceiptPrinted: _printed,
    receipt_facts.ReceiptPrintDropped: _dropped,
}
