"""Facts → tables of receipts, of what waits for the printer, and of which journal rows tell of an order."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from cloud_sync.protocol import facts, receipt_facts
from cloud_sync.protocol.envelope import decode
from cloud_sync.protocol.receipts.told import TELLING
from edge_agent.domain.day import prints

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
CREATE INDEX print_jobs_by_time ON print_jobs (at);
CREATE TABLE order_rows (order_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (order_id, epoch, seq)) WITHOUT ROWID
"""


def keep_open_orders(db: sqlite3.Connection) -> None:
    """Orders that were open before there were receipts get one when they are paid: find their rows in the journal."""
    still_open = {row[0] for row in db.execute("SELECT id FROM orders WHERE closed_at = ''")}
    if not still_open:
        return
    rows = db.execute("SELECT epoch, seq, CAST(body AS BLOB) FROM journal WHERE stream = 'ledger'").fetchall()
    for epoch, seq, body in rows:
        event = decode(body)
        fact = facts.read(event.type, event.data)
        if type(fact) in TELLING and getattr(fact, "order", "") in still_open:
            note_rows(db, [(getattr(fact, "order", ""), epoch, seq)])


def note_rows(db: sqlite3.Connection, rows: Iterable[tuple[str, int, int]]) -> None:
    """Remember which rows (order, epoch, number) a receipt is made of."""
    db.executemany("INSERT INTO order_rows VALUES (?, ?, ?)", rows)


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
    number = prints.number_of(f.receipt)
    if number is None:
        db.execute("UPDATE receipts SET begun = begun + 1 WHERE receipt = ?", (f.receipt,))
    else:
        db.execute("UPDATE closed_days SET begun = begun + 1 WHERE z = ?", (number,))


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
