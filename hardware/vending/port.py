"""What can happen to a vending machine and how it is planned: the same words for a simulator and a driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from hardware.behaviour import Input
from hardware.messages import Command
from hardware.vending.cabinet import Climate


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One slot of the machine's planogram. `count` is what it holds at the start."""

    slot: str
    capacity: int
    count: int
    par_level: int = 0
    price_minor: int = 0
    """What the machine asks when it sells for cash by itself."""
    item: str = ""


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of machine it is."""

    kind: str = "vending"
    model: str = "popshop-simulator"
    serial: str = "SIM-0001"
    firmware: str = "1.0.0"
    currency: str = "CNY"
    motor_ms: int = 3_000
    queue_limit: int = 4
    """Vends that may wait for the motor; one more is refused as `busy`."""
    power_off_ms: int = 1_000
    climate: Climate = Climate()
    audits: bool = False
    """It reads its own counters out (EVA-DTS) when the door is closed after a visit."""


class CashPaid(Input, frozen=True):
    """A shopper put in the price and pressed the slot's button.

    With `at` (RFC 3339) it is history played again: it happened then, at `price_minor`, whatever the machine holds.
    """

    slot: str
    at: str = ""
    price_minor: int | None = None


class DoorMoved(Input, frozen=True):
    """The door was opened, or closed. Closing it ends a visit: what was blocked is taken for repaired."""

    open: bool


class SlotFilled(Input, frozen=True):
    """Whoever fills the machine entered how many units the slot holds now."""

    slot: str
    count: int


class ScriptedVend(msgspec.Struct, frozen=True):
    """How a vend goes by a script: `at` is what the device's clock says (RFC 3339), `code` why it fails."""

    at: str = ""
    code: str = ""
    drop_confirmed: bool = True


Script = Callable[[Command], ScriptedVend | None]
"""Asked for every vend command when its turn comes; None leaves the vend to the machine."""


def service_visit(fills: Mapping[str, int]) -> list[Input]:
    """Somebody opens the door, fills slots to these counts and closes it."""
    filled = [SlotFilled(slot, count) for slot, count in fills.items()]
    return [DoorMoved(True), *filled, DoorMoved(False)]
