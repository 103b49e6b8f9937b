"""What a decision means beyond its own rule: every decision passes through here before it is recorded.

One line a consequence, in this order; each sees the facts of those before it, so no rule has to know of another room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from cloud_sync.protocol import facts
from edge_agent.domain import campaign, rights
from edge_agent.services.member_handlers import MOVING, with_points
from edge_agent.services.ports import Reader
from edge_agent.services.receipt_handlers import with_receipts
from edge_agent.services.rules import Rules

Facts = list[facts.Fact]
Consequence = Callable[[Reader, Facts, datetime, Rules], Facts]


def _samples(r: Reader, outcome: Facts, now: datetime, rules: Rules) -> Facts:
    return campaign.followed(outcome, r.sample, r.had_sample)


def _rights(r: Reader, outcome: Facts, now: datetime, rules: Rules) -> Facts:
    return rights.completed(outcome, r.right, r.order_units, rules.shares_stock)


CONSEQUENCES: Sequence[Consequence] = (_rights, _samples, with_receipts, with_points)
FOLLOWED: Final = frozenset(
    {*rights.LOOKED_AT, *campaign.ENDS, *MOVING, facts.PaymentPaid, facts.PaymentRefunded}
)
"""Facts that something follows from. Most of a day's are none of them: what visitors do."""


def with_consequences(r: Reader, outcome: Facts, now: datetime, rules: Rules) -> Facts:
    """A decision's facts with all that follows from them."""
    if not any(type(fact) in FOLLOWED for fact in outcome):
        return outcome
    for consequence in CONSEQUENCES:
        outcome = consequence(r, outcome, now, rules)
    return outcome
