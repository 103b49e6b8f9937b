"""The tables of receipts: which rows of a store's log tell of an order, and the token its page is found by."""

from __future__ import annotations

from typing import Final, LiteralString

RECEIPTS: Final[LiteralString] = """
CREATE TABLE receipts (
    token    text NOT NULL,
    store    text NOT NULL,
    order_id text NOT NULL,
    receipt  text NOT NULL,
    PRIMARY KEY (token, store)
);
CREATE TABLE order_rows (
    store    text NOT NULL,
    order_id text NOT NULL,
    epoch    integer NOT NULL,
    seqs     bigint[] NOT NULL,
    PRIMARY KEY (store, order_id, epoch)
);
COMMENT ON TABLE order_rows IS 'the ledger rows that tell of an order; its page reads them when somebody opens it';
CREATE TABLE rules_kept (store text PRIMARY KEY, rules text NOT NULL);
COMMENT ON TABLE rules_kept IS 'the rules that each store says it keeps to (StoreRules, JSON)';
"""
