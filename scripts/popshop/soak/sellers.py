"""Online sellers: they reserve units of the pool over HTTP, confirm, cancel, or let a reservation run out.

They remember what they were told, and ask again with the same id until they are told something.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from random import Random
from typing import Any, Final

import requests

from popshop.clock import steady_s
from popshop.soak import goods

PAUSE_S: Final = 0.4
TTL_S: Final = 20
PICK_UPS: Final = 0.15
"""How many of them want a store's unit put aside."""
TIMEOUT_S: Final = 10.0
GIVE_UP_S: Final = 120.0
ASK_AGAIN_S: Final = 0.5
PATH: Final = "/v1/online/reservations"


class SellerGaveUp(Exception):
    """Headquarters gave no answer for GIVE_UP_S."""


class Seller:
    """One seller, in a thread of its own until `leave`."""

    def __init__(self, hq_url: str, token: str, name: str, stores: list[str], rng: Random) -> None:
        self._url = hq_url
        self._name = name
        self._stores = stores
        self._rng = rng
        self._done = 0
        self._over = threading.Event()
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._thread = threading.Thread(target=self._work, name=f"seller-{name}", daemon=True)
        self.told: dict[str, str] = {}
        """Reservation → the last we were told of it: reserved, confirmed or cancelled."""
        self.units: dict[str, tuple[str, int]] = {}
        """Reservation → its SKU and units."""
        self.refused: Counter[str] = Counter()
        self.unanswered = 0
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Begin to sell."""
        self._thread.start()

    def leave(self) -> None:
        """Sell no more. Raises what went wrong."""
        self._over.set()
        self._thread.join()
        self._session.close()
        if self.failure is not None:
            raise self.failure

    def _work(self) -> None:
        try:
            while not self._over.wait(self._rng.expovariate(1 / PAUSE_S)):
                self._done += 1
                try:
                    self._sell(f"{self._name}-{self._done}")
                except SellerGaveUp:
                    self.unanswered += 1
        except BaseException as error:
            self.failure = error

    def _sell(self, reservation: str) -> None:
        sku, qty = self._rng.choice(goods.SKUS), self._rng.choice((1, 1, 2))
        body: dict[str, Any] = {"id": reservation, "sku": sku, "qty": qty, "how": "warehouse", "ttl_s": TTL_S}
        if self._rng.random() < PICK_UPS:
            body |= {"how": "pickup", "store": self._rng.choice(self._stores)}
        if not self._ask("", body):
            return
        self.told[reservation] = "reserved"
        self.units[reservation] = (sku, qty)
        # A buyer thinks it over; a store needs its time to put a unit aside.
        self._over.wait(self._rng.uniform(0.0, 1.0 if body["how"] == "warehouse" else 8.0))
        roll = self._rng.random()
        if roll < 0.75:
            if self._ask(f"/{reservation}/confirm", {}):
                self.told[reservation] = "confirmed"
        elif roll < 0.9 and self._ask(f"/{reservation}/cancel", {}):
            self.told[reservation] = "cancelled"

    def _ask(self, path: str, body: dict[str, Any]) -> bool:
        """Ask until there is an answer. True for a yes. Raises SellerGaveUp."""
        give_up_s = steady_s() + GIVE_UP_S
        key = {"Idempotency-Key": f"{self._name}-{self._done}{path}"}
        while True:
            try:
                answer = self._session.post(
                    self._url + PATH + path, json=body, headers=key, timeout=TIMEOUT_S
                )
                if answer.ok:
                    return True
                if answer.status_code < 500:
                    self.refused[str(answer.json()["code"])] += 1
                    return False
            except requests.RequestException:
                pass
            if steady_s() > give_up_s:
                raise SellerGaveUp(path)
            time.sleep(ASK_AGAIN_S)
