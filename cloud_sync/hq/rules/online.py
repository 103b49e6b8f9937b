"""The online channel: units of the pool, or of one store, promised to a buyer, then sold or given back.

The seller names a reservation, so asking again is safe. Time runs by headquarters' clock.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from cloud_sync.hq.rules import rights
from cloud_sync.hq.rules.accounts import Accounts, Origin
from cloud_sync.hq.rules.books import ACTIVE, WAREHOUSE, Alert, Books, Posting, Reservation
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.protocol.stock_rights import EXTERNAL, POOL, RESERVED, SOLD, Move

OPEN: Final = frozenset({"pinning", "reserved"})


def reserve(books: Books, wanted: Reservation, now: datetime) -> Reservation:
    """Promise units to a buyer: at once out of the pool, or by asking a store to put them aside (state `pinning`).

    The same id again answers what became of it. Raises RightsRefused: `sold_out`, `refilling`, `another`.
    """
    known = books.reservation(wanted.id)
    if known is not None:
        if (known.sku, known.qty, known.how, known.store) != (
            wanted.sku,
            wanted.qty,
            wanted.how,
            wanted.store,
        ):
            raise RightsRefused("another", f"{wanted.id} is the name of another reservation")
        return known
    rights.check_qty(wanted.qty)
    if wanted.how == WAREHOUSE:
        return _from_pool(books, wanted, now)
    record = books.lock_store(wanted.store)
    if record is None:
        raise RightsRefused("unknown_store", f"no store {wanted.store!r} is enrolled")
    rights.pin(books, record, wanted.id, wanted.sku, wanted.qty, wanted.how, now)
    pinning = replace(wanted, state="pinning")
    books.save_reservation(pinning, now)
    return pinning


def _from_pool(books: Books, wanted: Reservation, now: datetime) -> Reservation:
    if books.hq().refilling:
        raise RightsRefused("refilling", "headquarters was restored from a backup and waits for its stores")
    reserved = replace(wanted, state="reserved")
    if not books.promise(
        reserved, Posting(wanted.sku, POOL, RESERVED, wanted.qty, "reserved", wanted.id), now
    ):
        has = books.lock_pool([wanted.sku]).get(wanted.sku, 0)
        raise RightsRefused("sold_out", f"{has} of {wanted.sku} can be sold, not {wanted.qty}")
    return reserved


def confirm(books: Books, reservation: str, now: datetime) -> Reservation:
    """The buyer paid. Raises RightsRefused: `unknown_reservation`, `reservation_closed`, `not_yet`: a store looks."""
    known = _known(books, reservation)
    if known.confirmed:
        return known
    if known.state == "pinning":
        raise RightsRefused("not_yet", f"the store {known.store} has not put the units aside yet")
    if known.state != "reserved" or known.expires_at <= now:
        raise RightsRefused("reservation_closed", f"{reservation} is {known.state} or has expired")
    state = "confirmed" if known.how == WAREHOUSE else known.state
    confirmed = replace(known, state=state, confirmed=True)
    books.save_reservation(confirmed, now)
    if known.how == WAREHOUSE:
        _post(books, Move(known.sku, RESERVED, SOLD, known.qty), "confirmed", known.id, 0, now)
    return confirmed


def cancel(books: Books, reservation: str, now: datetime, *, state: str = "cancelled") -> Reservation:
    """The buyer does not want it, or took too long: the units may be sold again. Sold ones stay sold."""
    known = _known(books, reservation)
    if known.confirmed or known.state not in OPEN:
        return known
    cancelled = replace(known, state=state)
    books.save_reservation(cancelled, now)
    if known.how == WAREHOUSE:
        has = books.lock_pool([known.sku]).get(known.sku, 0)
        _post(books, Move(known.sku, RESERVED, POOL, known.qty), state, known.id, has, now)
        if books.pool_owes():
            rights.repay(books, now)
    else:
        record = books.lock_store(known.store)
        if record is not None and record.state == ACTIVE:
            rights.unpin(books, record, known.id, known.sku, known.qty, now)
    return cancelled


def take_back(books: Books, reservation: str, qty: int, now: datetime) -> None:
    """Of a confirmed reservation so many units were not sent, or came back: they may be sold again."""
    known = _known(books, reservation)
    has = books.lock_pool([known.sku]).get(known.sku, 0)
    _post(books, Move(known.sku, SOLD, POOL, qty), "given_up", known.id, has, now)
    if books.pool_owes():
        rights.repay(books, now)


def expire(books: Books, reservation: str, now: datetime) -> None:
    """Give back what a buyer left lying; `Books.overdue` names them."""
    known = books.reservation(reservation)
    if known is not None and not known.confirmed and known.expires_at <= now:
        cancel(books, reservation, now, state="expired")


def restate(books: Books, sold: Reservation, now: datetime) -> Reservation:
    """After a restore the seller tells again what was confirmed: such a sale stands, whatever the pool says.

    Raises RightsRefused: `another`; and for a store's own units what `confirm` does.
    """
    known = books.reservation(sold.id)
    if known is not None and (known.sku, known.qty) != (sold.sku, sold.qty):
        raise RightsRefused("another", f"{sold.id} is the name of another reservation")
    if known is not None and known.confirmed:
        return known
    if known is not None and (known.state == "reserved" or known.how != WAREHOUSE):
        return confirm(books, sold.id, min(now, known.expires_at - timedelta(microseconds=1)))
    confirmed = replace(sold, state="confirmed", confirmed=True)
    books.save_reservation(confirmed, now)
    has = books.lock_pool([sold.sku]).get(sold.sku, 0)
    accounts = Accounts({(POOL, sold.sku): has})
    origin = Origin("restated", sold.id)
    left = accounts.move_up_to(Move(sold.sku, POOL, SOLD, sold.qty), origin)
    if left:
        accounts.move(Move(sold.sku, EXTERNAL, SOLD, left), origin)
        rights.pool_fell_short(books, sold.sku, left, Alert("pool_short", "", sold.sku, left, sold.id), now)
    books.post(accounts.postings, accounts.changes, now)
    return confirmed


def _known(books: Books, reservation: str) -> Reservation:
    known = books.reservation(reservation)
    if known is None:
        raise RightsRefused("unknown_reservation", f"there is no reservation {reservation!r}")
    return known


def _post(books: Books, move: Move, cause: str, reference: str, has: int, now: datetime) -> None:
    accounts = Accounts({(POOL, move.sku): has})
    accounts.move(move, Origin(cause, reference))
    books.post(accounts.postings, accounts.changes, now)


def lasting(seconds: int, now: datetime) -> datetime:
    """When a reservation of so many seconds ends."""
    return now + timedelta(seconds=seconds)
