"""Where the units of a line come from, and so how they reach the shopper: a machine, a shelf, the stock room.

What is chosen is taken out of what is free, so that no two lines of an order get the same unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cloud_sync.protocol.handover_facts import (
    PICKUP,
    SAMPLE,
    SHELF,
    SHIP_STORE,
    SHIP_WAREHOUSE,
    STAFF,
    VEND,
    WAYS,
)
from edge_agent.domain.commands import RequestedLine
from edge_agent.domain.refusals import Refusal

FROM_ROOM = frozenset({STAFF, PICKUP, SHIP_STORE})


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot as a sale sees it."""

    device: str
    slot: str
    sku: str
    count: int
    held: int
    blocked: bool
    ready: bool
    failures: int = 0
    spoiling: bool = False
    """It holds food that was too warm for too long, and nobody has looked after it."""
    sampling: bool = False
    """Of a sampling machine: what it holds is given away by the rule of a campaign, not sold."""
    open: bool = False
    """A shelf: the shopper takes the units out by hand."""

    @property
    def available(self) -> int:
        """Units nobody has been promised. Never below 0."""
        return max(0, self.count - self.held)


class Piece(NamedTuple):
    """So many units out of one place; no device: the stock room, or the warehouse."""

    how: str
    qty: int
    device: str = ""
    slot: str = ""


@dataclass(slots=True)
class Free:
    """What nobody has been promised yet, while an order is put together: per slot, and in the stock room per SKU."""

    slots: Sequence[Slot]
    room: dict[str, int]
    in_slot: dict[tuple[str, str], int] = field(init=False)

    def __post_init__(self) -> None:
        self.in_slot = {(s.device, s.slot): s.available for s in self.slots}

    def take(self, wanted: RequestedLine) -> list[Piece] | Refusal:
        """Choose places for a line. Without a way asked for: a machine, else a shelf, else staff hand it over."""
        if wanted.handover not in ("", *WAYS):
            return Refusal("malformed", f"no way to hand over is called {wanted.handover[:40]!r}")
        if wanted.handover == SHIP_WAREHOUSE:
            return [Piece(SHIP_WAREHOUSE, wanted.qty)] if wanted.reservation else Refusal("warehouse_offline")
        fitting = [s for s in self.slots if _fits(s, wanted)]
        if wanted.handover == SHELF or (not wanted.handover and _only_shelves(fitting)):
            return self._out_of([s for s in fitting if s.open], wanted, SHELF)
        in_room = self.room.get(wanted.sku, 0)
        if wanted.handover in FROM_ROOM or (not wanted.handover and not fitting and in_room):
            return self._out_of_room(wanted, wanted.handover or STAFF)
        in_machines = [s for s in fitting if not s.open]
        if wanted.handover == SAMPLE:
            return self._out_of(in_machines, wanted, SAMPLE)
        if in_machines and all(s.sampling for s in in_machines):
            return Refusal("samples_only", wanted.sku)
        return self._out_of([s for s in in_machines if not s.sampling], wanted, VEND)

    def _out_of_room(self, wanted: RequestedLine, how: str) -> list[Piece] | Refusal:
        if self.room.get(wanted.sku, 0) < wanted.qty:
            return Refusal("sold_out", wanted.sku)
        self.room[wanted.sku] -= wanted.qty
        return [Piece(how, wanted.qty)]

    def _out_of(self, slots: Sequence[Slot], wanted: RequestedLine, how: str) -> list[Piece] | Refusal:
        """Fullest first, so that facings empty evenly."""
        if not slots:
            return Refusal("unknown_slot" if wanted.slot or wanted.device else "sold_out", wanted.sku)
        in_sale = [s for s in slots if not s.blocked and self.in_slot[s.device, s.slot] > 0]
        stocked = [s for s in in_sale if not s.spoiling]
        usable = sorted(
            (s for s in stocked if s.ready or s.open),
            key=lambda s: (-self.in_slot[s.device, s.slot], s.device, s.slot),
        )
        if sum(self.in_slot[s.device, s.slot] for s in usable) < wanted.qty:
            return Refusal(_why_not(in_sale, stocked, usable), wanted.sku)
        taken: list[Piece] = []
        missing = wanted.qty
        for slot in usable:
            qty = min(missing, self.in_slot[slot.device, slot.slot])
            self.in_slot[slot.device, slot.slot] -= qty
            missing -= qty
            taken.append(Piece(how, qty, slot.device, slot.slot))
            if not missing:
                break
        return taken


def _fits(slot: Slot, wanted: RequestedLine) -> bool:
    return (
        slot.sku == wanted.sku
        and (not wanted.device or slot.device == wanted.device)
        and (not wanted.slot or slot.slot == wanted.slot)
    )


def _only_shelves(slots: Sequence[Slot]) -> bool:
    return bool(slots) and all(slot.open for slot in slots)


def _why_not(in_sale: Sequence[Slot], stocked: Sequence[Slot], usable: Sequence[Slot]) -> str:
    """Of several reasons the one that somebody can do most about."""
    if len(stocked) > len(usable):
        return "machine_not_ready"
    return "food_stopped" if len(in_sale) > len(stocked) else "sold_out"
