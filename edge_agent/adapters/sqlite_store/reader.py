"""State for decisions, read inside the writer's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

import msgspec

from cloud_sync.protocol.eva_dts.reconcile import Sold, Standing
from cloud_sync.protocol.rules_facts import StoreRules
from cloud_sync.protocol.stock_rights import Right
from edge_agent.adapters.sqlite_store.day_reader import DayReader
from edge_agent.adapters.sqlite_store.member_reader import MemberReader
from edge_agent.adapters.sqlite_store.payment_reader import PaymentReader
from edge_agent.adapters.sqlite_store.promotion_reader import PromotionReader
from edge_agent.adapters.sqlite_store.receipt_reader import ReceiptReader
from edge_agent.adapters.sqlite_store.stock_projections import PROMISED, order_units
from edge_agent.domain.audit import AuditCase, Books, LastAudit
from edge_agent.domain.campaign import Campaign, Sample
from edge_agent.domain.device import Device
from edge_agent.domain.food import FoodIn, Warmth
from edge_agent.domain.goods import Stocked
from edge_agent.domain.label import Label, LabelKey
from edge_agent.domain.order import Checkout, Handover, Item, Line, Order, Payment, Refund, Vend
from edge_agent.domain.places import Slot
from edge_agent.domain.rights import Pin, Promise, Units

_SLOT = """SELECT s.device, s.slot, s.sku, s.count, s.held, s.blocked <> '', COALESCE(d.status, '') = 'ready',
    s.failures, COALESCE(i.food, 0) AND EXISTS (SELECT 1 FROM food_stops f WHERE f.device = s.device),
    COALESCE(d.kind, '') = 'sampling', COALESCE(d.kind, '') = 'shelf'
    FROM slots s LEFT JOIN devices d ON d.device = s.device LEFT JOIN items i ON i.sku = s.sku"""

_ITEM = "SELECT sku, price_minor, currency, tax_rate_bp, price_version, tax_group, brand, category FROM items"
_LABEL = """SELECT l.device, l.label, l.sku, i.price_version, CASE WHEN l.pending THEN l.since ELSE '' END,
    l.lagged <> 0, COALESCE(l.shown_version, 0)
    FROM labels l JOIN items i ON i.sku = l.sku WHERE l.device = ? AND l.label = ?"""

_rules = msgspec.json.Decoder(StoreRules)
_standings = msgspec.json.Decoder(tuple[Standing, ...])


def _slot(row: tuple[str, str, str, int, int, int, int, int, int, int, int]) -> Slot:
    device, slot, sku, count, held, blocked, ready, failures, spoiling, sampling, shelf = row
    flags = bool(spoiling), bool(sampling), bool(shelf)
    return Slot(device, slot, sku, count, held, bool(blocked), bool(ready), failures, *flags)


def _marks(values: Collection[str]) -> str:
    return ",".join("?" * len(values))


class SqliteReader(PaymentReader, ReceiptReader, MemberReader, DayReader, PromotionReader):
    """Fills `services.ports.Reader` from the writer's connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.begin()

    def begin(self) -> None:
        """A transaction begins, or what was remembered in it is not true any more."""
        self._currency = ""
        self._standing: tuple[str, str] | None = None

    def currency(self) -> str:
        """The store's currency; read once per transaction."""
        if not self._currency:
            row = self._db.execute("SELECT currency FROM store").fetchone()
            self._currency = str(row[0])
        return self._currency

    def store_epoch(self) -> int:
        """The epoch this file writes in; 0 before the first."""
        row = self._db.execute("SELECT epoch FROM store").fetchone()
        return int(row[0]) if row else 0

    def store_rules(self) -> StoreRules:
        """What headquarters laid down; the usual rules before it did."""
        row = self._db.execute("SELECT rules FROM store_rules").fetchone()
        return StoreRules(version=0) if row is None else _rules.decode(row[0])

    def checkout(self, skus: Collection[str]) -> Checkout:
        """Items and slots of some SKUs."""
        marks, values = _marks(skus), tuple(skus)
        slots = self._db.execute(f"{_SLOT} WHERE s.sku IN ({marks})", values)
        return Checkout(
            self.currency(),
            self.items(skus),
            tuple(_slot(row) for row in slots),
            {sku: self.right(sku) for sku in skus},
            self._room(skus),
        )

    def _room(self, skus: Collection[str]) -> dict[str, int]:
        """Units of the stock room that no order waits for."""
        rows = self._db.execute(
            "SELECT r.sku, r.units - COALESCE(h.units, 0) FROM room r LEFT JOIN room_held h ON h.sku = r.sku"
            f" WHERE r.bucket = 'available' AND r.sku IN ({_marks(skus)})",
            tuple(skus),
        )
        return {sku: max(0, units) for sku, units in rows}

    def items(self, skus: Collection[str]) -> dict[str, Item]:
        """Those that are in the catalogue, with their prices."""
        found = (self._db.execute(f"{_ITEM} WHERE sku = ?", (sku,)).fetchone() for sku in skus)
        return {row[0]: Item(*row) for row in found if row is not None}

    def known_skus(self, skus: Collection[str]) -> frozenset[str]:
        """Those that are in the catalogue."""
        found: set[str] = set()
        for sku in skus:
            if self._db.execute("SELECT 1 FROM items WHERE sku = ?", (sku,)).fetchone():
                found.add(sku)
        return frozenset(found)

    def brand(self, sku: str) -> str:
        """The brand of a SKU, or nothing."""
        row = self._db.execute("SELECT brand FROM items WHERE sku = ?", (sku,)).fetchone()
        return str(row[0]) if row else ""

    def sku_of_gtin(self, gtin14: str) -> str:
        """The SKU with this GTIN (14 digits); nothing where none has it, or several do."""
        rows = self._db.execute(
            "SELECT sku FROM items WHERE gtin = ? AND gtin <> '' LIMIT 2", (gtin14,)
        ).fetchall()
        return str(rows[0][0]) if len(rows) == 1 else ""

    def slot(self, device: str, slot: str) -> Slot | None:
        """One slot."""
        row = self._db.execute(f"{_SLOT} WHERE s.device = ? AND s.slot = ?", (device, slot)).fetchone()
        return _slot(row) if row else None

    def slots(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Slot]:
        """Those slots that exist."""
        found = ((key, self.slot(*key)) for key in keys)
        return {key: slot for key, slot in found if slot is not None}

    def labels(self, keys: Collection[LabelKey]) -> dict[LabelKey, Label]:
        """Those labels that are planned."""
        rows = (self._db.execute(_LABEL, key).fetchone() for key in keys)
        found = [Label(*row) for row in rows if row is not None]
        return {(label.device, label.label): label for label in found}

    def device(self, device: str) -> Device | None:
        """One device."""
        row = self._db.execute(
            "SELECT kind, status, faults, boot, described, drop_sensor FROM devices WHERE device = ?",
            (device,),
        ).fetchone()
        if row is None:
            return None
        kind, status, faults, boot, described, drop_sensor = row
        return Device(device, kind, status, tuple(json.loads(faults)), boot, described, bool(drop_sensor))

    def order(self, order: str) -> Order | None:
        """One order with all that hangs on it."""
        row = self._db.execute(
            "SELECT id, state, currency, total_minor, expires_at, cancel_requested FROM orders WHERE id = ?",
            (order,),
        ).fetchone()
        if row is None:
            return None
        lines = self._db.execute(
            "SELECT line, sku, qty, price_minor, device, slot, handover, reservation FROM order_lines"
            " WHERE order_id = ? ORDER BY line",
            (order,),
        )
        handovers = self._db.execute(
            "SELECT id, line, how, sku, qty, amount_minor, state, device, slot, sold_at, reversed"
            " FROM handovers"
            " WHERE order_id = ?",
            (order,),
        )
        payments = self._db.execute(
            "SELECT id, method, state, amount_minor, currency FROM payments WHERE order_id = ?", (order,)
        )
        refunds = self._db.execute(
            "SELECT id, payment, amount_minor, state FROM refunds WHERE order_id = ?", (order,)
        )
        vends = self._db.execute(
            "SELECT id, line, device, slot, sku, price_minor, state, due_by, sold_at, reversed FROM vends"
            " WHERE order_id = ?",
            (order,),
        )
        return Order(
            id=row[0],
            state=row[1],
            currency=row[2],
            total_minor=row[3],
            expires_at=row[4],
            cancel_requested=bool(row[5]),
            lines=tuple(Line(*each) for each in lines),
            payments=tuple(Payment(*each) for each in payments),
            refunds=tuple(Refund(*each) for each in refunds),
            vends=tuple(Vend(*each) for each in vends),
            handovers=tuple(Handover(*each) for each in handovers),
        )

    def _order_by(self, table: str, key: str) -> Order | None:
        row = self._db.execute(f"SELECT order_id FROM {table} WHERE id = ?", (key,)).fetchone()
        return self.order(row[0]) if row else None

    def order_of_payment(self, payment: str) -> Order | None:
        """The order a payment belongs to."""
        return self._order_by("payments", payment)

    def order_of_refund(self, refund: str) -> Order | None:
        """The order a refund belongs to."""
        return self._order_by("refunds", refund)

    def order_of_handover(self, handover: str) -> Order | None:
        """The order a handover belongs to."""
        return self._order_by("handovers", handover)

    def order_of_vend(self, vend: str) -> Order | None:
        """The order a vend belongs to."""
        return self._order_by("vends", vend)

    def open_vends(self, device: str, states: Collection[str]) -> list[str]:
        """Ids of a device's vends in some of the open states."""
        rows = self._db.execute(
            f"SELECT id FROM vends WHERE device = ? AND state IN ({_marks(states)})"
            " AND state IN ('requested', 'dispensing', 'unknown') ORDER BY id",
            (device, *states),
        )
        return [row[0] for row in rows]

    def queued(self, devices: Collection[str]) -> dict[str, int]:
        """How many vends each device still has to do."""
        return {device: len(self.open_vends(device, ("requested", "dispensing"))) for device in devices}

    def audit_books(self, device: str) -> Books:
        """What the shop has of a machine, to hold an audit against."""
        sold = self._db.execute(
            "SELECT slot, SUM(units), SUM(cash), SUM(paid) FROM (SELECT slot, 0 AS units, 0 AS cash, 0 AS paid"
            " FROM slots WHERE device = ?1 UNION ALL SELECT slot, 1, 0, price_minor FROM vends"
            " WHERE device = ?1 AND state = 'dispensed' UNION ALL SELECT slot, 1, price_minor, 0 FROM cash_sales"
            " WHERE device = ?1) GROUP BY slot",
            (device,),
        )
        under_way = self._db.execute(
            "SELECT slot, COUNT(*) FROM vends WHERE device = ?"
            " AND state IN ('requested', 'dispensing', 'unknown') GROUP BY slot",
            (device,),
        )
        last = self._db.execute(
            "SELECT number, at, standings FROM audits WHERE device = ?", (device,)
        ).fetchone()
        return Books(
            {slot: Sold(*figures) for slot, *figures in sold},
            dict(under_way.fetchall()),
            None if last is None else LastAudit(last[0], last[1], _standings.decode(last[2])),
        )

    def audit_case(self, audit: str) -> AuditCase | None:
        """An audit that differs, or differed."""
        row = self._db.execute(
            "SELECT audit, device, verdict <> '' FROM audit_cases WHERE audit = ?", (audit,)
        ).fetchone()
        return None if row is None else AuditCase(row[0], row[1], bool(row[2]))

    def food_in(self, device: str) -> FoodIn:
        """The food in a device, how warm it is, and whether its sale is stopped."""
        warmth = self._db.execute("SELECT good_at, warm FROM warmth WHERE device = ?", (device,)).fetchone()
        stopped = self._db.execute("SELECT 1 FROM food_stops WHERE device = ?", (device,)).fetchone()
        slots = self._db.execute(f"{_SLOT} WHERE s.device = ? AND i.food = 1 ORDER BY s.slot", (device,))
        return FoodIn(
            device,
            tuple(_slot(row) for row in slots),
            None if warmth is None else Warmth(warmth[0], bool(warmth[1])),
            stopped is not None,
        )

    def campaign(self, campaign: str) -> Campaign | None:
        """One campaign."""
        row = self._db.execute(
            "SELECT campaign, brand, skus, devices, starts_at, ends_at, most, consent_version, given"
            " FROM campaigns WHERE campaign = ?",
            (campaign,),
        ).fetchone()
        if row is None:
            return None
        name, brand, skus, devices, *rest = row
        return Campaign(name, brand, tuple(json.loads(skus)), tuple(json.loads(devices)), *rest)

    def had_sample(self, campaign: str, subject: str) -> bool:
        """Whether a subject has had a campaign's sample, or has one on its way."""
        row = self._db.execute(
            "SELECT 1 FROM samples WHERE campaign = ? AND subject = ? AND standing = 1", (campaign, subject)
        ).fetchone()
        return row is not None

    def sample(self, order: str) -> Sample | None:
        """What an order is to a campaign; None for a sale."""
        row = self._db.execute(
            "SELECT s.order_id, s.campaign, s.subject, s.sku, s.standing <> 0, c.brand, c.per, s.line FROM samples s"
            " JOIN campaigns c ON c.campaign = s.campaign WHERE s.order_id = ?",
            (order,),
        ).fetchone()
        if row is None:
            return None
        order_id, campaign, subject, sku, standing, brand, per, line = row
        return Sample(order_id, campaign, subject, sku, bool(standing), brand, per, line)

    # ── goods and rights ────────────────────────────────────────────────────────────────────────────

    def right(self, sku: str) -> Right:
        """What may be done with a SKU; a new one has no units yet."""
        row = self._db.execute(
            "SELECT available, held, deficit, counted_in FROM rights WHERE sku = ?", (sku,)
        ).fetchone()
        return Right() if row is None else Right(row[0], row[1], row[2], bool(row[3]))

    def stocked(self, sku: str) -> Stocked:
        """A SKU's goods in every place, and its right."""
        room = dict(self._db.execute("SELECT bucket, units FROM room WHERE sku = ?", (sku,)))
        in_slots = self._db.execute("SELECT COALESCE(SUM(count), 0) FROM slots WHERE sku = ?", (sku,))
        open_vends = self._db.execute(
            "SELECT COUNT(*) FROM vends WHERE sku = ? AND state IN ('requested', 'dispensing', 'unknown')",
            (sku,),
        )
        return Stocked(
            bool(self.known_skus([sku])),
            self.right(sku),
            room,
            int(in_slots.fetchone()[0]),
            int(open_vends.fetchone()[0]),
        )

    def order_units(self, order: str) -> list[Units]:
        """What an order promised, per SKU."""
        return order_units(self._db, order)

    def pin(self, reservation: str) -> Pin | None:
        """One reservation."""
        row = self._db.execute(
            "SELECT reservation, sku, qty, state FROM pins WHERE reservation = ?", (reservation,)
        ).fetchone()
        return Pin(*row) if row else None

    def promises(self) -> list[Promise]:
        """Every unit that an open order or reservation waits for."""
        rows = self._db.execute(f"SELECT sku, order_id, qty FROM ({PROMISED}) ORDER BY sku, order_id")
        return [Promise(*row) for row in rows]

    def down_seq(self) -> int:
        """The last applied row of headquarters' log for the store's own epoch."""
        return int(self._db.execute("SELECT down_seq FROM link").fetchone()[0])

    def standing(self) -> str:
        """ok, unproven or fenced; read once per transaction."""
        return self._link()[0]

    def disk_is_proved(self) -> bool:
        """Whether nothing says that this disk may be an older copy of itself."""
        standing, reason = self._link()
        return standing != "unproven" and reason != "restored"

    def _link(self) -> tuple[str, str]:
        if self._standing is None:
            standing, reason = self._db.execute("SELECT standing, standing_reason FROM link").fetchone()
            self._standing = (standing, reason)
        return self._standing
