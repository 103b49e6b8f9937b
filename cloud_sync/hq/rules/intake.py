"""Takes in a store's log: one request is one transaction under the store's row lock, committed before the reply.

These are the rules of DESIGN's "Store ↔ HQ" on headquarters' side. They know no database: `Books` is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from cloud_sync.hq.rules import accept, ledger_rows, refill, rights
from cloud_sync.hq.rules.accept import Fenced, Head, Row, SyncRefused
from cloud_sync.hq.rules.books import RETIRED, SET_ASIDE, Alert, Books, Log, OpenBooks, Problem, StoreRecord
from cloud_sync.hq.rules.folds import Fold
from cloud_sync.hq.rules.ledger_rows import StockRow
from cloud_sync.protocol.envelope import parse_time, rfc3339
from cloud_sync.protocol.identifiers import LEDGER, STREAMS
from cloud_sync.protocol.instructions import MAX_DOWN_PER_REPLY
from cloud_sync.protocol.numbered_log import GENESIS, row_hash
from cloud_sync.protocol.session import (
    MAX_EVENTS_PER_SYNC,
    SalvageReply,
    SalvageRequest,
    SyncReply,
    SyncRequest,
)

AnswerWants = Callable[[Books, StoreRecord, list[str], datetime], None]
"""What headquarters does when a store runs out: grants, if it can."""
MAX_REASON_CHARS: Final = 500
MAX_INCARNATION: Final = 2_000_000_000
MAX_MACHINE_CHARS: Final = 200
RESTORED: Final = "restored"
_KEY: Final = re.compile("[0-9a-f]{64}")


class Taken(NamedTuple):
    """What one request brought: the reply to give, and how many rows were new, known already, unreadable."""

    reply: SyncReply
    applied: int
    skipped: int
    quarantined: int


def sync(open_books: OpenBooks, request: SyncRequest, now: datetime, answer_wants: AnswerWants) -> Taken:
    """Take a request's new rows. Raises SyncRefused or Fenced; then nothing was taken.

    The reply may be given as soon as this returns: it returns after COMMIT.
    """
    try:
        with open_books() as books:
            return _take(books, request, now, answer_wants)
    except SyncRefused as refused:
        lacks_rows = refused.code == accept.GAP and request.acked > refused.acked
        if lacks_rows or refused.code == RESTORED:
            # The store proves what we once knew and acknowledged: our books are those of a backup.
            with open_books() as books:
                if not _is_known_loss(books, request):
                    refill.begin(books, now, known=request.incarnation)
        if isinstance(refused, Fenced):
            _tell_of_fence(open_books, request, refused, now)
        raise


def _is_known_loss(books: Books, request: SyncRequest) -> bool:
    """Whether we are refilled already, or were: then a store that joined since only hands in what it had before."""
    state = books.hq()
    record = books.lock_store(request.store)
    if request.incarnation > state.incarnation:
        return False
    was_before = record is not None and request.epoch < record.epoch
    return state.refilling or (was_before and state.incarnation > 1)


def _tell_of_fence(open_books: OpenBooks, request: SyncRequest, fence: Fenced, now: datetime) -> None:
    """The store's own screen says it, but that may be the screen of the computer that should not be there."""
    with open_books() as books:
        record = books.lock_store(request.store)
        # A log of an earlier epoch that does not fit is kept aside, which has an alert of its own.
        if record is not None and request.epoch >= record.epoch:
            books.alert(Alert("fenced", request.store, "", 0, f"{fence.code}, epoch {record.epoch}"), now)


def _take(books: Books, request: SyncRequest, now: datetime, answer_wants: AnswerWants) -> Taken:
    record = _admit(books, request)
    log = Log(request.store, request.stream, request.epoch)
    head = books.head(log)
    accept.check_position(request, head, _hash_at(books, log, request.acked, head))
    batch = _Batch(request, head, Fold(request.stream, record.timezone, request.epoch))
    if request.acked + len(request.events) > head.acked:
        books.keep(log, batch.read(), now)
    else:
        _check_known(books, log, request, head)
    books.apply_views(request.store, batch.fold.deltas)
    wanted = _post(books, record, batch, now)
    books.quarantine(log, batch.problems, now)
    end = batch.end
    applied = end.acked - head.acked
    skipped = len(request.events) - applied
    books.advance(log, end, max(request.last_seq, end.acked), applied, skipped)
    books.seen(request.store, now, _offset_ms(request, now))
    if _KEY.fullmatch(request.code_key):
        books.note_code_key(request.store, bytes.fromhex(request.code_key), now)
    down = _down(books, record, request, end, wanted, now, answer_wants)
    told = _as_far_as_proved(books, log, request, end)
    reply = SyncReply(
        acked=told.acked,
        hash=told.chain_hash.hex(),
        down=[msgspec.Raw(body) for body in down],
        at=rfc3339(now),
        incarnation=books.hq().incarnation,
    )
    return Taken(reply, applied, skipped, len(batch.problems))


# ── who may send at all ─────────────────────────────────────────────────────────────────────────────


def _admit(books: Books, request: SyncRequest | SalvageRequest) -> StoreRecord:
    """Lock the store's row. Raises SyncRefused or Fenced."""
    if request.stream not in STREAMS:
        raise SyncRefused("malformed", f"unknown stream {request.stream!r}")
    record = books.lock_store(request.store)
    if record is None:
        raise SyncRefused("unknown_store", f"no store {request.store!r} is enrolled")
    if record.state in (RETIRED, SET_ASIDE):
        raise Fenced("retired", f"headquarters gave this store up ({record.state}): enrol and join it again")
    check_epoch(record, request.epoch)
    if isinstance(request, SyncRequest):
        _check_numbers(request)
        check_incarnation(books, request)
        record = _check_machine(books, record, request)
    return record


def _check_numbers(request: SyncRequest) -> None:
    """Refuse what no store can mean, before anything is concluded from it."""
    if (
        not 0 <= request.down_seq <= accept.MAX_SEQ
        or not 0 <= request.incarnation <= MAX_INCARNATION
        or len(request.machine) > MAX_MACHINE_CHARS
        or "\0" in request.machine
    ):
        raise SyncRefused("malformed", "down_seq, incarnation or machine out of range")


def check_epoch(record: StoreRecord, epoch: int) -> None:
    """Refuse an epoch that was never begun here."""
    if not 1 <= epoch <= record.epoch:
        raise Fenced(
            "stale_epoch",
            f"this log is of epoch {epoch}, headquarters knows epoch {record.epoch}: join again",
        )


def check_incarnation(books: Books, request: SyncRequest) -> None:
    """A store that has heard of a later incarnation proves that ours is the one of a backup."""
    if request.incarnation > books.hq().incarnation:
        raise SyncRefused(RESTORED, "headquarters was restored from a backup: send again")


def _check_machine(books: Books, record: StoreRecord, request: SyncRequest) -> StoreRecord:
    """One identity is one machine. The first mark that a store without one sends is its own from then on."""
    if record.machine and request.machine != record.machine:
        raise Fenced(
            "cloned",
            "another machine runs as this store: only the one that joined last may go on",
        )
    if request.machine and not record.machine:
        record = replace(record, machine=request.machine)
        books.save_store(record)
    return record


# ── the rows ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Batch:
    """One request's new rows while they pass: folded, and the odd ones named."""

    request: SyncRequest
    head: Head
    fold: Fold
    problems: list[Problem] = field(default_factory=list)
    stock: list[StockRow] = field(default_factory=list)
    last: Row | None = None

    def read(self) -> Iterator[Row]:
        """Judge the rows one after the other; the database stores a row while we read the next."""
        fold, misfits, concerned = self.fold, self.fold.deltas.misfits, ledger_rows.CONCERNED
        for row in accept.new_rows(self.request, self.head):
            fold.add(row)
            if row.problem or row.seq in misfits:
                why = row.problem or misfits[row.seq]
                self.problems.append(Problem(row.seq, row.type, reason(why)))
            elif type(row.fact) in concerned:
                assert row.fact is not None
                self.stock.append(StockRow(row.seq, row.type, row.fact))
            self.last = row
            yield row

    @property
    def end(self) -> Head:
        """Where the log stands after these rows."""
        if self.last is None:
            return self.head
        return Head(self.head.epoch, self.last.seq, self.last.chain_hash)


def reason(why: str) -> str:
    """A reason as the books can hold it."""
    return why[:MAX_REASON_CHARS].replace("\0", "")


def _post(books: Books, record: StoreRecord, batch: _Batch, now: datetime) -> list[str]:
    """Post what the rows say of stock; returns the SKUs that the store asks for."""
    if not batch.stock:
        return []
    ledger = ledger_rows.open_batch(books, record, batch.request.epoch, batch.stock, now)
    for row in batch.stock:
        ledger_rows.take(ledger, row)
    ledger_rows.close_batch(ledger)
    batch.problems += ledger.problems
    return ledger.wanted


def _hash_at(books: Books, log: Log, seq: int, head: Head) -> bytes:
    if seq == head.acked:
        return head.chain_hash
    if not 0 < seq < head.acked:
        return GENESIS
    found = books.hash_at(log, seq)
    if found is None:
        raise Fenced("forked", f"headquarters has lost row {seq}", head.acked, head.chain_hash)
    return found


def _as_far_as_proved(books: Books, log: Log, request: SyncRequest, end: Head) -> Head:
    """Where the request's rows end, when we have more: what the store has behind them may be another history."""
    proved = request.acked + len(request.events)
    if not request.events or proved >= end.acked:
        return end
    return Head(end.epoch, proved, _hash_at(books, log, proved, end))


def _offset_ms(request: SyncRequest, now: datetime) -> int | None:
    sent_at = parse_time(request.sent_at)
    return None if sent_at is None else round((sent_at - now).total_seconds() * 1000)


def _check_known(books: Books, log: Log, request: SyncRequest, head: Head) -> None:
    """Nothing new; but as many rows as we have may be another history. Raises Fenced."""
    chain = bytes.fromhex(request.hash_at_acked)
    for seq, raw in enumerate(request.events, request.acked + 1):
        chain = row_hash(chain, seq, raw)
    end = request.acked + len(request.events)
    if request.events and chain != _hash_at(books, log, end, head):
        raise Fenced("forked", f"row {end} of the store's log is not ours", head.acked, head.chain_hash)


# ── what goes back ──────────────────────────────────────────────────────────────────────────────────


def _down(
    books: Books,
    record: StoreRecord,
    request: SyncRequest,
    end: Head,
    wanted: list[str],
    now: datetime,
    answer_wants: AnswerWants,
) -> list[bytes]:
    """The store's next instructions. A store that is only handing in an earlier epoch gets none."""
    if request.epoch != record.epoch:
        return []
    if request.stream == LEDGER and _told_everything(books, record, request, end):
        refill.told_everything(books, record, now)
    if not books.hq().refilling:
        if books.claims(record.store):
            rights.answer_claims(books, record, now)
        if wanted:
            answer_wants(books, record, wanted, now)
    return books.down_after(record.store, record.epoch, request.down_seq, MAX_DOWN_PER_REPLY)


def _told_everything(books: Books, record: StoreRecord, request: SyncRequest, end: Head) -> bool:
    """Whether nothing that the store knows can still be unknown to us; it must know our incarnation already."""
    return (
        request.incarnation == books.hq().incarnation
        and end.acked >= request.last_seq
        and books.down_head(record.store, record.epoch) >= request.down_seq
    )


def salvage(open_books: OpenBooks, request: SalvageRequest, now: datetime) -> SalvageReply:
    """Keep rows of an earlier epoch aside that cannot extend ours. They have no effect; a person sees them.

    Raises SyncRefused or Fenced.
    """
    with open_books() as books:
        record = _admit(books, request)
        if request.epoch == record.epoch:
            raise SyncRefused("malformed", "only rows of an earlier epoch are kept aside: join first")
        if not 1 <= request.from_seq <= accept.MAX_SEQ or len(request.events) > MAX_EVENTS_PER_SYNC:
            raise SyncRefused("malformed", f"from_seq out of range, or more than {MAX_EVENTS_PER_SYNC} rows")
        log = Log(request.store, request.stream, request.epoch)
        ours = books.bodies(log, request.from_seq - 1, request.from_seq + len(request.events) - 1)
        known = kept = 0
        for seq, raw in enumerate(request.events, request.from_seq):
            # Kept aside once is known: the answer may have been lost.
            is_new = ours.get(seq) != bytes(raw) and books.keep_aside(log, seq, bytes(raw), now)
            kept += is_new
            known += not is_new
        if kept:
            where = f"epoch {request.epoch}, {request.stream}"
            books.alert(Alert("fork_kept", request.store, "", kept, where), now)
    return SalvageReply(known=known, kept=kept)
