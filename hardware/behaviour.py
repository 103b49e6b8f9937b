"""What the shell asks of a device of any kind: a pure state machine, told what happens, saying what follows.

No I/O, no clock, no dice of its own. Outputs take effect only after they are committed: a driver for real
hardware moves nothing inside `update`, it answers with an `Act` of its own kind and its wire gets that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from hardware.messages import Command, Report


class Input(msgspec.Struct, frozen=True):
    """Something that happens to a device. Each kind has its own; `CommandGiven` is everybody's."""


class CommandGiven(Input, frozen=True):
    """A command to run, for the first and only time. After `expires_s` (monotonic) it must not begin."""

    command: Command
    expires_s: float


class Say(msgspec.Struct, frozen=True):
    """Report a fact. `at` (RFC 3339) overrides the device's clock; the transport sends it `copies` times."""

    report: Report
    at: str = ""
    copies: int = 1


class Condition(msgspec.Struct, frozen=True):
    """What presence says: a Homie status word, active EVA-DTS codes, readings (the unit last in the name)."""

    status: str = "ready"
    faults: tuple[str, ...] = ()
    readings: tuple[tuple[str, float], ...] = ()


class PowerCut(msgspec.Struct, frozen=True):
    """Everything stops at once and starts anew `off_ms` later; nothing is said about what was under way."""

    off_ms: int


class Act(msgspec.Struct, frozen=True):
    """Something to do to real hardware. A driver has its own kinds, and is handed them back after the commit."""


Output = Say | Condition | PowerCut | Act


class Update(msgspec.Struct, frozen=True):
    """What follows from an update, in order, and when to call again even if nothing happens (monotonic)."""

    outputs: Sequence[Output] = ()
    wake_s: float | None = None


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What a device is, for `describe`."""

    kind: str
    model: str
    serial: str
    firmware: str
    capabilities: dict[str, Any] = {}


class Behaviour(Protocol):
    """One device's own part; the shell does the rest."""

    def identity(self) -> Identity:
        """What the device is. Does not change between two starts."""

    def start(self, now_s: float) -> Update:
        """Power came on: whatever was under way is forgotten. The outputs hold one Condition at least."""

    def update(self, now_s: float, inputs: Sequence[Input]) -> Update:
        """Time went on and these things happened. `now_s` is monotonic and means nothing else."""
