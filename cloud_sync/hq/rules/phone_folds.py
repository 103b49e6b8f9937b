"""Pure: what a batch says of payments by signed receipt: asked for, spent, or given up by the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cloud_sync.hq.rules.limits import amount
from cloud_sync.protocol import facts

SIGNED: Final = "signed"
CONCERNED: Final = frozenset({facts.PaymentRequested, facts.PaymentPaid, facts.PaymentClosed})
"""Facts that `fold` is asked of, and no others."""


class SignedAsked(NamedTuple):
    """A store asked for money by signed receipt."""

    order: str
    amount_minor: int
    currency: str
    at: str


class SignedEnd(NamedTuple):
    """What became of a payment by the store's ledger: spent or closed, at an RFC 3339 time of the store."""

    how: str
    at: str


@dataclass(slots=True)
class PhoneDeltas:
    """What one batch changes. `ended` may name payments of other methods too."""

    asked: dict[str, SignedAsked] = field(default_factory=dict)
    ended: dict[str, SignedEnd] = field(default_factory=dict)


def fold(deltas: PhoneDeltas, fact: facts.Fact, at: str) -> None:
    """Note one row of what is CONCERNED, written at `at`."""
    if isinstance(fact, facts.PaymentRequested) and fact.method == SIGNED:
        deltas.asked[fact.payment] = SignedAsked(fact.order, amount(fact.amount_minor), fact.currency, at)
    elif isinstance(fact, facts.PaymentPaid) and fact.method == SIGNED:
        deltas.ended[fact.payment] = SignedEnd("spent", at)
    elif isinstance(fact, facts.PaymentClosed):
        deltas.ended.setdefault(fact.payment, SignedEnd("closed", at))
