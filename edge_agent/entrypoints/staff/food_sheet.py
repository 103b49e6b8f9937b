"""Pure: the sheet on which a person says what became of food that was too warm for too long."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge_agent.domain import commands
from edge_agent.domain.food import OUTCOMES
from edge_agent.domain.food_commands import ReleaseFood as Release
from edge_agent.entrypoints.staff.sheets import Sheet, Tap, Told
from edge_agent.entrypoints.staff.shop import Shop


@dataclass(frozen=True, kw_only=True)
class ReleaseFood(Sheet):
    """Fine, or thrown away."""

    device: str
    outcome: str = ""

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        match tap:
            case ("outcome", outcome) if outcome in OUTCOMES:
                asking = replace(self, outcome=outcome)
                return asking._asks(Release(self._id, self.device, outcome))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_food" if self.outcome == "fine" else "done_food_thrown_away")
