"""An order as the agent tells it, and what can be said of it. Pure; the shapes are those of docs/agent-api.md."""

from __future__ import annotations

from typing import Final

import msgspec

OVER: Final = ("completed", "part_refunded", "refunded", "cancelled", "expired")
"""Order states after which nothing happens any more."""
LATER: Final = frozenset({"pickup", "ship_store", "ship_warehouse"})
"""Ways to hand over for which nobody waits at a kiosk."""
AT_THE_COUNTER: Final = frozenset({"staff", "pickup"})
"""Ways to hand over for which one goes to a person of the store."""


class Line(msgspec.Struct, frozen=True):
    """One line of an order."""

    line: int
    sku: str
    qty: int
    price_minor: int
    name_zh: str = ""
    name_en: str = ""
    device: str = ""
    slot: str = ""
    handover: str = ""
    """How it reaches the shopper; empty: by a machine."""


class Payment(msgspec.Struct, frozen=True):
    """The order's payment. `pay_url` is what the shopper's phone opens."""

    id: str
    method: str
    state: str
    amount_minor: int = 0
    pay_url: str = ""


class Vend(msgspec.Struct, frozen=True):
    """One unit on its way out of a machine. `case` is the number staff know an unknown outcome by."""

    id: str
    line: int
    sku: str
    device: str
    slot: str
    state: str
    code: str | None = None
    case: str | None = None


class Handover(msgspec.Struct, frozen=True):
    """A line that reaches the shopper by other ways than a motor: requested, done, failed or reversed."""

    handover: str
    line: int
    how: str
    state: str
    qty: int = 1


class Receipt(msgspec.Struct, frozen=True):
    """The order's receipt and the page it is found at."""

    number: int
    url: str = ""
    receipt: str = ""


class Order(msgspec.Struct, frozen=True):
    """An order as the agent tells it."""

    id: str
    state: str
    device: str
    currency: str
    total_minor: int
    paid_minor: int = 0
    refunded_minor: int = 0
    placed_at: str = ""
    expires_at: str = ""
    lines: tuple[Line, ...] = ()
    payment: Payment | None = None
    vends: tuple[Vend, ...] = ()
    handovers: tuple[Handover, ...] = ()
    receipt: Receipt | None = None
    points_earned: int = 0
    pickup_code: str = ""
    """What is shown at the counter, while something waits there for this shopper."""

    @property
    def over(self) -> bool:
        """Nothing happens to the order any more."""
        return self.state in OVER

    @property
    def settled(self) -> bool:
        """Every unit's fate is known: nothing will come out of a machine or over the counter any more."""
        known = all(vend.state in ("dispensed", "failed") for vend in self.vends)
        return known and bool(self.vends or self.handovers) and not self.open_handovers

    @property
    def open_handovers(self) -> tuple[Handover, ...]:
        """Lines that have not reached the shopper yet, and do not come out of a machine."""
        return tuple(each for each in self.handovers if each.state == "requested")

    @property
    def to_collect(self) -> bool:
        """Something waits at the counter."""
        return any(each.how in AT_THE_COUNTER for each in self.open_handovers)

    @property
    def arranged(self) -> bool:
        """All that is left comes later or elsewhere: to be picked up or sent. Nobody waits for it at a kiosk."""
        still = {each.how for each in self.open_handovers}
        moving = any(vend.state not in ("dispensed", "failed") for vend in self.vends)
        return not self.over and bool(still) and still <= LATER and not moving

    @property
    def at_counter(self) -> bool:
        """Staff have to hand something over; no motor has to turn any more."""
        moving = any(vend.state not in ("dispensed", "failed") for vend in self.vends)
        return not self.over and not moving and any(each.how == "staff" for each in self.open_handovers)

    @property
    def cases(self) -> tuple[str, ...]:
        """Numbers of the vends whose outcome a person has to settle."""
        return tuple(vend.case or vend.id for vend in self.vends if vend.state == "unknown")
