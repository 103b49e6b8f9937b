"""Facts → tables of goods and rights: the stock room, pins, rights, and the place in headquarters' log.

Each statement is linear: it adds what the fact says. The CHECKs of the tables stand behind the domain's rules.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec

from cloud_sync.protocol import facts, rules_facts, stock_facts
from edge_agent.domain.rights import Units, effects

PROMISED = """
SELECT l.sku AS sku, l.order_id AS order_id, SUM(l.qty) AS qty FROM orders o JOIN order_lines l ON l.order_id = o.id
    WHERE o.closed_at = '' AND o.state IN ('open', 'awaiting_payment') AND l.handover <> 'ship_warehouse'
    GROUP BY l.sku, l.order_id
UNION ALL SELECT sku, order_id, qty FROM handovers WHERE state = 'requested' AND how <> 'ship_warehouse'
UNION ALL SELECT sku, order_id, COUNT(*) FROM vends WHERE state IN ('requested', 'dispensing', 'unknown')
    GROUP BY sku, order_id
UNION ALL SELECT sku, reservation, qty FROM pins WHERE state = 'open'"""
"""Units that open orders, vends and handovers without an outcome, and reservations wait for."""

_PROMISED_THEN = """
SELECT l.sku AS sku, SUM(l.qty) AS qty FROM orders o JOIN order_lines l ON l.order_id = o.id
    WHERE o.closed_at = '' AND o.state IN ('open', 'awaiting_payment') GROUP BY l.sku
UNION ALL SELECT sku, COUNT(*) FROM vends WHERE state IN ('requested', 'dispensing', 'unknown') GROUP BY sku"""
"""In a file from before there were rights, machines alone handed over."""

_FROM_SLOTS = f"""
INSERT INTO rights (sku, available, held, deficit, counted_in)
SELECT sku, MAX(SUM(goods) - SUM(promised), 0), SUM(promised), MAX(SUM(promised) - SUM(goods), 0), 1
FROM (SELECT sku, count AS goods, 0 AS promised FROM slots UNION ALL SELECT sku, 0, qty FROM ({_PROMISED_THEN}))
GROUP BY sku"""

_REPLACES = "began > 1 AND began = epoch"
"""The file begins in a later epoch: the computer before it is lost, and so is what it knew of its goods."""


def rights_from_slots(db: sqlite3.Connection) -> None:
    """Before there were rights, what stood in a slot could be sold: so it is with the rights of that time."""
    db.execute(_FROM_SLOTS)


def order_units(db: sqlite3.Connection, order: str) -> list[Units]:
    """What an order promised, per SKU."""
    rows = db.execute(
        "SELECT sku, SUM(qty) FROM order_lines WHERE order_id = ? AND handover <> 'ship_warehouse' GROUP BY sku",
        (order,),
    )
    return [Units(sku, qty) for sku, qty in rows]


def project_rights(db: sqlite3.Connection, fact: facts.Fact) -> None:
    """Change the table of rights by one fact."""
    for sku, available, held, deficit in effects(fact, lambda order: order_units(db, order)):
        changed = db.execute(
            "UPDATE rights SET available = available + ?, held = held + ?, deficit = deficit + ? WHERE sku = ?",
            (available, held, deficit, sku),
        )
        if not changed.rowcount:
            db.execute(
                f"INSERT INTO rights SELECT ?, ?, ?, ?, NOT ({_REPLACES}) FROM store",
                (sku, available, held, deficit),
            )


def item_listed(db: sqlite3.Connection, sku: str) -> None:
    """On a computer that replaces a lost one, a product waits to be counted: its rights are in limbo."""
    db.execute(f"INSERT OR IGNORE INTO rights SELECT ?, 0, 0, 0, 0 FROM store WHERE {_REPLACES}", (sku,))


def new_epoch(db: sqlite3.Connection) -> None:
    """Another epoch was written here before: its rights are gone, and every SKU waits to be counted."""
    db.execute("UPDATE rights SET available = 0, held = 0, deficit = 0, counted_in = 0")
    db.execute("INSERT OR IGNORE INTO rights SELECT sku, 0, 0, 0, 0 FROM items")
    db.execute("UPDATE link SET down_seq = 0")


def _room(db: sqlite3.Connection, sku: str, bucket: str, units: int) -> None:
    changed = db.execute(
        "UPDATE room SET units = units + ? WHERE sku = ? AND bucket = ?", (units, sku, bucket)
    )
    if not changed.rowcount:
        db.execute("INSERT INTO room VALUES (?, ?, ?)", (sku, bucket, units))


def _received(db: sqlite3.Connection, f: stock_facts.StockReceived, at: str) -> None:
    _room(db, f.sku, "available", f.qty)


def _sent(db: sqlite3.Connection, f: stock_facts.StockSent, at: str) -> None:
    _room(db, f.sku, "available", -f.qty)


def _returned(db: sqlite3.Connection, f: stock_facts.StockReturned, at: str) -> None:
    _room(db, f.sku, f.condition, f.qty)


def _counted(db: sqlite3.Connection, f: stock_facts.StockCounted, at: str) -> None:
    _room(db, f.sku, f.bucket, f.delta)


def _moved(db: sqlite3.Connection, f: stock_facts.StockMoved, at: str) -> None:
    _room(db, f.sku, f.source, -f.qty)
    _room(db, f.sku, f.target, f.qty)


def _wasted(db: sqlite3.Connection, f: stock_facts.StockWasted, at: str) -> None:
    _room(db, f.sku, f.bucket, -f.qty)


def _slot_filled(db: sqlite3.Connection, f: stock_facts.SlotFilled, at: str) -> None:
    _room(db, f.sku, "available", -f.qty)
    db.execute("UPDATE slots SET count = count + ? WHERE device = ? AND slot = ?", (f.qty, f.device, f.slot))


def _counted_in(db: sqlite3.Connection, f: stock_facts.StockCountedIn, at: str) -> None:
    db.execute("UPDATE rights SET counted_in = 1 WHERE sku = ?", (f.sku,))


def _down(db: sqlite3.Connection, f: Any, at: str) -> None:
    db.execute("UPDATE link SET down_seq = ?", (f.down_seq,))


def _rules(db: sqlite3.Connection, f: rules_facts.RulesReceived, at: str) -> None:
    _down(db, f, at)
    db.execute("INSERT OR REPLACE INTO store_rules VALUES (1, ?)", (msgspec.json.encode(f.rules).decode(),))


def _pinned(db: sqlite3.Connection, f: stock_facts.StockPinned, at: str) -> None:
    _down(db, f, at)
    known = db.execute("SELECT 1 FROM pins WHERE reservation = ?", (f.reservation,)).fetchone()
    if known is None:
        state = "open" if f.qty else "refused"
        db.execute(
            "INSERT INTO pins VALUES (?, ?, ?, ?, ?, ?)",
            (f.reservation, f.sku, f.qty, f.how, f.for_whom, state),
        )
        project_rights(db, f)


def _unpinned(db: sqlite3.Connection, f: stock_facts.StockUnpinned, at: str) -> None:
    _down(db, f, at)
    if f.qty:
        db.execute("UPDATE pins SET state = 'off' WHERE reservation = ?", (f.reservation,))


def _handed_over(db: sqlite3.Connection, f: stock_facts.PinnedHandedOver, at: str) -> None:
    _room(db, f.sku, "available", -f.qty)
    db.execute("UPDATE pins SET state = 'handed_over' WHERE reservation = ?", (f.reservation,))


STOCK_PROJECTIONS: dict[type[facts.Fact], Callable[[sqlite3.Connection, Any, str], None]] = {
    stock_facts.StockReceived: _received,
    stock_facts.StockSent: _sent,
    stock_facts.StockReturned: _returned,
    stock_facts.StockCounted: _counted,
    stock_facts.StockMoved: _moved,
    stock_facts.StockWasted: _wasted,
    stock_facts.SlotFilled: _slot_filled,
    stock_facts.StockCountedIn: _counted_in,
    stock_facts.RightsGranted: _down,
    stock_facts.RightsReleased: _down,
    stock_facts.ShortageFound: _down,
    stock_facts.DownRowSkipped: _down,
    rules_facts.RulesReceived: _rules,
    stock_facts.StockPinned: _pinned,
    stock_facts.StockUnpinned: _unpinned,
    stock_facts.PinnedHandedOver: _handed_over,
}
