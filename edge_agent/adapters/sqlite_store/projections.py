"""Facts → tables: what each kind of fact changes, in the transaction that journals it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec

from cloud_sync.protocol import device_facts, facts, stock_facts
from edge_agent.adapters.sqlite_store.campaign_projections import CAMPAIGN_PROJECTIONS
from edge_agent.adapters.sqlite_store.day_tables import DAY_PROJECTIONS
from edge_agent.adapters.sqlite_store.food_tables import FOOD_PROJECTIONS
from edge_agent.adapters.sqlite_store.handover_tables import (
    HANDOVER_PROJECTIONS,
    frozen_lines,
    let_go,
)
from edge_agent.adapters.sqlite_store.label_projections import project_labels
from edge_agent.adapters.sqlite_store.machine_projections import MACHINE_PROJECTIONS
from edge_agent.adapters.sqlite_store.member_projections import project_members
from edge_agent.adapters.sqlite_store.payment_tables import PAYMENT_PROJECTIONS
from edge_agent.adapters.sqlite_store.promotion_tables import project_promotions
from edge_agent.adapters.sqlite_store.receipt_projections import RECEIPT_PROJECTIONS
from edge_agent.adapters.sqlite_store.return_tables import RETURN_PROJECTIONS
from edge_agent.adapters.sqlite_store.stock_projections import (
    STOCK_PROJECTIONS,
    item_listed,
    new_epoch,
    project_rights,
)

Projection = Callable[[sqlite3.Connection, Any, str], None]
"""Writes one fact's effect; the text is the store's time of the fact."""


def project(db: sqlite3.Connection, fact: facts.Fact, at: str) -> None:
    """Change the tables by one fact. Facts that change none are journalled all the same."""
    if type(fact) is facts.Interaction:
        return
    project_before_rights(db, fact, at)
    if isinstance(fact, facts.ItemListed):
        item_listed(db, fact.sku)
    # A second row of a reservation moves nothing, which its own projection knows.
    if not isinstance(fact, stock_facts.StockPinned):
        project_rights(db, fact)


def project_before_rights(db: sqlite3.Connection, fact: facts.Fact, at: str) -> None:
    """Change the tables by a fact from before there were rights."""
    projection = PROJECTIONS.get(type(fact))
    if projection is not None:
        projection(db, fact, at)
    project_labels(db, fact, at)
    project_members(db, fact)
    project_promotions(db, fact, at)


def _store_opened(db: sqlite3.Connection, f: facts.StoreOpened, at: str) -> None:
    epoch, began = db.execute("SELECT epoch, began FROM store").fetchone() or (f.epoch, f.epoch)
    if epoch != f.epoch:
        new_epoch(db)
    db.execute(
        "INSERT OR REPLACE INTO store (one, id, name, timezone, currency, epoch, began)"
        " VALUES (1, ?, ?, ?, ?, ?, ?)",
        (f.store, f.name, f.timezone, f.currency, f.epoch, began),
    )


def _item_listed(db: sqlite3.Connection, f: facts.ItemListed, at: str) -> None:
    db.execute(
        "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            f.sku, f.gtin, f.name_zh, f.name_en, f.brand, f.category, f.price_minor, f.currency, f.tax_rate_bp,
            f.price_version, f.food, f.tax_group,
        ),
    )  # fmt: skip


def _slot_planned(db: sqlite3.Connection, f: facts.SlotPlanned, at: str) -> None:
    db.execute(
        "INSERT INTO slots (device, slot, sku, par_level, capacity) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (device, slot) DO UPDATE SET sku = excluded.sku, par_level = excluded.par_level,"
        " capacity = excluded.capacity",
        (f.device, f.slot, f.sku, f.par_level, f.capacity),
    )
    # A machine that is planned for and never came yet is there to be seen, with its slots.
    db.execute("INSERT OR IGNORE INTO devices (device, status) VALUES (?, 'disconnected')", (f.device,))


def _slot_counted(db: sqlite3.Connection, f: facts.SlotCounted, at: str) -> None:
    db.execute(
        "UPDATE slots SET count = count + ? WHERE device = ? AND slot = ?", (f.delta, f.device, f.slot)
    )


def _slot_blocked(db: sqlite3.Connection, f: facts.SlotBlocked, at: str) -> None:
    db.execute("UPDATE slots SET blocked = ? WHERE device = ? AND slot = ?", (f.reason, f.device, f.slot))


def _slot_unblocked(db: sqlite3.Connection, f: facts.SlotUnblocked, at: str) -> None:
    db.execute(
        "UPDATE slots SET blocked = '', failures = 0 WHERE device = ? AND slot = ?", (f.device, f.slot)
    )


def _device_described(db: sqlite3.Connection, f: device_facts.DeviceDescribed, at: str) -> None:
    db.execute(
        "INSERT INTO devices (device, kind, model, serial, firmware, boot, drop_sensor, last_seen_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device) DO UPDATE SET kind = excluded.kind,"
        " model = excluded.model, serial = excluded.serial, firmware = excluded.firmware,"
        " boot = excluded.boot, drop_sensor = excluded.drop_sensor, last_seen_at = excluded.last_seen_at",
        (
            f.device,
            f.kind,
            f.model,
            f.serial,
            f.firmware,
            f.boot,
            bool(f.capabilities.get("drop_sensor")),
            at,
        ),
    )


def _device_status(db: sqlite3.Connection, f: device_facts.DeviceStatusChanged, at: str) -> None:
    db.execute(
        "INSERT INTO devices (device, status, faults, last_seen_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (device) DO UPDATE SET status = excluded.status, faults = excluded.faults,"
        " last_seen_at = excluded.last_seen_at",
        (f.device, f.status, msgspec.json.encode(f.faults).decode(), at),
    )


def _order_placed(db: sqlite3.Connection, f: facts.OrderPlaced, at: str) -> None:
    db.execute(
        "INSERT INTO orders (id, state, channel, device, currency, total_minor, placed_at, expires_at, member,"
        " tax_minor) VALUES (?, 'open', ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            f.order,
            f.channel,
            f.device,
            f.currency,
            f.total_minor,
            at,
            f.expires_at,
            f.member,
            sum(x.qty * x.tax_minor for x in f.lines),
        ),
    )
    frozen_lines(db, f)


def _order_closed(db: sqlite3.Connection, f: facts.OrderClosed, at: str) -> None:
    db.execute("UPDATE orders SET state = ?, closed_at = ? WHERE id = ?", (f.state, at, f.order))
    if f.state in ("cancelled", "expired"):
        let_go(db, f.order)


def _cancel_requested(db: sqlite3.Connection, f: facts.OrderCancelRequested, at: str) -> None:
    db.execute("UPDATE orders SET cancel_requested = 1 WHERE id = ?", (f.order,))


def _payment_requested(db: sqlite3.Connection, f: facts.PaymentRequested, at: str) -> None:
    db.execute(
        "INSERT INTO payments (id, order_id, method, state, amount_minor, currency, scanned, at)"
        " VALUES (?, ?, ?, 'created', ?, ?, ?, ?)",
        (f.payment, f.order, f.method, f.amount_minor, f.currency, int(f.scanned), at),
    )
    db.execute("UPDATE orders SET state = 'awaiting_payment' WHERE id = ? AND closed_at = ''", (f.order,))


def _payment_pending(db: sqlite3.Connection, f: facts.PaymentPending, at: str) -> None:
    db.execute(
        "UPDATE payments SET state = 'pending', provider_ref = ?,"
        " pay_url = CASE WHEN ? = '' THEN pay_url ELSE ? END WHERE id = ?",
        (f.provider_ref, f.pay_url, f.pay_url, f.payment),
    )


def _payment_paid(db: sqlite3.Connection, f: facts.PaymentPaid, at: str) -> None:
    db.execute(
        "UPDATE payments SET state = 'paid', provider_ref = ?, paid_at = ? WHERE id = ?",
        (f.provider_ref, at, f.payment),
    )
    db.execute(
        "UPDATE orders SET paid_minor = paid_minor + ?,"
        " state = CASE WHEN state IN ('open', 'awaiting_payment') THEN 'paid' ELSE state END WHERE id = ?",
        (f.amount_minor, f.order),
    )


def _payment_unknown(db: sqlite3.Connection, f: facts.PaymentUnknown, at: str) -> None:
    db.execute("UPDATE payments SET state = 'unknown', reason = ? WHERE id = ?", (f.reason, f.payment))


def _payment_closed(db: sqlite3.Connection, f: facts.PaymentClosed, at: str) -> None:
    db.execute("UPDATE payments SET state = 'closed' WHERE id = ?", (f.payment,))


def _refund_requested(db: sqlite3.Connection, f: facts.RefundRequested, at: str) -> None:
    db.execute(
        "INSERT INTO refunds (id, payment, order_id, amount_minor, currency, reason, state)"
        " VALUES (?, ?, ?, ?, ?, ?, 'requested')",
        (f.refund, f.payment, f.order, f.amount_minor, f.currency, f.reason),
    )


def _refunded(db: sqlite3.Connection, f: facts.PaymentRefunded, at: str) -> None:
    db.execute("UPDATE refunds SET state = 'refunded', refunded_at = ? WHERE id = ?", (at, f.refund))
    db.execute(
        "UPDATE payments SET state = 'refunded' WHERE id = ? AND amount_minor <="
        " (SELECT SUM(amount_minor) FROM refunds WHERE payment = ? AND state = 'refunded')",
        (f.payment, f.payment),
    )
    db.execute(
        "UPDATE orders SET refunded_minor = refunded_minor + ? WHERE id = ?", (f.amount_minor, f.order)
    )


def _refund_refused(db: sqlite3.Connection, f: facts.RefundRefused, at: str) -> None:
    db.execute("UPDATE refunds SET state = 'refused' WHERE id = ?", (f.refund,))


def _vend_requested(db: sqlite3.Connection, f: facts.VendRequested, at: str) -> None:
    db.execute(
        "INSERT INTO vends (id, order_id, line, device, slot, sku, price_minor, state, expires_at, due_by, at)"
        " SELECT ?, order_id, line, device, slot, sku, price_minor, 'requested', ?, ?, ? FROM order_lines"
        " WHERE order_id = ? AND line = ?",
        (f.vend, f.expires_at, f.due_by, at, f.order, f.line),
    )
    db.execute("UPDATE orders SET state = 'fulfilling' WHERE id = ?", (f.order,))


def _vend_started(db: sqlite3.Connection, f: facts.VendStarted, at: str) -> None:
    db.execute("UPDATE vends SET state = 'dispensing', at = ? WHERE id = ?", (at, f.vend))


def _vend_dispensed(db: sqlite3.Connection, f: facts.VendDispensed, at: str) -> None:
    db.execute(
        "UPDATE vends SET state = 'dispensed', sold_at = ?, at = ? WHERE id = ?", (f.sold_at, at, f.vend)
    )
    db.execute(
        "UPDATE slots SET held = held - 1, count = count - 1, failures = 0 WHERE device = ? AND slot = ?",
        (f.device, f.slot),
    )


def _vend_failed(db: sqlite3.Connection, f: facts.VendFailed, at: str) -> None:
    db.execute("UPDATE vends SET state = 'failed', code = ?, at = ? WHERE id = ?", (f.code, at, f.vend))
    by_motor = f.by == "device" and not f.code.startswith("refused:")
    db.execute(
        "UPDATE slots SET held = held - 1, failures = failures + ? WHERE device = ? AND slot = ?",
        (by_motor, f.device, f.slot),
    )


def _vend_unknown(db: sqlite3.Connection, f: facts.VendUnknown, at: str) -> None:
    db.execute(
        "UPDATE vends SET state = 'unknown', code = ?, case_number = ?, at = ? WHERE id = ?",
        (f.reason, f.case, at, f.vend),
    )


def _vend_disputed(db: sqlite3.Connection, f: facts.VendDisputed, at: str) -> None:
    db.execute("UPDATE vends SET disputed = ? WHERE id = ?", (f.device_says, f.vend))


def _cash_sold(db: sqlite3.Connection, f: facts.CashSold, at: str) -> None:
    db.execute(
        "INSERT INTO cash_sales VALUES (?, ?, ?, ?, ?, ?, ?)",
        (f.sale, f.device, f.slot, f.sku, f.price_minor, f.currency, f.sold_at),
    )
    db.execute("UPDATE slots SET count = count - 1 WHERE device = ? AND slot = ?", (f.device, f.slot))


PROJECTIONS: dict[type[facts.Fact], Projection] = {
    facts.StoreOpened: _store_opened,
    facts.ItemListed: _item_listed,
    facts.SlotPlanned: _slot_planned,
    facts.SlotCounted: _slot_counted,
    facts.SlotBlocked: _slot_blocked,
    facts.SlotUnblocked: _slot_unblocked,
    device_facts.DeviceDescribed: _device_described,
    device_facts.DeviceStatusChanged: _device_status,
    facts.OrderPlaced: _order_placed,
    facts.OrderClosed: _order_closed,
    facts.OrderCancelRequested: _cancel_requested,
    facts.PaymentRequested: _payment_requested,
    facts.PaymentPending: _payment_pending,
    facts.PaymentPaid: _payment_paid,
    facts.PaymentUnknown: _payment_unknown,
    facts.PaymentClosed: _payment_closed,
    facts.RefundRequested: _refund_requested,
    facts.PaymentRefunded: _refunded,
    facts.RefundRefused: _refund_refused,
    facts.VendRequested: _vend_requested,
    facts.VendStarted: _vend_started,
    facts.VendDispensed: _vend_dispensed,
    facts.VendFailed: _vend_failed,
    facts.VendUnknown: _vend_unknown,
    facts.VendDisputed: _vend_disputed,
    facts.CashSold: _cash_sold,
    **STOCK_PROJECTIONS,
    **MACHINE_PROJECTIONS,
    **FOOD_PROJECTIONS,
    **CAMPAIGN_PROJECTIONS,
    **RECEIPT_PROJECTIONS,
    **PAYMENT_PROJECTIONS,
    **DAY_PROJECTIONS,
    **HANDOVER_PROJECTIONS,
    **RETURN_PROJECTIONS,
}
