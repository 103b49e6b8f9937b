"""Proves a store's file by its journal: every chain is worked out again, and every table rebuilt from the rows.

Reads one commit of the file and changes nothing, so it may run beside the agent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from cloud_sync.protocol import facts
from cloud_sync.protocol.envelope import UNREADABLE, EnvelopeError, decode
from cloud_sync.protocol.identifiers import LEDGER
from cloud_sync.protocol.numbered_log import GENESIS, row_hash
from edge_agent.adapters.sqlite_store import schema
from edge_agent.adapters.sqlite_store.connection import open_reader
from edge_agent.adapters.sqlite_store.day_queries import money_differences
from edge_agent.adapters.sqlite_store.projections import project, project_before_rights
from edge_agent.adapters.sqlite_store.receipt_queries import receipt_gaps
from edge_agent.adapters.sqlite_store.stock_projections import PROMISED, rights_from_slots

HEARD: Final = {
    "devices": ("last_seen_at", "clock_offset_ms", "readings", "described"),
    "link": ("incarnation", "standing", "standing_reason", "rights_since", "online", "offline_since"),
}
"""Columns that hold what was last heard, not what the journal says."""
DERIVED: Final = (
    "store",
    "items",
    "devices",
    "slots",
    "orders",
    "order_lines",
    "handovers",
    "room_held",
    "payments",
    "refunds",
    "statements",
    "differences",
    "vends",
    "cash_sales",
    "rights",
    "room",
    "pins",
    "link",
    "labels",
    "footfall",
    "audits",
    "audit_cases",
    "food_stops",
    "campaigns",
    "samples",
    "members",
    "member_visits",
    "member_orders",
    "receipts",
    "print_jobs",
    "closed_days",
    "cash_moves",
    "drawer_counts",
    "drawer_holders",
    "promotions",
    "coupons",
    "coupons_spent",
    "games",
    "game_prizes",
    "draws",
)
MOST_NAMED: Final = 20
"""Differences that are named per table; the others are counted."""

Row = tuple[Any, ...]


def verify(path: Path) -> list[str]:
    """Every difference between a store's file and its journal, in English; none when the file is good."""
    with closing(open_reader(path)) as db:
        db.execute("BEGIN")
        return differences(db)


def differences(db: sqlite3.Connection) -> list[str]:
    """As `verify`, over a connection (which is best inside a transaction, so that it reads one commit)."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as again:
        schema.shape(again)
        again.execute("BEGIN")
        found: list[str] = []
        try:
            found.extend(_fold(db, again))
            for table in DERIVED:
                found += _compare(table, db, again)
            found.extend(_unkept_promises(db))
            found.extend(receipt_gaps(db))
            # A row that cannot be read is named above; what it may have said of money nobody can add up.
            with suppress(EnvelopeError, *UNREADABLE):
                found.extend(money_differences(db))
        except sqlite3.DatabaseError as error:
            found.append(f"the file cannot be read to its end: {error}")
        return found


def _fold(db: sqlite3.Connection, again: sqlite3.Connection) -> Iterator[str]:
    """Check the chains, and repeat each row's effect in order of epoch."""
    rights_since = db.execute("SELECT rights_since FROM link").fetchone()[0]
    first_epoch = (db.execute("SELECT MIN(epoch) FROM journal").fetchone() or [0])[0]
    log, seq, chain = ("", ""), 0, GENESIS
    rows = db.execute(
        "SELECT epoch, stream, seq, CAST(body AS BLOB), CAST(hash AS BLOB) FROM journal"
        " ORDER BY epoch, stream = 'ledger' DESC, seq"
    )
    for epoch, stream, number, body, digest in rows:
        if (epoch, stream) != log:
            log, seq, chain = (epoch, stream), 0, GENESIS
        name = f"epoch {epoch} {stream} row {number}"
        if number != seq + 1:
            yield f"{name}: the row before it is {seq}"
        expected = row_hash(chain, number, body)
        if digest != expected:
            yield f"{name}: its hash does not continue the chain"
        seq, chain = number, bytes(digest)
        old = epoch == first_epoch and number <= rights_since
        problem = _repeat(again, epoch, stream, number, body, old=old)
        if problem:
            yield f"{name}: {problem}"
        if old and stream == LEDGER and number == rights_since:
            rights_from_slots(again)


def _repeat(
    again: sqlite3.Connection, epoch: int, stream: str, number: int, body: bytes, *, old: bool
) -> str:
    try:
        event = decode(body)
        if event.seq != number:
            return f"it says that it is row {event.seq}"
        fact = facts.read(event.type, event.data)
    except (EnvelopeError, *UNREADABLE) as error:
        return f"it cannot be read: {error}"
    if fact is None:
        return f"this version does not know {event.type}"
    if stream == LEDGER and number == 1 and not _opens(fact, epoch):
        return "it does not open its epoch"
    if stream == LEDGER:
        try:
            (project_before_rights if old else project)(again, fact, event.time)
        except sqlite3.IntegrityError as error:
            return f"its effect does not fit those before it: {error}"
    return ""


def _opens(fact: facts.Fact, epoch: int) -> bool:
    return isinstance(fact, facts.StoreOpened) and fact.epoch == epoch


def _compare(table: str, db: sqlite3.Connection, again: sqlite3.Connection) -> list[str]:
    described = again.execute(f"PRAGMA table_info({table})").fetchall()
    columns = [name for _, name, *_ in described if name not in HEARD.get(table, ())]
    keys = [columns.index(name) for _, name, _, _, _, key in described if key]
    sql = f"SELECT {', '.join(columns)} FROM {table}"
    kept = {tuple(row[k] for k in keys): tuple(row) for row in db.execute(sql)}
    rebuilt = {tuple(row[k] for k in keys): tuple(row) for row in again.execute(sql)}
    found = [
        _difference(table, key, columns, kept.get(key), rebuilt.get(key))
        for key in sorted(kept.keys() | rebuilt.keys())
        if kept.get(key) != rebuilt.get(key)
    ]
    more = len(found) - MOST_NAMED
    return found if more <= 0 else [*found[:MOST_NAMED], f"{table}: {more} more rows differ"]


def _difference(table: str, key: Row, columns: list[str], kept: Row | None, rebuilt: Row | None) -> str:
    name = f"{table} {' '.join(map(str, key))}"
    if kept is None:
        return f"{name}: missing, though the journal tells of it"
    if rebuilt is None:
        return f"{name}: the journal does not tell of it"
    pairs = zip(columns, kept, rebuilt, strict=True)
    return f"{name}: " + ", ".join(f"{c} is {a!r}, the journal says {b!r}" for c, a, b in pairs if a != b)


def _unkept_promises(db: sqlite3.Connection) -> Iterator[str]:
    """What is held is promised to somebody, unit by unit."""
    rows = db.execute(
        f"SELECT sku, SUM(held), SUM(qty) FROM (SELECT sku, held, 0 AS qty FROM rights UNION ALL"
        f" SELECT sku, 0, qty FROM ({PROMISED})) GROUP BY sku HAVING SUM(held) <> SUM(qty)"
    )
    for sku, held, promised in rows:
        yield f"rights {sku}: {held} held, {promised} promised"
