"""Pure: the sheets on which a person hands a line over, or says why that cannot be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge_agent.domain import commands
from edge_agent.entrypoints.staff.handover_words import FAIL_REASONS
from edge_agent.entrypoints.staff.sheets import OrderCard, Sheet, Tap, Told
from edge_agent.entrypoints.staff.shop import Shop


@dataclass(frozen=True, kw_only=True)
class HandOverLine(Sheet):
    """The shopper has it."""

    handover: str
    order: str

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        if tap == ("yes",):
            return self._asks(commands.HandOver(self._id, self.handover))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_handed_over")


@dataclass(frozen=True, kw_only=True)
class PickUp(OrderCard):
    """The order somebody comes for, with what is to be handed over at the counter."""


@dataclass(frozen=True, kw_only=True)
class FailLine(Sheet):
    """It will not reach the shopper, for one of a few reasons: never free text."""

    handover: str
    reason: str = ""

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        match tap:
            case ("reason", reason) if reason in FAIL_REASONS:
                asking = replace(self, reason=reason)
                return asking._asks(commands.FailHandover(self._id, self.handover, reason))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_not_handed_over")
