"""The cart: lines a shopper wants, in the order in which they came. Pure; every change gives a new cart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kiosk_ui.requests import Wish
from kiosk_ui.shop import Item

MAX_QUANTITY: Final = 5
"""Units of one product in one order: what a person can carry from the tray."""
MAX_LINES: Final = 8
"""Products in one cart: what fits on the glass, and in two hands."""


@dataclass(frozen=True)
class Cart:
    """Lines, and the one that was taken out last with its place, so that it can come back."""

    lines: tuple[Wish, ...] = ()
    removed: tuple[int, Wish] | None = None

    @property
    def units(self) -> int:
        """How many units there are in all."""
        return sum(line.qty for line in self.lines)

    def added(self, sku: str, qty: int, most: int) -> Cart:
        """With more units of a product, never more than there are."""
        for index, line in enumerate(self.lines):
            if line.sku == sku:
                return self.counted(index, min(line.qty + qty, most))
        if len(self.lines) >= MAX_LINES or most < 1:
            return self
        return Cart((*self.lines, Wish(sku, min(qty, most))))

    def counted(self, index: int, qty: int) -> Cart:
        """With another quantity of a line; none takes the line out."""
        if not 0 <= index < len(self.lines):
            return self
        before, line, after = self.lines[:index], self.lines[index], self.lines[index + 1 :]
        if qty < 1:
            return Cart((*before, *after), removed=(index, line))
        return Cart((*before, replace(line, qty=qty), *after))

    def undone(self) -> Cart:
        """With the line that was taken out last."""
        if self.removed is None:
            return self
        index, line = self.removed
        return Cart((*self.lines[:index], line, *self.lines[index:]))

    def sent(self, index: int, way: str) -> Cart:
        """With another way for a line to reach the shopper."""
        if not 0 <= index < len(self.lines):
            return self
        lines = list(self.lines)
        lines[index] = replace(lines[index], handover=way)
        return Cart(tuple(lines), self.removed)

    def tidied(self, items: dict[str, Item]) -> Cart:
        """With no more of anything than there is."""
        kept = (replace(line, qty=min(line.qty, most_of(items.get(line.sku)))) for line in self.lines)
        return Cart(tuple(line for line in kept if line.qty > 0))

    def short(self, items: dict[str, Item]) -> bool:
        """Whether there is less of something than is wanted."""
        return any(line.qty > most_of(items.get(line.sku)) for line in self.lines)


def most_of(item: Item | None) -> int:
    """How many units of a product can go into one order (0: sold out)."""
    return max(0, min(item.available, MAX_QUANTITY)) if item is not None and item.sellable else 0
