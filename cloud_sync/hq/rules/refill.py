"""Headquarters was restored from a backup: its stores tell it again what it forgot, before it moves a single right.

While it is refilling nothing is granted, recalled, pinned or reserved: the pool of an old backup has units in it that
stores hold, or have sold. It ends when every store that is active has told everything, or was set aside by a person.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from cloud_sync.hq.rules import rights
from cloud_sync.hq.rules.books import ACTIVE, Books, StoreRecord

_FIRST: Final = datetime(2026, 1, 1, tzinfo=UTC)


def begin(books: Books, now: datetime, *, known: int = 0) -> None:
    """Start refilling, as a new incarnation: answers of those before are not believed any more.

    `known` is the highest one that anybody outside of these books has heard of.
    """
    state = books.hq()
    books.save_hq(replace(state, incarnation=max(state.incarnation, known) + 1, refilling=True), now)
    finish(books, now)


def by_the_clock(now: datetime) -> int:
    """An incarnation for headquarters whose witness is gone too: nobody can say how often it was restored before."""
    return max(0, int((now - _FIRST).total_seconds()))


def awaited(books: Books) -> list[str]:
    """The stores that have not told everything yet."""
    incarnation = books.hq().incarnation
    return [s.store for s in books.stores() if _speaks(s) and s.refilled < incarnation]


def told_everything(books: Books, record: StoreRecord, now: datetime) -> None:
    """A store's ledger is all here, and it knows our incarnation."""
    state = books.hq()
    if record.refilled < state.incarnation:
        books.save_store(replace(record, refilled=state.incarnation))
        if state.refilling:
            finish(books, now)


def finish(books: Books, now: datetime) -> None:
    """End refilling once nobody is awaited: counts that went unanswered meanwhile are answered now."""
    state = books.hq()
    if not state.refilling:
        return
    books.lock_hq()
    if awaited(books):
        return
    books.save_hq(replace(state, refilling=False), now)
    rights.repay(books, now)
    for store in sorted(s.store for s in books.stores() if _speaks(s)):
        record = books.lock_store(store)
        if record is not None:
            rights.answer_claims(books, record, now)


def _speaks(record: StoreRecord) -> bool:
    return record.state == ACTIVE and record.epoch > 0
