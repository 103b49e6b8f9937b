"""Goods of headquarters itself: what comes from suppliers and stores into the pool, and what is lost there."""

from __future__ import annotations

from datetime import datetime

from cloud_sync.hq.rules.accounts import Accounts, Origin
from cloud_sync.hq.rules.books import Books
from cloud_sync.hq.rules.rights import RightsRefused, check_qty
from cloud_sync.protocol.stock_rights import EXTERNAL, POOL, SHRINK, Move, transit_of


def receive(books: Books, sku: str, qty: int, receipt: str, now: datetime, *, transfer: str = "") -> bool:
    """Goods came in, from a supplier or by a store's transfer. False: this receipt is in the books already."""
    check_qty(qty)
    if books.posted("received", receipt):
        return False
    source = transit_of(transfer) if transfer else EXTERNAL
    _post(books, Move(sku, source, POOL, qty), "received", receipt, now)
    return True


def correct(books: Books, sku: str, difference: int, reason: str, now: datetime) -> None:
    """A count of the warehouse found more or fewer. Raises RightsRefused when that is more than the pool has."""
    check_qty(abs(difference))
    if difference > 0:
        _post(books, Move(sku, EXTERNAL, POOL, difference), "counted", reason, now)
        return
    has = books.lock_pool([sku]).get(sku, 0)
    if has < -difference:
        raise RightsRefused("pool_short", f"the pool has {has} of {sku}; recall units from stores first")
    _post(books, Move(sku, POOL, SHRINK, -difference), "counted", reason, now)


def _post(books: Books, move: Move, cause: str, reference: str, now: datetime) -> None:
    accounts = Accounts({(POOL, move.sku): books.lock_pool([move.sku]).get(move.sku, 0)})
    accounts.move(move, Origin(cause, reference))
    books.post(accounts.postings, accounts.changes, now)
