"""Ends a soak in peace: staff settle every case, and headquarters hears of everything."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

import requests

from popshop.clock import steady_s
from popshop.console import UserError
from popshop.shop.client import AgentRefused
from popshop.soak.books import HqBooks
from popshop.soak.care import look_after
from popshop.soak.shop import Store

SETTLE_S: Final = 240.0
DRAIN_S: Final = 240.0
POLL_S: Final = 0.4

Say = Callable[[str], None]


def settle(stores: Sequence[Store], seed: int) -> None:
    """Have staff settle every store until nothing is open any more. Raises UserError when that does not come."""
    give_up_s = steady_s() + SETTLE_S
    for store in stores:
        rng = Random(seed)
        with store.staff() as staff:
            while not look_after(staff, rng, closing=True):
                if steady_s() > give_up_s:
                    raise UserError(f"{store.name} did not come to rest: {staff.totals()}")
                time.sleep(POLL_S)


def wait_until_drained(stores: Sequence[Store], books: HqBooks, over: threading.Event) -> None:
    """Wait until headquarters has every row and every instruction has its answer.

    Raises UserError with what still waits.
    """
    give_up_s = steady_s() + DRAIN_S
    while (waiting := what_waits(stores, books)) and not over.is_set():
        if steady_s() > give_up_s:
            raise UserError(f"still on its way after {DRAIN_S:.0f} s: {'; '.join(waiting)}")
        time.sleep(POLL_S)


def what_waits(stores: Sequence[Store], books: HqBooks) -> list[str]:
    """What headquarters, its stores and its buyers still owe each other, in words; empty when all is at rest."""
    waiting: list[str] = []
    try:
        received = books.rows_received()
        for store in stores:
            with store.staff(patience_s=0.0) as staff:
                totals, sync = staff.totals(), staff.get("/api/health")["sync"]
            rows = totals["events"] - received.get(store.name, 0)
            if rows:
                waiting.append(f"{store.name}: {rows} rows, {_said(sync)}")
        waiting += [f"{n} instructions for {store}" for store, n in books.unanswered().items()]
        if reservations := books.open_reservations():
            waiting.append(f"{reservations} reservations that nobody confirmed")
    except (requests.RequestException, AgentRefused) as error:
        waiting.append(f"{type(error).__name__}")
    return waiting


def _said(sync: dict[str, Any]) -> str:
    return " ".join(str(sync.get(name, "")) for name in ("state", "reason", "message")).strip()
