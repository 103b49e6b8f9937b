"""What screens ask of machines' audits."""

from __future__ import annotations

import json
from typing import Final

from edge_agent.adapters.sqlite_store.reading import Entity, Reading

MOST_OPEN: Final = 200
"""Open cases that are read at a time, the newest first; nobody leaves that many."""


class MachineQueries(Reading):
    """Audits that differ and that nobody has looked into yet."""

    def audit_cases(self) -> list[Entity]:
        """The open ones, the newest first, each with the selections that differ and what stands in them."""
        return [
            self._audit(row)
            for row in self._rows(
                "SELECT audit, device, since, at, lines, more FROM audit_cases WHERE verdict = ''"
                f" ORDER BY at DESC, audit LIMIT {MOST_OPEN}"
            )
        ]

    def _audit(self, row: Entity) -> Entity:
        goods = {
            slot["slot"]: slot
            for slot in self._rows(
                "SELECT s.slot, s.sku, i.name_zh, i.name_en FROM slots s LEFT JOIN items i ON i.sku = s.sku"
                " WHERE s.device = ?",
                row["device"],
            )
        }
        nothing = {"sku": "", "name_zh": "", "name_en": ""}
        lines = [
            {"machine_minor": None, "own_minor": 0}
            | line
            | {name: goods.get(line["slot"], nothing)[name] or "" for name in nothing}
            for line in json.loads(row["lines"])
        ]
        currency = (self._one("SELECT currency FROM store") or {"currency": ""})["currency"]
        return row | {"lines": lines, "currency": currency}
