"""Food that was too warm for too long is not sold until a person has looked after it. Pure.

A device is cold enough, or too warm, as its newest reading says; it tells every change while it is in touch. What
nobody knows counts against the food: who comes back too warm has been so since it was last known to be cold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.envelope import parse_time, rfc3339
from cloud_sync.protocol.eva_dts.events import HEALTH_TIMER
from edge_agent.domain.device import Device
from edge_agent.domain.food_commands import ReleaseFood
from edge_agent.domain.places import Slot
from edge_agent.domain.policy import Policy
from edge_agent.domain.refusals import Refusal
from hardware.messages import State

OUTCOMES: Final = ("fine", "thrown_away")
READING: Final = "temperature_c"
GONE: Final = ("lost", "disconnected")
"""Status words of a device whose readings are of some time before."""


@dataclass(frozen=True, slots=True)
class Warmth:
    """`good_at` (RFC 3339, the store's clock): when the device was last known to be cold enough."""

    good_at: str
    warm: bool


@dataclass(frozen=True, slots=True)
class FoodIn:
    """What a decision looks at: a device's slots with food, how warm it is, and whether its food is stopped."""

    device: str
    slots: tuple[Slot, ...]
    warmth: Warmth | None
    stopped: bool


def is_health_timer(code: str) -> bool:
    """Tell whether a fault is the machine's own health timer; a code may name a part after an underscore."""
    return code.partition("_")[0].strip().upper() == HEALTH_TIMER


def heard(before: Warmth | None, state: State, now: datetime, policy: Policy) -> Warmth | None:
    """How warm a device is after a presence message; None when nothing is known of it.

    The first reading of all begins the count even when it is too warm.
    """
    celsius = state.readings.get(READING)
    if celsius is None or state.status in GONE:
        return before
    warm = celsius * 10 > policy.food_limit_dc
    return Warmth(before.good_at, warm=True) if warm and before is not None else Warmth(rfc3339(now), warm)


def told(food: FoodIn, state: State, now: datetime, policy: Policy) -> list[facts.Fact]:
    """What a presence message means for the food in its device. What a last will says is of some time before."""
    if state.status not in GONE and any(is_health_timer(code) for code in state.faults):
        return timer_ran_out(food)
    return _too_long(food, heard(food.warmth, state, now, policy), now, policy)


def overdue(food: FoodIn, device: Device | None, now: datetime, policy: Policy) -> list[facts.Fact]:
    """Time has passed, or food was planned for a machine whose timer had run out before."""
    if device is not None and any(is_health_timer(code) for code in device.faults):
        return timer_ran_out(food)
    return _too_long(food, food.warmth, now, policy)


def timer_ran_out(food: FoodIn) -> list[facts.Fact]:
    """The machine itself says that food may not be sold (EVA-DTS event EJH)."""
    return _stopped(food, "machine", food.warmth.good_at if food.warmth and food.warmth.warm else "")


def _too_long(food: FoodIn, warmth: Warmth | None, now: datetime, policy: Policy) -> list[facts.Fact]:
    if warmth is None or not warmth.warm:
        return []
    good_at = parse_time(warmth.good_at)
    if good_at is None or now - good_at < timedelta(seconds=policy.food_limit_s):
        return []
    return _stopped(food, "temperature", warmth.good_at)


def _stopped(food: FoodIn, reason: str, since: str) -> list[facts.Fact]:
    if food.stopped or not food.slots:
        return []
    return [device_facts.FoodStopped(device=food.device, code=HEALTH_TIMER, reason=reason, since=since)]


def release(food: FoodIn, device: Device | None, command: ReleaseFood) -> list[facts.Fact] | Refusal:
    """A person looked after the food. What was thrown away leaves the book: its slots are empty.

    Not while the device is still too warm or its own timer stands: the food would spoil behind everybody's back.
    """
    if command.outcome not in OUTCOMES:
        return Refusal("malformed", f"an outcome is one of {', '.join(OUTCOMES)}")
    if not food.stopped:
        return Refusal("food_not_stopped", command.device)
    timer = device is not None and any(is_health_timer(code) for code in device.faults)
    if timer or (food.warmth is not None and food.warmth.warm):
        return Refusal("still_too_warm", command.device)
    emptied = food.slots if command.outcome == "thrown_away" else ()
    return [
        *(
            facts.SlotCounted(
                device=slot.device,
                slot=slot.slot,
                sku=slot.sku,
                count=0,
                delta=-slot.count,
                by=command.outcome,
            )
            for slot in emptied
            if slot.count
        ),
        device_facts.FoodReleased(device=food.device, outcome=command.outcome, by="staff"),
    ]
