"""Headquarters' tables and how they came to be. Every key starts with the store, no key crosses stores.

A migration commits together with its record; an applied one is never edited, a new one is added.
"""

from __future__ import annotations

from typing import Final, LiteralString

import psycopg

from cloud_sync.hq.database.schema_members import MEMBERS
from cloud_sync.hq.database.schema_online import ONLINE
from cloud_sync.hq.database.schema_payments import LIMITS_IN_FORCE, PAYMENT_TIMES, PAYMENTS, RULES_ROWS
from cloud_sync.hq.database.schema_receipts import RECEIPTS
from cloud_sync.hq.database.schema_shipments import GIVEN_UP, KNOWN_LINES, SHIPMENTS
from cloud_sync.hq.database.schema_stock import STOCK
from cloud_sync.hq.database.schema_takings import TAKINGS

_LOCK: Final = 0x706F7073
"""Advisory lock: two processes starting on one database migrate one after the other."""

_FIRST: Final = """
CREATE TABLE stores (
    store           text PRIMARY KEY,
    name            text NOT NULL,
    timezone        text NOT NULL,
    currency        text NOT NULL,
    epoch           integer NOT NULL DEFAULT 0,
    token_hash      bytea UNIQUE,
    code_hash       bytea UNIQUE,
    code_expires_at timestamptz,
    code_used_at    timestamptz,
    enrolled_at     timestamptz NOT NULL,
    joined_at       timestamptz,
    last_sync_at    timestamptz,
    clock_offset_ms bigint
);
COMMENT ON COLUMN stores.clock_offset_ms IS 'store clock minus ours, measured at the last sync';

CREATE TABLE logs (
    store    text NOT NULL REFERENCES stores,
    stream   text NOT NULL,
    epoch    integer NOT NULL,
    acked    bigint NOT NULL DEFAULT 0,
    hash     bytea NOT NULL,
    last_seq bigint NOT NULL DEFAULT 0,
    received bigint NOT NULL DEFAULT 0,
    skipped  bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (store, stream, epoch)
);
COMMENT ON COLUMN logs.last_seq IS 'expected: the last row the store says it has';
COMMENT ON COLUMN logs.acked IS 'the watermark';
COMMENT ON COLUMN logs.received IS 'rows kept; a gap is acked minus received';
COMMENT ON COLUMN logs.skipped IS 'rows that were sent again and not applied again';

CREATE TABLE events (
    store       text NOT NULL,
    stream      text NOT NULL,
    epoch       integer NOT NULL,
    seq         bigint NOT NULL,
    type        text NOT NULL,
    subject     text,
    body        bytea NOT NULL,
    hash        bytea NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (store, stream, epoch, seq)
);
COMMENT ON COLUMN events.subject IS 'what may happen only once: the vend, cash sale, payment or refund';

CREATE TABLE quarantine (
    store      text NOT NULL,
    stream     text NOT NULL,
    epoch      integer NOT NULL,
    seq        bigint NOT NULL,
    type       text NOT NULL,
    reason     text NOT NULL,
    at         timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (store, stream, epoch, seq)
);
COMMENT ON COLUMN quarantine.settled_at IS 'when an update could read the row and its effect was applied';

CREATE TABLE sales (
    store         text NOT NULL,
    day           date NOT NULL,
    device        text NOT NULL,
    sku           text NOT NULL,
    currency      text NOT NULL,
    units         bigint NOT NULL,
    takings_minor bigint NOT NULL,
    PRIMARY KEY (store, day, device, sku, currency)
);

CREATE TABLE money (
    store          text NOT NULL,
    currency       text NOT NULL,
    paid_minor     bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    cash_minor     bigint NOT NULL,
    PRIMARY KEY (store, currency)
);

CREATE TABLE slots (
    store     text NOT NULL,
    device    text NOT NULL,
    slot      text NOT NULL,
    sku       text NOT NULL DEFAULT '',
    count     bigint NOT NULL DEFAULT 0,
    par_level bigint NOT NULL DEFAULT 0,
    capacity  bigint NOT NULL DEFAULT 0,
    blocked   text NOT NULL DEFAULT '',
    PRIMARY KEY (store, device, slot)
);

CREATE TABLE devices (
    store    text NOT NULL,
    device   text NOT NULL,
    kind     text NOT NULL DEFAULT '',
    model    text NOT NULL DEFAULT '',
    serial   text NOT NULL DEFAULT '',
    firmware text NOT NULL DEFAULT '',
    status   text NOT NULL DEFAULT '',
    faults   jsonb NOT NULL DEFAULT '[]',
    seen_at  timestamptz,
    PRIMARY KEY (store, device)
);

CREATE TABLE items (
    store       text NOT NULL,
    sku         text NOT NULL,
    gtin        text NOT NULL,
    name_zh     text NOT NULL,
    name_en     text NOT NULL,
    brand       text NOT NULL,
    category    text NOT NULL,
    price_minor bigint NOT NULL,
    currency    text NOT NULL,
    PRIMARY KEY (store, sku)
);

CREATE TABLE unknown_vends (
    store      text NOT NULL,
    vend       text NOT NULL,
    order_id   text NOT NULL,
    device     text NOT NULL,
    slot       text NOT NULL,
    reason     text NOT NULL,
    case_no    text NOT NULL,
    since      timestamptz,
    PRIMARY KEY (store, vend)
);

CREATE TABLE orders (
    store text NOT NULL,
    state text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (store, state)
);
COMMENT ON TABLE orders IS 'how many orders were placed, and how many reached each end';

CREATE TABLE interactions (
    store  text NOT NULL,
    day    date NOT NULL,
    device text NOT NULL,
    kind   text NOT NULL,
    item   text NOT NULL,
    count  bigint NOT NULL,
    PRIMARY KEY (store, day, device, kind, item)
);
"""

_POOL_OWES: Final[LiteralString] = """
CREATE TABLE pool_owes (sku text PRIMARY KEY, qty bigint NOT NULL CHECK (qty > 0));
COMMENT ON TABLE pool_owes IS 'promised before a restore, out of nowhere: reservations that end repay them';
INSERT INTO pool_owes (sku, qty) SELECT sku, qty FROM claims WHERE store = '' AND qty > 0;
DELETE FROM claims WHERE store = '';
COMMENT ON TABLE claims IS 'what a count after a new epoch entitles to, until it is granted; below 0: a shortage';
"""

_VISITS: Final[LiteralString] = """
CREATE TABLE footfall (
    store   text NOT NULL,
    day     date NOT NULL,
    device  text NOT NULL,
    entered bigint NOT NULL,
    "left"  bigint NOT NULL,
    PRIMARY KEY (store, day, device)
);
CREATE TABLE orders_completed (store text NOT NULL, day date NOT NULL, count bigint NOT NULL, PRIMARY KEY (store, day));
COMMENT ON TABLE orders_completed IS 'per day, since the first people counter could have counted';
"""

_EXPOSURES: Final[LiteralString] = """
CREATE TABLE exposures (
    store    text NOT NULL,
    day      date NOT NULL,
    device   text NOT NULL,
    content  text NOT NULL,
    times    bigint NOT NULL,
    dwell_ms bigint NOT NULL,
    PRIMARY KEY (store, day, device, content)
);
"""

MIGRATIONS: Final[tuple[tuple[str, LiteralString], ...]] = (
    ("0001_first", _FIRST),
    ("0002_stock", STOCK),
    ("0003_online", ONLINE),
    ("0004_pool_owes", _POOL_OWES),
    ("0005_visits", _VISITS),
    ("0006_exposures", _EXPOSURES),
    ("0008_members", MEMBERS),
    ("0011_receipts", RECEIPTS),
    ("0009_takings", TAKINGS),
    ("0012_shipments", SHIPMENTS),
    ("0007_payments", PAYMENTS),
    ("0013_limits_in_force", LIMITS_IN_FORCE),
    ("0014_payment_times", PAYMENT_TIMES),
    ("0015_given_up", GIVEN_UP),
    ("0016_rules_rows", RULES_ROWS),
    ("0017_known_lines", KNOWN_LINES),
)


def migrate(connection: psycopg.Connection) -> list[str]:
    """Apply the migrations that this database lacks, and return their names."""
    applied = []
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations "
            "(name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        done = {row[0] for row in connection.execute("SELECT name FROM migrations")}
    for name, statements in MIGRATIONS:
        if name in done:
            continue
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if connection.execute("SELECT 1 FROM migrations WHERE name = %s", [name]).fetchone():
                continue
            connection.execute(statements)
            connection.execute("INSERT INTO migrations (name) VALUES (%s)", [name])
            applied.append(name)
    return applied
