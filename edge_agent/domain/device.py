"""Devices: what they are, how they are, and what their plain reports mean."""

from __future__ import annotations

from dataclasses import dataclass

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.numbered_log import Verdict, judge
from edge_agent.domain.commands import DeviceIntroduced, DevicePresence
from hardware import messages


@dataclass(frozen=True, slots=True)
class Device:
    """A device as last seen."""

    device: str
    kind: str
    status: str
    faults: tuple[str, ...]
    boot: str
    described: str
    """Its whole birth message as JSON text, to see whether a new one says anything new."""
    drop_sensor: bool
    """Capability `drop_sensor`: then a vend it cannot confirm is in doubt."""


def introduced(device: Device | None, command: DeviceIntroduced) -> list[facts.Fact]:
    """A birth message; the same again is nothing new."""
    d = command.describe
    if device is not None and device.described == messages.encode(d).decode():
        return []
    return [
        device_facts.DeviceDescribed(
            device=command.device,
            kind=d.kind,
            model=d.model,
            serial=d.serial,
            firmware=d.firmware,
            boot=d.boot,
            capabilities=d.capabilities,
        )
    ]


def presence(device: Device | None, command: DevicePresence) -> list[facts.Fact]:
    """A presence message. Only a new status word or fault list is a fact; readings are not.

    The last will of an earlier boot says nothing of the device that has started since.
    """
    state = command.state
    if is_late_will(device, command):
        return []
    if device is not None and (device.status, device.faults) == (state.status, tuple(state.faults)):
        return []
    return [device_facts.DeviceStatusChanged(device=command.device, status=state.status, faults=state.faults)]


def is_late_will(device: Device | None, command: DevicePresence) -> bool:
    """A last will that the broker published after the device was back."""
    boot = command.state.boot
    return command.state.status == "lost" and device is not None and "" != boot != device.boot != ""


PLAIN_REPORTS: dict[type[messages.Report], type[facts.Fact]] = {
    messages.FaultRaised: device_facts.FaultRaised,
    messages.FaultCleared: device_facts.FaultCleared,
    messages.DoorOpened: device_facts.DoorOpened,
    messages.DoorClosed: device_facts.DoorClosed,
}
"""Reports whose fact says the same, plus the device."""


def plain(device: str, report: messages.Report) -> list[facts.Fact]:
    """The fact of a report that needs no rule."""
    fields = {name: getattr(report, name) for name in report.__struct_fields__}
    return [PLAIN_REPORTS[type(report)](device=device, **fields)]


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Where a device's log stands: the watermark, and digests of unreadable messages seen since it moved."""

    upto: int
    unreadable: frozenset[bytes] = frozenset()
    stuck_at: int = 0
    """The first number of a gap that is being refused, 0 for none."""
    stuck_since: float = 0.0
    """Monotonic time of the first refusal of that gap."""


GAP_PATIENCE_S = 60.0
"""A gap that its device keeps presenting for this long will never be filled: it has forgotten those rows."""


def place(log: LogPosition, seq: int, now_s: float) -> tuple[Verdict, str]:
    """Judge a report's number. The text says why a gap may be passed: '' unless the verdict passes one."""
    verdict = judge(log.upto, seq)
    if verdict is not Verdict.GAP:
        return verdict, ""
    if seq - log.upto - 1 <= len(log.unreadable):
        return Verdict.APPLY, "unreadable"
    if log.stuck_at == seq and now_s - log.stuck_since >= GAP_PATIENCE_S:
        return Verdict.APPLY, "never_arrived"
    return verdict, ""
