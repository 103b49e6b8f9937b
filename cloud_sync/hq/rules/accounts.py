"""Pure: double entry for one transaction. Every posting moves units from one account to another, so all sum to zero.

pool, holds and limbos are kept as balances and never go below 0; the others are sums of postings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from cloud_sync.hq.rules.books import Balances, Posting
from cloud_sync.protocol.stock_rights import (
    EXTERNAL,
    LIMBO,
    MINE,
    POOL,
    SHRINK,
    Move,
    hold_of,
    limbo_of,
    transit_of,
)

TRANSIT: Final = transit_of("")


class Short(Exception):
    """The account has not that many; nothing was moved."""

    def __init__(self, account: str, sku: str, has: int, asked: int) -> None:
        super().__init__(f"{account} has {has} of {sku}, not {asked}")


@lru_cache(maxsize=4_096)
def is_kept(account: str) -> bool:
    """Whether the account's balance is kept, and may not go below 0."""
    # A transfer is named by people, and may be named anything.
    return account == POOL or (
        ("/hold/" in account or "/limbo/" in account) and not account.startswith(TRANSIT)
    )


class Origin(NamedTuple):
    """Where postings come from: an act, and the ledger row that tells of it (`seq` 0: headquarters' own act)."""

    cause: str
    reference: str = ""
    store: str = ""
    epoch: int = 0
    seq: int = 0


@dataclass(slots=True)
class Accounts:
    """The kept balances that a transaction works on, what it posts, and by how much each balance changes."""

    balances: Balances
    postings: list[Posting] = field(default_factory=list)
    changes: Balances = field(default_factory=dict)

    def of(self, account: str, sku: str) -> int:
        """Units in a kept account."""
        return self.balances.get((account, sku), 0)

    def move(self, move: Move, origin: Origin) -> None:
        """Post a move between named accounts. Raises Short where a kept account would go below 0."""
        sku, source, target, qty = move
        if is_kept(source):
            has = self.of(source, sku)
            if has < qty:
                raise Short(source, sku, has, qty)
            self._change(source, sku, -qty)
        if is_kept(target):
            self._change(target, sku, qty)
        self.postings.append(Posting(sku, source, target, qty, *origin))

    def move_up_to(self, move: Move, origin: Origin) -> int:
        """Post as much of a move as its source has; returns what is left over."""
        moved = min(move.qty, self.of(move.source, move.sku)) if is_kept(move.source) else move.qty
        if moved > 0:
            self.move(move._replace(qty=moved), origin)
        return move.qty - max(moved, 0)

    def _change(self, account: str, sku: str, by: int) -> None:
        key = (account, sku)
        self.balances[key] = self.balances.get(key, 0) + by
        self.changes[key] = self.changes.get(key, 0) + by


@dataclass(frozen=True, slots=True)
class Side:
    """Which account `MINE` is: the hold for rows of the store's current epoch, a limbo for those of an earlier one."""

    store: str
    epoch: int
    current: int
    mine: str = field(init=False)
    """The account that the epoch's facts move units from and to."""

    def __post_init__(self) -> None:
        mine = hold_of if self.epoch == self.current else limbo_of
        object.__setattr__(self, "mine", mine(self.store, self.epoch))

    def target(self, account: str) -> str:
        """Where a fact's units go: what an earlier epoch sets aside is in limbo already."""
        if account == LIMBO and self.epoch == self.current:
            return limbo_of(self.store, max(1, self.current - 1))
        return self.mine if account in (MINE, LIMBO) else account


def post_fact(accounts: Accounts, side: Side, moves: list[Move], origin: Origin) -> None:
    """Post what a fact moves. Raises Short when a current hold has not enough: then nothing of the fact was posted.

    A fact of an earlier epoch happened whatever its limbo holds (somebody may have counted or written off since): what
    limbo lacks is taken from shrink.
    """
    if side.epoch == side.current:
        _check(accounts, side, moves)
    for sku, source, target, qty in moves:
        real = Move(sku, side.mine if source == MINE else source, side.target(target), qty)
        if real.source == real.target:
            continue
        if source == LIMBO:
            take_from_limbo(accounts, side, real, origin)
        elif source == MINE and side.epoch != side.current:
            left = accounts.move_up_to(real, origin)
            if left and target != SHRINK:
                accounts.move(real._replace(source=SHRINK, qty=left), origin)
        else:
            accounts.move(real, origin)


def _check(accounts: Accounts, side: Side, moves: list[Move]) -> None:
    for move in moves:
        if move.source == MINE and accounts.of(side.mine, move.sku) < move.qty:
            raise Short(side.mine, move.sku, accounts.of(side.mine, move.sku), move.qty)


def take_from_limbo(accounts: Accounts, side: Side, move: Move, origin: Origin) -> int:
    """Move units out of the limbos of earlier epochs, newest first, the rest from `external`; returns that rest."""
    left = move.qty
    for epoch in range(side.current - 1, 0, -1):
        if left and side.epoch != epoch:
            source = limbo_of(side.store, epoch)
            left = accounts.move_up_to(Move(move.sku, source, move.target, left), origin)
    if left:
        accounts.move(Move(move.sku, EXTERNAL, move.target, left), origin)
    return left


def put_into_limbo(accounts: Accounts, store: str, epoch: int, origin: Origin) -> None:
    """A newer epoch begins, or the store is given up: nobody may sell what it held until somebody has counted."""
    hold = hold_of(store, epoch)
    for (account, sku), units in sorted(accounts.balances.items()):
        if account == hold and units > 0:
            accounts.move(Move(sku, hold, limbo_of(store, epoch), units), origin)
