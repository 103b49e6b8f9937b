"""Reads of headquarters' views, for the API and the dashboard. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, LiteralString, TypeVar
from zoneinfo import ZoneInfo

from psycopg.rows import class_row

from cloud_sync.hq.database.pool import Pool

Row = TypeVar("Row")

ONLINE_S: Final = 60
"""A store that synced within this is online; within LATE_S it is late; else offline."""
LATE_S: Final = 600


@dataclass(frozen=True)
class LogState:
    """One stream of a store in one epoch. `gaps` are rows missing below the watermark: always 0."""

    stream: str
    epoch: int
    expected: int
    received: int
    waiting: int
    gaps: int
    quarantined: int
    skipped: int


@dataclass(frozen=True)
class Money:
    """Takings of one store in one currency: paid − refunded + cash, in minor units."""

    currency: str
    paid_minor: int
    refunded_minor: int
    cash_minor: int
    takings_minor: int


@dataclass(frozen=True)
class StoreState:
    """One store as headquarters sees it. Today is the store's own day."""

    store: str
    name: str
    timezone: str
    currency: str
    epoch: int
    status: str
    """`online`, `late`, `offline`, or `unjoined` before its first join."""
    last_sync_at: datetime | None
    last_sync_age_s: int | None
    clock_offset_ms: int | None
    today: date
    units_today: int
    takings_today_minor: int
    units: int
    money: list[Money]
    logs: list[LogState]
    unresolved_vends: int
    orders: dict[str, int]
    """How many were placed, and how many reached each end."""
    visitors_today: int | None = None
    """Who came in; None for a day without a word of a people counter."""


@dataclass(frozen=True)
class Slot:
    """A slot's book count against its par level."""

    device: str
    slot: str
    sku: str
    name_zh: str
    name_en: str
    count: int
    par_level: int
    capacity: int
    blocked: str


@dataclass(frozen=True)
class Device:
    """A device, its Homie status word and its EVA-DTS fault codes."""

    device: str
    kind: str
    model: str
    serial: str
    firmware: str
    status: str
    seen_at: datetime | None
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class UnresolvedVend:
    """A vend whose outcome a person in the store has to decide."""

    store: str
    vend: str
    order_id: str
    device: str
    slot: str
    reason: str
    case: str
    since: datetime | None


@dataclass(frozen=True)
class Quarantined:
    """A row that was received and kept, whose effect waits."""

    store: str
    stream: str
    epoch: int
    seq: int
    type: str
    reason: str
    at: datetime


_STORES: Final = """
SELECT s.store, s.name, s.timezone, s.currency, s.epoch, s.last_sync_at, s.clock_offset_ms,
       coalesce(t.units, 0), coalesce(t.takings, 0), coalesce(a.units, 0), coalesce(v.count, 0), f.visitors
FROM stores s
LEFT JOIN LATERAL (SELECT sum(units)::bigint AS units, sum(takings_minor)::bigint AS takings FROM sales
    WHERE store = s.store AND currency = s.currency AND day = (%(now)s AT TIME ZONE s.timezone)::date) t ON true
LEFT JOIN LATERAL (SELECT sum(units)::bigint AS units FROM sales WHERE store = s.store) a ON true
LEFT JOIN LATERAL (SELECT sum(entered)::bigint AS visitors FROM footfall
    WHERE store = s.store AND day = (%(now)s AT TIME ZONE s.timezone)::date) f ON true
LEFT JOIN LATERAL (SELECT count(*) AS count FROM unknown_vends WHERE store = s.store) v ON true
WHERE %(store)s::text IS NULL OR s.store = %(store)s ORDER BY s.store"""
_LOGS: Final = """
SELECT l.store, l.stream, l.epoch, l.last_seq AS expected, l.received, l.last_seq - l.acked AS waiting,
       l.acked - l.received AS gaps, count(q.seq) AS quarantined, l.skipped
FROM logs l LEFT JOIN quarantine q
    ON (q.store, q.stream, q.epoch) = (l.store, l.stream, l.epoch) AND q.settled_at IS NULL
GROUP BY l.store, l.stream, l.epoch ORDER BY l.store, l.epoch, l.stream DESC"""
_MONEY: Final = """
SELECT store, currency, paid_minor, refunded_minor, cash_minor,
       paid_minor - refunded_minor + cash_minor AS takings_minor FROM money ORDER BY store, currency"""
_SLOTS: Final = """
SELECT l.device, l.slot, l.sku, coalesce(i.name_zh, '') AS name_zh, coalesce(i.name_en, '') AS name_en,
       l.count, l.par_level, l.capacity, l.blocked
FROM slots l LEFT JOIN items i ON i.store = l.store AND i.sku = l.sku
WHERE l.store = %s ORDER BY l.device, l.slot"""
_DEVICES: Final = """
SELECT device, kind, model, serial, firmware, status, seen_at, faults FROM devices
WHERE store = %s ORDER BY device"""
_UNRESOLVED: Final = """
SELECT store, vend, order_id, device, slot, reason, case_no AS case, since FROM unknown_vends
WHERE %(store)s::text IS NULL OR store = %(store)s ORDER BY since NULLS FIRST, store, vend LIMIT 1000"""
_QUARANTINE: Final = """
SELECT store, stream, epoch, seq, type, reason, at FROM quarantine
WHERE settled_at IS NULL AND (%(store)s::text IS NULL OR store = %(store)s)
ORDER BY at DESC, seq DESC LIMIT 1000"""


class Queries:
    """What headquarters can be asked."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def stores(self, now: datetime, store: str | None = None) -> list[StoreState]:
        """Every store (or one), with its sales today and what is missing of its log."""
        with self.pool.connection() as connection:
            rows = connection.execute(_STORES, {"now": now, "store": store}).fetchall()
            logs = _by_store(connection.execute(_LOGS).fetchall())
            money = _by_store(connection.execute(_MONEY).fetchall())
            orders = _by_store(connection.execute("SELECT store, state, count FROM orders").fetchall())
        return [
            _store_state(row, now, logs.get(row[0], []), money.get(row[0], []), orders.get(row[0], []))
            for row in rows
        ]

    def stock(self, store: str) -> list[Slot]:
        """The store's slots by device."""
        return self._all(Slot, _SLOTS, [store])

    def devices(self, store: str) -> list[Device]:
        """The store's devices."""
        return self._all(Device, _DEVICES, [store])

    def unresolved_vends(self, store: str | None = None) -> list[UnresolvedVend]:
        """Vends that wait for a person, the oldest first."""
        return self._all(UnresolvedVend, _UNRESOLVED, {"store": store})

    def quarantine(self, store: str | None = None) -> list[Quarantined]:
        """Rows whose effect waits, the newest first; at most 1,000."""
        return self._all(Quarantined, _QUARANTINE, {"store": store})

    def healthy(self) -> bool:
        """Tell whether the database answers. Raises what the driver raises when it does not."""
        with self.pool.connection() as connection:
            return connection.execute("SELECT 1").fetchone() is not None

    def _all(self, kind: type[Row], statement: LiteralString, values: Any) -> list[Row]:
        with self.pool.connection() as connection, connection.cursor(row_factory=class_row(kind)) as cursor:
            return cursor.execute(statement, values).fetchall()


def _by_store(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    grouped: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        grouped.setdefault(row[0], []).append(row[1:])
    return grouped


def _store_state(
    row: tuple[Any, ...], now: datetime, logs: list[Any], money: list[Any], orders: list[Any]
) -> StoreState:
    store, name, timezone, currency, epoch, last_sync_at, offset_ms, *figures = row
    units_today, takings_today, units, unresolved, visitors_today = figures
    age_s = None if last_sync_at is None else max(0, int((now - last_sync_at).total_seconds()))
    return StoreState(
        store=store,
        name=name,
        timezone=timezone,
        currency=currency,
        epoch=epoch,
        status=status_of(epoch, age_s),
        last_sync_at=last_sync_at,
        last_sync_age_s=age_s,
        clock_offset_ms=offset_ms,
        today=now.astimezone(ZoneInfo(timezone)).date(),
        units_today=units_today,
        takings_today_minor=takings_today,
        units=units,
        money=[Money(*entry) for entry in money],
        logs=[LogState(*entry) for entry in logs],
        unresolved_vends=unresolved,
        orders=dict(orders),
        visitors_today=visitors_today,
    )


def status_of(epoch: int, last_sync_age_s: int | None) -> str:
    """The word for how long a store has been silent."""
    if epoch == 0:
        return "unjoined"
    if last_sync_age_s is None or last_sync_age_s > LATE_S:
        return "offline"
    return "online" if last_sync_age_s <= ONLINE_S else "late"
