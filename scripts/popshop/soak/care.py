"""What staff do about cases that no machine can tell, refunds owed at the counter, and slots taken out of sale."""

from __future__ import annotations

from random import Random
from typing import Final

from popshop.shop.client import AgentRefused, StaffClient
from popshop.soak import goods

UNPAID: Final = ("open", "awaiting_payment")
UNDER_WAY: Final = ("requested", "dispensing", "unknown")
ENDED: Final = ("completed", "part_refunded", "refunded", "cancelled", "expired")


def look_after(staff: StaffClient, rng: Random, *, closing: bool = False) -> bool:
    """One round through the store; with `closing`, orders that nobody paid are cancelled too.

    True when nothing is left to do or to wait for.
    """
    book = staff.snapshot()["entities"]
    orders = [order for order in book.get("order", {}).values() if order["state"] not in ENDED]
    for order in orders:
        if closing and order["state"] in UNPAID:
            _try(staff, f"/api/orders/{order['id']}/cancel", {}, f"close-{order['id']}")
        for vend in order["vends"]:
            if vend["state"] == "unknown":
                outcome = {"outcome": rng.choice(("dispensed", "not_dispensed"))}
                _try(staff, f"/api/vends/{vend['id']}/settle", outcome, f"settle-{vend['id']}")
    owed = staff.get("/api/refunds")["open"]
    for refund in owed:
        _try(staff, f"/api/refunds/{refund['id']}/paid-out", {}, refund["id"])
    machine = book.get("device", {}).get(goods.MACHINE, {"slots": []})
    for slot in machine["slots"]:
        if slot["blocked"]:
            path = f"/api/devices/{goods.MACHINE}/slots/{slot['slot']}/unblock"
            _try(staff, path, {}, f"unblock-{slot['slot']}-{rng.getrandbits(48):x}")
    vends = staff.totals()["vends"]
    return not orders and not owed and not any(vends.get(state) for state in UNDER_WAY)


def _try(staff: StaffClient, path: str, body: dict[str, str], key: str) -> None:
    """Ask once; the shop may have settled it by itself meanwhile."""
    try:
        staff.post(path, body, key)
    except AgentRefused:
        return
