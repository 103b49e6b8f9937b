"""Carries out what the planner proposes: every so often for all stores, at once where a store or a buyer ran short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from psycopg import Error

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.database.pool import Cursor, Pool, again
from cloud_sync.hq.database.postgres_books import PostgresBooks, transaction
from cloud_sync.hq.rules import planner, rights
from cloud_sync.hq.rules.books import Books, StoreRecord
from cloud_sync.hq.rules.planner import ANY, Held, Policy, Proposal
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.protocol.stock_rights import POOL, hold_of

PERIOD: Final = timedelta(seconds=30)
KEEP_DONE: Final = timedelta(days=30)
"""How long a repeated request with the same Idempotency-Key is still known."""

log = structlog.get_logger(__name__)

_POLICIES: Final = """
SELECT store, sku, cover_days, minimum, ceiling FROM stock_policies
WHERE %(skus)s::text[] IS NULL OR sku = ANY(%(skus)s)"""
# What a store deals in: what stands in its slots, what it holds, and what a policy of its own names.
_HELD: Final = """
WITH active AS (
    SELECT store, epoch FROM stores
    WHERE state = 'active' AND epoch > 0 AND (%(store)s::text IS NULL OR store = %(store)s)
), held AS (
    SELECT store, sku, units AS hold FROM active JOIN balances ON account = store || '/hold/' || epoch
    UNION ALL SELECT store, sku, 0 FROM active JOIN slots USING (store) WHERE sku <> ''
    UNION ALL SELECT store, sku, 0 FROM active JOIN stock_policies USING (store) WHERE sku <> '*'
), asked AS (
    SELECT DISTINCT d.store, d.sku FROM active JOIN down_rows d ON (d.store, d.epoch) = (active.store, active.epoch)
    WHERE d.kind = 'recall' AND d.answered_at IS NULL
)
SELECT held.store, held.sku, max(hold)::bigint, bool_or(asked.sku IS NOT NULL)
FROM held LEFT JOIN asked ON (asked.store, asked.sku) = (held.store, held.sku)
WHERE %(skus)s::text[] IS NULL OR held.sku = ANY(%(skus)s) GROUP BY held.store, held.sku"""
_SOLD: Final = f"""
SELECT store, sku, (%(now)s AT TIME ZONE timezone)::date - day, sum(units)::bigint FROM sales JOIN stores USING (store)
WHERE day > (%(now)s AT TIME ZONE timezone)::date - {planner.WINDOW_DAYS + 1}
    AND (%(store)s::text IS NULL OR store = %(store)s)
    AND (%(skus)s::text[] IS NULL OR sku = ANY(%(skus)s)) GROUP BY 1, 2, 3"""
_DAYS: Final = """
SELECT store, extract(epoch FROM (%(now)s AT TIME ZONE timezone)::time) / 86400,
    coalesce((%(now)s AT TIME ZONE timezone)::date - (SELECT min(day) FROM sales WHERE sales.store = stores.store), 0)
FROM stores WHERE %(store)s::text IS NULL OR store = %(store)s"""
_POOL: Final = "SELECT sku, units FROM balances WHERE account = %s"
_UNANSWERED: Final = """
SELECT EXISTS (SELECT 1 FROM down_rows WHERE store = %s AND epoch = %s AND sku = %s AND kind = 'recall'
    AND answered_at IS NULL)"""
_FORGET: Final = "DELETE FROM acts_done WHERE at < %s"


@dataclass
class Replenishment:
    """Moves rights after demand. What it remembers between rounds only says when the next one is due."""

    pool: Pool
    clock: Clock
    _due: datetime | None = None
    _short: set[str] = field(default_factory=set)

    def answer_wants(self, books: Books, record: StoreRecord, skus: list[str], now: datetime) -> None:
        """A store ran out: grant in the sync that says so, as far as the pool goes; the rest is looked for at once.

        Only the pool is touched: to ask other stores here would be to wait for each other's rows.
        """
        assert isinstance(books, PostgresBooks), "headquarters' books are in PostgreSQL"
        wanted = sorted(set(skus))
        policies = read_policies(books.cursor, wanted)
        if not policies:
            return
        has = books.lock_pool(wanted)
        held = read_held(books.cursor, now, store=record.store, skus=wanted)
        for proposal in planner.plan(policies, held, has):
            if proposal.kind == "grant":
                _carry_out(books, record, proposal, now)
        self._short.update(wanted)

    def ask_for_buyer(self, sku: str, missing: int) -> int:
        """The pool has too few for a buyer online: ask stores that can spare some; returns how many were asked for."""
        now = self.clock()
        with transaction(self.pool) as books:
            policies = read_policies(books.cursor, [sku])
            held = read_held(books.cursor, now, skus=[sku]) if policies else []
        return sum(self._apply(proposal) for proposal in planner.for_buyer(policies, held, missing))

    def step(self) -> None:
        """One round, when it is due: every PERIOD, and at once when somebody ran short."""
        now = self.clock()
        if self._due is not None and now < self._due and not self._short:
            return
        regular = self._due is None or now >= self._due
        skus = None if regular else sorted(self._short)
        self._short.clear()
        if regular:
            self._due = now + PERIOD
            with transaction(self.pool) as books:
                books.cursor.execute(_FORGET, [now - KEEP_DONE])
        self.run(now, skus)

    def run(self, now: datetime, skus: Collection[str] | None = None) -> list[Proposal]:
        """Plan for all stores and carry it out, each proposal in a transaction of its own; returns what was done."""
        with transaction(self.pool) as books:
            policies = [] if books.hq().refilling else read_policies(books.cursor, skus)
            if not policies:
                return []
            held = read_held(books.cursor, now, skus=skus)
            pool = dict(books.cursor.execute(_POOL, [POOL]).fetchall())
        return [proposal for proposal in planner.plan(policies, held, pool) if self._apply(proposal)]

    def _apply(self, proposal: Proposal) -> int:
        """Carry out one proposal, if it still fits; returns how many units it moves or asks for."""

        def attempt() -> int:
            with transaction(self.pool) as books:
                record = books.lock_store(proposal.store)
                return 0 if record is None else _carry_out(books, record, proposal, self.clock())

        try:
            return again(attempt)
        except RightsRefused as refused:
            log.debug("proposal dropped", store=proposal.store, sku=proposal.sku, why=refused.message)
        except Error as trouble:
            log.warning("proposal failed", store=proposal.store, sku=proposal.sku, trouble=str(trouble))
        return 0


def _carry_out(books: PostgresBooks, record: StoreRecord, proposal: Proposal, now: datetime) -> int:
    """With the store's row locked: as much of a proposal as still fits what the store holds now."""
    sku = proposal.sku
    holds = books.balances(record.store, [sku]).get((hold_of(record.store, record.epoch), sku), 0)
    if proposal.kind == "grant":
        qty = min(proposal.qty, proposal.target - holds)
        if qty > 0:
            rights.grant(books, record, sku, qty, proposal.why, now)
        return max(qty, 0)
    qty = min(proposal.qty, holds - proposal.target)
    asked = books.cursor.execute(_UNANSWERED, [record.store, record.epoch, sku]).fetchone()
    if qty <= 0 or asked is None or asked[0]:
        return 0
    rights.recall(books, record, sku, qty, proposal.why, now)
    return qty


def read_policies(cursor: Cursor, skus: Collection[str] | None = None) -> list[Policy]:
    """The policies that can concern these SKUs, or all."""
    named = None if skus is None else [ANY, *skus]
    return [Policy(*row) for row in cursor.execute(_POLICIES, {"skus": named})]


def read_held(
    cursor: Cursor, now: datetime, *, store: str | None = None, skus: Collection[str] | None = None
) -> list[Held]:
    """What active stores hold and sell of what they deal in, by headquarters' books."""
    values: dict[str, Any] = {"now": now, "store": store, "skus": None if skus is None else list(skus)}
    sold: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for name, sku, age, units in cursor.execute(_SOLD, values):
        # A store's clock may be ahead: what it sold tomorrow counts as today's.
        sold[name, sku][max(0, age)] = sold[name, sku].get(max(0, age), 0) + units
    days = {name: (float(part), opened) for name, part, opened in cursor.execute(_DAYS, values)}
    return [
        Held(name, sku, hold, planner.velocity(sold[name, sku], *days[name]), asked)
        for name, sku, hold, asked in cursor.execute(_HELD, values)
    ]
