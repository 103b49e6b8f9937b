"""Receipts at headquarters: what a batch says of them is written down, and a page's document is read from the rows."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import psycopg

from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.rules.receipt_folds import ReceiptDeltas
from cloud_sync.protocol import facts
from cloud_sync.protocol.envelope import UNREADABLE, decode
from cloud_sync.protocol.receipts.document import ReceiptDocument, document
from cloud_sync.protocol.receipts.record import Seller
from cloud_sync.protocol.receipts.told import told
from cloud_sync.protocol.rules_facts import StoreRules

MOST_ROWS: Final = 2_000
"""Of one order; a shop's order has dozens."""

_ROWS: Final = """
INSERT INTO order_rows (store, order_id, epoch, seqs)
SELECT %s, order_id, %s, seqs::bigint[] FROM json_each_text(%s::json) AS told (order_id, seqs)
ON CONFLICT (store, order_id, epoch) DO UPDATE SET seqs = order_rows.seqs || excluded.seqs"""
_ISSUED: Final = """
INSERT INTO receipts (token, store, order_id, receipt) SELECT token, %s, order_id, receipt
FROM unnest(%s::text[], %s::text[], %s::text[]) AS new (token, order_id, receipt) ON CONFLICT DO NOTHING"""
_RULES: Final = """
INSERT INTO rules_kept (store, rules) VALUES (%s, %s) ON CONFLICT (store) DO UPDATE SET rules = excluded.rules"""
_FOUND: Final = """
SELECT r.store, r.order_id, r.receipt, s.name, s.timezone, k.rules FROM receipts r JOIN stores s USING (store)
LEFT JOIN rules_kept k USING (store) WHERE r.token = %s ORDER BY r.store LIMIT 1"""
_BODIES: Final = """
SELECT e.body FROM order_rows o JOIN events e
ON (e.store, e.stream, e.epoch) = (o.store, 'ledger', o.epoch) AND e.seq = ANY (o.seqs)
WHERE o.store = %s AND o.order_id = %s ORDER BY e.epoch, e.seq LIMIT %s"""
_NAMES: Final = "SELECT sku, name_zh, name_en FROM items WHERE store = %s AND sku = ANY (%s)"


def apply(cursor: psycopg.Cursor[Any], store: str, deltas: ReceiptDeltas) -> None:
    """Write a batch's changes, for the store whose row the caller has locked."""
    if deltas.rows:
        # Rows as PostgreSQL writes an array: taking JSON's arrays apart costs it more than the rest of the statement.
        rows = {order: "{" + ",".join(map(str, seqs)) + "}" for order, seqs in deltas.rows.items()}
        cursor.execute(_ROWS, [store, deltas.epoch, msgspec.json.encode(rows).decode()])
    if deltas.issued:
        columns = [[getattr(fact, name) for fact in deltas.issued] for name in ("token", "order", "receipt")]
        cursor.execute(_ISSUED, [store, *columns])
    if deltas.rules is not None:
        cursor.execute(_RULES, [store, msgspec.json.encode(deltas.rules).decode()])


class Receipts:
    """Receipts by the token in their code."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def document(self, token: str) -> ReceiptDocument | None:
        """What the receipt says by all rows that arrived; None for one that no store has reported yet."""
        with self._pool.connection() as connection:
            found = connection.execute(_FOUND, [token]).fetchone()
            if found is None:
                return None
            store, order, receipt, name, timezone, rules = found
            bodies = connection.execute(_BODIES, [store, order, MOST_ROWS]).fetchall()
            rows = [row for (body,) in bodies if (row := _read(bytes(body))) is not None]
            skus = [
                line.sku for fact, _ in rows if isinstance(fact, facts.OrderPlaced) for line in fact.lines
            ]
            names = {sku: (zh, en) for sku, zh, en in connection.execute(_NAMES, [store, skus])}
        kept = StoreRules(version=0) if rules is None else msgspec.json.decode(rules, type=StoreRules)
        record = told(rows, Seller(store=store, name=name, timezone=timezone, rules=kept), names)
        if record is None:
            return None
        issued = next((each for each in record.receipts if each.receipt == receipt), None)
        return None if issued is None else document(record, issued)


def _read(body: bytes) -> tuple[facts.Fact, str] | None:
    try:
        event = decode(body)
        fact = facts.read(event.type, event.data)
    except (ValueError, *UNREADABLE):
        return None
    return None if fact is None else (fact, event.time)
