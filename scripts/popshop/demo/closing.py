"""Closes the demo shop so that nothing hangs, waits until headquarters has everything, and compares both books."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import requests

from edge_agent.adapters.identity import STORE_FILE
from edge_agent.adapters.sqlite_store.verify import verify
from popshop.demo import money
from popshop.demo.buying import ENDED
from popshop.demo.crowd import Away, Crowd
from popshop.demo.opening import Clock, OpenShop
from popshop.demo.screen import shared
from popshop.demo.steps import JSON, Call
from popshop.shop.client import AgentRefused

SHOPPERS_LEAVE_S: Final = 12.0
ORDERS_END_S: Final = 60.0
CATCH_UP_S: Final = 60.0
POLL_S: Final = 0.2


@dataclass(frozen=True)
class Summary:
    """Both books at the end, and the `day` by its Z report. `refunded`: orders whose money went back, also in part.

    Units: free in the `pool`, `held` by the store, `reserved` and `sold_online` at headquarters. The differences are
    what each side finds when it works its books out again from the rows.
    """

    store: str
    seconds: float
    orders: int
    sold: int
    cash_sales: int
    refunded: int
    failed_vends_refunded: int
    unresolved: int
    takings_minor: int
    hq_takings_minor: int
    currency: str
    day: money.Day
    store_events: int
    hq_events: int
    gaps: int
    duplicates: int
    pool: int
    held: int
    reserved: int
    sold_online: int
    store_differences: list[str]
    hq_differences: list[str]
    agree: bool
    data: str


def finish_orders(
    opened: OpenShop, inside: Crowd, staff: Crowd, mark: str, clock: Clock, watch: Callable[[], None]
) -> None:
    """Let shoppers who are inside finish, cancel what nobody will pay, settle what no machine will tell."""
    began_s = clock()
    sweep_at_s = 0.0
    while (now_s := clock()) < began_s + SHOPPERS_LEAVE_S + ORDERS_END_S:
        inside.turn(now_s + POLL_S)
        staff.turn(now_s + POLL_S)
        watch()
        if len(inside) == 0 or now_s > began_s + SHOPPERS_LEAVE_S:
            inside.clear()
            if now_s >= sweep_at_s:
                sweep_at_s = now_s + 1.0
                if _sweep(opened, mark):
                    return
        time.sleep(POLL_S / 4)


def _sweep(opened: OpenShop, mark: str) -> bool:
    """Cancel orders that wait for money. True when no order is open any more."""
    try:
        orders = [o for o in _orders(opened) if o["state"] not in ENDED]
        for order in orders:
            if order["state"] in ("open", "awaiting_payment"):
                opened.hands.do(Call(f"/api/orders/{order['id']}/cancel", {}, f"{mark}-close-{order['id']}"))
    except Away:
        return False
    return not orders


def _orders(opened: OpenShop) -> list[JSON]:
    return list(opened.hands.look(fresh=True).get("order", {}).values())


def reconcile(opened: OpenShop, z: JSON, clock: Clock, seconds: float) -> Summary:
    """Wait until both have the same number of rows and no more come (or time is up), then compare."""
    give_up_s = clock() + CATCH_UP_S
    before = -1
    while True:
        try:
            totals = opened.staff.totals()
            proof: JSON = opened.shop.hq_get(f"/api/stores/{opened.shop.store.store}/proof")
            at_rest = before == totals["events"] == proof["events"]
            before = totals["events"]
            if at_rest or clock() > give_up_s:
                return compare(opened, z, totals, proof, seconds)
        except (requests.RequestException, AgentRefused, Away):
            if clock() > give_up_s:
                raise
        time.sleep(POLL_S)


def compare(opened: OpenShop, z: JSON, totals: JSON, proof: JSON, seconds: float) -> Summary:
    """The store's sums beside those that headquarters counts from the rows it keeps."""
    vends, orders, currency = totals["vends"], totals["orders"], opened.plan.currency
    owed = [r for o in _orders(opened) for r in o["refunds"] if r["state"] != "refunded"]
    hq_takings: Any = proof["rows_takings_minor"].get(currency, 0)
    stock = shared(opened.office)
    store_differences = verify(opened.shop.edge_data / STORE_FILE)
    hq_differences: Any = opened.shop.hq_get("/api/verify")["differences"]
    day = money.prove(opened, z, totals)
    return Summary(
        store=opened.shop.store.store,
        seconds=round(seconds, 1),
        orders=sum(orders.values()),
        sold=day.units,
        cash_sales=totals["cash_sales"],
        refunded=orders.get("refunded", 0) + orders.get("part_refunded", 0),
        failed_vends_refunded=vends.get("failed", 0) - len(owed),
        unresolved=vends.get("unknown", 0),
        takings_minor=totals["takings_minor"],
        hq_takings_minor=hq_takings,
        currency=currency,
        day=day,
        store_events=totals["events"],
        hq_events=proof["events"],
        gaps=proof["gaps"],
        duplicates=proof["duplicates"],
        pool=stock.pool,
        held=stock.held,
        reserved=stock.reserved,
        sold_online=stock.sold_online,
        store_differences=store_differences,
        hq_differences=hq_differences,
        agree=bool(
            proof["agrees"]
            and totals["events"] == proof["events"] == proof["expected"]
            and totals["takings_minor"] == hq_takings
            and proof["gaps"] == proof["duplicates"] == 0
            and not day.differences
            and not store_differences
            and not hq_differences
        ),
        data=str(opened.shop.folder),
    )
