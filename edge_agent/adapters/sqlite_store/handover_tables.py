"""Facts → tables of what is handed over without a motor, and of what an order's lines were frozen with."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec

from cloud_sync.protocol import facts, handover_facts
from cloud_sync.protocol.handover_facts import NOT_OURS

HANDOVER_TABLES = """
ALTER TABLE items ADD COLUMN tax_group TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN member TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN tax_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN handover TEXT NOT NULL DEFAULT 'vend';
ALTER TABLE order_lines ADD COLUMN tax_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN adjustments TEXT NOT NULL DEFAULT '[]';
ALTER TABLE order_lines ADD COLUMN reservation TEXT NOT NULL DEFAULT '';
CREATE TABLE handovers (id TEXT PRIMARY KEY, order_id TEXT NOT NULL, line INTEGER NOT NULL, how TEXT NOT NULL,
    sku TEXT NOT NULL, qty INTEGER NOT NULL, amount_minor INTEGER NOT NULL, state TEXT NOT NULL, device TEXT NOT NULL,
    slot TEXT NOT NULL, sold_at TEXT NOT NULL DEFAULT '', document TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX handovers_of_order ON handovers (order_id);
CREATE INDEX handovers_open ON handovers (at) WHERE state = 'requested';
CREATE TABLE room_held (sku TEXT PRIMARY KEY, units INTEGER NOT NULL CHECK (units >= 0)) WITHOUT ROWID
"""
"""`room_held`: units of the stock room that open orders wait for."""


def frozen_lines(db: sqlite3.Connection, f: facts.OrderPlaced) -> None:
    """Keep an order's lines, and hold their units where they stand."""
    for x in f.lines:
        db.execute(
            "INSERT INTO order_lines (order_id, line, sku, qty, list_price_minor, price_minor, tax_rate_bp, device,"
            " slot, price_version, handover, tax_minor, adjustments, reservation)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                f.order, x.line, x.sku, x.qty, x.list_price_minor, x.price_minor, x.tax_rate_bp, x.device, x.slot,
                x.price_version, x.handover, x.tax_minor, _json(x.adjustments), x.reservation,
            ),
        )  # fmt: skip
        if x.device:
            db.execute(
                "UPDATE slots SET held = held + ? WHERE device = ? AND slot = ?", (x.qty, x.device, x.slot)
            )
        elif x.handover not in NOT_OURS:
            _hold_in_room(db, x.sku, x.qty)


def let_go(db: sqlite3.Connection, order: str) -> None:
    """Nothing of this order was asked for yet, so every unit that it held is free again."""
    db.execute(
        "UPDATE slots SET held = held - (SELECT SUM(l.qty) FROM order_lines l WHERE l.order_id = ?1"
        " AND l.device = slots.device AND l.slot = slots.slot) WHERE (device, slot) IN"
        " (SELECT device, slot FROM order_lines WHERE order_id = ?1)",
        (order,),
    )
    in_room = db.execute(
        "SELECT sku, handover, qty FROM order_lines WHERE order_id = ? AND device = ''", (order,)
    ).fetchall()
    for sku, how, qty in in_room:
        if how not in NOT_OURS:
            _hold_in_room(db, sku, -qty)


def _json(adjustments: list[facts.Adjustment]) -> str:
    return msgspec.json.encode(adjustments).decode() if adjustments else "[]"


def _hold_in_room(db: sqlite3.Connection, sku: str, qty: int) -> None:
    changed = db.execute("UPDATE room_held SET units = units + ? WHERE sku = ?", (qty, sku))
    if not changed.rowcount:
        db.execute("INSERT INTO room_held VALUES (?, ?)", (sku, qty))


def _requested(db: sqlite3.Connection, f: handover_facts.HandoverRequested, at: str) -> None:
    db.execute(
        "INSERT INTO handovers (id, order_id, line, how, sku, qty, amount_minor, state, device, slot, at)"
        " SELECT ?, order_id, line, handover, sku, qty, qty * price_minor, 'requested', device, slot, ?"
        " FROM order_lines WHERE order_id = ? AND line = ?",
        (f.handover, at, f.order, f.line),
    )
    db.execute("UPDATE orders SET state = 'fulfilling' WHERE id = ?", (f.order,))


def _done(db: sqlite3.Connection, f: handover_facts.HandedOver, at: str) -> None:
    db.execute(
        "UPDATE handovers SET state = 'done', sold_at = ?, document = ?, handed_by = ?, at = ? WHERE id = ?",
        (f.sold_at, f.document, f.by, at, f.handover),
    )
    # The units are gone, also where the book had fewer of them: the next count shows what was thrown away meanwhile.
    if f.device:
        db.execute(
            "UPDATE slots SET held = held - ?1, count = MAX(count - ?1, 0) WHERE device = ?2 AND slot = ?3",
            (f.qty, f.device, f.slot),
        )
    elif f.how not in NOT_OURS:
        _hold_in_room(db, f.sku, -f.qty)
        db.execute(
            "UPDATE room SET units = MAX(units - ?, 0) WHERE sku = ? AND bucket = 'available'", (f.qty, f.sku)
        )


def _failed(db: sqlite3.Connection, f: handover_facts.HandoverFailed, at: str) -> None:
    db.execute(
        "UPDATE handovers SET state = 'failed', reason = ?, at = ? WHERE id = ?", (f.reason, at, f.handover)
    )
    if f.device:
        db.execute(
            "UPDATE slots SET held = held - ? WHERE device = ? AND slot = ?", (f.qty, f.device, f.slot)
        )
    elif f.how not in NOT_OURS:
        _hold_in_room(db, f.sku, -f.qty)


HANDOVER_PROJECTIONS: dict[type[facts.Fact], Callable[[sqlite3.Connection, Any, str], None]] = {
    handover_facts.HandoverRequested: _requested,
    handover_facts.HandedOver: _done,
    handover_facts.HandoverFailed: _failed,
}
