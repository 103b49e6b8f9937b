"""People at headquarters: they fill the pool, grant rights to stores and ask for them back."""

from __future__ import annotations

import json
import threading
import time
from random import Random
from typing import Any, Final

import requests

from popshop.clock import steady_s
from popshop.console import UserError
from popshop.soak import goods
from popshop.soak.parts import Headquarters

SELLER: Final = "web"
FIRST_RECEIPT: Final = 300
SUPPLIED: Final = goods.SKUS[: goods.PRODUCTS // 2]
"""Products that follow demand by themselves, beside what people do by hand."""
POLICY: Final[dict[str, Any]] = {"store": "*", "cover_days": 1.0, "minimum": 20, "ceiling": 60}
PAUSE_S: Final = 1.0
TIMEOUT_S: Final = 10.0
GIVE_UP_S: Final = 120.0
ASK_AGAIN_S: Final = 0.5


class HeadOffice:
    """One person, in a thread of its own until `leave`."""

    def __init__(self, hq: Headquarters, stores: list[str], rng: Random) -> None:
        self._hq = hq
        self._stores = stores
        self._rng = rng
        self._done = 0
        self._over = threading.Event()
        self._session = requests.Session()
        self._thread = threading.Thread(target=self._work, name="head-office", daemon=True)
        self.seller_token = ""
        self.granted = 0
        self.recalled = 0
        self.failure: BaseException | None = None

    def prepare(self) -> None:
        """Fill the pool, and let the sellers in."""
        password = json.loads((self._hq.data / "credentials.json").read_text())["admin_password"]
        self._session.headers["Authorization"] = f"Bearer {password}"
        made = self._session.post(f"{self._hq.url}/api/sellers", json={"name": SELLER}, timeout=TIMEOUT_S)
        made.raise_for_status()
        self.seller_token = made.json()["token"]
        for sku in goods.SKUS:
            if not self._receive(sku, FIRST_RECEIPT):
                raise UserError(f"headquarters does not take {sku} into its pool")
        for sku in SUPPLIED:
            self._ask("/api/policies", {**POLICY, "sku": sku})

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def leave(self) -> None:
        """Work no more, and leave nothing behind that moves rights by itself. Raises what went wrong."""
        self._over.set()
        self._thread.join()
        if self.failure is not None:
            raise self.failure
        for sku in SUPPLIED:
            policy = {"store": POLICY["store"], "sku": sku}
            self._session.delete(f"{self._hq.url}/api/policies", params=policy, timeout=TIMEOUT_S)
        self._session.close()

    def _work(self) -> None:
        try:
            while not self._over.wait(self._rng.expovariate(1 / PAUSE_S)):
                self._act()
        except BaseException as error:
            self.failure = error

    def _act(self) -> None:
        sku, store = self._rng.choice(goods.SKUS), self._rng.choice(self._stores)
        qty = self._rng.randint(1, 12)
        roll = self._rng.random()
        if roll < 0.55:
            self.granted += self._ask("/api/grants", {"store": store, "sku": sku, "qty": qty})
        elif roll < 0.9:
            self.recalled += self._ask("/api/recalls", {"store": store, "sku": sku, "qty": qty})
        else:
            self._receive(sku, qty * 3)

    def _receive(self, sku: str, qty: int) -> bool:
        receipt = f"soak-{self._done + 1}"
        return self._ask("/api/receipts", {"sku": sku, "qty": qty, "receipt": receipt})

    def _ask(self, path: str, body: dict[str, Any]) -> bool:
        """Ask until there is an answer, at most GIVE_UP_S. True for a yes."""
        self._done += 1
        key = {"Idempotency-Key": f"office-{self._done}"}
        give_up_s = steady_s() + GIVE_UP_S
        while steady_s() < give_up_s:
            try:
                answer = self._session.post(self._hq.url + path, json=body, headers=key, timeout=TIMEOUT_S)
                if answer.status_code < 500:
                    return bool(answer.ok)
            except requests.RequestException:
                # Headquarters is away: the same key asks the same thing again.
                pass
            time.sleep(ASK_AGAIN_S)
        return False
