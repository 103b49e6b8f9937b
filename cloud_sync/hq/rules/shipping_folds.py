"""Pure: what a batch says of lines that the warehouse sends: ordered, given up, handed over, taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from cloud_sync.hq.rules.limits import count
from cloud_sync.protocol import facts, handover_facts
from cloud_sync.protocol.handover_facts import SHIP_WAREHOUSE

MAX_REASON_CHARS = 200


class ShippingLine(NamedTuple):
    """A line of an order. `reservation` is the store's own name for what the warehouse promised."""

    order: str
    reservation: str
    sku: str
    qty: int


class LineEnd(NamedTuple):
    """`state`: failed (the money goes back), or done; at an RFC 3339 time of the store."""

    state: str
    by: str
    reason: str
    document: str
    at: str


@dataclass(slots=True)
class ShippingDeltas:
    """What one batch changes, by handover (`<order>-<line>`). `reversed` may name lines of other ways too."""

    ordered: dict[str, ShippingLine] = field(default_factory=dict)
    ended: dict[str, LineEnd] = field(default_factory=dict)
    reversed: set[str] = field(default_factory=set)


def placed(deltas: ShippingDeltas, fact: facts.OrderPlaced) -> None:
    """Note which lines of an order have units reserved at headquarters. Raises Misfit."""
    for line in fact.lines:
        if line.reservation:
            handover = f"{fact.order}-{line.line}"
            deltas.ordered[handover] = ShippingLine(fact.order, line.reservation, line.sku, count(line.qty))


def failed(deltas: ShippingDeltas, fact: handover_facts.HandoverFailed, at: str) -> None:
    """The store gave a line up: it must not be sent any more."""
    if fact.how == SHIP_WAREHOUSE:
        reason = fact.reason[:MAX_REASON_CHARS]
        deltas.ended[fact.handover] = LineEnd("failed", fact.by, reason, "", at)


def handed_over(deltas: ShippingDeltas, fact: handover_facts.HandedOver, at: str) -> None:
    """By headquarters: the store has heard that it went. By anybody else: the shopper has it some other way."""
    if fact.how == SHIP_WAREHOUSE:
        deltas.ended[fact.handover] = LineEnd("done", fact.by, "", fact.document[:MAX_REASON_CHARS], at)
