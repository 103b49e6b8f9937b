"""Pure: notes which rows tell of an order, and by which token each receipt's page is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cloud_sync.protocol import facts, receipt_facts, rules_facts
from cloud_sync.protocol.receipts.told import TELLING
from cloud_sync.protocol.rules_facts import StoreRules

CONCERNED: Final = TELLING | {rules_facts.RulesReceived}
"""Facts that `fold` is asked of, and no others."""


@dataclass(slots=True)
class ReceiptDeltas:
    """What a batch of one epoch says of receipts."""

    epoch: int = 0
    rows: dict[str, list[int]] = field(default_factory=dict)
    """Order → the rows that tell of it."""
    issued: list[receipt_facts.ReceiptIssued] = field(default_factory=list)
    rules: StoreRules | None = None
    """What the store keeps to from here on."""


def fold(deltas: ReceiptDeltas, fact: facts.Fact, seq: int) -> None:
    """Note one row of what is CONCERNED."""
    if isinstance(fact, rules_facts.RulesReceived):
        deltas.rules = fact.rules
        return
    deltas.rows.setdefault(getattr(fact, "order", ""), []).append(seq)
    if isinstance(fact, receipt_facts.ReceiptIssued):
        deltas.issued.append(fact)
