"""What staff do about cases that no machine can tell, refunds owed at the counter, and slots taken out of sale."""

from __future__ import annotations

from random import Random
from typing import Any, Final
from urllib.parse import quote

from popshop.shop.client import AgentRefused, StaffClient
from popshop.soak import goods

UNPAID: Final = ("open", "awaiting_payment")
UNDER_WAY: Final = ("requested", "dispensing", "unknown")
FETCHED: Final = 0.5
"""How likely somebody comes for what they reserved before the next round."""
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
    _hand_over(staff, rng)
    vends = staff.totals()["vends"]
    return not orders and not owed and not any(vends.get(state) for state in UNDER_WAY)


def _hand_over(staff: StaffClient, rng: Random) -> None:
    """Give those who reserved online their units: out of the machine into the stock room, and over the counter."""
    for pin in staff.get("/api/pins")["open"]:
        if pin["qty"] and rng.random() < FETCHED:
            name = pin["reservation"]
            out = {"device": goods.MACHINE, "slot": goods.slot_of(pin["sku"]), "qty": -pin["qty"]}
            _try(staff, "/api/stock/fill", out, f"take-out-{name}")
            _try(
                staff,
                f"/api/pins/{quote(name, safe='')}/hand-over",
                {"how": "picked_up"},
                f"hand-over-{name}",
            )


def _try(staff: StaffClient, path: str, body: dict[str, Any], key: str) -> None:
    """Ask once; the shop may have settled it by itself meanwhile."""
    try:
        staff.post(path, body, key)
    except AgentRefused:
        return
