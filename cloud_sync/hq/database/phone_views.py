"""Writes what a store's ledger says of payments by signed receipt beside what the phone page knows of them."""

from __future__ import annotations

from typing import Any, Final

import psycopg

from cloud_sync.hq.rules.phone_folds import PhoneDeltas
from cloud_sync.protocol.envelope import parse_time

_ASKED: Final = """
INSERT INTO phone_payments (store, payment, order_id, signed, amount_minor, currency, state, ledger, asked_at)
VALUES (%s, %s, %s, true, %s, %s, 'pending', 'asked', %s)
ON CONFLICT (store, payment) DO UPDATE SET asked_at = excluded.asked_at,
    ledger = CASE WHEN phone_payments.ledger = '' THEN 'asked' ELSE phone_payments.ledger END"""
# Spent is the last word: a row of the store's present or of an earlier epoch proves that goods went for it.
_ENDED: Final = """
UPDATE phone_payments p SET ledger = new.ledger, ended_at = new.at
FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS new (payment, ledger, at)
WHERE p.store = %s AND p.payment = new.payment AND p.signed AND p.ledger <> 'spent'"""


def apply(cursor: psycopg.Cursor[Any], store: str, deltas: PhoneDeltas) -> None:
    """Add a batch's changes."""
    for payment, asked in deltas.asked.items():
        values = [asked.order, asked.amount_minor, asked.currency, parse_time(asked.at)]
        cursor.execute(_ASKED, [store, payment, *values])
    if deltas.ended:
        hows, times = zip(*((end.how, parse_time(end.at)) for end in deltas.ended.values()), strict=True)
        cursor.execute(_ENDED, [list(deltas.ended), list(hows), list(times), store])
