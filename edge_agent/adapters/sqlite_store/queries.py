"""What screens and workers ask: whole entities of `docs/agent-api.md`, from committed rows."""

from __future__ import annotations

import json
from collections.abc import Collection

from cloud_sync.protocol.identifiers import STREAMS
from edge_agent.adapters.sqlite_store.campaign_queries import CampaignQueries
from edge_agent.adapters.sqlite_store.day_queries import DayQueries
from edge_agent.adapters.sqlite_store.food_queries import SPOILING, FoodQueries
from edge_agent.adapters.sqlite_store.journal_queries import JournalQueries
from edge_agent.adapters.sqlite_store.label_queries import LabelQueries, entered
from edge_agent.adapters.sqlite_store.machine_queries import MachineQueries
from edge_agent.adapters.sqlite_store.member_queries import MemberQueries
from edge_agent.adapters.sqlite_store.payment_queries import PaymentQueries
from edge_agent.adapters.sqlite_store.pickup_queries import PickupQueries
from edge_agent.adapters.sqlite_store.promotion_queries import PromotionQueries
from edge_agent.adapters.sqlite_store.reader import SqliteReader
from edge_agent.adapters.sqlite_store.reading import Entity
from edge_agent.adapters.sqlite_store.receipt_queries import ReceiptQueries
from edge_agent.adapters.sqlite_store.shop_queries import ShopQueries
from edge_agent.adapters.sqlite_store.stock_queries import StockQueries

_PLACES = """
(SELECT SUM(CASE WHEN s.blocked = '' AND d.status = 'ready' AND NOT (items.food AND EXISTS
    (SELECT 1 FROM food_stops f WHERE f.device = s.device)) THEN MAX(s.count - s.held, 0) ELSE 0 END)
    FROM slots s JOIN devices d ON d.device = s.device
    WHERE s.sku = items.sku AND d.kind NOT IN ('sampling', 'shelf')) AS in_machines,
(SELECT SUM(CASE WHEN s.blocked = '' THEN MAX(s.count - s.held, 0) ELSE 0 END)
    FROM slots s JOIN devices d ON d.device = s.device WHERE s.sku = items.sku AND d.kind = 'shelf') AS on_shelves,
COALESCE((SELECT r.units FROM room r WHERE r.sku = items.sku AND r.bucket = 'available'), 0)
    - COALESCE((SELECT h.units FROM room_held h WHERE h.sku = items.sku), 0) AS in_room,
COALESCE((SELECT r.available FROM rights r WHERE r.sku = items.sku), 0) AS may_sell"""
"""Where units of an item stand that nobody was promised; None where no slot of that kind is planned for it."""


class Queries(
    JournalQueries,
    StockQueries,
    LabelQueries,
    MachineQueries,
    FoodQueries,
    CampaignQueries,
    ReceiptQueries,
    PaymentQueries,
    DayQueries,
    ShopQueries,
    PickupQueries,
    PromotionQueries,
    MemberQueries,
):
    """Entities for screens and workers; see `Reading` for how they are read."""

    has_warehouse = False
    """There is a headquarters, whose warehouse may have what the store has not."""

    def reader(self) -> SqliteReader:
        """What rules look at, over this thread's connection: for answers that change nothing."""
        return SqliteReader(self._db)

    # ── entities ────────────────────────────────────────────────────────────────────────────────────

    def store(self) -> Entity:
        """Who this store is."""
        return self._one("SELECT id, name, timezone, currency, epoch FROM store") or {}

    def items(self, skus: Collection[str] | None = None) -> list[Entity]:
        """Catalogue items with what can be sold of each now."""
        sql = f"SELECT items.*, {_PLACES} FROM items"
        rows = (
            self._rows(sql)
            if skus is None
            else [row for sku in skus for row in self._rows(f"{sql} WHERE items.sku = ?", sku)]
        )
        return [_sellable(row, self.has_warehouse) for row in rows]

    def order(self, order: str) -> Entity | None:
        """One order as screens see it."""
        head = self._one(
            "SELECT id, state, channel, device, currency, total_minor, tax_minor, paid_minor, refunded_minor,"
            " placed_at, expires_at, closed_at, member <> '' AS member FROM orders WHERE id = ?",
            order,
        )
        if head is None:
            return None
        payments = self._rows(
            "SELECT id, method, state, amount_minor, pay_url FROM payments WHERE order_id = ? ORDER BY id",
            order,
        )
        handovers = self._rows(
            "SELECT id AS handover, line, how, sku, qty, amount_minor, state, document, sold_at, handed_by AS by"
            " FROM handovers WHERE order_id = ? ORDER BY line",
            order,
        )
        return head | {
            "member": bool(head["member"]),
            "lines": [
                line | {"adjustments": json.loads(line["adjustments"])}
                for line in self._rows(
                    "SELECT l.line, l.sku, i.name_zh, i.name_en, l.qty, l.list_price_minor, l.price_minor, l.tax_minor,"
                    " l.price_version, l.device, l.slot, l.handover, l.adjustments"
                    " FROM order_lines l LEFT JOIN items i ON i.sku = l.sku WHERE l.order_id = ? ORDER BY l.line",
                    order,
                )
            ],
            "handovers": handovers,
            "pickup_code": self.pickup_code(order, handovers),
            "payment": payments[-1] if payments else None,
            "refunds": self._rows(
                "SELECT id, amount_minor, reason, state FROM refunds WHERE order_id = ? ORDER BY id", order
            ),
            "vends": self._rows(
                'SELECT id, line, sku, device, slot, state, code, case_number AS "case" FROM vends'
                " WHERE order_id = ? ORDER BY id",
                order,
            ),
            "receipt": self.receipt_shown(order),
            "points_earned": self.points_earned(order),
        }

    def recent_orders(self, closed_after: str) -> list[Entity]:
        """Open orders, and those that ended after a time."""
        ids = self._rows("SELECT id FROM orders WHERE closed_at = '' OR closed_at > ?", closed_after)
        found = (self.order(row["id"]) for row in ids)
        return [order for order in found if order is not None]

    def last_orders(self, most: int) -> list[Entity]:
        """The newest orders, newest first: by the indexes of open and of closed ones, however many there are."""
        ids = self._rows(
            "SELECT id FROM (SELECT id FROM orders WHERE closed_at = '' ORDER BY expires_at DESC LIMIT ?)"
            " UNION ALL SELECT id FROM"
            " (SELECT id FROM orders WHERE closed_at <> '' ORDER BY closed_at DESC LIMIT ?)",
            most,
            most,
        )
        found = [order for row in ids if (order := self.order(row["id"])) is not None]
        return sorted(found, key=lambda order: str(order["placed_at"]), reverse=True)[:most]

    def devices(self, names: Collection[str] | None = None) -> list[Entity]:
        """Devices with their slots."""
        sql = (
            "SELECT device AS id, kind, model, serial, firmware, boot, status, faults, readings, last_seen_at,"
            " clock_offset_ms FROM devices"
        )
        rows = (
            self._rows(f"{sql} ORDER BY device")
            if names is None
            else [row for name in names for row in self._rows(f"{sql} WHERE device = ?", name)]
        )
        for row in rows:
            row["faults"] = json.loads(row["faults"])
            row["readings"] = json.loads(row["readings"])
            row["food_stopped"] = self.food_stop(row["id"])
            row["slots"] = self._rows(
                "SELECT s.slot, s.sku, i.name_zh, i.name_en, s.count, s.held, s.par_level, s.capacity,"
                " NULLIF(s.blocked, '') AS blocked, COALESCE(i.food, 0) AS food"
                " FROM slots s LEFT JOIN items i ON i.sku = s.sku WHERE s.device = ? ORDER BY s.slot",
                row["id"],
            )
            for slot in row["slots"]:
                slot["food"] = bool(slot["food"])
        return rows

    def cases(self) -> list[Entity]:
        """Vends a person must look at: unknown ones, and settled ones the machine disputes."""
        return self._rows(
            'SELECT v.id, v.order_id AS "order", v.device, v.slot, v.sku, i.name_zh, i.name_en, v.price_minor,'
            " o.currency, v.state, v.code, v.case_number, v.disputed, v.at FROM vends v"
            " JOIN orders o ON o.id = v.order_id LEFT JOIN items i ON i.sku = v.sku"
            " WHERE (v.state = 'unknown' AND v.state IN ('requested', 'dispensing', 'unknown'))"
            " OR v.disputed <> '' ORDER BY v.at"
        )

    def open_refunds(self) -> list[Entity]:
        """Refunds that are not through, with the payment they belong to."""
        return self._rows(
            'SELECT r.id, r.payment, r.order_id AS "order", r.amount_minor, r.currency, r.reason, r.state,'
            " p.method, p.provider_ref, p.amount_minor AS paid_minor FROM refunds r JOIN payments p ON p.id = r.payment"
            " WHERE r.state <> 'refunded' ORDER BY r.id"
        )

    def vends_under_way(self) -> list[Entity]:
        """Vends whose machine has not settled them yet, oldest first."""
        return self._rows(
            f'SELECT id, device, slot, order_id AS "order", line, state, expires_at, {SPOILING} AS spoiling FROM vends'
            " WHERE state IN ('requested', 'dispensing') AND state IN ('requested', 'dispensing', 'unknown')"
            " ORDER BY at, id"
        )

    def overdue_vends(self, now: str) -> list[str]:
        """Vends past their time."""
        rows = self._rows(
            "SELECT id FROM vends WHERE state IN ('requested', 'dispensing') AND due_by <= ?"
            " AND state IN ('requested', 'dispensing', 'unknown')",
            now,
        )
        return [row["id"] for row in rows]

    def expired_orders(self, now: str) -> list[str]:
        """Orders nobody paid in time and for which no payment is on its way."""
        rows = self._rows(
            "SELECT id FROM orders o WHERE closed_at = '' AND expires_at <= ? AND paid_minor = 0"
            " AND state IN ('open', 'awaiting_payment') AND NOT EXISTS (SELECT 1 FROM payments p"
            " WHERE p.order_id = o.id AND p.state IN ('created', 'pending', 'unknown', 'paid'))",
            now,
        )
        return [row["id"] for row in rows]

    # ── for a person ────────────────────────────────────────────────────────────────────────────────

    def quarantined(self, most: int = 100) -> list[Entity]:
        """The newest quarantined messages, without their bytes."""
        return self._rows(
            "SELECT id, device, topic, reason, length(body) AS bytes, at FROM quarantine ORDER BY id DESC LIMIT ?",
            most,
        )

    def totals(self) -> Entity:
        """The store's own sums, for summaries: events, orders by end, money by its minor unit."""
        money = (
            self._one(
                "SELECT COALESCE(SUM(paid_minor), 0) AS paid, COALESCE(SUM(refunded_minor), 0) AS refunded FROM orders"
            )
            or {}
        )
        cash = (
            self._one("SELECT COUNT(*) AS units, COALESCE(SUM(price_minor), 0) AS minor FROM cash_sales")
            or {}
        )
        orders = {
            r["state"]: r["n"] for r in self._rows("SELECT state, COUNT(*) AS n FROM orders GROUP BY state")
        }
        vends = {
            r["state"]: r["n"] for r in self._rows("SELECT state, COUNT(*) AS n FROM vends GROUP BY state")
        }
        events = {
            stream: sum(self.last_seq(stream, epoch) for epoch in [*self._earlier_epochs(), self.epoch()])
            for stream in STREAMS
        }
        return {
            "events": events["ledger"] + events["interactions"],
            "ledger_events": events["ledger"],
            "interaction_events": events["interactions"],
            "orders": orders,
            "vends": vends,
            "cash_sales": cash["units"],
            "paid_minor": money["paid"],
            "refunded_minor": money["refunded"],
            "cash_minor": cash["minor"],
            "takings_minor": money["paid"] - money["refunded"] + cash["minor"],
            "visitors": entered(self.visitors()),
            "quarantined": (self._one("SELECT COUNT(*) AS n FROM quarantine") or {"n": 0})["n"],
        }


def _sellable(row: Entity, has_warehouse: bool) -> Entity:
    """An item with how many can be had now, and by which ways: as `domain.places` chooses."""
    places = {"vend": row.pop("in_machines"), "shelf": row.pop("on_shelves"), "staff": row.pop("in_room")}
    may_sell = row.pop("may_sell")
    usual = next((units for units in places.values() if units is not None), 0)
    ways = [way for way, units in places.items() if units and units > 0 and may_sell > 0]
    if "staff" in ways:
        ways += ["pickup", "ship_store"]
    if not ways and has_warehouse and not row["food"]:
        # Whether the warehouse has it is asked when it is ordered. What spoils is not sent.
        ways = ["ship_warehouse"]
    available = max(0, min(usual, may_sell))
    return row | {"food": bool(row["food"]), "available": available, "sellable": available > 0, "ways": ways}
