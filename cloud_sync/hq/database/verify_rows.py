"""Pure: whether what was posted for a ledger row is what the row says."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from cloud_sync.protocol import stock_facts as stock
from cloud_sync.protocol.fact import Fact
from cloud_sync.protocol.stock_rights import (
    EXTERNAL,
    LIMBO,
    MINE,
    POOL,
    SHRINK,
    Move,
    hold_of,
    limbo_of,
    moves_of,
)


class Posted(NamedTuple):
    """One posting of a row."""

    sku: str
    source: str
    target: str
    qty: int


Units = Counter[tuple[str, str, str]]
"""(SKU, source, target) → units."""


def row_differences(fact: Fact, posted: list[Posted], store: str, epoch: int, *, past: bool) -> list[str]:
    """In words, each thing that the row says and the postings do not, or the other way round.

    `past`: the row is of an epoch that is over. It may have been posted before or after that epoch ended, so its units
    may come from the hold or the limbo, and what a limbo lacked from `shrink`, or not at all where it went there
    or lay already.
    """
    if isinstance(fact, stock.RightsGranted) and not posted:
        return []  # Posted by the grant itself.
    expected = Units()
    for move in _said(fact):
        expected[move.sku, _source(move.source, past), move.target] += move.qty
    found = Units()
    for posting in posted:
        sku, source, target, qty = posting
        found[sku, _source(_role(source, store, epoch), past), _role(target, store, epoch)] += qty
    return [
        f"{sku}: {found[key]} went from {source} to {target}, the row says {expected[key]}"
        for key in sorted(expected.keys() | found.keys())
        for sku, source, target in [key]
        if not _agree(found[key], expected[key], target, past=past)
    ]


def _said(fact: Fact) -> list[Move]:
    if isinstance(fact, stock.RightsGranted):
        # A restored headquarters learns of a grant by the store's row.
        return [Move(fact.sku, POOL if fact.source == POOL else LIMBO, MINE, fact.qty)]
    return moves_of(fact)


def _role(account: str, store: str, epoch: int) -> str:
    """An account as a fact names it."""
    if account in (hold_of(store, epoch), limbo_of(store, epoch)):
        return MINE
    return LIMBO if account.startswith(f"{store}/limbo/") else account


def _source(account: str, past: bool) -> str:
    """Sources as far as a row determines them: what limbo or the pool lacks comes from outside."""
    if account in (EXTERNAL, LIMBO, POOL) or (past and account in (MINE, SHRINK)):
        return "elsewhere"
    return account


def _agree(found: int, expected: int, target: str, *, past: bool) -> bool:
    return found == expected or (past and target in (SHRINK, POOL, LIMBO) and found < expected)
