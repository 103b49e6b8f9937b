"""What headquarters' database and a store's file say, read straight from them, for whoever compares the two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import psycopg

from cloud_sync.protocol import stock_rights
from edge_agent.adapters.sqlite_store.connection import open_reader
from edge_agent.entrypoints.main import STORE_FILE
from popshop.soak.parts import Headquarters


class JournalRow(NamedTuple):
    """One row of a store's log, as bytes."""

    epoch: int
    stream: str
    seq: int
    body: bytes
    hash: bytes


class HqBooks:
    """Headquarters' database; each question is a connection of its own, as the server comes and goes."""

    def __init__(self, hq: Headquarters) -> None:
        self._hq = hq

    def _ask(self, question: Any, *values: object) -> list[tuple[Any, ...]]:
        sockets = self._hq.postmaster()[4]
        with psycopg.connect(f"postgresql://popshop@/popshop?host={quote(sockets, safe='')}") as connection:
            return connection.execute(question, values).fetchall()

    def rows_received(self) -> dict[str, int]:
        """Rows kept, per store."""
        return dict(self._ask("SELECT store, sum(received)::bigint FROM logs GROUP BY store"))

    def unanswered(self) -> dict[str, int]:
        """Instructions without an answer, per store."""
        return dict(
            self._ask("SELECT store, count(*) FROM down_rows WHERE answered_at IS NULL GROUP BY store")
        )

    def open_reservations(self) -> int:
        """Units may still go back to the pool by themselves, when a buyer's time runs out."""
        found = self._ask(
            "SELECT count(*) FROM reservations WHERE state IN ('reserved', 'pinning') AND NOT confirmed"
        )
        return int(found[0][0])

    def journal(self, store: str) -> Iterator[JournalRow]:
        """Every row kept of a store, in the order of epoch, stream and number."""
        sockets = self._hq.postmaster()[4]
        dsn = f"postgresql://popshop@/popshop?host={quote(sockets, safe='')}"
        with psycopg.connect(dsn) as connection, connection.cursor("journal") as cursor:
            cursor.execute(
                "SELECT epoch, stream, seq, body, hash FROM events WHERE store = %s"
                " ORDER BY epoch, stream, seq",
                [store],
            )
            for row in cursor:
                yield JournalRow(*row)

    def holds(self, store: str) -> dict[str, int]:
        """Units per SKU that the store may sell or has promised, in all its epochs."""
        found = self._ask(
            "SELECT sku, sum(units)::bigint FROM balances WHERE starts_with(account, %s) GROUP BY sku",
            f"{store}/hold/",
        )
        return dict(found)

    def accounts(self) -> dict[str, dict[str, int]]:
        """SKU → account → units, added up from every posting."""
        added: dict[str, dict[str, int]] = defaultdict(dict)
        for sku, account, units in self._ask(
            "SELECT sku, account, sum(units)::bigint FROM (SELECT sku, target AS account, qty AS units FROM postings"
            " UNION ALL SELECT sku, source, -qty FROM postings) AS sides GROUP BY sku, account"
        ):
            added[sku][account] = units
        return added

    def balances(self) -> dict[tuple[str, str], int]:
        """(SKU, account) → units, for the accounts whose balance is kept."""
        found = self._ask("SELECT sku, account, units FROM balances")
        return {(sku, account): units for sku, account, units in found}

    def reservations(self) -> dict[str, tuple[str, bool, str, int]]:
        """Reservation → state, whether it was confirmed, SKU, units."""
        found = self._ask("SELECT id, state, confirmed, sku, qty FROM reservations")
        return {row[0]: (row[1], row[2], row[3], row[4]) for row in found}

    def quarantined(self) -> list[str]:
        """Rows whose effect waits, in words."""
        found = self._ask("SELECT store, stream, seq, type, reason FROM quarantine WHERE settled_at IS NULL")
        return [" ".join(map(str, row)) for row in found]

    def alerts(self) -> dict[str, int]:
        """Open alerts by kind."""
        return dict(self._ask("SELECT kind, count(*) FROM alerts WHERE closed_at IS NULL GROUP BY kind"))


class Order(NamedTuple):
    """An order as the store's file has it."""

    state: str
    total_minor: int
    paid_minor: int
    refunded_minor: int


class StoreBooks:
    """A store's file."""

    def __init__(self, data: Path) -> None:
        self._path = data / STORE_FILE

    def _ask(self, question: str) -> list[tuple[Any, ...]]:
        with closing(open_reader(self._path)) as db:
            return [tuple(row) for row in db.execute(question)]

    def journal(self) -> Iterator[JournalRow]:
        """Every row, in the order of epoch, stream and number."""
        with closing(open_reader(self._path)) as db:
            for row in db.execute(
                "SELECT epoch, stream, seq, body, hash FROM journal ORDER BY epoch, stream, seq"
            ):
                yield JournalRow(*row)

    def orders(self) -> dict[str, Order]:
        """Every order."""
        found = self._ask("SELECT id, state, total_minor, paid_minor, refunded_minor FROM orders")
        return {row[0]: Order(*row[1:]) for row in found}

    def delivered_minor(self) -> dict[str, int]:
        """Order → the price of what was handed over for it."""
        return dict(
            self._ask(
                "SELECT order_id, SUM(price_minor) FROM vends WHERE state = 'dispensed' GROUP BY order_id"
            )
        )

    def rights(self) -> dict[str, int]:
        """Units per SKU that the store may sell or has promised."""
        return dict(self._ask("SELECT sku, available + held FROM rights"))

    def sold(self) -> dict[str, int]:
        """Units per SKU that were handed over: out of machines, for cash, to those who had reserved online."""
        return dict(
            self._ask(
                "SELECT sku, SUM(qty) FROM (SELECT sku, 1 AS qty FROM vends WHERE state = 'dispensed'"
                " UNION ALL SELECT sku, 1 FROM cash_sales WHERE sku <> ''"
                " UNION ALL SELECT sku, qty FROM pins WHERE state = 'handed_over') GROUP BY sku"
            )
        )


def sums_to_zero(accounts: dict[str, int]) -> bool:
    """Whether a SKU's accounts balance; those that may not be below 0 are not."""
    negative = [name for name, units in accounts.items() if units < 0 and never_negative(name)]
    return sum(accounts.values()) == 0 and not negative


def never_negative(account: str) -> bool:
    """Whether units in this account are things that are there, which cannot be fewer than none."""
    return (
        account in (stock_rights.POOL, stock_rights.RESERVED) or "/hold/" in account or "/limbo/" in account
    )
