"""Figures over time: sales by any cut, the last sales, and the proof that nothing was lost or doubled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString

import msgspec
from psycopg import sql

from cloud_sync.hq.database.pool import Pool
from cloud_sync.protocol import envelope, facts, handover_facts

CUTS: Final[dict[str, LiteralString]] = {
    "store": "store",
    "day": "day",
    "device": "device",
    "item": "sku",
    "currency": "currency",
}
"""What sales can be cut by, and the column that holds it."""


class ReportError(ValueError):
    """The report cannot be asked for like this; the text says what can."""


@dataclass(frozen=True)
class Proof:
    """One store's ledger, counted from the kept rows themselves and not from any running figure.

    `duplicates`: vends dispensed, cash sales, payments and refunds that stand in the log twice. `agrees`: the
    takings that the rows add up to are the takings shown.
    """

    store: str
    events: int
    expected: int
    gaps: int
    duplicates: int
    takings_minor: dict[str, int]
    rows_takings_minor: dict[str, int]
    agrees: bool


@dataclass(frozen=True)
class LastSale:
    """A unit that went over the counter."""

    at: datetime | None
    device: str
    slot: str
    sku: str
    price_minor: int
    currency: str
    cash: bool


_LAST_SALES: Final = """
SELECT body FROM events WHERE store = %s AND stream = 'ledger' AND type = ANY(%s)
ORDER BY epoch DESC, seq DESC LIMIT %s"""
_COUNTED: Final = """
SELECT count(*), count(subject) - count(DISTINCT (type, subject)) FILTER (WHERE subject IS NOT NULL),
       (SELECT coalesce(sum(last_seq), 0)::bigint FROM logs WHERE store = %(store)s),
       (SELECT coalesce(sum(acked), 0)::bigint FROM logs WHERE store = %(store)s)
FROM events WHERE store = %(store)s"""
# The amounts straight out of the kept bytes; a row whose stock effect waits has had its others.
_ROWS_TAKINGS: Final = """
SELECT data->>'currency', sum(CASE type WHEN 'popshop.payment.paid.v1' THEN (data->>'amount_minor')::bigint
    WHEN 'popshop.payment.refunded.v1' THEN -(data->>'amount_minor')::bigint
    ELSE (data->>'price_minor')::bigint END)::bigint
FROM (SELECT e.type, convert_from(e.body, 'UTF8')::jsonb->'data' AS data FROM events e
    LEFT JOIN quarantine q ON (q.store, q.stream, q.epoch, q.seq) = (e.store, e.stream, e.epoch, e.seq)
        AND q.settled_at IS NULL AND NOT starts_with(q.reason, 'stock: ')
    WHERE e.store = %s AND e.stream = 'ledger' AND q.seq IS NULL
    AND e.type IN ('popshop.payment.paid.v1', 'popshop.payment.refunded.v1', 'popshop.sale.cash.v1')) AS paid
GROUP BY 1"""
_SHOWN_TAKINGS: Final = (
    "SELECT currency, paid_minor - refunded_minor + cash_minor FROM money WHERE store = %s"
)


class Reports:
    """Figures for people and programs."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def sales(
        self,
        by: list[str],
        store: str | None = None,
        first: date | None = None,
        last: date | None = None,
    ) -> list[dict[str, Any]]:
        """Units and takings cut by `by` (see CUTS), in that order; days in each store's time zone, both included.

        Raises ReportError for a cut there is not.
        """
        wrong = [cut for cut in by if cut not in CUTS]
        if wrong or len(set(by)) != len(by):
            raise ReportError(
                f"sales can be cut by {', '.join(CUTS)}, each once; not by {', '.join(wrong or by)}"
            )
        columns = [sql.SQL("{} AS {}").format(sql.Identifier(CUTS[cut]), sql.Identifier(cut)) for cut in by]
        groups = [sql.Identifier(CUTS[cut]) for cut in by]
        figures = [
            sql.SQL("coalesce(sum(units), 0)::bigint AS units"),
            sql.SQL("coalesce(sum(takings_minor), 0)::bigint AS takings_minor"),
        ]
        statement = sql.SQL(
            "SELECT {columns} FROM sales WHERE (%(store)s::text IS NULL OR store = %(store)s)"
            " AND (%(first)s::date IS NULL OR day >= %(first)s) AND (%(last)s::date IS NULL OR day <= %(last)s)"
        ).format(columns=sql.SQL(", ").join([*columns, *figures]))
        if by:
            listed = sql.SQL(", ").join(groups)
            # What was all brought back is no sale any more.
            something = sql.SQL("sum(units) <> 0 OR sum(takings_minor) <> 0")
            statement += sql.SQL(" GROUP BY {} HAVING {} ORDER BY {}").format(listed, something, listed)
        with self.pool.connection() as connection:
            rows = connection.execute(statement, {"store": store, "first": first, "last": last}).fetchall()
        return [dict(zip([*by, "units", "takings_minor"], row, strict=True)) for row in rows]

    def last_sales(self, store: str, limit: int = 12) -> list[LastSale]:
        """The newest sales of a store, read from its log."""
        kinds = [facts.VendDispensed.TYPE, facts.CashSold.TYPE, handover_facts.HandedOver.TYPE]
        with self.pool.connection() as connection:
            rows = connection.execute(_LAST_SALES, [store, kinds, limit]).fetchall()
        sales = []
        for (body,) in rows:
            try:
                event = envelope.decode(bytes(body))
                fact = facts.read(event.type, event.data)
            except (envelope.EnvelopeError, msgspec.DecodeError):
                continue  # In quarantine, and shown there.
            assert isinstance(fact, facts.VendDispensed | facts.CashSold | handover_facts.HandedOver)
            sales.append(
                LastSale(
                    at=envelope.parse_time(fact.sold_at),
                    device=fact.device,
                    slot=fact.slot,
                    sku=fact.sku,
                    price_minor=(
                        fact.amount_minor // fact.qty
                        if isinstance(fact, handover_facts.HandedOver)
                        else fact.price_minor
                    ),
                    currency=fact.currency,
                    cash=isinstance(fact, facts.CashSold),
                )
            )
        return sales

    def proof(self, store: str) -> Proof:
        """Count a store's rows one by one. Takes about a second per million rows."""
        with self.pool.connection() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            counted = connection.execute(_COUNTED, {"store": store}).fetchone()
            assert counted is not None
            events, duplicates, expected, acked = counted
            from_rows = dict(connection.execute(_ROWS_TAKINGS, [store]).fetchall())
            shown = dict(connection.execute(_SHOWN_TAKINGS, [store]).fetchall())
        return Proof(
            store=store,
            events=events,
            expected=expected,
            gaps=acked - events,
            duplicates=duplicates,
            takings_minor=shown,
            rows_takings_minor=from_rows,
            agrees=shown == from_rows,
        )
