"""The proof at the end of a replay: what file, store and headquarters each add up to."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from popshop.clock import steady_s
from popshop.console import UserError
from popshop.shop.client import StaffClient
from popshop.shop.local import LocalShop

CATCH_UP_S: Final = 300.0
POLL_S: Final = 0.2


@dataclass(frozen=True)
class Totals:
    """What `popshop replay --json` prints. Amounts are minor units; `duplicates` and `gaps` are headquarters'."""

    rows: int
    sold: int
    refunded: int
    refused: int
    takings_minor: int
    currency: str
    store_events: int
    hq_events: int
    hq_takings_minor: int
    duplicates: int
    gaps: int
    seconds: float

    @property
    def agree(self) -> bool:
        """Whether store and headquarters say the same, and every row is accounted for."""
        return (
            (self.store_events, self.takings_minor) == (self.hq_events, self.hq_takings_minor)
            and self.rows == self.sold + self.refunded + self.refused
            and not self.duplicates
            and not self.gaps
        )


def wait_until_synced(shop: LocalShop, staff: StaffClient) -> None:
    """Wait until headquarters has every row of the store. Raises UserError when it does not come to that."""
    give_up_s = steady_s() + CATCH_UP_S
    while True:
        behind = staff.totals()["events"] - shop.hq_get(f"/api/stores/{shop.store.store}/proof")["events"]
        if not behind:
            return
        sync = staff.get("/api/health")["sync"]
        if steady_s() > give_up_s or sync["state"] == "fenced":
            raise UserError(
                f"headquarters still lacks {behind} rows ({sync['state']} {sync['message']}); "
                f"see {shop.folder}/agent.log and hq.log"
            )
        time.sleep(POLL_S)
