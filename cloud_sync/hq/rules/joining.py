"""A store's epochs: joining always begins a new one, and what the one before held waits in limbo for a count.

Also how a store ends: retired when it died for good, set aside when headquarters goes on without it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cloud_sync.hq.rules import member_points, refill, rights
from cloud_sync.hq.rules.accounts import Accounts, Origin, put_into_limbo
from cloud_sync.hq.rules.books import ACTIVE, Books, StoreRecord
from cloud_sync.protocol.stock_rights import POOL, SHRINK, Move


def begin_epoch(
    books: Books, record: StoreRecord, known_epoch: int, machine: str, now: datetime
) -> StoreRecord:
    """Mint the store's next epoch. `known_epoch`: the highest one on the store's own disk.

    Higher than both, so that an epoch is never minted twice: a restored headquarters may have forgotten one.
    """
    _into_limbo(books, record, "joined", now)
    joined = replace(
        record, epoch=max(record.epoch, known_epoch) + 1, state=ACTIVE, machine=machine, refilled=0
    )
    books.save_store(joined)
    _tell_how_far(books, joined, now)
    return joined


def _tell_how_far(books: Books, joined: StoreRecord, now: datetime) -> None:
    """The epoch's first row: what its Z reports go on from. Its computer knows what of that is its own."""
    before = books.carry_over(joined.store)
    if before.z or before.total_minor:
        rights.tell(books, joined, before, now)


def give_up(books: Books, record: StoreRecord, state: str, now: datetime) -> StoreRecord:
    """Retire a store or set it aside: what it held goes into limbo, and its agent must join to come back."""
    _into_limbo(books, record, state, now)
    given_up = replace(record, state=state)
    books.save_store(given_up)
    refill.finish(books, now)
    return given_up


def bring_back(books: Books, record: StoreRecord, sku: str, qty: int, now: datetime) -> int:
    """Goods of a store in limbo were counted at the warehouse: what may be sold again for them; returns how many.

    When the store was given up, its goods came along: among them the pool's own (recalled, not fetched), for which no
    right is given twice. Whether what was granted was ever driven there nobody knows: what was counted counts.
    """
    if record.state == ACTIVE:
        return _out_of_limbo(books, record, sku, POOL, qty, "brought_back", now)
    away = books.away(record.store, sku)
    fetched = min(qty, max(0, -away))
    settled = fetched if away < 0 else -away
    if settled:
        books.add_away(record.store, {sku: settled})
    return _out_of_limbo(books, record, sku, POOL, qty - fetched, "brought_back", now)


def write_off(books: Books, record: StoreRecord, sku: str, now: datetime) -> int:
    """Give up what is still in limbo: sold in rows that are lost, or gone; returns how many."""
    return _out_of_limbo(books, record, sku, SHRINK, None, "written_off", now)


def _into_limbo(books: Books, record: StoreRecord, cause: str, now: datetime) -> None:
    if record.epoch == 0:
        return
    # A count of the epoch that ends entitles to nothing in the next one.
    for sku in books.claims(record.store):
        books.drop_claim(record.store, sku)
    member_points.return_holds(books, record, cause, now)
    accounts = Accounts(books.holdings(record.store))
    put_into_limbo(accounts, record.store, record.epoch, Origin(cause, "", record.store, record.epoch))
    if accounts.postings:
        books.post(accounts.postings, accounts.changes, now)


def _out_of_limbo(
    books: Books, record: StoreRecord, sku: str, target: str, most: int | None, cause: str, now: datetime
) -> int:
    if target == POOL:
        books.lock_pool([sku])
    accounts = Accounts(books.balances(record.store, [sku]))
    left = most
    moved = 0
    for (account, _), units in sorted(accounts.balances.items()):
        qty = units if left is None else min(units, left)
        if "/limbo/" in account and qty > 0:
            accounts.move(Move(sku, account, target, qty), Origin(cause, "", record.store, record.epoch))
            moved += qty
            left = None if left is None else left - qty
    if moved:
        books.post(accounts.postings, accounts.changes, now)
    return moved
