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

KNOWN_LINES: Final[LiteralString] = r"""
INSERT INTO shipment_lines (store, handover, order_id, reservation, sku, qty)
SELECT store, (data ->> 'order') || '-' || (line ->> 'line'), data ->> 'order',
    'store:' || store || '/' || (line ->> 'reservation'), line ->> 'sku', (line ->> 'qty')::bigint
FROM (
    SELECT store, convert_from(body, 'UTF8')::jsonb -> 'data' AS data FROM events
    WHERE stream = 'ledger' AND type = 'popshop.order.placed.v1' AND position('"reservation"'::bytea IN body) > 0
    AND (store, stream, epoch, seq) NOT IN (SELECT store, stream, epoch, seq FROM quarantine)
) placed CROSS JOIN LATERAL jsonb_array_elements(data -> 'lines') AS line
WHERE line ->> 'reservation' <> '' ON CONFLICT DO NOTHING;
UPDATE shipment_lines l SET state = CASE type WHEN 'popshop.handover.failed.v1' THEN 'failed' ELSE 'done' END,
    by_whom = coalesce(data ->> 'by', 'staff'), reason = left(coalesce(data ->> 'reason', ''), 200), at = received_at
FROM (
    SELECT store, type, received_at, convert_from(body, 'UTF8')::jsonb -> 'data' AS data FROM events
    WHERE stream = 'ledger' AND type IN ('popshop.handover.failed.v1', 'popshop.handover.done.v1')
    AND position('"ship_warehouse"'::bytea IN body) > 0
    AND (store, stream, epoch, seq) NOT IN (SELECT store, stream, epoch, seq FROM quarantine)
) ended WHERE l.store = ended.store AND l.handover = data ->> 'handover' AND l.state = 'ordered';
"""
"""For a database of before there were `shipment_lines`: what its ledgers say of orders that may still be open."""
