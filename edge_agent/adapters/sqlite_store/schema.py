"""Tables, and the migrations that make them; each commits together with its record (sqlite-utils)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

from edge_agent.adapters.sqlite_store.day_tables import DAY_TABLES, Z_PRINTS
from edge_agent.adapters.sqlite_store.handover_tables import HANDOVER_TABLES
from edge_agent.adapters.sqlite_store.member_projections import MEMBER_TABLES
from edge_agent.adapters.sqlite_store.payment_tables import PAYMENT_TABLES
from edge_agent.adapters.sqlite_store.pickup_tables import PICKUP_TABLES
from edge_agent.adapters.sqlite_store.promotion_tables import PROMOTION_TABLES
from edge_agent.adapters.sqlite_store.receipt_projections import RECEIPT_TABLES, keep_open_orders
from edge_agent.adapters.sqlite_store.return_tables import RETURN_TABLES
from edge_agent.adapters.sqlite_store.signed_tables import SIGNED_TABLES
from edge_agent.adapters.sqlite_store.stock_projections import rights_from_slots

migrations = Migrations("popshop-edge")


@migrations()
def journal_and_tables(db: sqlite_utils.Database) -> None:
    """The first shape of the file."""
    _run(db, _FIRST)


@migrations()
def epochs_and_rights(db: sqlite_utils.Database) -> None:
    """A journal per epoch, the right to sell, the stock room, reservations, and the place in headquarters' log.

    What an older file has is of its store's one epoch; its rights are what stands in its slots. `rights_since` keeps
    up to which ledger row that was so.
    """
    _run(db, _EPOCHS_AND_RIGHTS)
    rights_from_slots(db.conn)


@migrations()
def first_epoch_of_the_file(db: sqlite_utils.Database) -> None:
    """In which epoch the file began: in a later one than the first, its computer replaces a lost one."""
    _run(db, _BEGAN)


@migrations()
def items_by_gtin(db: sqlite_utils.Database) -> None:
    """A scanned product is found by its number."""
    _run(db, "CREATE INDEX items_by_gtin ON items (gtin) WHERE gtin <> ''")


@migrations()
def labels_and_footfall(db: sqlite_utils.Database) -> None:
    """Versions of prices, what labels show and should show, and people counted by the hour of the store's clock."""
    _run(db, _LABELS_AND_FOOTFALL)


@migrations()
def audits_of_machines(db: sqlite_utils.Database) -> None:
    """Where each machine's counters stood at its last audit, and audits that differ from the shop's own counts."""
    _run(db, _AUDITS)


@migrations()
def food_and_its_warmth(db: sqlite_utils.Database) -> None:
    """Which items are food, when each device was last known to be cold enough, and whose food is not sold."""
    _run(db, _FOOD)


@migrations()
def campaigns_and_samples(db: sqlite_utils.Database) -> None:
    """Sampling campaigns, and which order is whose sample."""
    _run(db, _CAMPAIGNS)


@migrations()
def rules_of_headquarters(db: sqlite_utils.Database) -> None:
    """What headquarters laid down for this store, as it came."""
    _run(db, "CREATE TABLE store_rules (one INTEGER PRIMARY KEY CHECK (one = 1), rules TEXT NOT NULL)")


@migrations()
def receipts_and_prints(db: sqlite_utils.Database) -> None:
    """Receipts by their numbers, and what waits for the printer."""
    _run(db, RECEIPT_TABLES)
    keep_open_orders(db.conn)


@migrations()
def handing_over(db: sqlite_utils.Database) -> None:
    """Ways to hand over beside a machine's, and what an order's lines were frozen with."""
    _run(db, HANDOVER_TABLES)


@migrations()
def members_and_points(db: sqlite_utils.Database) -> None:
    """Members, the points that the store holds for them, and what each of their orders moved."""
    _run(db, MEMBER_TABLES)


@migrations()
def days_and_drawers(db: sqlite_utils.Database) -> None:
    """Closed days with their Z reports, cash moved and counted, and who has the drawer."""
    _run(db, DAY_TABLES)


@migrations()
def promotions_and_games(db: sqlite_utils.Database) -> None:
    """Price rules, coupons with the orders that used them up, and games with their draws."""
    _run(db, PROMOTION_TABLES)


@migrations()
def payments_and_statements(db: sqlite_utils.Database) -> None:
    """When money was asked for and came, whether headquarters can be reached, and providers' books against ours."""
    _run(db, PAYMENT_TABLES)


@migrations()
def signed_receipts(db: sqlite_utils.Database) -> None:
    """Which payment a signed receipt paid."""
    _run(db, SIGNED_TABLES)


@migrations()
def samples_among_lines(db: sqlite_utils.Database) -> None:
    """Which line of its order a sample is."""
    _run(db, "ALTER TABLE samples ADD COLUMN line INTEGER NOT NULL DEFAULT 1")


@migrations()
def picking_up(db: sqlite_utils.Database) -> None:
    """Who handed a line over, and orders by the end of their names."""
    _run(db, PICKUP_TABLES)


@migrations()
def returned_units(db: sqlite_utils.Database) -> None:
    """Which units handed over no longer count as sold."""
    _run(db, RETURN_TABLES)


@migrations()
def prints_of_reports(db: sqlite_utils.Database) -> None:
    """How often a Z was printed."""
    _run(db, Z_PRINTS)


def _run(db: sqlite_utils.Database, statements: str) -> None:
    for statement in statements.split(";"):
        if statement.strip():
            db.execute(statement)


_FIRST = """
CREATE TABLE store (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, name TEXT NOT NULL,
    timezone TEXT NOT NULL, currency TEXT NOT NULL, epoch INTEGER NOT NULL);

CREATE TABLE journal (stream TEXT NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL, hash BLOB NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (stream, seq)) WITHOUT ROWID;
CREATE TABLE replies (command TEXT PRIMARY KEY, reply BLOB NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE device_logs (device TEXT NOT NULL, boot TEXT NOT NULL, upto INTEGER NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (device, boot)) WITHOUT ROWID;
CREATE TABLE quarantine (id INTEGER PRIMARY KEY, device TEXT NOT NULL, topic TEXT NOT NULL,
    reason TEXT NOT NULL, body BLOB NOT NULL, at TEXT NOT NULL);
CREATE TABLE sync (stream TEXT PRIMARY KEY, acked INTEGER NOT NULL, hash TEXT NOT NULL, at TEXT NOT NULL)
    WITHOUT ROWID;

CREATE TABLE items (sku TEXT PRIMARY KEY, gtin TEXT NOT NULL, name_zh TEXT NOT NULL, name_en TEXT NOT NULL,
    brand TEXT NOT NULL, category TEXT NOT NULL, price_minor INTEGER NOT NULL, currency TEXT NOT NULL,
    tax_rate_bp INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE devices (device TEXT PRIMARY KEY, kind TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '',
    serial TEXT NOT NULL DEFAULT '', firmware TEXT NOT NULL DEFAULT '', boot TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'init', faults TEXT NOT NULL DEFAULT '[]',
    readings TEXT NOT NULL DEFAULT '{}', last_seen_at TEXT NOT NULL DEFAULT '', clock_offset_ms INTEGER,
    described TEXT NOT NULL DEFAULT '', drop_sensor INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE slots (device TEXT NOT NULL, slot TEXT NOT NULL, sku TEXT NOT NULL,
    count INTEGER NOT NULL DEFAULT 0 CHECK (count >= 0), held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
    par_level INTEGER NOT NULL, capacity INTEGER NOT NULL, blocked TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (device, slot)) WITHOUT ROWID;
CREATE INDEX slots_of_item ON slots (sku);

CREATE TABLE orders (id TEXT PRIMARY KEY, state TEXT NOT NULL, channel TEXT NOT NULL, device TEXT NOT NULL,
    currency TEXT NOT NULL, total_minor INTEGER NOT NULL, paid_minor INTEGER NOT NULL DEFAULT 0,
    refunded_minor INTEGER NOT NULL DEFAULT 0, placed_at TEXT NOT NULL, expires_at TEXT NOT NULL,
    cancel_requested INTEGER NOT NULL DEFAULT 0, closed_at TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX orders_open ON orders (expires_at) WHERE closed_at = '';
CREATE INDEX orders_closed ON orders (closed_at) WHERE closed_at <> '';
CREATE TABLE order_lines (order_id TEXT NOT NULL, line INTEGER NOT NULL, sku TEXT NOT NULL,
    qty INTEGER NOT NULL, list_price_minor INTEGER NOT NULL, price_minor INTEGER NOT NULL,
    tax_rate_bp INTEGER NOT NULL, device TEXT NOT NULL, slot TEXT NOT NULL,
    PRIMARY KEY (order_id, line)) WITHOUT ROWID;
CREATE TABLE payments (id TEXT PRIMARY KEY, order_id TEXT NOT NULL, method TEXT NOT NULL, state TEXT NOT NULL,
    amount_minor INTEGER NOT NULL, currency TEXT NOT NULL, provider_ref TEXT NOT NULL DEFAULT '',
    pay_url TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX payments_of_order ON payments (order_id);
CREATE INDEX payments_live ON payments (id) WHERE state IN ('created', 'pending', 'unknown');
CREATE TABLE refunds (id TEXT PRIMARY KEY, payment TEXT NOT NULL, order_id TEXT NOT NULL,
    amount_minor INTEGER NOT NULL, currency TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL)
    WITHOUT ROWID;
CREATE INDEX refunds_of_order ON refunds (order_id);
CREATE INDEX refunds_open ON refunds (id) WHERE state <> 'refunded';
CREATE TABLE vends (id TEXT PRIMARY KEY, order_id TEXT NOT NULL, line INTEGER NOT NULL, device TEXT NOT NULL,
    slot TEXT NOT NULL, sku TEXT NOT NULL, price_minor INTEGER NOT NULL, state TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT '', case_number TEXT NOT NULL DEFAULT '', expires_at TEXT NOT NULL,
    due_by TEXT NOT NULL, sold_at TEXT NOT NULL DEFAULT '', disputed TEXT NOT NULL DEFAULT '',
    at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX vends_of_order ON vends (order_id);
CREATE INDEX vends_open ON vends (device, state) WHERE state IN ('requested', 'dispensing', 'unknown');
CREATE INDEX vends_disputed ON vends (id) WHERE disputed <> '';
CREATE TABLE cash_sales (sale TEXT PRIMARY KEY, device TEXT NOT NULL, slot TEXT NOT NULL, sku TEXT NOT NULL,
    price_minor INTEGER NOT NULL, currency TEXT NOT NULL, sold_at TEXT NOT NULL) WITHOUT ROWID
"""

_EPOCHS_AND_RIGHTS = """
ALTER TABLE journal RENAME TO old_journal;
CREATE TABLE journal (epoch INTEGER NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL,
    hash BLOB NOT NULL, at TEXT NOT NULL, PRIMARY KEY (epoch, stream, seq)) WITHOUT ROWID;
INSERT INTO journal SELECT store.epoch, stream, seq, body, hash, at FROM old_journal, store ORDER BY stream, seq;

ALTER TABLE sync RENAME TO old_sync;
CREATE TABLE sync (epoch INTEGER NOT NULL, stream TEXT NOT NULL, acked INTEGER NOT NULL, hash TEXT NOT NULL,
    at TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (epoch, stream)) WITHOUT ROWID;
INSERT INTO sync SELECT store.epoch, stream, acked, hash, at, 0 FROM old_sync, store;

CREATE TABLE link (one INTEGER PRIMARY KEY CHECK (one = 1), down_seq INTEGER NOT NULL, incarnation INTEGER NOT NULL,
    standing TEXT NOT NULL, standing_reason TEXT NOT NULL, rights_since INTEGER NOT NULL);
INSERT INTO link SELECT 1, 0, 0, 'ok', '', COALESCE(MAX(seq), 0) FROM old_journal WHERE stream = 'ledger';
DROP TABLE old_journal;
DROP TABLE old_sync;

CREATE TABLE rights (sku TEXT PRIMARY KEY, available INTEGER NOT NULL CHECK (available >= 0),
    held INTEGER NOT NULL CHECK (held >= 0), deficit INTEGER NOT NULL CHECK (deficit >= 0),
    counted_in INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE room (sku TEXT NOT NULL, bucket TEXT NOT NULL, units INTEGER NOT NULL CHECK (units >= 0),
    PRIMARY KEY (sku, bucket)) WITHOUT ROWID;
CREATE TABLE pins (reservation TEXT PRIMARY KEY, sku TEXT NOT NULL, qty INTEGER NOT NULL CHECK (qty >= 0),
    how TEXT NOT NULL, for_whom TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX pins_open ON pins (sku) WHERE state = 'open'
"""

_BEGAN = """
ALTER TABLE store ADD COLUMN began INTEGER NOT NULL DEFAULT 1;
UPDATE store SET began = COALESCE((SELECT MIN(epoch) FROM journal), epoch)
"""

_LABELS_AND_FOOTFALL = """
ALTER TABLE items ADD COLUMN price_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN price_version INTEGER NOT NULL DEFAULT 0;
CREATE TABLE labels (device TEXT NOT NULL, label TEXT NOT NULL, sku TEXT NOT NULL,
    pending INTEGER NOT NULL DEFAULT 1, since TEXT NOT NULL, asked_from TEXT NOT NULL,
    lagged INTEGER NOT NULL DEFAULT 0, failed TEXT NOT NULL DEFAULT '', shown_item TEXT, shown_price_minor INTEGER,
    shown_version INTEGER, shown_at TEXT NOT NULL DEFAULT '', PRIMARY KEY (device, label)) WITHOUT ROWID;
CREATE INDEX labels_of_item ON labels (sku);
CREATE INDEX labels_pending ON labels (since) WHERE pending = 1;
CREATE TABLE footfall (device TEXT NOT NULL, day TEXT NOT NULL, hour INTEGER NOT NULL, entered INTEGER NOT NULL,
    "left" INTEGER NOT NULL, PRIMARY KEY (device, day, hour)) WITHOUT ROWID
"""

_AUDITS = """
CREATE TABLE audits (device TEXT PRIMARY KEY, number INTEGER NOT NULL, at TEXT NOT NULL, standings TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE audit_cases (audit TEXT PRIMARY KEY, device TEXT NOT NULL, since TEXT NOT NULL, at TEXT NOT NULL,
    lines TEXT NOT NULL, more INTEGER NOT NULL, verdict TEXT NOT NULL DEFAULT '', settled_at TEXT NOT NULL DEFAULT '')
    WITHOUT ROWID;
CREATE INDEX audit_cases_open ON audit_cases (at) WHERE verdict = ''
"""

_FOOD = """
ALTER TABLE items ADD COLUMN food INTEGER NOT NULL DEFAULT 0;
CREATE INDEX items_food ON items (sku) WHERE food = 1;
CREATE TABLE warmth (device TEXT PRIMARY KEY, good_at TEXT NOT NULL, warm INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE food_stops (device TEXT PRIMARY KEY, code TEXT NOT NULL, reason TEXT NOT NULL, since TEXT NOT NULL,
    at TEXT NOT NULL) WITHOUT ROWID
"""

_CAMPAIGNS = """
CREATE TABLE campaigns (campaign TEXT PRIMARY KEY, brand TEXT NOT NULL, name_zh TEXT NOT NULL, name_en TEXT NOT NULL,
    skus TEXT NOT NULL, devices TEXT NOT NULL, per TEXT NOT NULL, starts_at TEXT NOT NULL, ends_at TEXT NOT NULL,
    most INTEGER NOT NULL, consent_zh TEXT NOT NULL, consent_en TEXT NOT NULL, consent_version TEXT NOT NULL,
    given INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX campaigns_by_end ON campaigns (ends_at);
CREATE TABLE samples (order_id TEXT PRIMARY KEY, campaign TEXT NOT NULL, subject TEXT NOT NULL, sku TEXT NOT NULL,
    standing INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
CREATE INDEX samples_standing ON samples (campaign, subject) WHERE standing = 1
"""


def migrate(path: Path) -> None:
    """Bring the file to this version's shape. Safe to run at every start."""
    db = sqlite_utils.Database(path)
    try:
        db.conn.execute("PRAGMA journal_mode = WAL")
        db.conn.execute("PRAGMA synchronous = FULL")
        migrations.apply(db)
    finally:
        db.close()


def shape(db: sqlite3.Connection) -> None:
    """Make the tables over a given connection, as for a database in memory."""
    migrations.apply(sqlite_utils.Database(db))
