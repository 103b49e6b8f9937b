"""The tables of payments on headquarters' phone page, of the stores' keys, and of the rules told to stores."""

from __future__ import annotations

from typing import Final, LiteralString

PAYMENTS: Final[LiteralString] = """
CREATE TABLE store_keys (
    store      text NOT NULL,
    public_key bytea NOT NULL,
    first_seen timestamptz NOT NULL,
    PRIMARY KEY (store, public_key)
);
COMMENT ON TABLE store_keys IS 'what each store signs its own codes with (Ed25519, raw)';

CREATE TABLE phone_payments (
    store          text NOT NULL,
    payment        text NOT NULL,
    order_id       text NOT NULL,
    signed         boolean NOT NULL,
    token          text UNIQUE,
    amount_minor   bigint NOT NULL,
    currency       text NOT NULL,
    state          text NOT NULL,
    ledger         text NOT NULL DEFAULT '',
    receipt        text NOT NULL DEFAULT '',
    expires_at     timestamptz,
    paid_at        timestamptz,
    refunded_minor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (store, payment)
);
CREATE INDEX phone_payments_owed ON phone_payments (store) WHERE signed AND state = 'paid' AND refunded_minor = 0;
CREATE INDEX phone_payments_day ON phone_payments (store, paid_at);
COMMENT ON COLUMN phone_payments.state IS 'pending, paid or closed, as the page knows it';
COMMENT ON COLUMN phone_payments.ledger IS 'what the store''s ledger says of a signed one: asked, spent or closed';

CREATE TABLE phone_refunds (
    store        text NOT NULL,
    refund       text NOT NULL,
    payment      text NOT NULL,
    amount_minor bigint NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (store, refund)
);
CREATE INDEX phone_refunds_day ON phone_refunds (store, at);

CREATE TABLE rules_told (store text PRIMARY KEY, epoch integer NOT NULL, rules jsonb NOT NULL);
COMMENT ON TABLE rules_told IS 'the rules (StoreRules) that each store was told last, and in which epoch';

CREATE TABLE offline_limits (
    store         text NOT NULL,
    method        text NOT NULL,
    payment_minor bigint NOT NULL CHECK (payment_minor >= 0),
    total_minor   bigint NOT NULL CHECK (total_minor >= 0),
    PRIMARY KEY (store, method)
);
"""

LIMITS_IN_FORCE: Final[LiteralString] = """
ALTER TABLE offline_limits ALTER COLUMN total_minor DROP NOT NULL;
ALTER TABLE offline_limits ADD COLUMN why text NOT NULL DEFAULT '';
ALTER TABLE offline_limits ADD COLUMN set_at timestamptz;
COMMENT ON COLUMN offline_limits.total_minor IS 'null: as many payments as come';
"""

PAYMENT_TIMES: Final[LiteralString] = """
ALTER TABLE phone_payments ADD COLUMN asked_at timestamptz;
ALTER TABLE phone_payments ADD COLUMN ended_at timestamptz;
COMMENT ON COLUMN phone_payments.ended_at IS 'when a signed one was spent or closed, by the store''s clock';
CREATE INDEX phone_payments_unsettled ON phone_payments (store) WHERE refunded_minor = 0
    AND (state = 'pending' AND ledger IN ('', 'asked') OR signed AND state = 'paid' AND ledger <> 'spent');
CREATE INDEX phone_refunds_of_payment ON phone_refunds (store, payment);
"""

RULES_ROWS: Final[LiteralString] = """
CREATE INDEX down_rows_rules ON down_rows (store, epoch, seq) WHERE kind = 'rules';
"""
