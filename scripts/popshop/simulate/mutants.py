"""Takes one rule out at a time, to see that the simulation notices: small functions of the shipping code are replaced.

Only in the process that simulates, and only inside of the block. Nothing here is reachable from what ships.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from cloud_sync.hq import accept, accounts, intake, joining, ledger_rows, online, refill, rights
from cloud_sync.hq.accept import Head
from cloud_sync.hq.accounts import Accounts, Origin, Side
from cloud_sync.hq.books import Log, Posting
from cloud_sync.protocol import instructions, stock_rights, upstream, witness
from cloud_sync.protocol.numbered_log import Verdict, row_hash
from cloud_sync.protocol.stock_rights import EXTERNAL, POOL, RESERVED, Change, Move, hold_of
from cloud_sync.protocol.witness import Standing
from edge_agent.domain import order as store_order
from edge_agent.domain import rights as store_rights
from edge_agent.services import brain, down_rows
from popshop.simulate.memory_books import MemoryBooks, MemoryHq
from popshop.simulate.trouble import Crash

Swap = tuple[Any, str, Any]


class Mutant(NamedTuple):
    """A rule taken out. `within` is the number of seeds in which it must be caught."""

    name: str
    rule: str
    swaps: Callable[[], list[Swap]]
    within: int = 100


@contextmanager
def without(mutant: Mutant) -> Iterator[None]:
    """Run the block with the rule taken out."""
    with ExitStack() as stack:
        for owner, name, value in mutant.swaps():
            if isinstance(owner, dict):
                stack.enter_context(patch.dict(owner, {name: value}))
            else:
                stack.enter_context(patch.object(owner, name, value))
        yield


# ── headquarters takes rows ─────────────────────────────────────────────────────────────────────────


def _no_dedupe() -> list[Swap]:
    def every_row(request: Any, head: Head) -> Iterator[Any]:
        chain = bytes.fromhex(request.hash_at_acked)
        for seq, raw in enumerate(request.events, head.acked + 1):
            chain = row_hash(chain, seq, raw)
            yield accept.read_row(seq, bytes(raw), chain)

    return [(accept, "new_rows", every_row)]


def _no_gap_check() -> list[Swap]:
    real = accept.check_position

    def check(request: Any, head: Head, hash_at_acked: bytes) -> None:
        if request.acked <= head.acked:
            real(request, head, hash_at_acked)

    return [(accept, "check_position", check)]


def _ack_not_max() -> list[Swap]:
    def end(batch: Any) -> Head:
        acked = batch.request.acked + len(batch.request.events)
        found = batch.last.chain_hash if batch.last is not None else batch.head.chain_hash
        return Head(batch.head.epoch, acked, found)

    def advance(books: MemoryBooks, log: Log, head: Head, *_: int) -> None:
        books._set(books._hq.heads, log, head)

    return [(intake._Batch, "end", property(end)), (MemoryBooks, "advance", advance)]


def _no_hash_chain() -> list[Swap]:
    def check(request: Any, head: Head, hash_at_acked: bytes) -> None:
        if request.acked > head.acked:
            raise accept.SyncRefused("gap", "send from further back", head.acked, head.chain_hash)

    def rows(request: Any, head: Head) -> Iterator[Any]:
        chain = bytes.fromhex(request.hash_at_acked)
        for seq, raw in enumerate(request.events, request.acked + 1):
            chain = row_hash(chain, seq, raw)
            if seq > head.acked:
                yield accept.read_row(seq, bytes(raw), chain)

    return [(accept, "check_position", check), (accept, "new_rows", rows)]


def _reply_before_commit() -> list[Swap]:
    real = intake.sync

    def sync(open_books: Any, *more: Any) -> Any:
        told: list[Any] = []

        def take(*asked: Any) -> Any:
            told.append(real_take(*asked))
            return told[0]

        with patch.object(intake, "_take", take):
            try:
                return real(open_books, *more)
            except Crash:
                if told:
                    return told[0]
                raise

    real_take = intake._take
    return [(intake, "sync", sync)]


def _machine_mark_ignored() -> list[Swap]:
    return [(intake, "_check_machine", lambda books, record, request: record)]


def _no_epoch_check() -> list[Swap]:
    def post_init(side: Side) -> None:
        object.__setattr__(side, "mine", hold_of(side.store, side.current))

    return [(Side, "__post_init__", post_init)]


# ── rights ──────────────────────────────────────────────────────────────────────────────────────────


def _recall_as_revoke() -> list[Swap]:
    real = rights.recall

    def recall(books: Any, record: Any, sku: str, qty: int, why: str, now: Any) -> str:
        name = real(books, record, sku, qty, why, now)
        _revoke(books, record, sku, qty, now)
        return name

    return [(rights, "recall", recall)]


def _revoke(books: Any, record: Any, sku: str, qty: int, now: Any) -> None:
    hold = hold_of(record.store, record.epoch)
    taken = Accounts(books.balances(record.store, [sku]))
    taken.move_up_to(Move(sku, hold, POOL, qty), Origin("revoked"))
    books.post(taken.postings, taken.changes, now)


def _recall_by_timeout() -> list[Swap]:
    real = rights.recall
    asked: dict[tuple[str, str], int] = {}

    def recall(books: Any, record: Any, sku: str, qty: int, why: str, now: Any) -> str:
        name = real(books, record, sku, qty, why, now)
        if (record.store, sku) in asked:
            _revoke(books, record, sku, asked[record.store, sku], now)
        asked[record.store, sku] = qty
        return name

    return [(rights, "recall", recall)]


def _grant_from_nowhere() -> list[Swap]:
    real = Accounts.move

    def move(self: Accounts, move: Move, origin: Origin) -> None:
        real(self, move._replace(source=EXTERNAL) if origin.cause == "grant" else move, origin)

    return [(Accounts, "move", move)]


def _away_ignored() -> list[Swap]:
    def claim(books: Any, accounts_: Accounts, record: Any, sku: str, goods: int) -> None:
        has = accounts_.of(hold_of(record.store, record.epoch), sku)
        books.note_claim(record.store, sku, max(0, goods - has))

    return [(rights, "claim", claim)]


def _hold_granted_twice() -> list[Swap]:
    real = rights.claim

    def claim(books: Any, accounts_: Accounts, record: Any, sku: str, goods: int) -> None:
        real(books, Accounts({}), record, sku, goods)

    return [(rights, "claim", claim)]


def _pool_goods_forgotten() -> list[Swap]:
    def bring_back(books: Any, record: Any, sku: str, qty: int, now: Any) -> int:
        return joining._out_of_limbo(books, record, sku, POOL, qty, "brought_back", now)

    return [(joining, "bring_back", bring_back)]


def _join_keeps_epoch() -> list[Swap]:
    def begin(books: Any, record: Any, known: int, machine: str, now: Any) -> Any:
        joined = replace(
            record, epoch=max(record.epoch, known, 1), machine=machine, state="active", refilled=0
        )
        books.save_store(joined)
        return joined

    return [(joining, "begin_epoch", begin)]


def _hold_survives_join() -> list[Swap]:
    real = accounts.put_into_limbo

    def keep(accounts_: Accounts, store: str, epoch: int, origin: Origin) -> None:
        before = dict(accounts_.balances)
        real(accounts_, store, epoch, origin)
        for (account, sku), units in before.items():
            if account == hold_of(store, epoch) and units:
                accounts_.move(Move(sku, EXTERNAL, POOL, units), origin)

    return [(joining, "put_into_limbo", keep)]


def _restore_without_refill() -> list[Swap]:
    return [(refill, "begin", lambda books, now, known=0: None)]


def _refill_waits_for_nobody() -> list[Swap]:
    return [(refill, "awaited", lambda books: [])]


def _forgotten_grant_lost() -> list[Swap]:
    return [(ledger_rows, "_regrant", lambda batch, row, fact: None)]


# ── the online channel ──────────────────────────────────────────────────────────────────────────────


def _reservation_ends_twice() -> list[Swap]:
    def cancel(books: Any, reservation: str, now: Any, *, state: str = "cancelled") -> Any:
        known = online._known(books, reservation)
        cancelled = replace(known, state=state)
        books.save_reservation(cancelled, now)
        if known.how == "warehouse":
            has = books.lock_pool([known.sku]).get(known.sku, 0)
            online._post(books, Move(known.sku, RESERVED, POOL, known.qty), state, known.id, has, now)
        return cancelled

    return [(online, "cancel", cancel)]


def _confirm_after_expiry() -> list[Swap]:
    def confirm(books: Any, reservation: str, now: Any) -> Any:
        known = online._known(books, reservation)
        confirmed = replace(known, state="confirmed", confirmed=True)
        books.save_reservation(confirmed, now)
        return confirmed

    return [(online, "confirm", confirm)]


def _reserve_again_takes_again() -> list[Swap]:
    real = online.reserve

    def reserve(books: Any, wanted: Any, now: Any) -> Any:
        books._drop(books._hq.reservations, wanted.id)
        return real(books, wanted, now)

    return [(online, "reserve", reserve)]


def _pool_not_conditional() -> list[Swap]:
    def promise(books: Any, reservation: Any, posting: Posting, now: Any) -> bool:
        books.save_reservation(reservation, now)
        books._hq.postings.append(posting._replace(source=EXTERNAL))
        return True

    return [(MemoryBooks, "promise", promise)]


# ── the store ───────────────────────────────────────────────────────────────────────────────────────


def _sell_before_join() -> list[Swap]:
    return [(brain, "NO_SALES", {})]


def _old_down_rows() -> list[Swap]:
    def decide(r: Any, row: Any) -> Any:
        asked = instructions.read_instruction(row)
        if isinstance(asked, str):
            return store_rights.skipped(row, asked)
        return down_rows._INSTRUCTIONS[type(asked)](r, row.seq, asked)

    return [(brain, "decide_down", decide), (upstream, "answers_the_newest", lambda asked, newest: True)]


def _down_unordered() -> list[Swap]:
    real = MemoryBooks.down_after

    def backwards(*asked: Any) -> list[bytes]:
        return real(*asked)[::-1]

    return [
        (down_rows, "judge", lambda mark, seq: Verdict.APPLY if seq > mark else Verdict.SKIP),
        (MemoryBooks, "down_after", backwards),
    ]


def _down_applied_twice() -> list[Swap]:
    return [
        (down_rows, "judge", lambda mark, seq: Verdict.APPLY),
        (upstream, "answers_the_newest", lambda asked, newest: True),
    ]


def _witness_ignored() -> list[Swap]:
    return [(witness, "judge", lambda note, epoch, last_seq, hash_at_note: Standing.LATEST)]


def _releases_too_much() -> list[Swap]:
    return [(store_rights, "may_give", lambda right, asked: asked)]


def _sells_without_right() -> list[Swap]:
    return [(store_order, "may_sell", lambda rights_, sku, qty: "")]


def _deficit_forgotten() -> list[Swap]:
    real = stock_rights.counted

    def counted(right: Any, delta: int) -> Change:
        return real(right, delta)._replace(deficit=0) if delta < 0 else real(right, delta)

    return [(store_rights, "counted", counted)]


def _counts_before_counted_in() -> list[Swap]:
    real = stock_rights.counted
    return [(store_rights, "counted", lambda right, delta: real(replace(right, counted_in=True), delta))]


def _old_replies_believed() -> list[Swap]:
    return [
        (upstream, "of_an_older_incarnation", lambda incarnation, known: False),
        (upstream, "answers_the_newest", lambda asked, newest: True),
    ]


def _fork_thrown_away() -> list[Swap]:
    return [(upstream, "salvage_from", lambda reason, acked: 1 << 40)]


def _double_entry_broken() -> list[Swap]:
    def post(books: Any, postings: Any, changes: Any, now: Any) -> None:
        hq: MemoryHq = books._hq
        hq.postings.extend(list(postings)[:1])
        for key, by in changes.items():
            books._set(hq.units, key, hq.units.get(key, 0) + by)

    return [(MemoryBooks, "post", post)]


def _old_rows_stop_short() -> list[Swap]:
    def post(accounts_: Accounts, side: Side, moves: list[Move], origin: Origin) -> None:
        if side.epoch == side.current:
            accounts.post_fact(accounts_, side, moves, origin)

    return [(ledger_rows, "post_fact", post)]


MUTANTS: Final = tuple(
    Mutant(*each)
    for each in (
        ("no-dedupe", "2: what is known is skipped", _no_dedupe),
        ("no-gap-check", "2: a gap is refused", _no_gap_check),
        ("ack-not-max", "2: the watermark never goes back", _ack_not_max),
        ("reply-before-commit", "2: first COMMIT, then the reply", _reply_before_commit),
        ("no-hash-chain", "8: two histories are not one log", _no_hash_chain),
        ("fork-thrown-away", "9: rows of a fork are kept aside", _fork_thrown_away),
        ("grant-from-nowhere", "3: a grant takes from the pool", _grant_from_nowhere),
        ("recall-as-revoke", "4: a recall moves nothing", _recall_as_revoke),
        ("recall-by-timeout", "4, 10: silence gives nothing back", _recall_by_timeout),
        ("release-more-than-available", "4: what is promised is not given up", _releases_too_much),
        ("down-log-unordered", "5: the next row only", _down_unordered),
        ("down-row-twice", "5: each row once", _down_applied_twice),
        ("down-rows-before-join", "5: rows of the own epoch only", _old_down_rows),
        ("pool-not-conditional", "6: the pool sells what it has", _pool_not_conditional),
        ("reserve-again-takes-again", "6: a reservation's name is its own", _reserve_again_takes_again),
        ("reservation-ends-twice", "6: a reservation ends once", _reservation_ends_twice),
        ("confirm-after-expiry", "6, 7: expiry by headquarters' clock", _confirm_after_expiry),
        ("no-epoch-check", "9: old rows post against their limbo", _no_epoch_check),
        ("old-rows-without-effect", "9: old rows that extend the chain count", _old_rows_stop_short),
        ("join-keeps-epoch", "9: a join begins an epoch", _join_keeps_epoch),
        ("join-frees-the-hold", "9: what was held waits for a count", _hold_survives_join),
        ("count-forgets-what-is-held", "9: a count grants nothing twice", _hold_granted_twice),
        ("count-ignores-what-is-away", "9: the pool's goods in a store stay the pool's", _away_ignored),
        (
            "counts-before-counted-in",
            "9: an uncounted epoch gets rights by its count only",
            _counts_before_counted_in,
        ),
        ("bring-back-forgets-the-pool", "10: a dead store's goods may be the pool's", _pool_goods_forgotten),
        ("sell-before-join", "11: an old disk sells nothing", _sell_before_join),
        ("witness-ignored", "11: the witness tells an old disk", _witness_ignored),
        ("machine-mark-ignored", "11: one identity is one machine", _machine_mark_ignored),
        ("restore-without-refill", "12: a restored headquarters is refilled first", _restore_without_refill),
        ("refill-waits-for-nobody", "12: refilling waits for every store", _refill_waits_for_nobody),
        ("forgotten-grant-lost", "12: a forgotten grant is posted again", _forgotten_grant_lost),
        ("old-replies-believed", "12: answers of before a restore are not believed", _old_replies_believed),
        ("sells-without-right", "1: nothing is sold without a right", _sells_without_right),
        ("deficit-forgotten", "1: what a count cannot take is owed", _deficit_forgotten),
        ("half-a-posting", "1: every change is double entry", _double_entry_broken),
    )
)
"""In the order of the rules of DESIGN's "Store ↔ HQ"."""


def by_name(name: str) -> Mutant | None:
    """The mutant of that name."""
    return next((mutant for mutant in MUTANTS if mutant.name == name), None)
