"""What a store may take by each way of paying while headquarters cannot be reached.

Headquarters lays limits down (`StoreRules`); where it named none, careful ones hold. Pure; shared by both sides, so
that headquarters shows what the store keeps to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cloud_sync.protocol.rules_facts import NO_TOTAL, OfflineLimit

CAREFUL: Final[Mapping[str, OfflineLimit]] = {
    "counter": OfflineLimit(payment_minor=50_000, total_minor=NO_TOTAL),
    "card": OfflineLimit(payment_minor=30_000, total_minor=300_000),
    "signed": OfflineLimit(payment_minor=20_000, total_minor=200_000),
}
"""Where headquarters named no limit, in minor units. What is not here needs the line: nothing is taken by it."""


def limit_of(method: str, laid_down: Mapping[str, OfflineLimit]) -> OfflineLimit:
    """What counts for a method while offline."""
    return laid_down.get(method) or CAREFUL.get(method) or OfflineLimit()
