"""The tables of members: keys and their points, and apart from them the one table that says who somebody is."""

from __future__ import annotations

from typing import Final, LiteralString

MEMBERS: Final[LiteralString] = """
CREATE TABLE members (
    member      text COLLATE "C" PRIMARY KEY,
    tier        text NOT NULL,
    by_staff    boolean NOT NULL DEFAULT false,
    consent     text NOT NULL DEFAULT '',
    merged_into text COLLATE "C" NOT NULL DEFAULT '',
    erased      boolean NOT NULL DEFAULT false,
    changed_at  timestamptz NOT NULL
);
COMMENT ON TABLE members IS 'random keys; one that was merged or erased stays, so that old rows lead somewhere';
CREATE INDEX members_merged ON members (merged_into) WHERE merged_into <> '';

CREATE TABLE people (
    member     text COLLATE "C" PRIMARY KEY REFERENCES members,
    name       text NOT NULL DEFAULT '',
    phone      text NOT NULL DEFAULT '',
    token_hash bytea NOT NULL UNIQUE,
    joined_at  timestamptz NOT NULL
);
COMMENT ON TABLE people IS 'who a member is, and the way to their page: the only table that names a person';
CREATE INDEX people_phone ON people (phone) WHERE phone <> '';

CREATE TABLE point_postings (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    member    text COLLATE "C" NOT NULL,
    source    text NOT NULL,
    target    text NOT NULL,
    points    bigint NOT NULL CHECK (points > 0),
    cause     text NOT NULL,
    reference text NOT NULL DEFAULT '',
    store     text NOT NULL DEFAULT '',
    epoch     integer NOT NULL DEFAULT 0,
    seq       bigint NOT NULL DEFAULT 0,
    CHECK (source <> target)
);
CREATE INDEX point_postings_of_member ON point_postings (member, id);
CREATE INDEX point_postings_owed ON point_postings (member) WHERE source = 'owed' OR target = 'owed';
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE OR TRUNCATE ON point_postings
    FOR EACH STATEMENT EXECUTE FUNCTION never_edited();

CREATE TABLE point_balances (
    member  text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    points  bigint NOT NULL CHECK (points >= 0),
    PRIMARY KEY (member, account)
);
COMMENT ON TABLE point_balances IS 'pool and <store>/hold/<epoch>: never below 0';
CREATE INDEX point_balances_of_store ON point_balances (account);

CREATE TABLE member_stores (
    store  text NOT NULL,
    member text COLLATE "C" NOT NULL,
    told   text NOT NULL DEFAULT '',
    PRIMARY KEY (store, member)
);
COMMENT ON TABLE member_stores IS 'who was seen where, and what the store was told of them last';
CREATE INDEX member_stores_of_member ON member_stores (member);

CREATE TABLE member_news (store text NOT NULL, member text COLLATE "C" NOT NULL, PRIMARY KEY (store, member));
COMMENT ON TABLE member_news IS 'a store is to be told something of a member';

CREATE TABLE point_wants (member text COLLATE "C" PRIMARY KEY, store text NOT NULL, points bigint NOT NULL);
COMMENT ON TABLE point_wants IS 'the member stands in this store, and other stores hold points of theirs';

CREATE TABLE point_recalls (
    store  text NOT NULL,
    member text COLLATE "C" NOT NULL,
    epoch  integer NOT NULL,
    PRIMARY KEY (store, member)
);
COMMENT ON TABLE point_recalls IS 'asked of a store and not answered yet: at most one per member';
"""
