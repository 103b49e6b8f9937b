"""The goods themselves, wherever they stand. No disk that is put back brings a bottle back."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass
class Shelf:
    """What stands in one store, and what its machine remembers."""

    slots: Counter[str] = field(default_factory=Counter)
    room: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(SKU, bucket) → units."""
    done: dict[str, bool] = field(default_factory=dict)
    """What became of each vend that the machine ran: it dropped, or not. It never runs one twice."""
    boot: int = 1
    sent: int = 0
    outbox: list[tuple[int, object]] = field(default_factory=list)
    """Numbered reports that the agent has not acknowledged."""

    def sellable(self, slots: dict[str, str], sku: str) -> int:
        """Units that can be sold, in slots and stock room. `slots`: slot → SKU."""
        return self.room[sku, "available"] + sum(
            units for slot, units in self.slots.items() if slots.get(slot) == sku
        )


@dataclass
class Parcel:
    """Goods between two stores."""

    transfer: str
    sku: str
    qty: int
    to: str


@dataclass
class Goods:
    """All goods there are."""

    shelves: dict[str, Shelf] = field(default_factory=lambda: defaultdict(Shelf))
    warehouse: Counter[str] = field(default_factory=Counter)
    parcels: list[Parcel] = field(default_factory=list)
    sold: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(store, SKU) → units with shoppers, that may come back."""
    fetched: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(store, SKU) → units that the warehouse fetched there; the store may die before it told so."""
    missing: set[tuple[str, str]] = field(default_factory=set)
    """(store, slot) where something was stolen or sold for cash since the last count: a vend may find it empty."""
    unasked: Counter[str] = field(default_factory=Counter)
    """SKU → units that machines sold for cash without a right: some other right has no goods now."""
    slack: Counter[str] = field(default_factory=Counter)
    """SKU → units that books may have and nobody: stolen, or sold by a machine without a right."""
