"""The proof at the end of a replay: what file, store and headquarters each add up to."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from popshop.clock import steady_s
from popshop.console import UserError
from popshop.shop.client import StaffClient
from popshop.shop.local import LocalShop
from popshop.shop.running import RunningShop

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


@dataclass(frozen=True)
class Books:
    """What store and headquarters each add up to at one moment."""

    orders: dict[str, int]
    cash_sales: int
    events: int
    takings_minor: int
    hq_events: int
    hq_takings_minor: int
    duplicates: int
    gaps: int


def read_books(shop: LocalShop | RunningShop, staff: StaffClient) -> Books:
    """Both books now."""
    store = staff.totals()
    proof = shop.hq_get(f"/api/stores/{shop.store.store}/proof")
    return Books(
        orders=store["orders"],
        cash_sales=store["cash_sales"],
        events=store["events"],
        takings_minor=store["takings_minor"],
        hq_events=proof["events"],
        hq_takings_minor=proof["takings_minor"].get(shop.store.currency, 0),
        duplicates=proof["duplicates"],
        gaps=proof["gaps"],
    )


@dataclass(frozen=True)
class RowCount:
    """The file's rows: all, those that machines sold for cash by themselves, and those refused."""

    rows: int
    cash: int
    refused: int


def added(before: Books, after: Books, currency: str, counted: RowCount, seconds: float) -> Totals:
    """What the replay added; events are counted from the store's first day, on both sides."""

    def ended(state: str) -> int:
        return after.orders.get(state, 0) - before.orders.get(state, 0)

    return Totals(
        rows=counted.rows,
        sold=ended("completed") + counted.cash,
        refunded=ended("refunded"),
        refused=counted.refused,
        takings_minor=after.takings_minor - before.takings_minor,
        currency=currency,
        store_events=after.events,
        hq_events=after.hq_events,
        hq_takings_minor=after.hq_takings_minor - before.hq_takings_minor,
        duplicates=after.duplicates,
        gaps=after.gaps,
        seconds=round(seconds, 1),
    )


def wait_until_synced(shop: LocalShop | RunningShop, staff: StaffClient) -> None:
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
