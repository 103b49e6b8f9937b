"""Pure: the sheet on which a person says why a machine's audit differs."""

from __future__ import annotations

from dataclasses import dataclass

from edge_agent.domain import commands
from edge_agent.domain.audit import VERDICTS
from edge_agent.entrypoints.staff.sheets import Sheet, Tap, Told
from edge_agent.entrypoints.staff.shop import Entity, Shop


@dataclass(frozen=True, kw_only=True)
class SettleAudit(Sheet):
    """Why it differs, for one of the reasons listed. `case` is the audit as it was when the sheet opened."""

    case: Entity

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        match tap:
            case ("why", verdict) if verdict in VERDICTS:
                return self._asks(commands.SettleAudit(self._id, self.case["audit"], verdict))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_audit")
