"""Recounts the books in SQL: balances from postings, reservations and down rows against theirs."""

from __future__ import annotations

from typing import Any, Final, LiteralString

import psycopg

Connection = psycopg.Connection[Any]

_COUNTS: Final[dict[str, LiteralString]] = {
    "balances": "SELECT count(*) FROM balances",
    "reservations": "SELECT count(*) FROM reservations",
    "down_rows": "SELECT count(*) FROM down_rows",
}

# Each finds what differs: a place, what the books say, what it must be.
_KEPT: Final = """
(account = 'pool' OR account NOT LIKE 'transit/%%' AND (account LIKE '%%/hold/%%' OR account LIKE '%%/limbo/%%'))"""
_SUMS: Final = """
SELECT account, sku, sum(units)::bigint AS units FROM (
    SELECT target AS account, sku, qty AS units FROM postings
    UNION ALL SELECT source, sku, -qty FROM postings) AS both_sides GROUP BY account, sku"""
_BALANCES: Final = f"""
SELECT account || ' of ' || sku, coalesce(b.units, 0), coalesce(p.units, 0)
FROM balances b FULL JOIN (SELECT * FROM ({_SUMS}) AS sums WHERE {_KEPT}) p USING (account, sku)
WHERE coalesce(b.units, 0) <> coalesce(p.units, 0) ORDER BY 1"""
_OTHERS: Final = f"""
SELECT account || ' of ' || sku, coalesce(c.units, 0), coalesce(p.units, 0)
FROM (SELECT account, sku, sum(units)::bigint AS units FROM account_changes GROUP BY account, sku) c
FULL JOIN (SELECT * FROM ({_SUMS}) AS sums WHERE NOT {_KEPT}) p USING (account, sku)
WHERE coalesce(c.units, 0) <> coalesce(p.units, 0) ORDER BY 1"""
_SUM_IS_ZERO: Final = f"""
SELECT 'all accounts of ' || sku, sum(units)::bigint, 0 FROM (
    SELECT sku, units FROM balances
    UNION ALL SELECT sku, units FROM ({_SUMS}) AS sums WHERE NOT {_KEPT}) AS accounts
GROUP BY sku HAVING sum(units) <> 0 ORDER BY 1"""
# What a reservation of warehouse goods has in `reserved`, and in `sold`, follows from its state.
_RESERVATIONS: Final = """
WITH posted AS (
    SELECT reference, sku,
        sum(CASE WHEN target = 'reserved' THEN qty WHEN source = 'reserved' THEN -qty ELSE 0 END)::bigint AS reserved,
        sum(CASE WHEN target = 'sold' THEN qty ELSE 0 END)::bigint AS sold
    FROM postings WHERE seq = 0 AND cause IN ('reserved', 'confirmed', 'cancelled', 'expired', 'restated')
    GROUP BY reference, sku
), due AS (
    SELECT id, sku, CASE WHEN state = 'reserved' THEN qty ELSE 0 END AS reserved,
        CASE WHEN state = 'confirmed' THEN qty ELSE 0 END AS sold FROM reservations WHERE how = 'warehouse'
)
SELECT 'reservation ' || coalesce(id, reference),
    coalesce(posted.reserved, 0) || ' reserved, ' || coalesce(posted.sold, 0) || ' sold',
    coalesce(due.reserved, 0) || ' reserved, ' || coalesce(due.sold, 0) || ' sold'
FROM posted FULL JOIN due ON (due.id, due.sku) = (posted.reference, posted.sku)
WHERE (coalesce(posted.reserved, 0), coalesce(posted.sold, 0)) IS DISTINCT FROM
    (coalesce(due.reserved, 0), coalesce(due.sold, 0)) ORDER BY 1"""
_PUT_BACK: Final = """
SELECT 'put back of ' || reservation, put_back, coalesce(posted.qty, 0) FROM shipments
LEFT JOIN (SELECT reference, sum(qty)::bigint AS qty FROM postings WHERE cause = 'given_up' GROUP BY reference) posted
    ON reference = reservation
WHERE put_back <> coalesce(posted.qty, 0) ORDER BY 1"""
_GRANTS: Final = """
WITH posted AS (
    SELECT store, epoch, reference, sku, sum(qty)::bigint AS qty FROM postings
    WHERE cause IN ('grant', 'counted_in') GROUP BY store, epoch, reference, sku
)
SELECT 'grant ' || coalesce(d.reference, p.reference), coalesce(p.qty, 0), coalesce(d.qty, 0)
FROM posted p FULL JOIN (SELECT * FROM down_rows WHERE kind = 'grant') d USING (store, epoch, reference, sku)
WHERE p.qty IS DISTINCT FROM d.qty ORDER BY 1"""
_ANSWERS: Final = """
SELECT kind || ' ' || reference || ' to ' || store, answered_qty, qty FROM down_rows
WHERE answered_qty > qty ORDER BY 1"""
_DOWN_HEADS: Final = """
SELECT 'down log of ' || d.store || ', epoch ' || d.epoch, coalesce(max(h.seq), 0), max(d.seq)
FROM down_rows d LEFT JOIN down_heads h USING (store, epoch)
GROUP BY d.store, d.epoch HAVING coalesce(max(h.seq), 0) < max(d.seq) ORDER BY 1"""
_HOLDS: Final = """
SELECT account || ' of ' || sku, units, 0 FROM balances
WHERE account LIKE '%%/hold/%%' AND units > 0
AND NOT EXISTS (SELECT 1 FROM stores WHERE account = store || '/hold/' || epoch AND state = 'active') ORDER BY 1"""
_CHECKS: Final = (
    _BALANCES,
    _OTHERS,
    _SUM_IS_ZERO,
    _RESERVATIONS,
    _PUT_BACK,
    _GRANTS,
    _ANSWERS,
    _DOWN_HEADS,
    _HOLDS,
)


def books_differences(connection: Connection) -> tuple[dict[str, int], list[str]]:
    """(how many of each were looked at, what differs in words)."""
    checked = {}
    for what, statement in _COUNTS.items():
        found = connection.execute(statement).fetchone()
        assert found is not None
        checked[what] = int(found[0])
    return checked, [
        f"{place}: {books} in the books, {due} by what they rest on"
        for check in _CHECKS
        for place, books, due in connection.execute(check, {})
    ]
