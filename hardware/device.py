"""The shell every device runs in: numbering, durable outbox, acks, commands once, presence.

It holds no thread and reads no clock: a `hardware.runner.DeviceRunner` calls `step` whenever something came
or is due, so any number of devices can share one thread. Only `put` may be called from elsewhere.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from cloud_sync.protocol.envelope import rfc3339
from hardware import presence
from hardware.behaviour import Act, Behaviour, Condition, Input, PowerCut, Say, Update
from hardware.command_intake import judge
from hardware.device_events import DeviceEvent, Listener, What
from hardware.link import BrokerAddress, Link, Message
from hardware.messages import Booted, CommandRefused, MessageError, build_report, parse_ack
from hardware.outbox import Outbox, Row
from hardware.send_window import SendWindow, WindowLimits
from hardware.topics import Leaf, topic
from hardware.uplink import Uplink

PRESENCE_AGAIN_S: Final = 2.0
"""A broker may lose what is published in the very moment somebody subscribes for the first time: NATS does."""
PRESENCE_EVERY_S: Final = 60.0
FORGET_WITHIN_S: Final = 1.0
"""Rows the agent took are deleted with the next commit, or after this when there is none."""
AFTER_BREAKDOWN_S: Final = 5.0


class Device:
    """One device. See docs/device-makers.md for the rules it keeps."""

    def __init__(
        self,
        store: str,
        device: str,
        behaviour: Behaviour,
        folder: Path,
        address: BrokerAddress,
        *,
        clock: Callable[[], datetime],
        new_boot_mark: Callable[[], str],
        limits: WindowLimits | None = None,
        listener: Listener | None = None,
        act: Callable[[Act], None] | None = None,
    ) -> None:
        """`folder` takes `<device>.sqlite`; `clock` is the device's own; a boot mark is never repeated.

        `act` carries what a driver does to its hardware; called in the device's loop, it must neither wait nor raise.
        """
        self.store = store
        self.device = device
        self._behaviour = behaviour
        self._clock = clock
        self._new_boot_mark = new_boot_mark
        self._listener = listener
        self._act = act or _nothing_to_move
        self._outbox = Outbox(folder / f"{device}.sqlite")
        self._window = SendWindow(limits or WindowLimits())
        self._inputs: deque[Input] = deque()
        self._poke: Callable[[], None] = _nobody_listens
        self._uplink = Uplink(address, device, [self._topic("ack"), self._topic("command")], self._last_will)
        self._boot = ""
        self._seq = 0
        self._condition = Condition("init")
        self._to_forget: dict[str, int] = {}
        self._copies: dict[int, int] = {}
        self._boot_at_s: float | None = None
        self._act_at_s: float | None = None
        self._forget_at_s: float | None = None
        self._present_at_s = 0.0

    # ── for whoever runs it ─────────────────────────────────────────────────────────────────────────

    def put(self, *inputs: Input) -> None:
        """Let something happen to the device. From any thread; does not wait."""
        self._inputs.extend(inputs)
        self._poke()

    def waiting(self) -> int:
        """How many reports the agent has not taken yet. From the device's own thread, or before and after."""
        return self._outbox.waiting()

    def attach(self, poke: Callable[[], None]) -> None:
        """`poke` wakes the runner; it must be safe to call from any thread."""
        self._poke = poke

    @property
    def link(self) -> Link | None:
        """The connection to wait on, if there is one."""
        return self._uplink.link

    def wake_s(self) -> float:
        """When `step` is due even if nothing comes."""
        if self._boot_at_s is not None:
            return self._boot_at_s
        due = [self._uplink.wake_s(), self._act_at_s, self._forget_at_s]
        if self._uplink.up:
            due += [self._window.resend_at_s, self._present_at_s]
        return min(at_s for at_s in due if at_s is not None)

    def power_on(self, now_s: float) -> None:
        """Start: a new boot, whose first report says so."""
        self._boot_at_s = None
        self._boot = self._outbox.begin_boot(self._new_boot_mark())
        self._seq = 0
        self._tell("booted", boot=self._boot)
        update = self._behaviour.start(now_s)
        self._keep(now_s, Update([Say(Booted()), *update.outputs], update.wake_s), [])

    def power_off(self) -> None:
        """Stop in good order: say good-bye, let go of the file. What was not taken waits in it."""
        self._leave()
        self._outbox.close()

    def step(self, now_s: float, readable: bool) -> None:
        """Do whatever is due. A broken disk takes the device down as a power cut would; it tries again."""
        try:
            if self._boot_at_s is None:
                self._step(now_s, readable)
            elif now_s >= self._boot_at_s:
                self._inputs.clear()
                self.power_on(now_s)
        except sqlite3.Error as error:
            self._tell("broken", error=str(error))
            self._go_dark(now_s + AFTER_BREAKDOWN_S)

    def _step(self, now_s: float, readable: bool) -> None:
        arrived = self._uplink.step(now_s, readable)
        if arrived.went_down:
            self._tell("offline", reason=arrived.went_down)
        if arrived.came_up:
            self._tell("online", host=self._uplink.address.host, port=self._uplink.address.port)
            self._window.start_over()
            self._present()
            self._present_at_s = now_s + PRESENCE_AGAIN_S
        elif self._uplink.up and now_s >= self._present_at_s:
            self._present()
            self._present_at_s = now_s + PRESENCE_EVERY_S
        self._work(now_s, arrived.messages)
        self._send(now_s)

    # ── presence ────────────────────────────────────────────────────────────────────────────────────

    def _present(self) -> None:
        """Say what we are and how we are."""
        describe = presence.birth(self._behaviour.identity(), self._boot)
        self._uplink.publish(self._topic("describe"), describe, retain=True)
        self._say_condition()

    def _say_condition(self) -> None:
        """Publish presence, if there is a connection; otherwise the next one begins with it."""
        body = presence.state(self._condition, self._boot, rfc3339(self._clock()))
        if self._uplink.publish(self._topic("state"), body, retain=True):
            how = self._condition
            self._tell("state", status=how.status, faults=how.faults, readings=dict(how.readings))

    def _last_will(self) -> tuple[str, bytes]:
        return self._topic("state"), presence.last_will(self._boot)

    def _leave(self) -> None:
        self._condition = Condition("disconnected", self._condition.faults)
        self._say_condition()
        self._uplink.close()

    def _go_dark(self, until_s: float) -> None:
        """As if the plug were pulled: no good-bye, everything in memory is gone."""
        self._uplink.drop()
        self._copies.clear()
        self._boot_at_s = until_s

    # ── what comes in ───────────────────────────────────────────────────────────────────────────────

    def _work(self, now_s: float, messages: list[Message]) -> None:
        """Run new commands and local happenings; everything about them is one commit."""
        refusals: list[Say] = []
        inputs: list[Input] = []
        new_ids: set[str] = set()
        restart = False

        def known(command_id: str) -> bool:
            return command_id in new_ids or self._outbox.has_run(command_id)

        for message in messages:
            if message.topic == self._topic("ack"):
                self._take_ack(now_s, message.body)
                continue
            given = judge(message.body, now=self._clock(), now_s=now_s, known=known)
            if isinstance(given, CommandRefused):
                refusals.append(Say(given))
                new_ids |= {given.command_id} - {""}
                self._tell("refused", given)
            elif given is not None:
                new_ids.add(given.command.id)
                self._tell("command", given.command)
                if given.command.kind == "restart":
                    restart = True
                else:
                    inputs.append(given)
        while self._inputs:
            inputs.append(self._inputs.popleft())
        update = Update(wake_s=self._act_at_s)
        if inputs or (self._act_at_s is not None and now_s >= self._act_at_s):
            update = self._behaviour.update(now_s, inputs)
        self._keep(now_s, Update([*refusals, *update.outputs], update.wake_s), new_ids, messages)
        if restart:
            self._leave()
            self.power_on(now_s)

    def _take_ack(self, now_s: float, body: bytes) -> None:
        try:
            ack = parse_ack(body)
        except MessageError as error:
            self._tell("refused", command_id="", reason=str(error))
            return
        if ack.boot == self._boot and ack.upto > self._seq:
            self._tell("refused", command_id="", reason=f"ack up to {ack.upto}, we wrote {self._seq}")
            return
        if self._window.taken(ack.boot, ack.upto, now_s):
            self._to_forget[ack.boot] = ack.upto
            self._forget_at_s = self._forget_at_s or now_s + FORGET_WITHIN_S
            self._tell("taken", boot=ack.boot, upto=ack.upto)

    # ── what goes out ───────────────────────────────────────────────────────────────────────────────

    def _keep(
        self, now_s: float, update: Update, command_ids: Iterable[str], done: Iterable[Message] = ()
    ) -> None:
        """Commit what follows from the update; only then tell the broker that its messages are dealt with."""
        self._act_at_s = update.wake_s
        cut: PowerCut | None = None
        says: list[Say] = []
        acts: list[Act] = []
        condition: Condition | None = None
        for output in update.outputs:
            match output:
                case PowerCut():
                    cut = output
                    break
                case Say():
                    says.append(output)
                case Act():
                    acts.append(output)
                case Condition():
                    condition = output
        self._commit(now_s, says, list(command_ids))
        for act in acts:
            self._act(act)
        for message in done:
            self._uplink.acknowledge(message)
        if condition is not None and condition != self._condition:
            self._condition = condition
            self._say_condition()
        if cut is not None:
            self._tell("power_cut", off_ms=cut.off_ms)
            self._go_dark(now_s + cut.off_ms / 1000)

    def _commit(self, now_s: float, says: list[Say], command_ids: list[str]) -> None:
        forgetting = self._forget_at_s is not None and now_s >= self._forget_at_s
        if not (says or command_ids or forgetting):
            return
        now = rfc3339(self._clock())
        bodies = []
        for say in says:
            self._seq += 1
            body = build_report(self.store, self.device, self._boot, self._seq, say.at or now, say.report)
            bodies.append((self._seq, body))
            self._tell("report", say.report, seq=self._seq, type=say.report.NAME)
        rows = self._outbox.write(self._boot, bodies, command_ids, self._to_forget.items())
        self._to_forget.clear()
        self._forget_at_s = None
        self._copies.update(
            (row.row, say.copies) for row, say in zip(rows, says, strict=True) if say.copies > 1
        )

    def _send(self, now_s: float) -> None:
        """Send what the window has room for, in order, from the outbox."""
        if not self._uplink.up:
            return
        if self._window.give_up_waiting(now_s):
            self._tell("resend", after="no ack in time")
        while self._window.cursor < self._outbox.last_row and self._window.room() > 0:
            rows = self._outbox.after(self._window.cursor, self._window.room())
            for row in rows:
                if not self._send_row(row, now_s):
                    return
            if not rows:
                self._window.cursor = self._outbox.last_row

    def _send_row(self, row: Row, now_s: float) -> bool:
        """False when the connection would not take it: the outbox still has it."""
        if self._window.is_taken(row):
            self._window.skip(row)
            return True
        for _ in range(self._copies.pop(row.row, 1)):
            if not self._uplink.publish(self._topic("report"), row.body):
                return False
        self._window.sent(row, now_s)
        return True

    def _topic(self, leaf: Leaf) -> str:
        return topic(self.store, self.device, leaf)

    def _tell(self, what: What, about: msgspec.Struct | None = None, **detail: Any) -> None:
        if self._listener is not None:
            detail |= msgspec.to_builtins(about) if about is not None else {}
            self._listener(DeviceEvent(rfc3339(self._clock()), self.device, what, detail))


def _nobody_listens() -> None:
    """A device that is not running yet keeps what happens to it until it is."""


def _nothing_to_move(act: Act) -> None:
    """A simulator moves nothing outside of itself."""
    raise TypeError(f"nobody carries out {type(act).__name__}: this device was given no hardware")
