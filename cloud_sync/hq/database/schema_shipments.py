"""The tables of what the warehouse sends for stores: `shipments` is the one place with addresses, and erasable."""

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

GIVEN_UP: Final[LiteralString] = """
ALTER TABLE shipments ADD COLUMN put_back bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN shipments.put_back IS 'given up, and put back on the shelf by a person: the pool''s again';
DROP INDEX shipments_by_age;
CREATE INDEX shipments_by_age ON shipments (asked_at) WHERE (name, phone, address) <> ('', '', '');
CREATE INDEX shipments_waiting ON shipments (asked_at) WHERE sent_at IS NULL;
CREATE INDEX shipments_sent ON shipments (sent_at) WHERE sent_at IS NOT NULL;

CREATE TABLE shipment_lines (
    store       text NOT NULL,
    handover    text NOT NULL,
    order_id    text NOT NULL,
    reservation text NOT NULL,
    sku         text NOT NULL,
    qty         bigint NOT NULL,
    state       text NOT NULL DEFAULT 'ordered',
    by_whom     text NOT NULL DEFAULT '',
    reason      text NOT NULL DEFAULT '',
    at          timestamptz,
    PRIMARY KEY (store, handover)
);
CREATE INDEX shipment_lines_of_reservation ON shipment_lines (reservation);
CREATE INDEX shipment_lines_given_up ON shipment_lines (reservation)
    WHERE state = 'failed' OR state IN ('done', 'reversed') AND by_whom <> 'headquarters';
COMMENT ON TABLE shipment_lines IS 'the lines of orders that the warehouse sends, as the store''s ledger has them';
COMMENT ON COLUMN shipment_lines.state IS 'ordered, failed (given up), done, or reversed: the money went back';
"""
