"""Facts about payments that a person or a comparison of books settled."""

from __future__ import annotations

import msgspec

from cloud_sync.protocol.fact import Fact


class PaymentSettled(Fact, frozen=True, kw_only=True):
    """A person looked a payment up at its provider. What follows (paid, closed) is in rows of its own."""

    TYPE = "popshop.payment.settled.v1"
    payment: str
    order: str
    arrived: bool
    note: str = ""
    by: str = "staff"


DIFFERENCES = (
    "missing_here",
    "missing_there",
    "amount_differs",
    "refund_missing_here",
    "refund_missing_there",
)
"""How a provider's book and ours may differ about one payment or refund; `amount_differs` is about either."""


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One payment or refund that the books tell differently. Minor units; 0: not in that book."""

    case: str
    kind: str
    payment: str
    refund: str = ""
    ours_minor: int = 0
    theirs_minor: int = 0


class StatementCompared(Fact, frozen=True, kw_only=True):
    """A provider's book of a day was held against ours. `differences` are all there are now, at most 500 of `more`."""

    TYPE = "popshop.payment.statement_compared.v1"
    method: str
    day: str
    currency: str
    ours_minor: int
    """Paid less given back, by our journal."""
    theirs_minor: int
    lines: int
    """How many the provider's book has."""
    differences: list[Difference] = msgspec.field(default_factory=list)
    more: int = 0
    """Differences beyond those that are named."""


class DifferenceSettled(Fact, frozen=True, kw_only=True):
    """A person saw to one difference."""

    TYPE = "popshop.payment.difference_settled.v1"
    case: str
    note: str
    by: str = "staff"
