"""Headquarters' rules, each as what stands in its place when it is taken out (see `mutants`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from cloud_sync.hq.rules import accept, accounts, intake, joining, ledger_rows, online, refill, rights
from cloud_sync.hq.rules.accept import Head
from cloud_sync.hq.rules.accounts import Accounts, Origin, Side
from cloud_sync.hq.rules.books import Log, Posting
from cloud_sync.protocol.numbered_log import row_hash
from cloud_sync.protocol.stock_rights import EXTERNAL, POOL, RESERVED, Move, hold_of
from popshop.simulate.memory_books import MemoryBooks, MemoryHq
from popshop.simulate.trouble import Crash

Swap = tuple[Any, str, Any]


# ── headquarters takes rows ─────────────────────────────────────────────────────────────────────────


def no_dedupe() -> list[Swap]:
    def every_row(request: Any, head: Head) -> Iterator[Any]:
        chain = bytes.fromhex(request.hash_at_acked)
        for seq, raw in enumerate(request.events, head.acked + 1):
            chain = row_hash(chain, seq, raw)
            yield accept.read_row(seq, bytes(raw), chain)

    return [(accept, "new_rows", every_row)]


def no_gap_check() -> list[Swap]:
    real = accept.check_position

    def check(request: Any, head: Head, hash_at_acked: bytes) -> None:
        if request.acked <= head.acked:
            real(request, head, hash_at_acked)

    return [(accept, "check_position", check)]


def ack_not_max() -> list[Swap]:
    def end(batch: Any) -> Head:
        acked = batch.request.acked + len(batch.request.events)
        found = batch.last.chain_hash if batch.last is not None else batch.head.chain_hash
        return Head(batch.head.epoch, acked, found)

    def advance(books: MemoryBooks, log: Log, head: Head, *_: int) -> None:
        books._set(books._hq.heads, log, head)

    return [(intake._Batch, "end", property(end)), (MemoryBooks, "advance", advance)]


def no_hash_chain() -> list[Swap]:
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


def reply_before_commit() -> list[Swap]:
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


def machine_mark_ignored() -> list[Swap]:
    return [(intake, "_check_machine", lambda books, record, request: record)]


def no_epoch_check() -> list[Swap]:
    def post_init(side: Side) -> None:
        object.__setattr__(side, "mine", hold_of(side.store, side.current))

    return [(Side, "__post_init__", post_init)]


# ── rights ──────────────────────────────────────────────────────────────────────────────────────────


def recall_as_revoke() -> list[Swap]:
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


def recall_by_timeout() -> list[Swap]:
    real = rights.recall
    asked: dict[tuple[str, str], int] = {}

    def recall(books: Any, record: Any, sku: str, qty: int, why: str, now: Any) -> str:
        name = real(books, record, sku, qty, why, now)
        if (record.store, sku) in asked:
            _revoke(books, record, sku, asked[record.store, sku], now)
        asked[record.store, sku] = qty
        return name

    return [(rights, "recall", recall)]


def grant_from_nowhere() -> list[Swap]:
    real = Accounts.move

    def move(self: Accounts, move: Move, origin: Origin) -> None:
        real(self, move._replace(source=EXTERNAL) if origin.cause == "grant" else move, origin)

    return [(Accounts, "move", move)]


def away_ignored() -> list[Swap]:
    def claim(books: Any, accounts_: Accounts, record: Any, sku: str, goods: int) -> None:
        has = accounts_.of(hold_of(record.store, record.epoch), sku)
        books.note_claim(record.store, sku, max(0, goods - has))

    return [(rights, "claim", claim)]


def shortage_forgotten() -> list[Swap]:
    real = rights.claim

    def claim(books: Any, accounts_: Accounts, record: Any, sku: str, goods: int) -> None:
        real(books, accounts_, record, sku, goods)
        if books.claims(record.store)[sku] < 0:
            books.drop_claim(record.store, sku)

    return [(rights, "claim", claim)]


def hold_granted_twice() -> list[Swap]:
    real = rights.claim

    def claim(books: Any, accounts_: Accounts, record: Any, sku: str, goods: int) -> None:
        real(books, Accounts({}), record, sku, goods)

    return [(rights, "claim", claim)]


def pool_goods_forgotten() -> list[Swap]:
    def bring_back(books: Any, record: Any, sku: str, qty: int, now: Any) -> int:
        return joining._out_of_limbo(books, record, sku, POOL, qty, "brought_back", now)

    return [(joining, "bring_back", bring_back)]


def join_keeps_epoch() -> list[Swap]:
    def begin(books: Any, record: Any, known: int, machine: str, now: Any) -> Any:
        joined = replace(
            record, epoch=max(record.epoch, known, 1), machine=machine, state="active", refilled=0
        )
        books.save_store(joined)
        return joined

    return [(joining, "begin_epoch", begin)]


def hold_survives_join() -> list[Swap]:
    real = accounts.put_into_limbo

    def keep(accounts_: Accounts, store: str, epoch: int, origin: Origin) -> None:
        before = dict(accounts_.balances)
        real(accounts_, store, epoch, origin)
        for (account, sku), units in before.items():
            if account == hold_of(store, epoch) and units:
                accounts_.move(Move(sku, EXTERNAL, POOL, units), origin)

    return [(joining, "put_into_limbo", keep)]


def restore_without_refill() -> list[Swap]:
    return [(refill, "begin", lambda books, now, known=0: None)]


def refill_waits_for_nobody() -> list[Swap]:
    return [(refill, "awaited", lambda books: [])]


def forgotten_grant_lost() -> list[Swap]:
    return [(ledger_rows, "_regrant", lambda batch, row, fact: None)]


# ── the online channel ──────────────────────────────────────────────────────────────────────────────


def reservation_ends_twice() -> list[Swap]:
    def cancel(books: Any, reservation: str, now: Any, *, state: str = "cancelled") -> Any:
        known = online._known(books, reservation)
        cancelled = replace(known, state=state)
        books.save_reservation(cancelled, now)
        if known.how == "warehouse":
            has = books.lock_pool([known.sku]).get(known.sku, 0)
            online._post(books, Move(known.sku, RESERVED, POOL, known.qty), state, known.id, has, now)
        return cancelled

    return [(online, "cancel", cancel)]


def confirm_after_expiry() -> list[Swap]:
    def confirm(books: Any, reservation: str, now: Any) -> Any:
        known = online._known(books, reservation)
        confirmed = replace(known, state="confirmed", confirmed=True)
        books.save_reservation(confirmed, now)
        return confirmed

    return [(online, "confirm", confirm)]


def reserve_again_takes_again() -> list[Swap]:
    real = online.reserve

    def reserve(books: Any, wanted: Any, now: Any) -> Any:
        books._drop(books._hq.reservations, wanted.id)
        return real(books, wanted, now)

    return [(online, "reserve", reserve)]


def pool_not_conditional() -> list[Swap]:
    def promise(books: Any, reservation: Any, posting: Posting, now: Any) -> bool:
        books.save_reservation(reservation, now)
        books._hq.postings.append(posting._replace(source=EXTERNAL))
        return True

    return [(MemoryBooks, "promise", promise)]


def double_entry_broken() -> list[Swap]:
    def post(books: Any, postings: Any, changes: Any, now: Any) -> None:
        hq: MemoryHq = books._hq
        hq.postings.extend(list(postings)[:1])
        for key, by in changes.items():
            books._set(hq.units, key, hq.units.get(key, 0) + by)

    return [(MemoryBooks, "post", post)]


def old_rows_stop_short() -> list[Swap]:
    def post(accounts_: Accounts, side: Side, moves: list[Move], origin: Origin) -> None:
        if side.epoch == side.current:
            accounts.post_fact(accounts_, side, moves, origin)

    return [(ledger_rows, "post_fact", post)]
