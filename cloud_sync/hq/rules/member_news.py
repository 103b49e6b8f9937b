"""What a store is told of its members: tier and points elsewhere, grants and recalls of points, merges, erasures.

Whoever changes something of a member only notes that there is news (`note_news`); it is told under the store's own
lock, in its next sync or by a chore, so that no act has to lock two stores.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cloud_sync.hq.rules import member_points
from cloud_sync.hq.rules.accounts import Accounts, Origin
from cloud_sync.hq.rules.books import ACTIVE, Books, StoreRecord
from cloud_sync.hq.rules.member_books import Want
from cloud_sync.hq.rules.rights import tell as tell_store
from cloud_sync.protocol.shop_instructions import (
    EraseMember,
    GrantPoints,
    Member,
    MergeMembers,
    RecallPoints,
)
from cloud_sync.protocol.stock_rights import POOL, Move, hold_of

MERGED_TOLD: Final = "merged"
ERASED_TOLD: Final = "erased"
MOST_AT_ONCE: Final = 200


def tell_news(books: Books, store: str, now: datetime) -> int:
    """Tell a store what waits for it, unless nothing may be told now; returns of how many members."""
    record = books.lock_store(store)
    if record is None or record.state != ACTIVE or record.epoch == 0 or books.hq().refilling:
        return 0
    waiting = books.news_of(store, MOST_AT_ONCE)
    for member in waiting:
        tell(books, record, member, now)
    return len(waiting)


def tell(books: Books, record: StoreRecord, member: str, now: datetime) -> None:
    """Tell a store, whose row is locked, all that is new of a member."""
    books.drop_news(record.store, member)
    known = member_points.lock(books, {member}).get(member)
    if known is None:
        return
    told = books.told(record.store, member)
    if known.erased:
        if told != ERASED_TOLD:
            tell_store(books, record, EraseMember(member=member), now)
            books.note_told(record.store, member, ERASED_TOLD)
        return
    if known.merged_into:
        if told != MERGED_TOLD:
            tell_store(books, record, MergeMembers(member=member, into=known.merged_into), now)
            books.note_told(record.store, member, MERGED_TOLD)
        tell(books, record, known.merged_into, now)
        return
    accounts = Accounts(books.points([member]))
    _points(books, record, accounts, member, now)
    elsewhere = member_points.total(accounts, member) - accounts.of(
        hold_of(record.store, record.epoch), member
    )
    news = f"{known.tier} {elsewhere}"
    if told != news:
        row = Member(member=member, tier=known.tier, consent=known.consent, elsewhere=elsewhere)
        tell_store(books, record, row, now)
        books.note_told(record.store, member, news)


def _points(books: Books, record: StoreRecord, accounts: Accounts, member: str, now: datetime) -> None:
    """Move points to where the member stands: out of the pool at once, out of other stores when they let go."""
    want = books.want(member)
    if want is None:
        return
    hold = hold_of(record.store, record.epoch)
    if want.store == record.store:
        _grant(books, record, accounts, want, member, now)
        return
    held = accounts.of(hold, member)
    if held and not books.recalled(record.store, record.epoch, member):
        name = f"R{books.down_head(record.store, record.epoch) + 1}-{record.epoch}-{record.store}"
        asked = min(held, want.points)
        tell_store(books, record, RecallPoints(recall=name, member=member, points=asked), now)
        books.note_recall(record.store, record.epoch, member, waits=True)


def _grant(
    books: Books, record: StoreRecord, accounts: Accounts, want: Want, member: str, now: datetime
) -> None:
    granted = min(want.points, accounts.of(POOL, member))
    if granted:
        name = f"G{books.down_head(record.store, record.epoch) + 1}-{record.epoch}-{record.store}"
        hold = hold_of(record.store, record.epoch)
        origin = Origin("points_granted", name, record.store, record.epoch)
        accounts.move(Move(member, POOL, hold, granted), origin)
        books.post_points(accounts.postings, accounts.changes, now)
        tell_store(books, record, GrantPoints(grant=name, member=member, points=granted), now)
    others = {
        account.partition("/")[0]
        for (account, owner), points in accounts.balances.items()
        if owner == member and points and "/hold/" in account
    } - {record.store}
    left = want.points - granted
    books.note_want(member, Want(want.store, left) if left and others else None)
    for store in sorted(others) if left else ():
        books.note_news(store, member)
