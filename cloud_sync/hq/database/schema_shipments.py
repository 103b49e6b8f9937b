"""The table of what the warehouse sends for stores: the one place at headquarters with addresses, and erasable."""

from __future__ import annotations

from typing import Final, LiteralString

SHIPMENTS: Final[LiteralString] = """
CREATE TABLE shipments (
    reservation text PRIMARY KEY,
    store       text NOT NULL,
    name        text NOT NULL,
    phone       text NOT NULL,
    address     text NOT NULL,
    asked_at    timestamptz NOT NULL,
    sent_at     timestamptz,
    document    text NOT NULL DEFAULT ''
);
CREATE INDEX shipments_by_age ON shipments (asked_at);
COMMENT ON TABLE shipments IS 'where the warehouse sends a reservation; the person is erased 30 days after';
"""
