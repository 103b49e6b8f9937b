"""Whether a store may ask for money while headquarters cannot be reached: per way of paying, at most so much.

Headquarters sets the limits; where it named none, careful ones hold. A store that stands alone has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cloud_sync.protocol.offline_limits import limit_of
from cloud_sync.protocol.rules_facts import NO_TOTAL, OfflineLimit
from edge_agent.domain.methods import NONE
from edge_agent.domain.refusals import Refusal


class Link(NamedTuple):
    """Whether headquarters can be reached, and since when not. A store without one is always online."""

    online: bool = True
    since: str = ""


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
