"""Whoever stands at the counter: takes money, pays out, hands over, and knows what must lie in the drawer. Pure."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from popshop.demo.steps import JSON, Call, Look, Refused, Step, Visit, Wait

LOOK_UP: Final = Wait(1.5, real=True)
BY_HAND: Final = frozenset({"staff", "pickup", "ship_store"})
BROKEN: Final = 0.05
"""This part of the lines cannot be handed over; the money goes back."""
ICE_MINOR: Final = 1200
"""Paid out of the drawer once a day."""


@dataclass
class Drawer:
    """The coins and notes that lie in it, by the hands that put them there: what a blind count finds."""

    cash_minor: int


def at_the_counter(rng: Random, name: str, drawer: Drawer) -> Visit:
    """Stay there for as long as the shop is open. `name` makes the keys of the deeds."""
    ice = {"kind": "paid_out", "amount_minor": ICE_MINOR, "reason": "ice"}
    paid_out = yield Call("/api/day/cash", ice, f"{name}-ice", staff=True)
    if not isinstance(paid_out, Refused):
        drawer.cash_minor -= ICE_MINOR
    seen: set[str] = set()
    while True:
        yield from _take_money(name, drawer)
        yield from _pay_back(name, drawer)
        entities = yield Look()
        for handover in waiting(entities):
            if handover["handover"] not in seen:
                seen.add(handover["handover"])
                yield _hand_over(rng, handover, name)
        yield LOOK_UP


def waiting(entities: JSON) -> list[JSON]:
    """Paid lines that a person hands over."""
    return [
        handover
        for order in entities.get("order", {}).values()
        for handover in order["handovers"]
        if handover["state"] == "requested" and handover["how"] in BY_HAND
    ]


def _take_money(name: str, drawer: Drawer) -> Generator[Step, Any, None]:
    told = yield Call("/api/payments/open", staff=True)
    for payment in [] if isinstance(told, Refused) else told["at_counter"]:
        path, key = f"/api/payments/{payment['id']}/confirm", f"{name}-{payment['id']}"
        taken = yield Call(path, {"reference": ""}, key, staff=True)
        if not isinstance(taken, Refused) and payment["method"] == "counter":
            drawer.cash_minor += payment["amount_minor"]


def _pay_back(name: str, drawer: Drawer) -> Generator[Step, Any, None]:
    """Money back by hand leaves the drawer, whatever it had been paid with."""
    told = yield Call("/api/refunds", staff=True)
    for refund in [] if isinstance(told, Refused) else told["open"]:
        if refund["method"] in ("counter", "card") or refund["state"] == "refused":
            path, key = f"/api/refunds/{refund['id']}/paid-out", f"{name}-{refund['id']}"
            paid = yield Call(path, {}, key, staff=True)
            if not isinstance(paid, Refused):
                drawer.cash_minor -= refund["amount_minor"]


def _hand_over(rng: Random, handover: JSON, name: str) -> Call:
    path, key = f"/api/handovers/{handover['handover']}", f"{name}-{handover['handover']}"
    if rng.random() < BROKEN:
        return Call(f"{path}/failed", {"reason": "broken"}, key, staff=True)
    return Call(f"{path}/done", {"document": ""}, key, staff=True)
