"""The tables of those who sell online, and of acts that a person or program may send twice."""

from __future__ import annotations

from typing import Final, LiteralString

ONLINE: Final[LiteralString] = """
CREATE TABLE sellers (
    name       text PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    made_at    timestamptz NOT NULL
);
COMMENT ON TABLE sellers IS 'online channels; a reservation is named <seller>/<the name the seller gave it>';

CREATE TABLE acts_done (
    key    text PRIMARY KEY,
    asked  bytea NOT NULL,
    answer bytea NOT NULL,
    at     timestamptz NOT NULL
);
CREATE INDEX acts_done_by_time ON acts_done (at);
COMMENT ON TABLE acts_done IS 'by Idempotency-Key: what was asked (a digest) and answered, for a repeated request';

CREATE INDEX down_rows_open ON down_rows (store, sku) WHERE answered_at IS NULL;
CREATE INDEX down_rows_of_sku ON down_rows (sku, made_at);
"""
