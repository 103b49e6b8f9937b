"""Moves rights between the pool and stores: grants, recalls, pins, each in one transaction with its down row.

The store's row is locked by the caller (`Books.lock_store`), the pool's rows here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cloud_sync.hq.rules.accounts import Accounts, Origin, Side, take_from_limbo
from cloud_sync.hq.rules.books import ACTIVE, Alert, Books, DownEntry, StoreRecord
from cloud_sync.protocol import instructions
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.instructions import Grant, Instruction, Pin, Recall, Shortage, Unpin
from cloud_sync.protocol.stock_rights import EXTERNAL, LIMBO, POOL, Move, hold_of

MORE_THAN_LIMBO: Final = "more_than_limbo"
MAX_UNITS: Final = 1_000_000
"""Of one act; more is a slip of the finger."""


class RightsRefused(ValueError):
    """Nothing was moved. `code` is for programs, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def check_qty(qty: int) -> None:
    """Raises RightsRefused for a number of units that nobody can mean."""
    if not 1 <= qty <= MAX_UNITS:
        raise RightsRefused("malformed", f"a quantity of 1 to {MAX_UNITS}, not {qty}")


def check_moving(books: Books, record: StoreRecord) -> None:
    """Raises RightsRefused while rights must not move to or from this store."""
    if books.hq().refilling:
        raise RightsRefused(
            "refilling",
            "headquarters was restored from a backup and waits for its stores; see `popshop hq refill`",
        )
    if record.state != ACTIVE or record.epoch == 0:
        raise RightsRefused(
            "not_active", f"the store {record.store} has not joined (or not since it was given up)"
        )


def tell(books: Books, record: StoreRecord, instruction: Instruction, now: datetime) -> int:
    """Append a row to the store's down log; returns its number."""
    seq = books.down_head(record.store, record.epoch) + 1
    body = instructions.write(seq, record.epoch, rfc3339(now), instruction)
    books.add_down(DownEntry(record.store, record.epoch, seq, instruction, body), now)
    return seq


def grant(
    books: Books, record: StoreRecord, sku: str, qty: int, why: str, now: datetime, *, reference: str = ""
) -> str:
    """Move `qty` from the pool into the store's hold and tell the store; returns the grant's name.

    Raises RightsRefused: `pool_short` when the pool has not that many.
    """
    check_qty(qty)
    check_moving(books, record)
    has = books.lock_pool([sku]).get(sku, 0)
    if has < qty:
        raise RightsRefused("pool_short", f"the pool has {has} of {sku}, not {qty}")
    hold = hold_of(record.store, record.epoch)
    accounts = Accounts({(POOL, sku): has})
    name = reference or _name("G", books, record)
    accounts.move(Move(sku, POOL, hold, qty), Origin("grant", name, record.store, record.epoch))
    books.post(accounts.postings, accounts.changes, now)
    books.add_away(record.store, {sku: qty})
    tell(books, record, Grant(grant=name, sku=sku, qty=qty, source=POOL, why=why), now)
    return name


def recall(books: Books, record: StoreRecord, sku: str, qty: int, why: str, now: datetime) -> str:
    """Ask the store to give back up to `qty`; nothing moves until its answer. Raises RightsRefused."""
    check_qty(qty)
    check_moving(books, record)
    name = _name("R", books, record)
    tell(books, record, Recall(recall=name, sku=sku, qty=qty, why=why), now)
    return name


def pin(
    books: Books, record: StoreRecord, reservation: str, sku: str, qty: int, how: str, now: datetime
) -> None:
    """Ask the store to put units aside for an online buyer. Raises RightsRefused."""
    check_qty(qty)
    check_moving(books, record)
    tell(books, record, Pin(reservation=reservation, sku=sku, qty=qty, how=how), now)


def unpin(books: Books, record: StoreRecord, reservation: str, sku: str, qty: int, now: datetime) -> None:
    """Tell the store that a reservation is off. Raises RightsRefused."""
    check_moving(books, record)
    tell(books, record, Unpin(reservation=reservation, sku=sku, qty=qty), now)


def claim(books: Books, accounts: Accounts, record: StoreRecord, sku: str, goods: int) -> None:
    """Note what a count after a new epoch entitles the store to, as its goods and our books stand at that row.

    Below 0: it holds more, for what it has promised, than stands there.

    Goods that belong to the pool (recalled, not fetched) stand there too: `away` below 0. What the store holds already
    is not granted twice. What was granted and, as far as the rows tell, never driven there stays in limbo: the rows of
    its delivery, and of its sale, may be lost. A person brings it back who finds it in the warehouse.
    """
    has = accounts.of(hold_of(record.store, record.epoch), sku)
    away = books.away(record.store, sku)
    in_doubt = max(0, away - max(0, has - goods))
    if in_doubt:
        books.add_away(record.store, {sku: -in_doubt})
    books.note_claim(record.store, sku, goods + away - in_doubt - has)


def answer_claims(books: Books, record: StoreRecord, now: datetime) -> None:
    """Grant what counts entitle to: out of limbo, and what limbo lacks from `external`, which somebody looks into.

    Where a store holds more than stands there, it is told of the shortage.
    """
    claims = books.claims(record.store)
    accounts = Accounts(books.balances(record.store, sorted(claims)))
    side = Side(record.store, record.epoch, record.epoch)
    for sku, qty in sorted(claims.items()):
        books.drop_claim(record.store, sku)
        if qty < 0:
            tell(books, record, Shortage(claim=_name("S", books, record), sku=sku, qty=-qty), now)
        elif qty:
            name = _name("C", books, record)
            origin = Origin("counted_in", name, record.store, record.epoch)
            more = take_from_limbo(accounts, side, Move(sku, LIMBO, side.mine, qty), origin)
            if more:
                books.alert(Alert(MORE_THAN_LIMBO, record.store, sku, more, name), now)
            tell(books, record, Grant(grant=name, sku=sku, qty=qty, source=LIMBO, why="counted"), now)
        for reserved in books.pinned_in(record.store, sku):
            pinned = Pin(reservation=reserved.id, sku=sku, qty=reserved.qty, how=reserved.how)
            tell(books, record, pinned, now)
    if accounts.postings:
        books.post(accounts.postings, accounts.changes, now)


def pool_fell_short(books: Books, sku: str, qty: int, alert: Alert, now: datetime) -> None:
    """Units that were promised before a restore came from nowhere, as the pool of the backup lacks them.

    While headquarters is refilled, rows that bring them into the pool may still come: see `repay`.
    """
    books.alert(alert, now)
    if books.hq().refilling:
        books.note_pool_owes(sku, books.pool_owes().get(sku, 0) + qty)


def repay(books: Books, now: datetime) -> None:
    """What the pool lacked when rows of before a restore were told again is taken from it, or it would be there twice.

    Called when refilling ends, and when a reservation gives its units back: it may be one that had ended before the
    restore. What the pool still lacks then stays owed; a person has an alert of it.
    """
    owed = books.pool_owes()
    accounts = Accounts({(POOL, sku): units for sku, units in books.lock_pool(sorted(owed)).items()})
    for sku, qty in sorted(owed.items()):
        left = accounts.move_up_to(Move(sku, POOL, EXTERNAL, qty), Origin("repaid"))
        books.note_pool_owes(sku, left)
    if accounts.postings:
        books.post(accounts.postings, accounts.changes, now)


def _name(kind: str, books: Books, record: StoreRecord) -> str:
    """Unique for ever: the place that its row will have in the store's down log."""
    return f"{kind}{books.down_head(record.store, record.epoch) + 1}-{record.epoch}-{record.store}"
