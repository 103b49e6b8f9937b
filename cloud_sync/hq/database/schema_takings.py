"""The tables of takings per business day and way of paying, and of the Z reports that stores made."""

from __future__ import annotations

from typing import Final, LiteralString

TAKINGS: Final[LiteralString] = """
CREATE TABLE takings (
    store          text NOT NULL,
    day            date NOT NULL,
    method         text NOT NULL,
    currency       text NOT NULL,
    paid_minor     bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    PRIMARY KEY (store, day, method, currency)
);
COMMENT ON TABLE takings IS 'money by business day; its sums are those of the table money. Method '''' is what came
before there were days, machine is what machines sold for cash';
INSERT INTO takings (store, day, method, currency, paid_minor, refunded_minor)
SELECT store, date '1970-01-01', '', currency, paid_minor + cash_minor, refunded_minor FROM money;
CREATE TABLE z_reports (
    store             text NOT NULL,
    epoch             integer NOT NULL,
    z                 integer NOT NULL,
    day               date NOT NULL,
    closed_at         text NOT NULL,
    currency          text NOT NULL,
    takings_minor     bigint NOT NULL,
    over_minor        bigint,
    grand_total_minor bigint NOT NULL,
    figures           jsonb NOT NULL,
    PRIMARY KEY (store, epoch, z)
);
COMMENT ON COLUMN z_reports.over_minor IS 'counted minus expected cash; null when the drawer was not counted';
CREATE INDEX z_reports_by_day ON z_reports (store, day);
"""
