"""What picking up needs of the handovers' table: who handed a line over, and orders by the end of their names."""

from __future__ import annotations

from typing import Final

PICKUP_TABLES: Final = """
ALTER TABLE handovers ADD COLUMN handed_by TEXT NOT NULL DEFAULT '';
UPDATE handovers SET handed_by = told.said FROM (SELECT json_extract(CAST(body AS TEXT), '$.data.handover') AS line,
    COALESCE(json_extract(CAST(body AS TEXT), '$.data.by'), 'staff') AS said FROM journal WHERE stream = 'ledger'
    AND json_extract(CAST(body AS TEXT), '$.type') = 'popshop.handover.done.v1') AS told WHERE told.line = handovers.id;
CREATE INDEX handovers_by_end ON handovers (substr(order_id, -4))
"""
"""What an older file handed over is told by its journal."""
