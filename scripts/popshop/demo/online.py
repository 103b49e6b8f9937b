"""Headquarters' part of the demo: its warehouse gets goods, its online shop sells them. Pure and seeded."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, Final

from popshop.demo.steps import JSON, Ask, Call, Refused, Visit, Wait

POLICY: Final[JSON] = {"store": "*", "sku": "*", "cover_days": 3.0, "minimum": 16, "ceiling": 28}
"""Nothing that lies in the machines at opening is recalled; what sells gets a reserve in the stock room."""
SELLER: Final = "webshop"
POOL_FULL: Final = 120
POOL_LOW: Final = 60
WAREHOUSE_ROUND: Final = Wait(20.0, real=True)

BUYER_EVERY_S: Final = 5.0
TTL_S: Final = 30
"""Short, so that a demo of a minute shows what becomes of units that a buyer left lying."""
CANCELS: Final = 0.12
FORGETS: Final = 0.22
"""Bounds on one roll: below the first buyers cancel, below the second they never come back, else they pay."""
FROM_STORE: Final = 0.35
"""This part of the buyers picks up in the store, or has it shipped from there."""
POLL: Final = Wait(2.0, real=True)
POLLS: Final = 30


def buys_in(skus: Sequence[str], name: str) -> Visit:
    """Look after the warehouse for as long as the shop is open."""
    number = 0
    while True:
        number += 1
        yield from receives(skus, f"{name}-{number}")
        yield WAREHOUSE_ROUND


def receives(skus: Sequence[str], name: str) -> Visit:
    """Receive goods of everything the pool has few of. `name` makes the receipts' numbers."""
    stock = yield Ask("/api/stock")
    if isinstance(stock, Refused):
        return
    pool = {line["sku"]: line["pool"] for line in stock}
    for sku in skus:
        has = pool.get(sku, 0)
        if has < POOL_LOW:
            receipt = f"{name}-{sku}"
            yield Ask("/api/receipts", {"sku": sku, "qty": POOL_FULL - has, "receipt": receipt}, receipt)


def buys(rng: Random, skus: Sequence[str], store: str, name: str) -> Visit:
    """One buyer of the online shop. `name` is the reservation's."""
    wanted: JSON = {"id": name, "sku": rng.choice(skus), "qty": rng.choice((1, 1, 1, 2)), "ttl_s": TTL_S}
    in_store = rng.random() < FROM_STORE
    if in_store:
        wanted |= {"how": rng.choice(("pickup", "pickup", "ship")), "store": store}
    mood = rng.random()
    reserved = yield Ask("/v1/online/reservations", wanted, name)
    reserved = yield from _put_aside(name, reserved)
    if isinstance(reserved, Refused) or reserved["state"] != "reserved":
        return
    yield Wait(rng.uniform(1.0, 4.0))
    if mood < CANCELS:
        yield Ask(f"/v1/online/reservations/{name}/cancel", {}, f"{name}-cancel")
    elif mood >= FORGETS:
        paid = yield Ask(f"/v1/online/reservations/{name}/confirm", {}, f"{name}-confirm")
        if in_store and not isinstance(paid, Refused):
            yield from _handed_over(f"{SELLER}/{name}", wanted["how"])


def _put_aside(name: str, reserved: Any) -> Any:
    """Wait until the store has answered."""
    for _ in range(POLLS):
        if isinstance(reserved, Refused) or reserved["state"] != "pinning":
            break
        yield POLL
        reserved = yield Ask(f"/v1/online/reservations/{name}")
    return reserved


def _handed_over(reservation: str, how: str) -> Any:
    """Somebody comes for the units; staff give them out of the stock room as soon as it has them."""
    done = {"how": "picked_up" if how == "pickup" else "shipped"}
    for turn in range(POLLS):
        yield POLL
        key = f"{reservation}-hand-over-{turn}"
        answer = yield Call(f"/api/pins/{reservation}/hand-over", done, key, staff=True)
        if not isinstance(answer, Refused) or answer.code != "not_enough_stock":
            return
