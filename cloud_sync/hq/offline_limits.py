"""What each store may take while headquarters cannot be reached: shown, laid down, and left to the default again.

Whoever changes a limit here changes a table; the rules desk (`store_rules`) tells the store of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.database.pool import Cursor, Pool
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.hq.stock_acts import MAX_TEXT_CHARS
from cloud_sync.protocol.instructions import read_instruction, read_row
from cloud_sync.protocol.money import MAX_MINOR
from cloud_sync.protocol.offline_limits import limit_of
from cloud_sync.protocol.rules_facts import NO_TOTAL, OfflineLimit
from cloud_sync.protocol.shop_instructions import Rules

METHODS: Final = ("counter", "card", "signed", "alipay", "wechat", "sandbox")
_CURRENCY: Final = "SELECT currency FROM stores WHERE store = %s"
_LAID_DOWN: Final = """
SELECT method, payment_minor, coalesce(total_minor, %s), why, set_at FROM offline_limits WHERE store = %s"""
_HEARD: Final = """
SELECT body FROM down_rows JOIN stores USING (store, epoch)
WHERE store = %s AND kind = 'rules' AND answered_at IS NOT NULL ORDER BY seq DESC LIMIT 1"""
_LAY_DOWN: Final = """
INSERT INTO offline_limits (store, method, payment_minor, total_minor, why, set_at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (store, method) DO UPDATE SET payment_minor = excluded.payment_minor,
    total_minor = excluded.total_minor, why = excluded.why, set_at = excluded.set_at"""
_RESET: Final = "DELETE FROM offline_limits WHERE store = %s AND method = %s"


@dataclass(frozen=True, slots=True)
class MethodLimit:
    """What counts for one way of paying, in minor units. `total_minor` None: as many payments as come."""

    method: str
    payment_minor: int
    total_minor: int | None
    default: bool
    """Headquarters laid nothing down: the store keeps to its own careful limit."""
    why: str = ""
    set_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoreLimits:
    """All ways of paying of one store. `heard`: the store has confirmed that it keeps to these."""

    store: str
    currency: str
    heard: bool
    limits: list[MethodLimit]


def laid_down(cursor: Cursor, store: str) -> dict[str, OfflineLimit]:
    """What headquarters laid down for a store, by method."""
    rows = cursor.execute(_LAID_DOWN, [NO_TOTAL, store])
    return {method: OfflineLimit(payment_minor=one, total_minor=total) for method, one, total, _, _ in rows}


class OfflineLimits:
    """One transaction each. All raise RightsRefused."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    def of(self, store: str) -> StoreLimits:
        """What counts for each way of paying, and where it comes from."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            currency = _currency(cursor, store)
            rows = {row[0]: row for row in cursor.execute(_LAID_DOWN, [NO_TOTAL, store])}
            heard = _heard(cursor, store) == laid_down(cursor, store)
        limits = []
        for method in METHODS:
            _, one, total, why, set_at = rows.get(method) or (method, *_careful(method), "", None)
            limits.append(
                MethodLimit(
                    method, one, None if total == NO_TOTAL else total, method not in rows, why, set_at
                )
            )
        return StoreLimits(store, currency, heard, limits)

    def lay_down(
        self, store: str, method: str, payment_minor: int, total_minor: int | None, why: str = ""
    ) -> dict[str, Any]:
        """From here on a store may take so much by a method while offline; the same again changes nothing."""
        _check(method)
        if not all(0 <= minor <= MAX_MINOR for minor in (payment_minor, total_minor or 0)):
            raise RightsRefused("malformed", f"an amount of 0 to {MAX_MINOR} minor units")
        if len(why) > MAX_TEXT_CHARS or "\0" in why:
            raise RightsRefused("malformed", f"a reason of at most {MAX_TEXT_CHARS} characters")
        with self._pool.connection() as connection, connection.cursor() as cursor:
            _currency(cursor, store)
            values = [store, method, payment_minor, total_minor, why, self._clock()]
            cursor.execute(_LAY_DOWN, values)
        return {"store": store, "method": method, "payment_minor": payment_minor, "total_minor": total_minor}

    def reset(self, store: str, method: str) -> dict[str, Any]:
        """Leave it to the store's own careful limit; `reset` is False when it was left to that already."""
        _check(method)
        with self._pool.connection() as connection, connection.cursor() as cursor:
            _currency(cursor, store)
            return {"reset": cursor.execute(_RESET, [store, method]).rowcount == 1}


def _heard(cursor: Cursor, store: str) -> dict[str, OfflineLimit]:
    """What the store keeps to: the rules that it answered last."""
    found = cursor.execute(_HEARD, [store]).fetchone()
    told = None if found is None else read_instruction(read_row(bytes(found[0])))
    return told.rules.offline_limits if isinstance(told, Rules) else {}


def _careful(method: str) -> tuple[int, int]:
    limit = limit_of(method, {})
    return limit.payment_minor, limit.total_minor


def _check(method: str) -> None:
    if method not in METHODS:
        known = ", ".join(METHODS)
        raise RightsRefused("unknown_method", f"no way of paying is called {method[:20]!r}: {known}")


def _currency(cursor: Cursor, store: str) -> str:
    """The store's currency. Raises RightsRefused for a store that is not enrolled."""
    found = None if "\0" in store else cursor.execute(_CURRENCY, [store]).fetchone()
    if found is None:
        raise RightsRefused("unknown_store", f"no store {store[:60]!r} is enrolled")
    return str(found[0])
