"""Who comes into the shop, how often, and the visits that need no basket: coins, codes, samples. Pure and seeded."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from popshop.demo import buying
from popshop.demo.steps import Call, Look, Refused, Tell, Visit, Wait

ARRIVE_EVERY_S: Final = {
    "phone": 2.4, "counter": 7.0, "member": 9.0, "game": 7.0, "cash": 7.0, "scan": 6.0, "sample": 9.0
}  # fmt: skip
"""Mean time between two shoppers of a kind."""
CASH_FROM_S: Final = 12.0
"""The first mishaps are meant for shoppers who get their money back on a screen, so cash comes later."""

WANTS_ANOTHER: Final = 0.3


def arrivals(rng: Random, kind: str) -> Iterator[float]:
    """When shoppers of a kind come, in seconds from opening."""
    at_s = CASH_FROM_S if kind == "cash" else 0.0
    while True:
        at_s += rng.expovariate(1 / ARRIVE_EVERY_S[kind])
        yield at_s


def visit(kind: str, rng: Random, name: str) -> Visit:
    """The visit of one shopper. `name` makes their idempotency keys."""
    match kind:
        case "phone":
            return buying.pays_by_phone(rng, name)
        case "counter":
            return buying.pays_at_the_counter(rng, name)
        case "member":
            return buying.joins_and_buys(rng, name)
        case "game":
            return buying.wins_or_shares(rng, name)
        case "sample":
            return takes_a_sample(rng, name)
        case "cash":
            return pays_cash(rng)
    return holds_up_a_code(rng)


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
    yield from buying.wait_for_goods(f"/api/orders/{order['id']}")
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
