"""A vending machine as a pure state machine: one motor, a queue of vends, a drop sensor, a door, a cold box.

It keeps two counts per slot, what it believes and what is there, because real ones differ. Vends that were
under way when the power went are forgotten: nothing is ever repeated, nothing invented.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from random import Random
from typing import Final

import msgspec

from cloud_sync.protocol.eva_dts import events
from hardware.behaviour import CommandGiven, Condition, Identity, Input, Output, PowerCut, Say, Update
from hardware.messages import (
    AuditRead,
    CashSale,
    Command,
    CommandRefused,
    DoorClosed,
    DoorOpened,
    FaultCleared,
    FaultRaised,
    Report,
    SlotCounted,
    VendFailed,
    VendStarted,
    VendSucceeded,
)
from hardware.vending.audit import AuditCounters
from hardware.vending.cabinet import Cabinet
from hardware.vending.faults import FaultKind, FaultOrdered, FaultPlan
from hardware.vending.port import CashPaid, DoorMoved, Machine, Script, ScriptedVend, Slot, SlotFilled

FAILURE_CODES: Final[dict[FaultKind, str]] = {
    "jam": events.HELIX_BLOCKED,
    "motor": events.DISPENSE_MOTOR,
    "no_drop": events.DELIVERY_FAILED,
    "sold_out": events.SOLD_OUT_UNEXPECTEDLY,
}
BLOCKING_CODES: Final = (events.HELIX_BLOCKED, events.DISPENSE_MOTOR)


class _Slot(msgspec.Struct):
    plan: Slot
    counted: int
    inside: int
    code: str = ""
    """The EVA-DTS code of what is wrong with it, empty while nothing is."""


class _Vend(msgspec.Struct, frozen=True):
    """A vend waiting or under way. `command` is None for one that a shopper paid in cash."""

    slot: str
    expires_s: float
    command: Command | None = None
    cash: CashPaid | None = None

    @property
    def is_history(self) -> bool:
        """A cash sale that happened elsewhere before: nothing here can prevent it."""
        return self.cash is not None and bool(self.cash.at)


class _Turn(msgspec.Struct, frozen=True):
    vend: _Vend
    fault: FaultKind | None
    script: ScriptedVend | None
    done_s: float


class VendingSimulator:
    """Implements `hardware.behaviour.Behaviour`."""

    def __init__(
        self,
        slots: Sequence[Slot],
        *,
        rng: Random,
        machine: Machine | None = None,
        faults: FaultPlan | None = None,
        script: Script | None = None,
    ) -> None:
        """`rng` decides chances only; the same seed and inputs give the same outputs."""
        self._machine = machine or Machine()
        self._slots = {plan.slot: _Slot(plan, plan.count, plan.count) for plan in slots}
        self._faults = faults or FaultPlan(rng)
        self._script = script
        self._queue: deque[_Vend] = deque()
        self._turn: _Turn | None = None
        self._cabinet = Cabinet(self._machine.climate)
        self._door_open = False
        self._locked = False
        self._sensor_broken = False
        self._counters = AuditCounters()

    def identity(self) -> Identity:
        """Kind, model and slots."""
        machine = self._machine
        return Identity(
            kind=machine.kind,
            model=machine.model,
            serial=machine.serial,
            firmware=machine.firmware,
            capabilities={
                "slots": [
                    {
                        "slot": slot.plan.slot,
                        "capacity": slot.plan.capacity,
                        "par_level": slot.plan.par_level,
                        "price_minor": slot.plan.price_minor,
                    }
                    for slot in self._slots.values()
                ],
                "drop_sensor": True,
            },
        )

    def inside(self, slot: str) -> int:
        """How many units are really in the slot, for whoever checks the machine against the books."""
        return self._slots[slot].inside

    def start(self, now_s: float) -> Update:
        """Power came on. Door, lock and faults are as they were; vends under way are forgotten."""
        self._queue.clear()
        self._turn = None
        return self.update(now_s, [])

    def update(self, now_s: float, inputs: Sequence[Input]) -> Update:
        """See `Behaviour.update`."""
        outputs: list[Output] = []
        self._cabinet.update(now_s, self._door_open)
        outputs += self._run_motor(now_s)
        for happening in inputs:
            outputs += self._take(now_s, happening)
            outputs += self._run_motor(now_s)
        outputs.append(self._condition())
        wakes = [self._cabinet.wake_s(now_s, self._door_open), self._turn.done_s if self._turn else None]
        return Update(outputs, min((at_s for at_s in wakes if at_s is not None), default=None))

    # ── what happens to it ──────────────────────────────────────────────────────────────────────────

    def _take(self, now_s: float, happening: Input) -> list[Output]:
        match happening:
            case CommandGiven(command=command):
                return self._obey(happening, command)
            case CashPaid(slot=slot):
                vend = _Vend(slot, float("inf"), cash=happening)
                # A machine that cannot sell gives the coins back and says nothing.
                if vend.is_history or (not self._refusal(vend, now_s) and not self._slots[slot].code):
                    self._queue.append(vend)
                return []
            case DoorMoved(open=is_open):
                return self._move_door(is_open)
            case SlotFilled(slot=slot, count=count):
                return self._fill(slot, count)
            case FaultOrdered(fault=fault):
                self._faults.order(fault)
                return []
        raise TypeError(f"a vending machine knows no {type(happening).__name__}")

    def _obey(self, given: CommandGiven, command: Command) -> list[Output]:
        if command.kind == "vend":
            if len(self._queue) >= self._machine.queue_limit:
                return [Say(CommandRefused(command_id=command.id, reason="busy"))]
            self._queue.append(_Vend(command.slot, given.expires_s, command))
        elif command.kind in ("lock", "unlock"):
            self._locked = command.kind == "lock"
        elif command.kind != "identify":
            return [Say(CommandRefused(command_id=command.id, reason="unsupported"))]
        return []

    def _move_door(self, is_open: bool) -> list[Output]:
        if is_open == self._door_open:
            return []
        self._door_open = is_open
        if is_open:
            self._counters.happened(events.DOOR_OPEN)
            return [Say(DoorOpened())]
        repaired: list[Report] = []
        for name, slot in self._slots.items():
            if slot.code in BLOCKING_CODES:
                repaired.append(FaultCleared(code=slot.code, part=name))
                slot.code = ""
        if self._sensor_broken:
            repaired.append(FaultCleared(code=events.DELIVERY_DETECTOR))
            self._sensor_broken = False
        self._cabinet.reset_health_timer()
        reports: list[Report] = [*repaired, DoorClosed()]
        if self._machine.audits:
            plans = [slot.plan for slot in self._slots.values()]
            reports.append(AuditRead(dex=self._counters.read_out(self._machine, plans)))
        return [Say(report) for report in reports]

    def _fill(self, name: str, count: int) -> list[Output]:
        slot = self._slots.get(name)
        if slot is None or count < 0:
            return []  # the machine's own menu does not take such an entry
        slot.counted = slot.inside = count
        reports: list[Report] = [SlotCounted(slot=name, count=count)]
        if slot.code == events.SOLD_OUT_UNEXPECTEDLY:
            slot.code = ""
            reports.append(FaultCleared(code=events.SOLD_OUT_UNEXPECTEDLY, part=name))
        return [Say(report) for report in reports]

    # ── the motor ───────────────────────────────────────────────────────────────────────────────────

    def _run_motor(self, now_s: float) -> list[Output]:
        """End the vend whose time has come and begin the next, until one is under way or none waits."""
        outputs: list[Output] = []
        while True:
            if self._turn is not None:
                if now_s < self._turn.done_s:
                    return outputs
                turn, self._turn = self._turn, None
                outputs += self._end(turn)
                if turn.fault == "power_cut":
                    return outputs
            elif self._queue:
                outputs += self._begin(self._queue.popleft(), now_s)
            else:
                return outputs

    def _refusal(self, vend: _Vend, now_s: float) -> str:
        """Why the vend may not begin, empty when it may."""
        if now_s >= vend.expires_s:
            return "expired"
        if vend.slot not in self._slots:
            return "unknown_slot"
        if self._locked or self._cabinet.health_timer_ran_out:
            return "locked"
        if self._door_open:
            return "door_open"
        return "empty" if self._slots[vend.slot].counted <= 0 else ""

    def _begin(self, vend: _Vend, now_s: float) -> list[Output]:
        command = vend.command
        # A script is history: what it says happened, whatever this machine holds now.
        script = self._script(command) if self._script is not None and command is not None else None
        refusal = "" if vend.is_history else self._refusal(vend, now_s)
        if refusal and (script is None or refusal == "unknown_slot"):
            return [Say(CommandRefused(command_id=command.id, reason=refusal))] if command else []
        broken = self._slots[vend.slot].code
        if broken and script is None and not vend.is_history:
            return [Say(VendFailed(command_id=command.id, slot=vend.slot, code=broken))] if command else []
        fault = None if script is not None or vend.is_history else self._faults.draw(vend.slot)
        if fault == "silence":
            return []
        half = 0.5 if fault == "power_cut" else 1.0
        self._turn = _Turn(vend, fault, script, now_s + self._machine.motor_ms / 1000 * half)
        if command is None:
            return []
        return [self._say(self._turn, VendStarted(command_id=command.id, slot=vend.slot))]

    def _end(self, turn: _Turn) -> list[Output]:
        slot = self._slots[turn.vend.slot]
        if turn.fault == "power_cut":
            slot.inside -= int(slot.inside > 0 and self._faults.fell_before_the_cut())
            return [PowerCut(self._machine.power_off_ms)]
        if turn.script is not None:
            code = turn.script.code
        elif turn.vend.is_history:
            code = ""
        elif turn.fault in FAILURE_CODES:
            code = FAILURE_CODES[turn.fault]
        else:
            code = events.SOLD_OUT_UNEXPECTEDLY if slot.inside <= 0 else ""
        return self._fail(turn, slot, code) if code else self._succeed(turn, slot)

    def _succeed(self, turn: _Turn, slot: _Slot) -> list[Output]:
        slot.inside = max(0, slot.inside - 1)
        slot.counted = max(0, slot.counted - 1)
        outputs: list[Output] = []
        if turn.fault == "sensor" and not self._sensor_broken:
            self._sensor_broken = True
            outputs.append(Say(FaultRaised(code=events.DELIVERY_DETECTOR)))
        vend = turn.vend
        if vend.command is None:
            asked_minor = vend.cash.price_minor if vend.cash is not None else None
            price_minor = slot.plan.price_minor if asked_minor is None else asked_minor
            self._counters.sold(vend.slot, price_minor)
            sold = CashSale(slot=vend.slot, price_minor=price_minor, currency=self._machine.currency)
            return [*outputs, self._say(turn, sold)]
        self._counters.sold(vend.slot)
        seen = not self._sensor_broken and turn.fault != "unseen_drop"
        if turn.script is not None:
            seen = turn.script.drop_confirmed
        done = VendSucceeded(command_id=vend.command.id, slot=vend.slot, drop_confirmed=seen)
        return [*outputs, self._say(turn, done)]

    def _fail(self, turn: _Turn, slot: _Slot, code: str) -> list[Output]:
        outputs: list[Output] = []
        self._counters.happened(code)
        if turn.script is None and code == events.SOLD_OUT_UNEXPECTEDLY:
            slot.inside = slot.counted = 0
        if turn.script is None and code in (*BLOCKING_CODES, events.SOLD_OUT_UNEXPECTEDLY):
            slot.code = code
            outputs.append(Say(FaultRaised(code=code, part=turn.vend.slot)))
        if turn.vend.command is not None:
            failed = VendFailed(command_id=turn.vend.command.id, slot=turn.vend.slot, code=code)
            outputs.append(self._say(turn, failed))
        return outputs

    def _say(self, turn: _Turn, report: Report) -> Say:
        at = turn.script.at if turn.script is not None else ""
        if turn.vend.cash is not None:
            at = turn.vend.cash.at
        return Say(report, at, copies=2 if turn.fault == "double" else 1)

    # ── how it is ───────────────────────────────────────────────────────────────────────────────────

    def _condition(self) -> Condition:
        """`alert`: it sells nothing until somebody comes; `sleeping`: locked by command."""
        faults = {slot.code for slot in self._slots.values() if slot.code}
        whole = set()
        if self._door_open:
            whole.add(events.DOOR_OPEN)
        if self._cabinet.health_timer_ran_out:
            whole.add(events.HEALTH_TIMER)
        if self._sensor_broken:
            faults.add(events.DELIVERY_DETECTOR)
        status = "alert" if whole else "sleeping" if self._locked else "ready"
        readings = (("temperature_c", self._cabinet.temperature_c),)
        return Condition(status, tuple(sorted(faults | whole)), readings)
