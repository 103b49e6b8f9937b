"""What the rows of a store's ledger do to headquarters' accounts, row by row, in order, under the store's lock.

Most facts say by themselves what they move. A few are answers to the down log, or ask for something.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from cloud_sync.hq.rules import rights
from cloud_sync.hq.rules.accounts import Accounts, Origin, Short, Side, post_fact, take_from_limbo
from cloud_sync.hq.rules.books import Alert, Books, Problem, StoreRecord
from cloud_sync.hq.rules.member_folds import MEMBER_FACTS
from cloud_sync.hq.rules.member_rows import MemberRow, MemberRows, close_rows, open_rows, take_member
from cloud_sync.protocol import facts
from cloud_sync.protocol import stock_facts as stock
from cloud_sync.protocol.fact import Fact
from cloud_sync.protocol.rules_facts import RulesReceived
from cloud_sync.protocol.stock_rights import EXTERNAL, LIMBO, MOVING, POOL, Move, moves_of

WAITS: Final = "stock: "
"""How the reason of a row begins whose stock effect waits for another row's."""
POOL_SHORT: Final = "pool_short"


class StockRow(NamedTuple):
    """A ledger row that says something of stock."""

    seq: int
    type: str
    fact: Fact


@dataclass(slots=True)
class LedgerRows:
    """One batch being posted."""

    books: Books
    record: StoreRecord
    epoch: int
    now: datetime
    accounts: Accounts
    refilling: bool
    wanted: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    away: dict[str, int] = field(default_factory=dict)
    down_head: int = 0
    members: MemberRows | None = None
    """Where some of the rows are about members."""
    side: Side = field(init=False)
    """Whose account `MINE` is."""

    def __post_init__(self) -> None:
        self.side = Side(self.record.store, self.epoch, self.record.epoch)

    @property
    def current(self) -> bool:
        """Whether these rows are of the store's present epoch."""
        return self.epoch == self.record.epoch

    def origin(self, row: StockRow) -> Origin:
        """The row as the origin of postings."""
        name = row.type.removeprefix("popshop.").removesuffix(".v1")
        return Origin(name, "", self.record.store, self.epoch, row.seq)


def open_batch(
    books: Books, record: StoreRecord, epoch: int, rows: list[StockRow], now: datetime
) -> LedgerRows:
    """Load what these rows will touch."""
    skus = sorted({sku for row in rows if (sku := getattr(row.fact, "sku", ""))})
    balances = books.balances(record.store, skus)
    if any(isinstance(row.fact, stock.RightsGranted) for row in rows) and books.hq().refilling:
        balances |= {(POOL, sku): units for sku, units in books.lock_pool(skus).items()}
    batch = LedgerRows(books, record, epoch, now, Accounts(balances), books.hq().refilling)
    batch.down_head = books.down_head(record.store, epoch)
    batch.members = open_rows(books, record, epoch, [row.fact for row in rows], now)
    return batch


def take(batch: LedgerRows, row: StockRow) -> None:
    """Post one row. Where the hold would go below 0 the row's effect waits, and the rows behind it go on."""
    try:
        if type(row.fact) in MEMBER_FACTS:
            _of_member(batch, row)
            return
        if isinstance(row.fact, stock.RightsReleased):
            _released(batch, row, row.fact)
            return
        post_fact(batch.accounts, batch.side, moves_of(row.fact), batch.origin(row))
    except Short as short:
        batch.problems.append(Problem(row.seq, row.type, f"{WAITS}{short}"))
        return
    special = _SPECIAL.get(type(row.fact))
    if special is not None:
        special(batch, row, row.fact)


def close_batch(batch: LedgerRows) -> None:
    """Write down what the rows changed."""
    _write(batch)
    if batch.members is not None:
        close_rows(batch.members, may_tell=not batch.refilling)


def _write(batch: LedgerRows) -> None:
    if batch.accounts.postings:
        batch.books.post(batch.accounts.postings, batch.accounts.changes, batch.now)
        batch.accounts = Accounts(batch.accounts.balances)
    if batch.away:
        batch.books.add_away(batch.record.store, batch.away)
        batch.away = {}


def _of_member(batch: LedgerRows, row: StockRow) -> None:
    assert batch.members is not None, "opened with this row"
    down_seq = getattr(row.fact, "down_seq", 0)
    take_member(batch.members, MemberRow(row.fact, batch.origin(row), down_seq > batch.down_head))
    if down_seq:
        _answered(batch, down_seq, getattr(row.fact, "points", 0))


# ── answers to the down log ─────────────────────────────────────────────────────────────────────────


def _granted(batch: LedgerRows, row: StockRow, f: stock.RightsGranted) -> None:
    if f.down_seq > batch.down_head:
        _regrant(batch, row, f)
    _answered(batch, f.down_seq, f.qty)


def _regrant(batch: LedgerRows, row: StockRow, f: stock.RightsGranted) -> None:
    """A grant that our restored books have forgotten: the store tells of it, so it is posted again."""
    origin = batch.origin(row)._replace(reference=f.grant)
    if f.source != POOL:
        take_from_limbo(batch.accounts, batch.side, Move(f.sku, LIMBO, batch.side.mine, f.qty), origin)
        batch.books.drop_claim(batch.record.store, f.sku)
        return
    left = batch.accounts.move_up_to(Move(f.sku, POOL, batch.side.mine, f.qty), origin)
    if left:
        batch.accounts.move(Move(f.sku, EXTERNAL, batch.side.mine, left), origin)
        told = Alert(POOL_SHORT, batch.record.store, f.sku, left, f.grant)
        rights.pool_fell_short(batch.books, f.sku, left, told, batch.now)
    _more_away(batch, f.sku, f.qty)


def _released(batch: LedgerRows, row: StockRow, f: stock.RightsReleased) -> None:
    """Only what is really there comes into the pool: a later count may have given an earlier epoch's units away."""
    moved = f.qty
    origin = batch.origin(row)._replace(reference=f.recall)
    for move in moves_of(f):
        real = move._replace(source=batch.side.mine)
        if batch.current:
            batch.accounts.move(real, origin)
        else:
            moved -= batch.accounts.move_up_to(real, origin)
    _more_away(batch, f.sku, -moved)
    _answered(batch, f.down_seq, f.qty)


def _short(batch: LedgerRows, row: StockRow, f: stock.ShortageFound) -> None:
    if f.down_seq > batch.down_head:
        batch.books.drop_claim(batch.record.store, f.sku)
    _count_deficit(batch, row, f)
    _answered(batch, f.down_seq, f.qty)


def _pinned(batch: LedgerRows, row: StockRow, f: stock.StockPinned) -> None:
    reserved = batch.books.reservation(f.reservation)
    if reserved is not None and reserved.state == "pinning":
        state = "reserved" if f.qty >= reserved.qty else "refused"
        batch.books.save_reservation(replace(reserved, state=state), batch.now)
    _answered(batch, f.down_seq, f.qty)


def _unpinned(batch: LedgerRows, row: StockRow, f: stock.StockUnpinned) -> None:
    _answered(batch, f.down_seq, f.qty)


def _skipped(batch: LedgerRows, row: StockRow, f: stock.DownRowSkipped) -> None:
    _answered(batch, f.down_seq, 0)
    batch.books.alert(
        Alert("down_row_skipped", batch.record.store, "", 0, f"{f.type}: {f.reason}"), batch.now
    )


def _ruled(batch: LedgerRows, row: StockRow, f: RulesReceived) -> None:
    _answered(batch, f.down_seq, 0)


def _answered(batch: LedgerRows, down_seq: int, qty: int) -> None:
    batch.books.answer_down(batch.record.store, batch.epoch, down_seq, qty, batch.now)
    if down_seq > batch.down_head:
        batch.down_head = down_seq
        batch.books.move_down_head(batch.record.store, batch.epoch, down_seq)


# ── what asks for something, or for a person ────────────────────────────────────────────────────────


def _handed_over(batch: LedgerRows, row: StockRow, f: stock.PinnedHandedOver) -> None:
    reserved = batch.books.reservation(f.reservation)
    if reserved is not None:
        batch.books.save_reservation(replace(reserved, state="handed_over"), batch.now)


def _wanted(batch: LedgerRows, row: StockRow, f: stock.RightsWanted) -> None:
    if batch.current and f.sku not in batch.wanted:
        batch.wanted.append(f.sku)


def _counted_in(batch: LedgerRows, row: StockRow, f: stock.StockCountedIn) -> None:
    # A count of an epoch that is over moves nothing: the newer epoch has a count of its own.
    if batch.current:
        _write(batch)
        rights.claim(batch.books, batch.accounts, batch.record, f.sku, f.goods)


def _received(batch: LedgerRows, row: StockRow, f: stock.StockReceived) -> None:
    if f.kind == stock.DELIVERY:
        _more_away(batch, f.sku, -f.qty)


def _sent(batch: LedgerRows, row: StockRow, f: stock.StockSent) -> None:
    if f.kind == stock.COLLECTED:
        _more_away(batch, f.sku, f.qty)


def _found(batch: LedgerRows, row: StockRow, f: stock.StockFound) -> None:
    if f.reason == "sold_without_right":
        _alert(batch, row, "sold_without_right", f.sku, f.qty)


def _count_deficit(batch: LedgerRows, row: StockRow, f: Any) -> None:
    if f.deficit > 0:
        _alert(batch, row, "deficit", f.sku, f.deficit)


def _more_away(batch: LedgerRows, sku: str, by: int) -> None:
    if by:
        batch.away[sku] = batch.away.get(sku, 0) + by


def _alert(batch: LedgerRows, row: StockRow, kind: str, sku: str, qty: int) -> None:
    place = f"epoch {batch.epoch}, row {row.seq}"
    batch.books.alert(Alert(kind, batch.record.store, sku, qty, place), batch.now)


_SPECIAL: Final[dict[type[Fact], Callable[[LedgerRows, StockRow, Any], None]]] = {
    stock.RightsGranted: _granted,
    stock.ShortageFound: _short,
    stock.StockPinned: _pinned,
    stock.StockUnpinned: _unpinned,
    stock.DownRowSkipped: _skipped,
    RulesReceived: _ruled,
    stock.PinnedHandedOver: _handed_over,
    stock.RightsWanted: _wanted,
    stock.StockCountedIn: _counted_in,
    stock.StockReceived: _received,
    stock.StockSent: _sent,
    stock.StockFound: _found,
    stock.StockCounted: _count_deficit,
    facts.SlotCounted: _count_deficit,
}
CONCERNED: Final = frozenset({*_SPECIAL, *MOVING, *MEMBER_FACTS})
"""The kinds of fact that `take` has anything to do with."""
