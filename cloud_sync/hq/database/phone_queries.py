"""What people ask of payments on headquarters' phone page: a store's, and how much by signed receipt is where."""

from __future__ import annotations

from typing import Final

from psycopg.rows import class_row

from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.rules.phone_standing import UNSPENT, PhonePayment

MOST_UNSETTLED: Final = 50
MOST_SETTLED: Final = 20
MOST_TOTALS: Final = 500

_COLUMNS: Final = """
SELECT p.payment, order_id AS "order", signed, p.amount_minor, currency, state, ledger, asked_at, paid_at, expires_at,
    ended_at, refunded_minor, refunded_at, coalesce(unspent, false) AS unspent FROM phone_payments p
LEFT JOIN LATERAL (
    SELECT max(at) AS refunded_at, bool_or(refund = p.payment || %(unspent)s) AS unspent
    FROM phone_refunds r WHERE (r.store, r.payment) = (p.store, p.payment)) back ON true"""
# As in the index phone_payments_unsettled.
_UNSETTLED: Final = """(refunded_minor = 0
    AND (state = 'pending' AND ledger IN ('', 'asked') OR signed AND state = 'paid' AND ledger <> 'spent'))"""
_OF_STORE: Final = f"""
({_COLUMNS} WHERE p.store = %(store)s AND {_UNSETTLED}
    ORDER BY coalesce(paid_at, asked_at) DESC NULLS LAST, p.payment LIMIT {MOST_UNSETTLED})
UNION ALL
({_COLUMNS} WHERE p.store = %(store)s AND paid_at IS NOT NULL AND NOT {_UNSETTLED}
    ORDER BY paid_at DESC, p.payment LIMIT {MOST_SETTLED})"""
_TOTALS: Final = """
SELECT store, currency, CASE WHEN refunded_minor > 0 THEN 'refunded' WHEN ledger = 'spent' THEN 'spent' ELSE 'open' END
    AS how, count(*), sum(amount_minor)::bigint FROM phone_payments WHERE signed AND state = 'paid'"""
_BY_STATE: Final = f" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT {MOST_TOTALS}"
_ALL_TOTALS: Final = _TOTALS + _BY_STATE
_STORES_TOTALS: Final = _TOTALS + " AND store = %(store)s" + _BY_STATE


class PhoneQueries:
    """Reads only."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def of_store(self, store: str) -> list[PhonePayment]:
        """What is not settled yet, then the payments settled last; the newest first."""
        with self._pool.connection() as db, db.cursor(row_factory=class_row(PhonePayment)) as cursor:
            return cursor.execute(_OF_STORE, {"store": store, "unspent": UNSPENT}).fetchall()

    def signed_totals(self, store: str = "") -> list[tuple[str, str, str, int, int]]:
        """Per store and currency, or of one: (store, currency, spent | open | refunded, payments, minor units)."""
        with self._pool.connection() as db:
            return db.execute(_STORES_TOTALS if store else _ALL_TOTALS, {"store": store}).fetchall()
