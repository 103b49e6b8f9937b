"""The tables of shared stock: accounts, down logs, reservations, and what a person should look into."""

from __future__ import annotations

from typing import Final, LiteralString

STOCK: Final[LiteralString] = """
ALTER TABLE stores ADD COLUMN state text NOT NULL DEFAULT 'active';
ALTER TABLE stores ADD COLUMN machine text NOT NULL DEFAULT '';
ALTER TABLE stores ADD COLUMN refilled integer NOT NULL DEFAULT 0;
ALTER TABLE stores ADD COLUMN code_epoch integer;
COMMENT ON COLUMN stores.state IS 'active, retired, or set_aside by a person while headquarters was refilled';
COMMENT ON COLUMN stores.machine IS 'the mark of the machine that joined last: another one is fenced';
COMMENT ON COLUMN stores.code_epoch IS 'the epoch its code minted last; the store''s first sync then uses the code up';
COMMENT ON COLUMN stores.refilled IS 'the incarnation of headquarters that this store told everything';

CREATE TABLE hq (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    incarnation integer NOT NULL DEFAULT 1,
    refilling   boolean NOT NULL DEFAULT false,
    since       timestamptz
);
INSERT INTO hq DEFAULT VALUES;
COMMENT ON COLUMN hq.incarnation IS 'goes up when this database is restored from a backup';

CREATE TABLE postings (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    sku       text NOT NULL,
    source    text NOT NULL,
    target    text NOT NULL,
    qty       bigint NOT NULL CHECK (qty > 0),
    cause     text NOT NULL,
    reference text NOT NULL DEFAULT '',
    store     text NOT NULL DEFAULT '',
    epoch     integer NOT NULL DEFAULT 0,
    seq       bigint NOT NULL DEFAULT 0,
    CHECK (source <> target)
);
COMMENT ON TABLE postings IS 'double entry: units go from one account to another, so that all of a SKU sum to 0';
COMMENT ON COLUMN postings.seq IS 'the ledger row of (store, epoch) it comes from; 0 for an act of headquarters';
CREATE INDEX postings_of_sku ON postings (sku, id);
CREATE UNIQUE INDEX postings_once ON postings (cause, reference) WHERE cause = 'received';

CREATE FUNCTION never_edited() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'postings are never edited: post the opposite instead'; END $$;
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION never_edited();

CREATE TABLE balances (
    account text COLLATE "C" NOT NULL,
    sku     text COLLATE "C" NOT NULL,
    units   bigint NOT NULL CHECK (units >= 0),
    PRIMARY KEY (account, sku)
);
COMMENT ON TABLE balances IS 'pool, <store>/hold/<epoch>, <store>/limbo/<epoch>: never below 0';

CREATE TABLE account_changes (
    account text NOT NULL,
    sku     text NOT NULL,
    units   bigint NOT NULL
);
COMMENT ON TABLE account_changes IS
    'what postings add to the other accounts, summed up now and then: sellers need not wait for one row';

CREATE TABLE away (
    store text NOT NULL,
    sku   text NOT NULL,
    units bigint NOT NULL,
    PRIMARY KEY (store, sku)
);
COMMENT ON TABLE away IS 'rights to goods that stand elsewhere; below 0: goods in the store that are the pool''s';

CREATE TABLE claims (
    store text NOT NULL,
    sku   text NOT NULL,
    qty   bigint NOT NULL,
    PRIMARY KEY (store, sku)
);
COMMENT ON TABLE claims IS
    'what a count after a new epoch entitles to, until it is granted; below 0: a shortage, or of no store the pool''s';

CREATE TABLE down_rows (
    store        text NOT NULL,
    epoch        integer NOT NULL,
    seq          bigint NOT NULL,
    kind         text NOT NULL,
    reference    text NOT NULL,
    sku          text NOT NULL,
    qty          bigint NOT NULL,
    why          text NOT NULL,
    body         bytea NOT NULL,
    made_at      timestamptz NOT NULL,
    answered_at  timestamptz,
    answered_qty bigint,
    PRIMARY KEY (store, epoch, seq)
);
CREATE TABLE down_heads (
    store text NOT NULL,
    epoch integer NOT NULL,
    seq   bigint NOT NULL,
    PRIMARY KEY (store, epoch)
);

CREATE TABLE reservations (
    id         text PRIMARY KEY,
    sku        text NOT NULL,
    qty        bigint NOT NULL CHECK (qty > 0),
    how        text NOT NULL,
    store      text NOT NULL DEFAULT '',
    state      text NOT NULL,
    confirmed  boolean NOT NULL DEFAULT false,
    expires_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX reservations_open ON reservations (expires_at)
    WHERE state IN ('reserved', 'pinning') AND NOT confirmed;
CREATE INDEX reservations_of_store ON reservations (store, sku) WHERE store <> '';

CREATE TABLE alerts (
    kind      text NOT NULL,
    store     text NOT NULL,
    sku       text NOT NULL,
    reference text NOT NULL,
    qty       bigint NOT NULL,
    at        timestamptz NOT NULL,
    closed_at timestamptz,
    closed_as text NOT NULL DEFAULT '',
    PRIMARY KEY (kind, store, sku, reference)
);

CREATE TABLE kept_aside (
    store   text NOT NULL,
    stream  text NOT NULL,
    epoch   integer NOT NULL,
    seq     bigint NOT NULL,
    body    bytea NOT NULL,
    digest  bytea NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (store, stream, epoch, seq, digest)
);
COMMENT ON TABLE kept_aside IS 'rows of a fork: written on a disk that is not the one headquarters knows';

CREATE TABLE stock_policies (
    store      text NOT NULL,
    sku        text NOT NULL,
    cover_days double precision NOT NULL CHECK (cover_days >= 0),
    minimum    bigint NOT NULL CHECK (minimum >= 0),
    ceiling    bigint NOT NULL CHECK (ceiling >= minimum),
    PRIMARY KEY (store, sku)
);
COMMENT ON TABLE stock_policies IS 'store or sku may be * : the nearest match counts';

CREATE TABLE rooms (
    store  text NOT NULL,
    sku    text NOT NULL,
    bucket text NOT NULL,
    units  bigint NOT NULL,
    PRIMARY KEY (store, sku, bucket)
);
COMMENT ON TABLE rooms IS 'goods in a store''s stock room, as its ledger says';

INSERT INTO postings (at, sku, source, target, qty, cause, store, epoch)
SELECT now(), sku, 'external', store || '/hold/' || epoch, sum(count), 'opening', store, epoch
FROM slots JOIN stores USING (store) WHERE sku <> '' AND epoch > 0
GROUP BY store, epoch, sku HAVING sum(count) > 0 ORDER BY store, sku;
INSERT INTO balances (account, sku, units) SELECT target, sku, qty FROM postings;
INSERT INTO account_changes (account, sku, units) SELECT source, sku, -sum(qty) FROM postings GROUP BY source, sku;
ALTER TABLE logs ADD COLUMN opening bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN logs.opening IS 'the last row of before there were postings: what those moved is in the opening one';
UPDATE logs SET opening = acked;
"""
"""Ends with the opening postings of a database of before: what stands in a store's slots is what it may sell."""
