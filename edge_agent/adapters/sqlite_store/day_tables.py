"""Facts → tables of the drawer and of closed days, and the journal's rows of the day that is open."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from cloud_sync.protocol import day_facts, facts, handover_facts
from cloud_sync.protocol.envelope import decode
from cloud_sync.protocol.identifiers import LEDGER
from edge_agent.domain.day.tally import COUNTED, Before, Tally

DAY_TABLES: Final = """
CREATE TABLE closed_days (z INTEGER PRIMARY KEY, day TEXT NOT NULL, opened_at TEXT NOT NULL, closed_at TEXT NOT NULL,
    epoch INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, currency TEXT NOT NULL,
    grand_total_minor INTEGER NOT NULL, figures TEXT NOT NULL, by TEXT NOT NULL);
CREATE TABLE cash_moves (move TEXT PRIMARY KEY, drawer TEXT NOT NULL, kind TEXT NOT NULL, amount_minor INTEGER NOT NULL,
    reason TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, z INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX cash_moves_of_day ON cash_moves (z, at);
CREATE TABLE drawer_counts (count TEXT PRIMARY KEY, drawer TEXT NOT NULL, counted_minor INTEGER NOT NULL,
    over_minor INTEGER NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, z INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX drawer_counts_of_day ON drawer_counts (z, at);
CREATE TABLE drawer_holders (drawer TEXT PRIMARY KEY, staff TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID
"""

Z_PRINTS: Final = "ALTER TABLE closed_days ADD COLUMN begun INTEGER NOT NULL DEFAULT 0"
"""How often its printing was begun: from the second time on the paper is a copy."""

Heads = Mapping[int, tuple[int, str]]
"""Of each epoch the last ledger row that headquarters has, and the chain hash (hex) of the first."""
Waiting = Iterable[tuple[int, str, int, bytes, bytes, str]]
"""Rows that the open transaction has not written yet: epoch, stream, number, body, hash, time."""


def _moved(db: sqlite3.Connection, f: day_facts.CashMoved, at: str) -> None:
    db.execute(
        "INSERT INTO cash_moves (move, drawer, kind, amount_minor, reason, by, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (f.move, f.drawer, f.kind, f.amount_minor, f.reason, f.by, at),
    )


def _counted(db: sqlite3.Connection, f: day_facts.DrawerCounted, at: str) -> None:
    db.execute(
        "INSERT INTO drawer_counts (count, drawer, counted_minor, over_minor, by, at) VALUES (?, ?, ?, ?, ?, ?)",
        (f.count, f.drawer, f.counted_minor, f.over_minor, f.by, at),
    )


def _took_over(db: sqlite3.Connection, f: day_facts.StaffTookOver, at: str) -> None:
    db.execute("INSERT OR REPLACE INTO drawer_holders VALUES (?, ?, ?)", (f.drawer, f.to_staff, at))


def _closed(db: sqlite3.Connection, f: day_facts.DayClosed, at: str) -> None:
    db.execute(
        "INSERT INTO closed_days (z, day, opened_at, closed_at, epoch, first_seq, last_seq, currency,"
        " grand_total_minor, figures, by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            f.z, f.day, f.opened_at, f.closed_at, f.epoch, f.first_seq, f.last_seq, f.currency, f.grand_total_minor,
            bytes(f.figures).decode(), f.by,
        ),
    )  # fmt: skip
    db.execute("UPDATE cash_moves SET z = ? WHERE z = 0", (f.z,))
    db.execute("UPDATE drawer_counts SET z = ? WHERE z = 0", (f.z,))


def _carried_over(db: sqlite3.Connection, f: day_facts.CarriedOver, at: str) -> None:
    # It waits in the journal for the next Z; only the place in headquarters' log moves.
    db.execute("UPDATE link SET down_seq = ?", (f.down_seq,))


DAY_PROJECTIONS: Final[dict[type[facts.Fact], Callable[[sqlite3.Connection, Any, str], None]]] = {
    day_facts.CarriedOver: _carried_over,
    day_facts.CashMoved: _moved,
    day_facts.DrawerCounted: _counted,
    day_facts.StaffTookOver: _took_over,
    day_facts.DayClosed: _closed,
}


def last_closing(db: sqlite3.Connection) -> tuple[Before, int, int]:
    """How the last Z left the store, and the ledger row (epoch, number) that it is written in; (0, 0) for none."""
    row = db.execute(
        "SELECT z, closed_at, grand_total_minor, epoch, last_seq FROM closed_days ORDER BY z DESC LIMIT 1"
    ).fetchone()
    return (Before(), 0, 0) if row is None else (Before(row[0], row[1], row[2]), row[3], row[4] + 1)


def shared_minor(db: sqlite3.Connection, heads: Heads) -> int:
    """Takings (and what was carried over before) in the rows that headquarters has too.

    An epoch that began with another row here is another computer's, or was lived through alone. Reads the rows after
    the last Z that headquarters has whole.
    """
    first_row = "SELECT 1 FROM journal WHERE epoch = ? AND stream = ? AND seq = 1 AND hash = ?"
    upto = {
        epoch: seq
        for epoch, (seq, began) in heads.items()
        if db.execute(first_row, (epoch, LEDGER, bytes.fromhex(began))).fetchone()
    }
    before, first, after = Before(), 0, 0
    closed = "SELECT z, closed_at, grand_total_minor, epoch, last_seq FROM closed_days ORDER BY z DESC"
    for z, closed_at, grand_minor, epoch, last_seq in db.execute(closed):
        if last_seq < upto.get(epoch, 0):
            before, first, after = Before(z, closed_at, grand_minor), epoch, last_seq + 1
            break
    found = _tally(db, before)
    for epoch, last in sorted(upto.items()):
        if epoch < first:
            continue
        rows = "SELECT body FROM journal WHERE epoch = ? AND stream = ? AND seq > ? AND seq <= ? ORDER BY seq"
        for (body,) in db.execute(rows, (epoch, LEDGER, after if epoch == first else 0, last)):
            _add(found, body)
    return found.grand_total_minor


def _tally(db: sqlite3.Connection, before: Before) -> Tally:
    zone, currency = db.execute("SELECT timezone, currency FROM store").fetchone() or ("UTC", "")
    return Tally(before, zone, currency, lambda order: _lines(db, order))


def tally(db: sqlite3.Connection, waiting: Waiting = ()) -> Tally:
    """Everything since the last Z, added up; `waiting` are rows that come after all that is written."""
    before, epoch, seq = last_closing(db)
    found = _tally(db, before)
    for body in _bodies(db, epoch, seq):
        _add(found, body)
    for of, stream, number, body, _, _ in waiting:
        if stream == LEDGER and (of, number) > (epoch, seq):
            _add(found, body)
    return found


def _bodies(db: sqlite3.Connection, epoch: int, seq: int) -> Iterator[bytes]:
    """Ledger rows after one, oldest first: of its epoch, then of each later one (found by the journal's key)."""
    at: int | None = epoch
    while at is not None:
        for (body,) in db.execute(
            "SELECT body FROM journal WHERE epoch = ? AND stream = ? AND seq > ? ORDER BY seq",
            (at, LEDGER, seq),
        ):
            yield body
        at, seq = db.execute("SELECT MIN(epoch) FROM journal WHERE epoch > ?", (at,)).fetchone()[0], 0


def _add(tally: Tally, body: bytes) -> None:
    event = decode(body)
    if event.type in COUNTED:
        fact = facts.read(event.type, event.data)
        if fact is not None:
            tally.add(fact, event.time)


def _lines(db: sqlite3.Connection, order: str) -> list[facts.OrderLine]:
    """The frozen lines of an order, from the row that placed it (the first of its rows)."""
    row = db.execute(
        "SELECT j.body FROM order_rows o JOIN journal j ON j.epoch = o.epoch AND j.stream = 'ledger'"
        " AND j.seq = o.seq WHERE o.order_id = ? ORDER BY o.epoch, o.seq LIMIT 1",
        (order,),
    ).fetchone()
    event = None if row is None else decode(row[0])
    placed = None if event is None else facts.read(event.type, event.data)
    return placed.lines if isinstance(placed, facts.OrderPlaced) else []


def open_cases(db: sqlite3.Connection) -> int:
    """Vends whose outcome nobody knows."""
    row = db.execute(
        "SELECT COUNT(*) FROM vends WHERE state = 'unknown' AND state IN ('requested', 'dispensing', 'unknown')"
    ).fetchone()
    return int(row[0])


def kept_for_nothing(db: sqlite3.Connection) -> list[tuple[str, int]]:
    """Orders that ended and whose money is neither asked back nor stands for goods, with how much; by the journal."""
    kept: Counter[str] = Counter()
    ended: set[str] = set()
    for body in _bodies(db, 0, 0):
        event = decode(body)
        if event.type not in COUNTED:
            continue
        match facts.read(event.type, event.data):
            case facts.PaymentPaid(order=order, amount_minor=minor):
                kept[order] += minor
            case facts.RefundRequested(order=order, amount_minor=minor):
                kept[order] -= minor
            case facts.VendDispensed(order=order, price_minor=minor):
                kept[order] -= minor
            case facts.SaleReversed(order=order, price_minor=minor):
                kept[order] += minor
            case handover_facts.HandedOver(order=order, amount_minor=minor):
                kept[order] -= minor
            case handover_facts.HandoverReversed(order=order, amount_minor=minor):
                kept[order] += minor
            case facts.OrderClosed(order=order):
                ended.add(order)
    return sorted((order, minor) for order, minor in kept.items() if minor > 0 and order in ended)
