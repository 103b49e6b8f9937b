"""A people counter of two beams as a pure state machine in the shell of a device.

It reports once a minute while somebody comes. What it has counted since the last report is kept in memory only: a power
cut costs at most that minute, and nothing is ever made up for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from cloud_sync.protocol.envelope import rfc3339
from hardware.behaviour import CommandGiven, Condition, Identity, Input, Output, Say, Update
from hardware.footfall.counter import DirectionCounter
from hardware.footfall.port import BEAMS, BeamMoved
from hardware.messages import CommandRefused, FaultCleared, FaultRaised, FootfallCounted

REPORT_EVERY_S: Final = 60.0
BEAM_BLOCKED: Final = "beam_blocked"
"""EVA-DTS has no event of a door's light beam, so this fault has a name in plain words; `part` names the beam."""


class FootfallDriver:
    """Implements `hardware.behaviour.Behaviour`."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        serial: str,
        model: str = "popshop-two-beams",
        report_every_s: float = REPORT_EVERY_S,
    ) -> None:
        """`clock` is the device's own: a report says between which instants people passed."""
        self._report_every_s = report_every_s
        self._clock = clock
        self._serial = serial
        self._model = model
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._counter = DirectionCounter()
        self._blocked: tuple[str, ...] = ()
        self._passed = {"entered": 0, "left": 0}
        self._since = ""
        self._report_at_s: float | None = None

    def identity(self) -> Identity:
        """Kind, model and beams."""
        return Identity(
            kind="footfall",
            model=self._model,
            serial=self._serial,
            firmware="1.0.0",
            capabilities={"beams": list(BEAMS), "camera": False},
        )

    def start(self, now_s: float) -> Update:
        """Power came on: who was in the door then was not seen."""
        self._begin_anew()
        return self.update(now_s, [])

    def update(self, now_s: float, inputs: Sequence[Input]) -> Update:
        """See `Behaviour.update`."""
        outputs: list[Output] = []
        self._counter.pass_time(now_s)
        for happening in inputs:
            match happening:
                case BeamMoved(beam=beam, broken=broken):
                    for passage in self._counter.moved(beam, now_s, broken=broken):
                        self._note(passage, now_s)
                case CommandGiven(command=command):
                    if command.kind != "identify":
                        outputs.append(Say(CommandRefused(command_id=command.id, reason="unsupported")))
                case _:
                    raise TypeError(f"a people counter knows no {type(happening).__name__}")
        outputs += self._faults()
        if self._report_at_s is not None and now_s >= self._report_at_s:
            outputs.append(self._report())
        outputs.append(self._condition())
        wakes = [self._report_at_s, self._counter.wake_s()]
        return Update(outputs, min((at_s for at_s in wakes if at_s is not None), default=None))

    def _note(self, passage: str, now_s: float) -> None:
        if self._report_at_s is None:
            self._since = rfc3339(self._clock())
            self._report_at_s = now_s + self._report_every_s
        self._passed[passage] += 1

    def _report(self) -> Say:
        # Whatever a clock that was set back meanwhile says, no time goes backwards.
        until = max(self._since, rfc3339(self._clock()))
        counted = FootfallCounted(
            entered=self._passed["entered"], left=self._passed["left"], from_at=self._since, to_at=until
        )
        self._passed = {"entered": 0, "left": 0}
        self._report_at_s = None
        return Say(counted)

    def _faults(self) -> list[Output]:
        before, self._blocked = self._blocked, self._counter.blocked
        cleared = [FaultCleared(code=BEAM_BLOCKED, part=beam) for beam in before if beam not in self._blocked]
        raised = [FaultRaised(code=BEAM_BLOCKED, part=beam) for beam in self._blocked if beam not in before]
        return [Say(report) for report in (*cleared, *raised)]

    def _condition(self) -> Condition:
        """With a beam blocked nobody is counted, and a person has to look."""
        return Condition("alert", (BEAM_BLOCKED,)) if self._blocked else Condition()
