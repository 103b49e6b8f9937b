"""Shoppers: they order, pay by phone or change their minds, put coins in, hold codes up, take samples.

Pure and seeded.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from popshop.demo.steps import JSON, Call, Look, Press, Refused, Tell, Visit, Wait

ENDED: Final = frozenset({"completed", "part_refunded", "refunded", "cancelled", "expired"})
POLL: Final = Wait(0.7, real=True)
PAY_PAGE_POLLS: Final = 30

ARRIVE_EVERY_S: Final = {"phone": 1.8, "cash": 7.0, "scan": 6.0, "sample": 9.0}
"""Mean time between two shoppers of a kind."""
CASH_FROM_S: Final = 12.0
"""The first mishaps are meant for shoppers who get their money back on a screen, so cash comes later."""

WANTS_ANOTHER: Final = 0.3
CHANGES_MIND: Final = 0.05
DECLINES: Final = 0.10
WALKS_AWAY: Final = 0.12
"""Bounds on one roll: below the first they cancel, below the second they decline, below the third they leave."""


def arrivals(rng: Random, kind: str) -> Iterator[float]:
    """When shoppers of a kind come, in seconds from opening."""
    at_s = CASH_FROM_S if kind == "cash" else 0.0
    while True:
        at_s += rng.expovariate(1 / ARRIVE_EVERY_S[kind])
        yield at_s


def visit(kind: str, rng: Random, name: str) -> Visit:
    """The visit of one shopper. `name` makes their idempotency keys."""
    if kind == "phone":
        return pays_by_phone(rng, name)
    if kind == "sample":
        return takes_a_sample(rng, name)
    return pays_cash(rng) if kind == "cash" else holds_up_a_code(rng)


def pays_by_phone(rng: Random, name: str) -> Visit:
    """Orders at the kiosk and pays on the phone, or doesn't."""
    yield Wait(rng.uniform(0.5, 2.0))
    lines = choose(rng, (yield Look()))
    if not lines:
        return
    placed = {"channel": "kiosk", "device": "kiosk-1", "lines": lines}
    order = yield Call("/api/orders", placed, f"{name}-order")
    if isinstance(order, Refused):
        return
    path = f"/api/orders/{order['id']}"
    mood = rng.random()
    if mood < CHANGES_MIND:
        yield Wait(rng.uniform(1.0, 4.0))
        yield Call(f"{path}/cancel", {}, f"{name}-cancel")
        return
    asked = yield Call(f"{path}/payments", {"method": "sandbox"}, f"{name}-pay")
    if isinstance(asked, Refused):
        return
    pay_url = yield from _scan_pay_code(path)
    yield Wait(rng.uniform(1.0, 3.0))
    if not pay_url or mood < DECLINES:
        if pay_url:
            yield Press(pay_url, "decline")
        yield Call(f"{path}/cancel", {}, f"{name}-cancel")
    elif mood >= WALKS_AWAY:
        yield Press(pay_url, "pay")
        yield from _wait_for_goods(path)


def _scan_pay_code(path: str) -> Any:
    """Wait until the screen shows the code to pay with; its URL, or nothing when it does not come."""
    for _ in range(PAY_PAGE_POLLS):
        order = yield Call(path)
        if isinstance(order, Refused) or order["state"] in ENDED:
            return ""
        if order["payment"] and order["payment"]["pay_url"]:
            return order["payment"]["pay_url"]
        yield POLL
    return ""


def _wait_for_goods(path: str) -> Any:
    """Stand there until the order has ended, with goods or with money back."""
    while True:
        order = yield Call(path)
        if isinstance(order, Refused) or order["state"] in ENDED:
            return
        yield POLL


def choose(rng: Random, entities: JSON) -> list[JSON]:
    """One or two products, 1 to 3 units in all, out of what can be sold now."""
    items = sorted(i["sku"] for i in entities.get("item", {}).values() if i["available"] >= 3)
    if not items:
        return []
    units = rng.choices((1, 2, 3), weights=(70, 22, 8))[0]
    skus = (
        rng.sample(items, 2) if units > 1 and len(items) > 1 and rng.random() < 0.5 else [rng.choice(items)]
    )
    quantities = [units] if len(skus) == 1 else [units - 1, 1]
    return [{"sku": sku, "qty": qty} for sku, qty in zip(skus, quantities, strict=True)]


def takes_a_sample(rng: Random, name: str) -> Visit:
    """Agrees to what the brand asks, and takes a sample; some try for a second one, in vain."""
    entities = yield Look()
    campaigns = [c for c in entities.get("campaign", {}).values() if c["open"] and c["available"]]
    if not campaigns:
        return
    chosen = rng.choice(sorted(campaigns, key=lambda each: str(each["campaign"])))
    consent = None if chosen["consent"] is None else chosen["consent"]["version"]
    visit_key = f"visit-{rng.getrandbits(64):016x}"
    wish = {
        "campaign": chosen["campaign"],
        "claimant": visit_key,
        "consent": consent,
        "screen": "kiosk-1",
    }
    yield Wait(rng.uniform(1.0, 4.0))
    order = yield Call("/api/samples", wish, f"{name}-sample")
    if isinstance(order, Refused):
        return
    yield from _wait_for_goods(f"/api/orders/{order['id']}")
    if rng.random() < WANTS_ANOTHER:
        yield Call("/api/samples", wish, f"{name}-another")


def pays_cash(rng: Random) -> Visit:
    """Puts coins into a machine, without a kiosk."""
    entities = yield Look()
    slots = [
        (device["id"], slot["slot"])
        for device in entities.get("device", {}).values()
        if device["kind"] == "vending" and device["status"] == "ready"
        for slot in device["slots"]
        if slot["count"] - slot["held"] > 2 and not slot["blocked"]
    ]
    if slots:
        device, slot = rng.choice(sorted(slots))
        yield Tell(device, f"cash {slot}")


def holds_up_a_code(rng: Random) -> Visit:
    """Holds a product in front of the scanner to learn its price."""
    entities = yield Look()
    codes = sorted(item["gtin"][1:] for item in entities.get("item", {}).values() if item["gtin"])
    scanners = sorted(d["id"] for d in entities.get("device", {}).values() if d["kind"] == "scanner")
    if codes and scanners:
        yield Tell(scanners[0], f"scan EAN-13 {rng.choice(codes)}")
