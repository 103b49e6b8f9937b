"""What the rows of a store's ledger do to its members' points, row by row, under the store's lock.

Rows of an epoch that is over move points of the pool: what the store held went back there when its new epoch began.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from cloud_sync.hq.rules import member_news, member_points
from cloud_sync.hq.rules.accounts import Accounts, Origin
from cloud_sync.hq.rules.books import ACTIVE, Books, StoreRecord
from cloud_sync.hq.rules.member_books import MemberRecord, Want
from cloud_sync.hq.rules.member_folds import MEMBER_FACTS
from cloud_sync.hq.rules.member_points import EARNED, MERGED, SPENT, VOID
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.protocol import member_facts as member
from cloud_sync.protocol.fact import Fact
from cloud_sync.protocol.shop_instructions import MAX_POINTS
from cloud_sync.protocol.stock_rights import POOL, Move, hold_of


class MemberRow(NamedTuple):
    """A member's row, and where it stands. `forgotten`: headquarters has lost the instruction that it answers."""

    fact: Any
    origin: Origin
    forgotten: bool


@dataclass(slots=True)
class MemberRows:
    """The members' rows of one batch being posted."""

    books: Books
    record: StoreRecord
    epoch: int
    now: datetime
    accounts: Accounts
    members: dict[str, MemberRecord]
    earned: set[str] = field(default_factory=set)
    news: set[str] = field(default_factory=set)
    """Members of whom this very store may have to be told something."""

    @property
    def current(self) -> bool:
        """Whether these rows are of the store's present epoch."""
        return self.epoch == self.record.epoch

    @property
    def mine(self) -> str:
        """Where the rows' points are: the store's hold, or the pool if it went back there."""
        return hold_of(self.record.store, self.epoch) if self.current else POOL

    def known(self, key: str) -> MemberRecord:
        """The member of a key; one that a restored headquarters has forgotten is taken up again."""
        found = self.members.get(key)
        if found is None:
            found = self.members[key] = MemberRecord(key)
            self.books.save_member(found, self.now)
        return found


def open_rows(
    books: Books, record: StoreRecord, epoch: int, rows: list[Fact], now: datetime
) -> MemberRows | None:
    """Load what these rows will touch; None when no row is about members."""
    of_members = [fact for fact in rows if type(fact) in MEMBER_FACTS]
    if not of_members:
        return None
    keys = {getattr(fact, name, "") for fact in of_members for name in ("member", "into")} - {""}
    members = member_points.lock(books, keys)
    accounts = Accounts(books.points(sorted(keys | members.keys())))
    return MemberRows(books, record, epoch, now, accounts, members)


def take_member(rows: MemberRows, row: MemberRow) -> None:
    """Post one row. Raises Short when the hold has not enough; then nothing of it was posted."""
    _HANDLERS[type(row.fact)](rows, row, row.fact)


def close_rows(rows: MemberRows, *, may_tell: bool) -> None:
    """Write down what the rows changed, and (`may_tell`) answer what the store is to hear at once."""
    _write(rows)
    for key in sorted(rows.earned):
        last = rows.members[key].merged_into or key
        member_points.reconsider_tier(rows.books, last, rows.now)
    for key in sorted(rows.news):
        rows.books.note_news(rows.record.store, key)
        if may_tell and rows.current and rows.record.state == ACTIVE:
            member_news.tell(rows.books, rows.record, key, rows.now)
    rows.earned, rows.news = set(), set()


def _write(rows: MemberRows) -> None:
    if rows.accounts.postings:
        rows.books.post_points(rows.accounts.postings, rows.accounts.changes, rows.now)
        rows.accounts = Accounts(rows.accounts.balances)


def _into(rows: MemberRows, row: MemberRow, source: str, points: int) -> None:
    """Points come into the store's hold, or where it went."""
    if points > 0:
        rows.accounts.move(Move(row.fact.member, source, rows.mine, points), row.origin)
        _settle(rows, row.fact.member, row.origin)


def _out(rows: MemberRows, row: MemberRow, target: str, points: int) -> None:
    """Points leave the store's hold. Of an epoch that is over they left, whatever the pool has now."""
    if points <= 0:
        return
    move = Move(row.fact.member, rows.mine, target, points)
    if rows.current:
        rows.accounts.move(move, row.origin)
    else:
        member_points.take_anyway(rows.accounts, move, row.origin)


def _settle(rows: MemberRows, key: str, origin: Origin) -> None:
    if rows.accounts.of(POOL, key):
        member_points.settle(rows.books, rows.accounts, rows.members, key, origin)


# ── per fact ────────────────────────────────────────────────────────────────────────────────────────


def _known(rows: MemberRows, row: MemberRow, f: member.MemberKnown) -> None:
    if f.member not in rows.members:
        rows.members[f.member] = MemberRecord(f.member, f.tier, consent=f.consent)
        rows.books.save_member(rows.members[f.member], rows.now)
    _saw(rows, f.member)


def _saw(rows: MemberRows, key: str) -> None:
    if rows.books.told(rows.record.store, key) is None:
        rows.books.note_told(rows.record.store, key, "")


def _seen(rows: MemberRows, row: MemberRow, f: member.MemberSeen) -> None:
    rows.known(f.member)
    _saw(rows, f.member)
    rows.news.add(f.member)


def _earned(rows: MemberRows, row: MemberRow, f: member.PointsEarned) -> None:
    rows.known(f.member)
    if f.points < 0:
        _out(rows, row, EARNED, -f.points)
    else:
        _into(rows, row, EARNED, f.points)
    rows.earned.add(f.member)


def _spent(rows: MemberRows, row: MemberRow, f: member.PointsSpent) -> None:
    rows.known(f.member)
    _out(rows, row, SPENT, f.points)


def _returned(rows: MemberRows, row: MemberRow, f: member.PointsReturned) -> None:
    rows.known(f.member)
    _into(rows, row, SPENT, f.points)


def _wanted(rows: MemberRows, row: MemberRow, f: member.PointsWanted) -> None:
    known = rows.known(f.member)
    if rows.current and not known.erased:
        rows.books.note_want(known.merged_into or f.member, Want(rows.record.store, f.points or MAX_POINTS))
        rows.news.add(f.member)


def _granted(rows: MemberRows, row: MemberRow, f: member.PointsGranted) -> None:
    """A grant that our restored books have forgotten is posted again; any other one was posted when it was made."""
    rows.known(f.member)
    if row.forgotten and rows.current:
        origin = row.origin._replace(reference=f.grant)
        member_points.take_anyway(rows.accounts, Move(f.member, POOL, rows.mine, f.points), origin)


def _released(rows: MemberRows, row: MemberRow, f: member.PointsReleased) -> None:
    known = rows.known(f.member)
    rows.books.note_recall(rows.record.store, rows.epoch, f.member, waits=False)
    if rows.current and f.points > 0:
        origin = row.origin._replace(reference=f.recall)
        rows.accounts.move(Move(f.member, rows.mine, POOL, f.points), origin)
        _settle(rows, f.member, origin)
    last = known.merged_into or f.member
    want = rows.books.want(last)
    if want is not None and want.store != rows.record.store:
        rows.books.note_news(want.store, last)


def _merged(rows: MemberRows, row: MemberRow, f: member.MembersMerged) -> None:
    if rows.known(f.member).merged_into != f.into and row.forgotten:
        _once_more(rows, lambda: member_points.merge(rows.books, f.member, f.into, rows.now), f.into)
    rows.known(f.into)
    _saw(rows, f.into)
    rows.books.note_told(rows.record.store, f.member, member_news.MERGED_TOLD)
    if rows.current and f.points > 0:
        rows.accounts.move(Move(f.member, rows.mine, MERGED, f.points), row.origin)
        rows.accounts.move(Move(f.into, MERGED, rows.mine, f.points), row.origin)
    rows.news.add(f.into)


def _erased(rows: MemberRows, row: MemberRow, f: member.MemberErased) -> None:
    if not rows.known(f.member).erased and row.forgotten:
        _once_more(rows, lambda: member_points.erase(rows.books, f.member, rows.now), f.member)
    rows.books.note_told(rows.record.store, f.member, member_news.ERASED_TOLD)
    if rows.current and f.points > 0:
        rows.accounts.move(Move(f.member, rows.mine, VOID, f.points), row.origin)


def _once_more(rows: MemberRows, act: Callable[[], str], key: str) -> None:
    """Do again what our restored books have forgotten that somebody decided."""
    rows.known(key)
    _write(rows)
    try:
        act()
    except RightsRefused:
        return
    rows.members = member_points.lock(rows.books, set(rows.members))
    rows.accounts = Accounts(rows.books.points(sorted(rows.members)))


_HANDLERS: Final[dict[type[Fact], Callable[[MemberRows, MemberRow, Any], None]]] = {
    member.MemberKnown: _known,
    member.MemberSeen: _seen,
    member.PointsEarned: _earned,
    member.PointsSpent: _spent,
    member.PointsReturned: _returned,
    member.PointsWanted: _wanted,
    member.PointsGranted: _granted,
    member.PointsReleased: _released,
    member.MembersMerged: _merged,
    member.MemberErased: _erased,
}
