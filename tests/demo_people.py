"""The people of the demo, stepped by hand."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from popshop.demo import assortment
from popshop.demo.steps import JSON, Step, Wait


def a_store(available: int) -> JSON:
    """What the store's screens show: so many of everything, on the shelf and in the stock room too."""
    plan = assortment.load()
    goods = {"available": available, "ways": ["vend", "shelf", "staff", "pickup", "ship_store"]}
    scanner: JSON = {"id": "scanner-1", "kind": "scanner", "status": "ready", "slots": []}
    shared = {"promotion": "share-2", "open": True, "rule": {"type": "coupon", "given": "shared"}}
    return {
        "store": {"demo": {"phone_url": "http://hq"}},
        "item": {i.sku: {"sku": i.sku, "gtin": f"0{i.gtin}", **goods} for i in plan.items},
        "device": {"scanner-1": scanner},
        "game": {"wheel": {"game": "wheel", "open": True}},
        "promotion": {"share-2": shared},
    }


def play(visit: Generator[Step, Any, Any], answers: Any) -> list[Step]:
    """Run a visit; `answers(step)` says what each step is answered with. The steps but for waits."""
    steps: list[Step] = []
    answer: Any = None
    while True:
        try:
            step = visit.send(answer)
        except StopIteration:
            return steps
        answer = None if isinstance(step, Wait) else answers(step)
        if not isinstance(step, Wait):
            steps.append(step)
        assert len(steps) < 200, "somebody hangs"
