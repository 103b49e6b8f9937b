"""Writes what a store's ledger says of payments by signed receipt beside what the phone page knows of them."""

from __future__ import annotations

from typing import Any, Final

import psycopg

from cloud_sync.hq.rules.phone_folds import PhoneDeltas

_ASKED: Final = """
INSERT INTO phone_payments (store, payment, order_id, signed, amount_minor, currency, state, ledger)
VALUES (%s, %s, %s, true, %s, %s, 'pending', 'asked')
ON CONFLICT (store, payment) DO UPDATE SET ledger = CASE WHEN phone_payments.ledger = '' THEN 'asked'
    ELSE phone_payments.ledger END"""
# Spent is the last word: a row of the store's present or of an earlier epoch proves that goods went for it.
_ENDED: Final = """
UPDATE phone_payments p SET ledger = new.ledger
FROM unnest(%s::text[], %s::text[]) AS new (payment, ledger)
WHERE p.store = %s AND p.payment = new.payment AND p.signed AND p.ledger <> 'spent'"""


def apply(cursor: psycopg.Cursor[Any], store: str, deltas: PhoneDeltas) -> None:
    """Add a batch's changes."""
    for payment, asked in deltas.asked.items():
        cursor.execute(_ASKED, [store, payment, asked.order, asked.amount_minor, asked.currency])
    if deltas.ended:
        cursor.execute(_ENDED, [list(deltas.ended), list(deltas.ended.values()), store])
