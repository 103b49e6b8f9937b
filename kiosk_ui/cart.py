"""The cart: lines a shopper wants, in the order in which they came. Pure; every change gives a new cart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kiosk_ui.requests import Wish
from kiosk_ui.shop import Shop

MAX_QUANTITY: Final = 5
"""Units of one product in one order: what a person can carry from the tray."""
MAX_LINES: Final = 8
"""Products in one cart: what fits on the glass, and in two hands."""
WAREHOUSE: Final = "ship_warehouse"
SAMPLE: Final = "sample"


@dataclass(frozen=True)
class Cart:
    """Lines, and the one that was taken out last with its place, so that it can come back."""

    lines: tuple[Wish, ...] = ()
    removed: tuple[int, Wish] | None = None

    @property
    def units(self) -> int:
        """How many units there are in all."""
        return sum(line.qty for line in self.lines)

    @property
    def sample(self) -> Wish | None:
        """The free sample in it: an order has one at most."""
        return next((line for line in self.lines if line.campaign), None)

    def added(self, wish: Wish, most: int) -> Cart:
        """With more units of a product, never more than there are."""
        for index, line in enumerate(self.lines):
            if (line.sku, line.campaign) == (wish.sku, wish.campaign):
                return self.counted(index, min(line.qty + wish.qty, most))
        if len(self.lines) >= MAX_LINES or most < 1:
            return self
        return Cart((*self.lines, replace(wish, qty=min(wish.qty, most))))

    def counted(self, index: int, qty: int) -> Cart:
        """With another quantity of a line; none takes the line out."""
        if not 0 <= index < len(self.lines):
            return self
        before, line, after = self.lines[:index], self.lines[index], self.lines[index + 1 :]
        if qty < 1:
            return Cart((*before, *after), removed=(index, line))
        return Cart((*before, replace(line, qty=qty), *after))

    def undone(self) -> Cart:
        """With the line that was taken out last; a sample only while there is no other."""
        if self.removed is None or (self.removed[1].campaign and self.sample is not None):
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

    def tidied(self, shop: Shop) -> Cart:
        """With no more of anything than there is."""
        kept = (replace(line, qty=min(line.qty, most_of(shop, line))) for line in self.lines)
        return Cart(tuple(line for line in kept if line.qty > 0))

    def short(self, shop: Shop) -> bool:
        """Whether there is less of something than is wanted."""
        return any(line.qty > most_of(shop, line) for line in self.lines)

    def without_samples_of(self, per: str, shop: Shop) -> Cart:
        """Without the sample that is given once per `per`, such as a member who has left."""
        gone = {each.campaign for each in shop.campaigns.values() if each.per == per}
        return Cart(tuple(line for line in self.lines if line.campaign not in gone))


def wish_of(shop: Shop, sku: str, qty: int) -> Wish:
    """Units of a product as the store would hand them over; what it has not got itself, the warehouse sends."""
    item = shop.items.get(sku)
    return Wish(sku, qty, WAREHOUSE if item is not None and item.ways == (WAREHOUSE,) else "")


def most_of(shop: Shop, wish: Wish) -> int:
    """How many units of what is wished for can go into one order (0: none)."""
    if wish.campaign:
        campaign = shop.campaigns.get(wish.campaign)
        return 1 if campaign is not None and campaign.open and campaign.available > 0 else 0
    item = shop.items.get(wish.sku)
    if item is None:
        return 0
    if wish.handover == WAREHOUSE:
        # Whether the warehouse has so many is its answer to the order.
        return MAX_QUANTITY if WAREHOUSE in item.ways and not warehouse_away(shop) else 0
    return max(0, min(item.available, MAX_QUANTITY)) if item.sellable else 0


def warehouse_away(shop: Shop) -> bool:
    """Whether the warehouse cannot be asked now: the store has no line to headquarters."""
    return shop.sync.state == "offline"
