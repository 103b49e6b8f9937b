"""Pure: notes which rows tell of an order, and by which token each receipt's page is found."""

from __future__ import annotations

from dataclasses import dataclass, field

from cloud_sync.protocol import facts, receipt_facts, rules_facts
from cloud_sync.protocol.receipts.told import TELLING
from cloud_sync.protocol.rules_facts import StoreRules


@dataclass(slots=True)
class ReceiptDeltas:
    """What a batch of one epoch says of receipts."""

    epoch: int = 0
    rows: dict[str, list[int]] = field(default_factory=dict)
    """Order → the rows that tell of it."""
    issued: list[receipt_facts.ReceiptIssued] = field(default_factory=list)
    rules: StoreRules | None = None
    """What the store keeps to from here on."""


def fold_receipts(deltas: ReceiptDeltas, fact: facts.Fact, seq: int) -> None:
    """Note one row."""
    kind = type(fact)
    if kind in TELLING:
        deltas.rows.setdefault(getattr(fact, "order", ""), []).append(seq)
        if isinstance(fact, receipt_facts.ReceiptIssued):
            deltas.issued.append(fact)
    elif isinstance(fact, rules_facts.RulesReceived):
        deltas.rules = fact.rules
