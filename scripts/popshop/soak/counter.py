"""Shoppers and staff of one store: they order, pay, change their minds, put coins in, count and fill.

Whoever got an answer remembers it: at the end the books must still say so.
"""

from __future__ import annotations

import threading
from collections import Counter
from random import Random
from typing import Final

import requests

from popshop.shop.client import JSON, AgentRefused, StaffClient
from popshop.soak import goods
from popshop.soak.care import ENDED, look_after
from popshop.soak.shop import Store

PAUSE_S: Final = 0.15
"""On average, between two deeds of one pair of hands."""
DEEDS: Final = (("sell", 68), ("walk away", 8), ("cash", 8), ("count", 8), ("receive", 6), ("look after", 6))
FILL_BELOW: Final = 15
LOOK_EVERY_S: Final = 0.3
LOOKS: Final = 20


class Hands:
    """One pair of hands in a store, in a thread of its own until `leave`."""

    def __init__(self, store: Store, number: int, rng: Random) -> None:
        self.store = store
        self._name = f"{store.name}-{number}"
        self._rng = rng
        self._done = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"hands-{self._name}", daemon=True)
        self.placed: dict[str, int] = {}
        """Orders we were told of, and what each costs."""
        self.paid: set[str] = set()
        """Orders we were told are paid."""
        self.refused: Counter[str] = Counter()
        self.unanswered = 0
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def leave(self) -> None:
        """Work no more. Raises what went wrong."""
        self._over.set()
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _work(self) -> None:
        try:
            with self.store.staff() as staff:
                while not self._over.wait(self._rng.expovariate(1 / PAUSE_S)):
                    self._done += 1
                    self._try(staff)
        except BaseException as error:
            self.failure = error

    def _try(self, staff: StaffClient) -> None:
        names, weights = zip(*DEEDS, strict=True)
        deed = self._rng.choices(names, weights)[0]
        sku = self._rng.choice(goods.SKUS)
        key = f"{self._name}-{self._done}"
        try:
            match deed:
                case "sell":
                    self._sell(staff, sku, key)
                case "walk away":
                    self._walk_away(staff, sku, key)
                case "cash":
                    self.store.machine.tell(f"cash {goods.slot_of(sku)}")
                case "count":
                    self._count(staff, sku, key)
                case "receive":
                    self._receive(staff, sku, key)
                case "look after":
                    look_after(staff, self._rng)
        except AgentRefused as no:
            self.refused[no.code] += 1
        except requests.RequestException:
            # Nobody answered for so long that we gave up: whether it happened is the books' word alone.
            self.unanswered += 1

    def _sell(self, staff: StaffClient, sku: str, key: str) -> None:
        lines = [{"sku": sku, "qty": self._rng.choice((1, 1, 1, 2))}]
        order = staff.place_order(lines, key=key, channel="staff", pay="counter")
        self.placed[order["id"]] = order["total_minor"]
        self.paid.add(order["id"])
        # Whoever paid stands there until the goods come, or has had enough. Without that, a machine that is away
        # would find more vends waiting than it can ever work off.
        for _ in range(LOOKS):
            if self._over.wait(LOOK_EVERY_S) or staff.order(order["id"])["state"] in ENDED:
                return

    def _walk_away(self, staff: StaffClient, sku: str, key: str) -> None:
        order = staff.place_order([{"sku": sku, "qty": 1}], key=key, channel="kiosk")
        self.placed[order["id"]] = order["total_minor"]
        if self._rng.random() < 0.7:
            staff.post(f"/api/orders/{order['id']}/cancel", {}, key)

    def _count(self, staff: StaffClient, sku: str, key: str) -> None:
        """Look into a slot: fill it when little is left, now and then find one unit less than the book has."""
        slot = self._slot(staff, sku)
        path = f"/api/devices/{goods.MACHINE}/slots/{slot['slot']}"
        if slot["count"] < FILL_BELOW:
            staff.post(f"{path}/count", {"count": goods.FIRST_COUNT}, key)
        elif slot["count"] > slot["held"] and self._rng.random() < 0.3:
            staff.post(f"{path}/count", {"count": slot["count"] - 1}, key)

    def _receive(self, staff: StaffClient, sku: str, key: str) -> None:
        """A box comes from the supplier, and goes into the machine as far as there is room."""
        qty = self._rng.randint(3, 9)
        staff.post("/api/stock/receive", {"sku": sku, "qty": qty, "kind": "supplier"}, key)
        slot = self._slot(staff, sku)
        room = min(qty, goods.CAPACITY - slot["count"])
        if room > 0:
            body = {"device": goods.MACHINE, "slot": slot["slot"], "qty": room}
            staff.post("/api/stock/fill", body, f"{key}-fill")

    @staticmethod
    def _slot(staff: StaffClient, sku: str) -> JSON:
        slots = staff.snapshot()["entities"]["device"][goods.MACHINE]["slots"]
        return next(slot for slot in slots if slot["slot"] == goods.slot_of(sku))
