"""Writes what a store's ledger says of lines that the warehouse sends, beside what the warehouse knows of them."""

from __future__ import annotations

from typing import Any, Final

import psycopg

from cloud_sync.hq.rules.shipping_folds import ShippingDeltas
from cloud_sync.protocol.envelope import parse_time

_ORDERED: Final = """
INSERT INTO shipment_lines (store, handover, order_id, reservation, sku, qty)
VALUES (%s, %s, %s, 'store:' || %s || '/' || %s, %s, %s) ON CONFLICT DO NOTHING"""
# Whoever says at this moment that it went waits for us, and then sees what we wrote; or we see that it went.
_LOCK: Final = """
SELECT 1 FROM shipments WHERE reservation IN
    (SELECT reservation FROM shipment_lines WHERE store = %s AND handover = ANY(%s))
ORDER BY reservation FOR UPDATE"""
_ENDED: Final = """
UPDATE shipment_lines SET state = %s, by_whom = %s, reason = %s, at = %s
WHERE store = %s AND handover = %s AND state = 'ordered'"""
_REVERSED: Final = """
UPDATE shipment_lines SET state = 'reversed' WHERE store = %s AND handover = ANY(%s) AND state = 'done'"""
# After a restore from a backup the store still knows what the warehouse sent.
_WENT: Final = """
UPDATE shipments s SET sent_at = coalesce(l.at, s.asked_at), document = %s FROM shipment_lines l
WHERE l.store = %s AND l.handover = %s AND l.state IN ('done', 'reversed') AND l.by_whom = 'headquarters'
AND s.reservation = l.reservation AND s.sent_at IS NULL"""
_ALERT: Final = """
INSERT INTO alerts (kind, store, sku, reference, qty, at)
SELECT 'sent_though_given_up', l.store, l.sku, l.handover, l.qty, coalesce(l.at, s.sent_at)
FROM shipment_lines l JOIN shipments s USING (reservation)
WHERE l.store = %s AND l.handover = ANY(%s) AND l.state = 'failed' AND s.sent_at IS NOT NULL
ON CONFLICT DO NOTHING"""


def apply(cursor: psycopg.Cursor[Any], store: str, deltas: ShippingDeltas) -> None:
    """Add a batch's changes, for the store whose row the caller has locked."""
    for handover, line in deltas.ordered.items():
        values = [line.order, store, line.reservation, line.sku, line.qty]
        cursor.execute(_ORDERED, [store, handover, *values])
    if deltas.ended:
        cursor.execute(_LOCK, [store, list(deltas.ended)])
    for handover, end in deltas.ended.items():
        values = [end.state, end.by, end.reason, parse_time(end.at)]
        cursor.execute(_ENDED, [*values, store, handover])
        cursor.execute(_WENT, [end.document, store, handover])
    if deltas.ended:
        cursor.execute(_ALERT, [store, list(deltas.ended)])
    if deltas.reversed:
        cursor.execute(_REVERSED, [store, list(deltas.reversed)])
