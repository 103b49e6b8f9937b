"""Reads of the shared stock, for the API, the dashboard and the planner. Nothing here changes anything."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, LiteralString, TypeVar

from psycopg.rows import class_row

from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.rules.planner import Policy as Policy
from cloud_sync.hq.rules.planner import nearest

Row = TypeVar("Row")
MAX_TRACE: Final = 1_000
MAX_MOVES: Final = 100
MAX_ALERTS: Final = 1_000
MAX_KEPT_ROWS: Final = 2_000


@dataclass(frozen=True)
class StockLine:
    """Where the rights of one SKU are. `holds` and the sums are units; `in_transit` may be below 0 for a while."""

    sku: str
    name_zh: str
    name_en: str
    pool: int
    reserved: int
    holds: dict[str, int]
    hold: int
    limbo: int
    in_transit: int
    sold: int
    shrink: int


@dataclass(frozen=True)
class StoreStock:
    """What one store has of a SKU: rights, and goods as far as its ledger tells.

    `away`: rights to goods that stand elsewhere; below 0, goods there that are the pool's.
    """

    store: str
    hold: int
    limbo: int
    away: int
    in_slots: int
    in_room: int
    policy: Policy | None


@dataclass(frozen=True)
class StoreRight:
    """One SKU of one store."""

    sku: str
    name_zh: str
    name_en: str
    hold: int
    limbo: int
    away: int


@dataclass(frozen=True)
class DownMove:
    """A grant, recall, pin or unpin that a store was told, and what came of it. Unanswered: not applied yet."""

    store: str
    epoch: int
    seq: int
    kind: str
    reference: str
    sku: str
    qty: int
    why: str
    made_at: datetime
    answered_at: datetime | None
    answered_qty: int | None


@dataclass(frozen=True)
class SkuStock:
    """Everything about one SKU. `in_transit` by transfer; `moves` are the newest rows to stores, newest first."""

    sku: str
    name_zh: str
    name_en: str
    pool: int
    reserved: int
    sold: int
    shrink: int
    external: int
    in_transit: dict[str, int]
    stores: list[StoreStock] = field(default_factory=list)
    moves: list[DownMove] = field(default_factory=list)


@dataclass(frozen=True)
class TracedPosting:
    """One transfer of units between accounts; `seq` 0: an act of headquarters itself."""

    id: int
    at: datetime
    sku: str
    source: str
    target: str
    qty: int
    cause: str
    reference: str
    store: str
    epoch: int
    seq: int


@dataclass(frozen=True)
class OpenAlert:
    """Something a person should look into."""

    kind: str
    store: str
    sku: str
    qty: int
    reference: str
    at: datetime


@dataclass(frozen=True)
class KeptRow:
    """A row of a fork, as it was handed in: it does not fit headquarters' copy and has no effect."""

    epoch: int
    stream: str
    seq: int
    body: bytes
    at: datetime


@dataclass(frozen=True)
class RefillState:
    """Whether headquarters waits for its stores after a restore, since when, and for whom."""

    refilling: bool
    incarnation: int
    since: datetime | None
    awaited: list[str]
    set_aside: list[str]


_NAMES: Final = """
SELECT DISTINCT ON (sku) sku, name_zh, name_en FROM items
WHERE %(sku)s::text IS NULL OR sku = %(sku)s ORDER BY sku, store"""
# Pool, holds and limbos are balances; the others are added up from what changed them.
_KEPT: Final = (
    "SELECT account, sku, units FROM balances WHERE units <> 0 AND (%(sku)s::text IS NULL OR sku = %(sku)s)"
)
_SUMMED: Final = """
SELECT account, sku, sum(units)::bigint FROM account_changes
WHERE %(sku)s::text IS NULL OR sku = %(sku)s GROUP BY account, sku HAVING sum(units) <> 0"""
_AWAY: Final = """
SELECT store, sku, units FROM away
WHERE (%(sku)s::text IS NULL OR sku = %(sku)s) AND (%(store)s::text IS NULL OR store = %(store)s)"""
_SLOTS: Final = "SELECT store, sum(count)::bigint FROM slots WHERE sku = %(sku)s GROUP BY store"
_ROOMS: Final = "SELECT store, units FROM rooms WHERE sku = %(sku)s AND bucket = 'available'"
_MOVES: Final = f"""
SELECT store, epoch, seq, kind, reference, sku, qty, why, made_at, answered_at, answered_qty
FROM down_rows WHERE sku = %s ORDER BY made_at DESC, store, seq DESC LIMIT {MAX_MOVES}"""
_POLICIES: Final = "SELECT store, sku, cover_days, minimum, ceiling FROM stock_policies ORDER BY sku, store"
_POSTING: Final = "SELECT id, at, sku, source, target, qty, cause, reference, store, epoch, seq FROM postings"
_TRACE: Final = f"{_POSTING} WHERE sku = %s AND id > %s ORDER BY id LIMIT %s"
_TRACE_PAGE: Final = f"{_POSTING} WHERE sku = %s ORDER BY id DESC LIMIT %s OFFSET %s"
_COUNT: Final = "SELECT count(*) FROM postings WHERE sku = %s"
_ALERTS: Final = f"""
SELECT kind, store, sku, qty, reference, at FROM alerts WHERE closed_at IS NULL
ORDER BY at DESC, kind, store, sku, reference LIMIT {MAX_ALERTS}"""
_HOLDINGS: Final = """
SELECT account, sku, units FROM balances
WHERE units <> 0 AND account >= %(store)s || '/' AND account < %(store)s || '0'"""
_HQ: Final = "SELECT refilling, incarnation, since FROM hq"
_AWAITED: Final = """
SELECT store FROM stores WHERE state = 'active' AND epoch > 0 AND refilled < %s ORDER BY store"""
_STATE: Final = "SELECT state FROM stores WHERE store = %s"
_KEPT_ASIDE: Final = f"""
SELECT epoch, stream, seq, body, at FROM kept_aside WHERE store = %s
ORDER BY epoch DESC, stream DESC, seq LIMIT {MAX_KEPT_ROWS}"""
_SET_ASIDE: Final = "SELECT store FROM stores WHERE state = 'set_aside' ORDER BY store"


class StockQueries:
    """What headquarters can be asked about its shared stock."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def stock(self) -> list[StockLine]:
        """Every SKU that has a name or ever moved, in order."""
        values = {"sku": None}
        with self.pool.connection() as connection:
            names = {row[0]: row[1:] for row in connection.execute(_NAMES, values)}
            kept = connection.execute(_KEPT, values).fetchall()
            summed = connection.execute(_SUMMED, values).fetchall()
        accounts = _by_sku([*kept, *summed])
        return [
            _line(sku, names.get(sku, ("", "")), accounts.get(sku, {})) for sku in sorted({*names, *accounts})
        ]

    def sku(self, sku: str) -> SkuStock:
        """Everything about one SKU; all 0 for one that nobody knows."""
        values = {"sku": sku, "store": None}
        with self.pool.connection() as connection:
            names = connection.execute(_NAMES, values).fetchone() or (sku, "", "")
            accounts = {
                account: units
                for statement in (_KEPT, _SUMMED)
                for account, _, units in connection.execute(statement, values)
            }
            away = {store: units for store, _, units in connection.execute(_AWAY, values)}
            slots = dict(connection.execute(_SLOTS, values).fetchall())
            room = dict(connection.execute(_ROOMS, values).fetchall())
        rights = _by_store(accounts)
        policies = self.policies()
        stores = [
            StoreStock(
                store,
                *rights.get(store, (0, 0)),
                away.get(store, 0),
                slots.get(store, 0),
                room.get(store, 0),
                nearest(policies, store, sku),
            )
            for store in sorted({*rights, *away, *slots, *room})
        ]
        transit = {
            account.removeprefix("transit/"): units
            for account, units in sorted(accounts.items())
            if account.startswith("transit/")
        }
        return SkuStock(
            sku,
            names[1],
            names[2],
            accounts.get("pool", 0),
            accounts.get("reserved", 0),
            accounts.get("sold", 0),
            accounts.get("shrink", 0),
            accounts.get("external", 0),
            transit,
            stores,
            self._all(DownMove, _MOVES, [sku]),
        )

    def trace(self, sku: str, after: int = 0, most: int = MAX_TRACE) -> list[TracedPosting]:
        """The SKU's postings behind the one with the id `after`, newest last."""
        return self._all(TracedPosting, _TRACE, [sku, after, max(1, min(most, MAX_TRACE))])

    def trace_page(self, sku: str, page: int, per_page: int) -> list[TracedPosting]:
        """One page of the SKU's postings, newest first; page 1 is the newest."""
        return self._all(TracedPosting, _TRACE_PAGE, [sku, per_page, (max(page, 1) - 1) * per_page])

    def postings(self, sku: str) -> int:
        """How many postings the SKU has."""
        with self.pool.connection() as connection:
            found = connection.execute(_COUNT, [sku]).fetchone()
        return 0 if found is None else int(found[0])

    def store_rights(self, store: str) -> list[StoreRight]:
        """What a store holds and what of it is in limbo, by SKU."""
        values = {"store": store, "sku": None}
        with self.pool.connection() as connection:
            names = {row[0]: row[1:] for row in connection.execute(_NAMES, values)}
            accounts = _by_sku(connection.execute(_HOLDINGS, values).fetchall())
            away = {sku: units for _, sku, units in connection.execute(_AWAY, values)}
        found = []
        for sku in sorted({*accounts, *away}):
            hold, limbo = _by_store(accounts.get(sku, {})).get(store, (0, 0))
            name_zh, name_en = names.get(sku, ("", ""))
            found.append(StoreRight(sku, name_zh, name_en, hold, limbo, away.get(sku, 0)))
        return found

    def policies(self) -> list[Policy]:
        """Every replenishment policy."""
        return self._all(Policy, _POLICIES, [])

    def alerts(self) -> list[OpenAlert]:
        """What nobody has closed yet, newest first."""
        return self._all(OpenAlert, _ALERTS, [])

    def refill(self) -> RefillState:
        """Whether headquarters was restored and waits, and for whom."""
        with self.pool.connection() as connection:
            found = connection.execute(_HQ).fetchone()
            assert found is not None, "the migration writes the one row"
            refilling, incarnation, since = found
            awaited = [row[0] for row in connection.execute(_AWAITED, [incarnation])] if refilling else []
            set_aside = [row[0] for row in connection.execute(_SET_ASIDE)]
        return RefillState(refilling, incarnation, since, awaited, set_aside)

    def store_state(self, store: str) -> str:
        """Whether a store is active, retired or set aside; empty for a name that nobody has."""
        with self.pool.connection() as connection:
            found = connection.execute(_STATE, [store]).fetchone()
        return "" if found is None else str(found[0])

    def kept_aside(self, store: str) -> list[KeptRow]:
        """Rows that do not fit headquarters' copy, the newest epoch first."""
        return self._all(KeptRow, _KEPT_ASIDE, [store])

    def _all(self, kind: type[Row], statement: LiteralString, values: Any) -> list[Row]:
        with self.pool.connection() as connection, connection.cursor(row_factory=class_row(kind)) as cursor:
            return cursor.execute(statement, values).fetchall()


def _by_sku(rows: list[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for account, sku, units in rows:
        found[sku][account] = units
    return found


def _by_store(accounts: dict[str, int]) -> dict[str, tuple[int, int]]:
    """(hold, limbo) by store, of all its epochs."""
    found: dict[str, tuple[int, int]] = {}
    for account, units in accounts.items():
        store, kind, _ = account.split("/", 2) if account.count("/") == 2 else ("", "", "")
        if kind in ("hold", "limbo"):
            hold, limbo = found.get(store, (0, 0))
            found[store] = (hold + units, limbo) if kind == "hold" else (hold, limbo + units)
    return found


def _line(sku: str, names: tuple[str, ...], accounts: dict[str, int]) -> StockLine:
    rights = _by_store({name: units for name, units in accounts.items() if not name.startswith("transit/")})
    holds = {store: hold for store, (hold, _) in sorted(rights.items()) if hold}
    return StockLine(
        sku=sku,
        name_zh=names[0],
        name_en=names[1],
        pool=accounts.get("pool", 0),
        reserved=accounts.get("reserved", 0),
        holds=holds,
        hold=sum(holds.values()),
        limbo=sum(limbo for _, limbo in rights.values()),
        in_transit=sum(units for name, units in accounts.items() if name.startswith("transit/")),
        sold=accounts.get("sold", 0),
        shrink=accounts.get("shrink", 0),
    )
