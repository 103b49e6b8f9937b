"""Sells the file's rows: an order, a payment and a vend each, several machines at once, each once for ever."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from typing import Final

from edge_agent.domain.order import order_id
from popshop.clock import steady_s
from popshop.replay.machines import Planogram, ReplayedMachine
from popshop.replay.rows import Refused, Sale
from popshop.shop.client import AgentRefused, StaffClient

HANDS_PER_MACHINE: Final = 4
"""Orders under way at the API at a time, per machine."""
MAY_PASS: Final = frozenset({"machine_not_ready", "busy", "disk_full", "sold_out"})
"""Refusals that end by themselves, or after staff put a slot back on sale."""
PATIENCE_S: Final = 180.0
SETTLE_S: Final = 600.0
POLL_S: Final = 0.2

Report = Callable[[int], None]
"""Told how many rows are done more."""


def is_cash(sale: Sale) -> bool:
    """Whether the machine sold by itself. Cash that it gave back again went through no order and is played as one."""
    return sale.cash and sale.fate == "dispensed"


class Player:
    """Plays sales through the agent's API and the machines."""

    def __init__(
        self,
        staff: StaffClient,
        machines: dict[str, ReplayedMachine],
        planogram: Planogram,
        run: str,
        cash_before: int,
    ) -> None:
        """`run` sets this replay's keys apart from another's; `cash_before`: cash sales the store had already."""
        self._staff = staff
        self._machines = machines
        self._planogram = planogram
        self.orders: dict[str, Sale] = {}
        """Order id → the row it is."""
        self.refused: list[Refused] = []
        """Rows the shop itself would not sell."""
        self._cash_units = cash_before
        self._run = run

    def play(self, sales: Sequence[Sale], done: Report) -> None:
        """Sell all rows; returns when every one is asked for. Raises what went wrong in any hand."""
        self._cash_units += sum(sale.qty for sale in sales if is_cash(sale))
        by_device: dict[str, list[Sale]] = defaultdict(list)
        for sale in sales:
            by_device[sale.device].append(sale)
        with ThreadPoolExecutor(HANDS_PER_MACHINE * len(by_device), "replay") as hands:
            running: list[Future[None]] = []
            for queue in by_device.values():
                # One shared iterator per machine: its rows go out in the file's order.
                rows = iter(queue)
                running += [hands.submit(self._hand, rows, done) for _ in range(HANDS_PER_MACHINE)]
            for future in running:
                future.result()

    def _hand(self, rows: Iterator[Sale], done: Report) -> None:
        for sale in rows:
            if is_cash(sale):
                self._machines[sale.device].sell_for_cash(sale)
            else:
                self._sell(sale)
            done(1)

    def _sell(self, sale: Sale) -> None:
        place = self._planogram.place_of[sale.line]
        line = {
            "sku": sale.item,
            "qty": sale.qty,
            "device": place.device,
            "slot": place.slot,
            "price_minor": sale.total_minor // sale.qty,
        }
        # The order's id follows from its key, so the machine can know its part before the order is placed.
        key = sha256(f"{self._run}:{sale.key}".encode()).hexdigest()
        order = order_id(f"order:{key}")
        self._machines[sale.device].expect(order, sale)
        give_up_s = steady_s() + PATIENCE_S
        while True:
            try:
                self._staff.place_order([line], key=key, channel="machine", device=sale.device, pay="counter")
                break
            except AgentRefused as no:
                if no.code not in MAY_PASS or steady_s() > give_up_s:
                    self.refused.append(Refused(sale.line, f"the shop would not sell it: {no}", []))
                    return
                if no.code == "sold_out":
                    path = f"/api/devices/{place.device}/slots/{place.slot}/unblock"
                    self._staff.post(path, None, f"unblock:{key}:{steady_s()}")
                time.sleep(POLL_S)
        self.orders[order] = sale

    def settle(self) -> None:
        """Wait until every vend has an outcome; hand back what failed and what the file says was returned.

        Raises TimeoutError when the shop does not come to rest.
        """
        give_up_s = steady_s() + SETTLE_S
        returned = [order for order, sale in self.orders.items() if sale.fate == "returned"]
        while steady_s() < give_up_s:
            for refund in self._staff.get("/api/refunds")["open"]:
                self._staff.post(f"/api/refunds/{refund['id']}/paid-out", None, refund["id"])
            returned = [order for order in returned if not self._give_back(order)]
            totals = self._staff.totals()
            under_way = sum(totals["vends"].get(state, 0) for state in ("requested", "dispensing", "unknown"))
            owed = self._staff.get("/api/refunds")["open"]
            if not (under_way or owed or returned) and totals["cash_sales"] >= self._cash_units:
                return
            time.sleep(POLL_S)
        raise TimeoutError("the shop did not come to rest: look at its unresolved vends")

    def _give_back(self, order: str) -> bool:
        """Refund an order that was handed over; True once asked for."""
        found = self._staff.order(order)
        if found["state"] != "completed":
            return bool(found["closed_at"])
        if found["paid_minor"]:
            body = {"amount_minor": found["paid_minor"], "reason": "returned"}
            self._staff.post(f"/api/orders/{order}/refund", body, f"return:{order}")
        return True
