"""Pure: counting without seeing the book, day by day and after a new epoch."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge_agent.domain import commands
from edge_agent.entrypoints.staff.parts import signed
from edge_agent.entrypoints.staff.plain import COUNT_REASONS
from edge_agent.entrypoints.staff.sheets import Sheet, Tap, Told
from edge_agent.entrypoints.staff.shop import Place, Shop
from edge_agent.entrypoints.staff.stock_sheets import SLIP, Deed, Pressed


@dataclass(frozen=True, kw_only=True)
class BlindCount(Deed):
    """Somebody counts one place without seeing the book. `checked`: done counting, the difference is shown.

    `for_good` is the count after a new epoch: its result stands as it is, there is no book to compare with.
    """

    place: Place
    checked: bool = False
    reason: str = ""
    for_good: bool = False
    delta: int = 0
    following: Place | None = None
    """The next place to count for good; None when this was the last."""

    def ready(self, shop: Shop) -> bool:
        if self.typed == "":
            return False
        return self.for_good or (self.checked and (not self.needs_reason(shop) or self.reason != ""))

    def differs(self, shop: Shop) -> int:
        """What was counted minus what the book says now."""
        return self.qty(shop) - shop.booked(self.sku, self.place)

    def needs_reason(self, shop: Shop) -> bool:
        """A difference in the stock room is posted with its reason; a slot's count has none to carry."""
        return self.place.device == "" and self.differs(shop) != 0

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("digit" | "erase" | "step", *_) if self.checked:
                return self, None
            case ("check",) if self.typed and self.told is None:
                checked = replace(self, checked=True)
                as_booked = self.for_good or checked.differs(shop) == 0
                return checked.press(("yes",), shop) if as_booked else (checked, None)
            case ("yes",) if self.told is None and self.ready(shop):
                return super(BlindCount, replace(self, delta=self.differs(shop))).press(tap, shop)
            case ("check",):
                return self, None
            case ("erase",) if self.told is None:
                return replace(self, typed=self.typed[:-1]), None
            case ("recount",) if self.told is None:
                return replace(self, checked=False, typed="", reason=""), None
            case ("why", reason) if reason in COUNT_REASONS:
                return replace(self, reason=reason), None
        return super().press(tap, shop)

    def command(self, shop: Shop) -> commands.Command:
        return self._count(self._id, self.qty(shop), self.reason)

    def _count(self, command_id: str, counted: int, reason: str) -> commands.Command:
        if self.place.device:
            return commands.CountSlot(command_id, self.place.device, self.place.name, counted)
        return commands.CountStock(command_id, self.sku, self.place.name, counted, reason)

    def opposite(self, shop: Shop) -> commands.Command | None:
        if self.for_good or self.delta == 0:
            return None
        # By the difference, not back to the old figure: what was sold since stays sold.
        return self._count(self._back_id, max(0, shop.booked(self.sku, self.place) - self.delta), SLIP)

    def _done(self, shop: Shop) -> Told:
        if self.delta == 0:
            return Told("done_count_same", (self.qty(shop),))
        return Told("done_count_differs", (self.qty(shop), signed(self.delta)))


@dataclass(frozen=True, kw_only=True)
class CountIn(Sheet):
    """Every place of these products is counted."""

    skus: tuple[str, ...]

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        if tap == ("yes",):
            return self._asks(commands.CountIn(self._id, self.skus))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_count_in")
