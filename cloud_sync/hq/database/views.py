"""Writes a batch's summed changes into the views, inside the transaction that keeps its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, LiteralString

import msgspec
import psycopg

from cloud_sync.hq.database import phone_views, receipts, shipping_views, takings
from cloud_sync.hq.rules.deltas import Deltas, DeviceDelta, SlotDelta
from cloud_sync.protocol.envelope import parse_time, rfc3339
from cloud_sync.protocol.facts import StoreOpened

Cursor = psycopg.Cursor[Any]

_SALES: Final = """
INSERT INTO sales (store, day, device, sku, currency, units, takings_minor)
SELECT %s, * FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])
ON CONFLICT (store, day, device, sku, currency) DO UPDATE
SET units = sales.units + excluded.units, takings_minor = sales.takings_minor + excluded.takings_minor"""

_MONEY: Final = """
INSERT INTO money (store, currency, paid_minor, refunded_minor, cash_minor)
SELECT %s, * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[])
ON CONFLICT (store, currency) DO UPDATE
SET paid_minor = money.paid_minor + excluded.paid_minor,
    refunded_minor = money.refunded_minor + excluded.refunded_minor,
    cash_minor = money.cash_minor + excluded.cash_minor"""

_INTERACTIONS: Final = """
INSERT INTO interactions (store, day, device, kind, item, count)
SELECT %s, * FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[], %s::bigint[])
ON CONFLICT (store, day, device, kind, item) DO UPDATE SET count = interactions.count + excluded.count"""

_ORDERS: Final = """
INSERT INTO orders (store, state, count) SELECT %s, * FROM unnest(%s::text[], %s::bigint[])
ON CONFLICT (store, state) DO UPDATE SET count = orders.count + excluded.count"""

_COMPLETED: Final = """
INSERT INTO orders_completed (store, day, count) SELECT %s, * FROM unnest(%s::date[], %s::bigint[])
ON CONFLICT (store, day) DO UPDATE SET count = orders_completed.count + excluded.count"""

_FOOTFALL: Final = """
INSERT INTO footfall (store, day, device, entered, "left")
SELECT %s, * FROM unnest(%s::date[], %s::text[], %s::bigint[], %s::bigint[])
ON CONFLICT (store, day, device) DO UPDATE
SET "left" = footfall."left" + excluded."left", entered = footfall.entered + excluded.entered"""

_EXPOSURES: Final = """
INSERT INTO exposures (store, day, device, content, times, dwell_ms)
SELECT %s, * FROM unnest(%s::date[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])
ON CONFLICT (store, day, device, content) DO UPDATE
SET times = exposures.times + excluded.times, dwell_ms = exposures.dwell_ms + excluded.dwell_ms"""

# MERGE, because an upsert cannot tell "nothing was said of this column" from a new value.
_SLOTS: Final = """
MERGE INTO slots AS old
USING jsonb_to_recordset(%s::jsonb) AS new
    (device text, slot text, count bigint, sku text, par_level bigint, capacity bigint, blocked text)
ON old.store = %s AND old.device = new.device AND old.slot = new.slot
WHEN MATCHED THEN UPDATE SET
    count = old.count + new.count,
    sku = coalesce(new.sku, old.sku),
    par_level = coalesce(new.par_level, old.par_level),
    capacity = coalesce(new.capacity, old.capacity),
    blocked = coalesce(new.blocked, old.blocked)
WHEN NOT MATCHED THEN INSERT (store, device, slot, count, sku, par_level, capacity, blocked) VALUES
    (%s, new.device, new.slot, new.count, coalesce(new.sku, ''), coalesce(new.par_level, 0),
     coalesce(new.capacity, 0), coalesce(new.blocked, ''))"""

_ROOMS: Final = """
INSERT INTO rooms (store, sku, bucket, units) SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::bigint[])
ON CONFLICT (store, sku, bucket) DO UPDATE SET units = rooms.units + excluded.units"""

_DEVICES: Final = """
MERGE INTO devices AS old
USING jsonb_to_recordset(%s::jsonb) AS new
    (device text, kind text, model text, serial text, firmware text, status text,
     faults jsonb, raised jsonb, dropped text[], seen_at timestamptz)
ON old.store = %s AND old.device = new.device
WHEN MATCHED THEN UPDATE SET
    kind = coalesce(new.kind, old.kind),
    model = coalesce(new.model, old.model),
    serial = coalesce(new.serial, old.serial),
    firmware = coalesce(new.firmware, old.firmware),
    status = coalesce(new.status, old.status),
    faults = (coalesce(new.faults, old.faults) - new.dropped) || new.raised,
    seen_at = greatest(new.seen_at, old.seen_at)
WHEN NOT MATCHED THEN INSERT (store, device, kind, model, serial, firmware, status, faults, seen_at) VALUES
    (%s, new.device, coalesce(new.kind, ''), coalesce(new.model, ''), coalesce(new.serial, ''),
     coalesce(new.firmware, ''), coalesce(new.status, ''),
     (coalesce(new.faults, '[]') - new.dropped) || new.raised, new.seen_at)"""

_ITEMS: Final = """
INSERT INTO items (store, sku, gtin, name_zh, name_en, brand, category, price_minor, currency)
SELECT %s, sku, gtin, name_zh, name_en, brand, category, price_minor, currency
FROM jsonb_to_recordset(%s::jsonb) AS new (sku text, gtin text, name_zh text, name_en text, brand text,
    category text, price_minor bigint, currency text)
ON CONFLICT (store, sku) DO UPDATE
SET gtin = excluded.gtin, name_zh = excluded.name_zh, name_en = excluded.name_en, brand = excluded.brand,
    category = excluded.category, price_minor = excluded.price_minor, currency = excluded.currency"""

_UNKNOWN: Final = """
INSERT INTO unknown_vends (store, vend, order_id, device, slot, reason, case_no, since)
SELECT %s, vend, order_id, device, slot, reason, case_no, since
FROM jsonb_to_recordset(%s::jsonb) AS new (vend text, order_id text, device text, slot text, reason text,
    case_no text, since timestamptz)
ON CONFLICT (store, vend) DO NOTHING"""

_SETTLED: Final = "DELETE FROM unknown_vends WHERE store = %s AND vend = ANY(%s)"

_OPENED: Final = "UPDATE stores SET name = %s, timezone = %s, currency = %s WHERE store = %s"


def apply(cursor: Cursor, store: str, deltas: Deltas) -> None:
    """Add a batch's changes to the views of one store, whose row the caller has locked."""
    if deltas.opened is not None:
        _apply_opened(cursor, store, deltas.opened)
    _add(
        cursor, _SALES, store, ((*key, sale.units, sale.takings_minor) for key, sale in deltas.sales.items())
    )
    _add(
        cursor,
        _MONEY,
        store,
        ((code, m.paid_minor, m.refunded_minor, m.cash_minor) for code, m in deltas.money.items()),
    )
    _add(cursor, _INTERACTIONS, store, ((*key, n) for key, n in deltas.interactions.items()))
    _add(cursor, _ORDERS, store, deltas.orders.items())
    _add(cursor, _COMPLETED, store, deltas.completed.items())
    _add(cursor, _FOOTFALL, store, ((*key, p.entered, p.left) for key, p in deltas.footfall.items()))
    _add(cursor, _EXPOSURES, store, ((*key, e.times, e.dwell_ms) for key, e in deltas.exposures.items()))
    _add(cursor, _ROOMS, store, ((*key, units) for key, units in deltas.rooms.items()))
    if deltas.slots:
        cursor.execute(_SLOTS, [_json(map(_slot_row, deltas.slots.items())), store, store])
    if deltas.devices:
        cursor.execute(_DEVICES, [_json(map(_device_row, deltas.devices.items())), store, store])
    if deltas.items:
        listed = ({**msgspec.to_builtins(item), **_item_blanks(item)} for item in deltas.items.values())
        cursor.execute(_ITEMS, [store, _json(listed)])
    if deltas.unknown_vends:
        cursor.execute(_UNKNOWN, [store, _json(_unknown_rows(deltas))])
    if deltas.settled_vends:
        cursor.execute(_SETTLED, [store, list(deltas.settled_vends)])
    receipts.apply(cursor, store, deltas.receipts)
    takings.apply(cursor, store, deltas.days)
    phone_views.apply(cursor, store, deltas.phone)
    shipping_views.apply(cursor, store, deltas.shipping)


def _apply_opened(cursor: Cursor, store: str, fact: StoreOpened) -> None:
    cursor.execute(_OPENED, [fact.name, fact.timezone, fact.currency, store])


def _add(cursor: Cursor, statement: LiteralString, store: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Run an upsert that takes its rows as one array per column."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        cursor.execute(statement, [store, *columns])


def _json(rows: Iterable[Mapping[str, Any]]) -> str:
    return msgspec.json.encode(list(rows)).decode()


def _item_blanks(item: Any) -> dict[str, str]:
    """Fields that an encoded fact leaves out when they are empty."""
    return {"gtin": item.gtin, "brand": item.brand, "category": item.category}


def _slot_row(entry: tuple[tuple[str, str], SlotDelta]) -> dict[str, Any]:
    (device, slot), delta = entry
    return {
        "device": device,
        "slot": slot,
        "count": delta.count,
        "sku": delta.sku,
        "par_level": delta.par_level,
        "capacity": delta.capacity,
        "blocked": delta.blocked,
    }


def _device_row(entry: tuple[str, DeviceDelta]) -> dict[str, Any]:
    device, delta = entry
    row: dict[str, Any] = {
        "device": device,
        "status": delta.status,
        "faults": delta.faults,
        "raised": delta.raised,
        # A raised fault is dropped first, so that it stands in the list once.
        "dropped": [*delta.cleared, *delta.raised],
        "seen_at": _time(delta.seen_at),
    }
    if delta.described is not None:
        born = delta.described
        row |= {"kind": born.kind, "model": born.model, "serial": born.serial, "firmware": born.firmware}
    return row


def _unknown_rows(deltas: Deltas) -> Iterable[dict[str, Any]]:
    for vend, case in deltas.unknown_vends.items():
        yield {
            "vend": vend,
            "order_id": case.order,
            "device": case.device,
            "slot": case.slot,
            "reason": case.reason,
            "case_no": case.case,
            "since": _time(case.since),
        }


def _time(text: str) -> str | None:
    """A store's time as the database takes it; None when it is none."""
    at = parse_time(text)
    return None if at is None else rfc3339(at)
