"""What a store takes while headquarters cannot be reached: per way of paying, at most so much.

Headquarters sets the limits; where it named none, conservative ones hold. A store that stands alone has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from cloud_sync.protocol.rules_facts import OfflineLimit
from edge_agent.domain.methods import CARD, COUNTER, NONE, SIGNED
from edge_agent.domain.refusals import Refusal

NO_TOTAL: Final = -1
"""As `total_minor`: as many payments as come."""

CAREFUL: Final[Mapping[str, OfflineLimit]] = {
    COUNTER: OfflineLimit(payment_minor=50_000, total_minor=NO_TOTAL),
    CARD: OfflineLimit(payment_minor=30_000, total_minor=300_000),
    SIGNED: OfflineLimit(payment_minor=20_000, total_minor=200_000),
}
"""Where headquarters named no limit, in minor units. What is not here needs the line: nothing is taken by it."""


class Link(NamedTuple):
    """Whether headquarters can be reached, and since when not. A store without one is always online."""

    online: bool = True
    since: str = ""


def limit_of(method: str, laid_down: Mapping[str, OfflineLimit]) -> OfflineLimit:
    """What counts for a method while offline."""
    return laid_down.get(method) or CAREFUL.get(method) or OfflineLimit()


def check(
    method: str, amount_minor: int, taken_minor: int, laid_down: Mapping[str, OfflineLimit]
) -> Refusal | None:
    """Whether an offline store may ask for this much by a method, after `taken_minor` since the line went."""
    if method == NONE:
        return None
    limit = limit_of(method, laid_down)
    if amount_minor > limit.payment_minor:
        return Refusal("offline_limit", str(limit.payment_minor))
    if limit.total_minor != NO_TOTAL and taken_minor + amount_minor > limit.total_minor:
        return Refusal("offline_limit", str(max(0, limit.total_minor - taken_minor)))
    return None
