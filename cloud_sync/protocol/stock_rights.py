"""The right to sell a unit, as an escrow: it sits in exactly one account, and moves by rows only.

Two sides run these rules. A store keeps, per SKU, a `Right`: what it may sell now, what it promised to orders, and what
it still owes for units that were found missing. Headquarters keeps double-entry accounts per SKU. Every fact says by
itself what it moves (`moves_of`), so headquarters adds up and never has to know why.

The idea is the escrow method for counters (O'Neil 1986); accounts and rules are ours, see docs/stock.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from cloud_sync.protocol import facts, handover_facts, stock_facts
from cloud_sync.protocol.fact import Fact

POOL: Final = "pool"
"""What headquarters may sell online or grant. Never below 0."""
RESERVED: Final = "reserved"
"""Taken out of the pool for online buyers who have not confirmed yet."""
SOLD: Final = "sold"
SHRINK: Final = "shrink"
"""Lost, broken, used as testers."""
EXTERNAL: Final = "external"
"""Where goods come from: suppliers, and units found that no book knew."""

MINE: Final = "mine"
"""In a store's fact: the hold of the store and epoch that wrote it."""
LIMBO: Final = "limbo"
"""In a store's fact: what earlier epochs of that store left in limbo; as a source, `external` for the rest."""


def hold_of(store: str, epoch: int) -> str:
    """The account of what a store may sell, or has promised. Never below 0."""
    return f"{store}/hold/{epoch}"


def limbo_of(store: str, epoch: int) -> str:
    """What a store held when a newer epoch began: nobody may sell it until somebody has counted. Never below 0."""
    return f"{store}/limbo/{epoch}"


def transit_of(transfer: str) -> str:
    """Goods between two stores. Below 0 while the receiver's row is here before the sender's."""
    return f"transit/{transfer}"


class Move(NamedTuple):
    """So many units of a SKU go from one account to another; `qty` is 1 or more."""

    sku: str
    source: str
    target: str
    qty: int


# ── what a fact moves ───────────────────────────────────────────────────────────────────────────────


def _counted(fact: Any, rights: int) -> list[Move]:
    if rights > 0:
        return [Move(fact.sku, EXTERNAL, MINE, rights)]
    return [Move(fact.sku, MINE, SHRINK, -rights)] if rights < 0 else []


def _slot_counted(f: facts.SlotCounted) -> list[Move]:
    return _counted(f, f.delta if f.rights is None else f.rights)


def _released(f: stock_facts.RightsReleased) -> list[Move]:
    return [Move(f.sku, MINE, POOL, f.qty)]


def _received(f: stock_facts.StockReceived) -> list[Move]:
    if f.kind == stock_facts.DELIVERY:
        return []
    source = transit_of(f.transfer) if f.kind == stock_facts.TRANSFER else EXTERNAL
    return [Move(f.sku, source, MINE, f.qty)]


def _sent(f: stock_facts.StockSent) -> list[Move]:
    return [] if f.kind == stock_facts.COLLECTED else [Move(f.sku, MINE, transit_of(f.transfer), f.qty)]


def _returned(f: stock_facts.StockReturned) -> list[Move]:
    return [Move(f.sku, SOLD, MINE if f.condition == "available" else SHRINK, f.qty)]


def _moved(f: stock_facts.StockMoved) -> list[Move]:
    if f.source == "available" and f.target != "available":
        return [Move(f.sku, MINE, SHRINK, f.qty)]
    if f.target == "available" and f.source != "available":
        return [Move(f.sku, SHRINK, MINE, f.qty)]
    return []


def _wasted(f: stock_facts.StockWasted) -> list[Move]:
    return [Move(f.sku, MINE, SHRINK, f.qty)] if f.bucket == "available" else []


def _found(f: stock_facts.StockFound) -> list[Move]:
    return [Move(f.sku, LIMBO if f.reason == "order_under_way" else EXTERNAL, MINE, f.qty)]


_MOVES: Final[dict[type[Fact], Callable[[Any], list[Move]]]] = {
    facts.SlotCounted: _slot_counted,
    facts.VendDispensed: lambda f: [Move(f.sku, MINE, SOLD, 1)],
    facts.CashSold: lambda f: [Move(f.sku, MINE, SOLD, 1)] if f.sku else [],
    handover_facts.HandedOver: lambda f: (
        [] if f.how in handover_facts.NOT_OURS else [Move(f.sku, MINE, SOLD, f.qty)]
    ),
    stock_facts.RightsReleased: _released,
    stock_facts.PinnedHandedOver: lambda f: [Move(f.sku, MINE, SOLD, f.qty)],
    stock_facts.StockReceived: _received,
    stock_facts.StockSent: _sent,
    stock_facts.StockReturned: _returned,
    stock_facts.StockCounted: lambda f: _counted(f, f.rights),
    stock_facts.StockMoved: _moved,
    stock_facts.StockWasted: _wasted,
    stock_facts.StockFound: _found,
    stock_facts.ShortageFound: lambda f: _counted(f, f.rights),
    stock_facts.RightsSetAside: lambda f: [Move(f.sku, MINE, LIMBO, f.qty)],
    stock_facts.DeficitSettled: lambda f: [Move(f.sku, MINE, SHRINK, f.qty)],
}


MOVING: Final = frozenset(_MOVES)
"""The kinds of fact that can move a right by themselves."""


def moves_of(fact: Fact) -> list[Move]:
    """What a store's fact moves between accounts. Empty for a fact that moves no right.

    `RightsGranted` moves nothing: headquarters posted the grant when it made it.
    """
    moves = _MOVES.get(type(fact))
    return [] if moves is None else [move for move in moves(fact) if move.qty > 0]


# ── a store's own side ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Right:
    """What a store may do with one SKU. No field is ever below 0.

    `counted_in` is False from the start of a later epoch until somebody has counted: then counts move no rights.
    """

    available: int = 0
    held: int = 0
    deficit: int = 0
    counted_in: bool = True


class Change(NamedTuple):
    """What a difference between book and goods does to a right: `rights` to what may be sold, `deficit` to the debt."""

    rights: int
    deficit: int


def counted(right: Right, delta: int) -> Change:
    """A count found `delta` units more (or fewer) than the book has.

    Fewer take from what is available and never from what is promised: the rest becomes a deficit. More settle a
    deficit first. `delta` = `rights` − `deficit`, but for a SKU that is to be counted in: there nothing moves.
    """
    if not right.counted_in:
        return Change(0, 0)
    if delta >= 0:
        settled = min(delta, right.deficit)
        return Change(delta - settled, -settled)
    taken = min(-delta, right.available)
    return Change(-taken, -delta - taken)


def come_free(right: Right, qty: int) -> int:
    """How many of `qty` promised units that come free must settle a deficit instead of being sold."""
    return min(qty, right.deficit)


def may_give(right: Right, asked: int) -> int:
    """What a store gives up when headquarters asks for `asked` units back: never what it has promised."""
    return max(0, min(asked, right.available))
