"""Facts → which handed-over units no longer count as sold, because staff gave their money back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final

from cloud_sync.protocol import facts, handover_facts

RETURN_TABLES: Final = """
ALTER TABLE vends ADD COLUMN reversed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE handovers ADD COLUMN reversed INTEGER NOT NULL DEFAULT 0;
UPDATE handovers SET reversed = qty WHERE state = 'reversed';
UPDATE vends SET reversed = 1 WHERE id IN (SELECT json_extract(CAST(body AS TEXT), '$.data.vend') FROM journal
    WHERE stream = 'ledger' AND json_extract(CAST(body AS TEXT), '$.type') = 'popshop.sale.reversed.v1')
"""
"""What an older file took back is told by its journal: always all of an order."""


def _vend(db: sqlite3.Connection, f: facts.SaleReversed, at: str) -> None:
    db.execute("UPDATE vends SET reversed = 1 WHERE id = ?", (f.vend,))


def _handover(db: sqlite3.Connection, f: handover_facts.HandoverReversed, at: str) -> None:
    db.execute(
        "UPDATE handovers SET reversed = reversed + ?, at = ?,"
        " state = CASE WHEN reversed + ? >= qty THEN 'reversed' ELSE state END WHERE id = ?",
        (f.qty, at, f.qty, f.handover),
    )


RETURN_PROJECTIONS: Final[dict[type[facts.Fact], Callable[[sqlite3.Connection, Any, str], None]]] = {
    facts.SaleReversed: _vend,
    handover_facts.HandoverReversed: _handover,
}
