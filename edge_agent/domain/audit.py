"""Audits of vending machines (EVA-DTS): held against the shop's own counts; what differs is a person's case.

An audit corrects nothing: sales, takings and stock stay as the shop's own journal has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.eva_dts import dex
from cloud_sync.protocol.eva_dts.reconcile import MAX_SELECTIONS, Sold, Standing, compare, standings
from cloud_sync.protocol.eva_dts.typing_audit import audit_of
from edge_agent.domain.commands import SettleAudit
from edge_agent.domain.refusals import Refusal
from hardware.messages import AuditRead

VERDICTS: Final = ("counted", "test_vends", "machine_wrong", "unknown")
MAX_LINES: Final = 100
"""Of one case; the others are counted."""


@dataclass(frozen=True, slots=True)
class LastAudit:
    """A machine's audit before this one."""

    number: int
    at: str
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Books:
    """What the shop has of a machine: per slot what it sold ever, and vends whose end is not known yet."""

    sold: Mapping[str, Sold] = field(default_factory=dict)
    under_way: Mapping[str, int] = field(default_factory=dict)
    last: LastAudit | None = None


@dataclass(frozen=True, slots=True)
class AuditCase:
    """An audit that differs."""

    audit: str
    device: str
    settled: bool


def taken_in(
    device: str, report: AuditRead, books: Books, described: str, currency: str
) -> list[facts.Fact] | Refusal:
    """An audit came. One that is damaged or cut short is refused: its bytes go to the quarantine."""
    try:
        file = dex.read_text(report.dex)
    except dex.DexError as error:
        return Refusal("malformed", str(error))
    if file.damaged:
        return Refusal("malformed", file.damaged)
    said = device_facts.AuditRead(device=device, dex=report.dex)
    audit = audit_of(file)
    if len(audit.selections) > MAX_SELECTIONS:
        return Refusal("malformed", f"more than {MAX_SELECTIONS} selections")
    now = standings(audit, books.sold, named_selections(described), currency)
    if not now:
        return [said]
    before = books.last.standings if books.last is not None else ()
    found = compare(before, now, books.under_way)
    number = 1 + (books.last.number if books.last is not None else 0)
    return [
        said,
        device_facts.AuditCompared(
            device=device,
            number=number,
            outcome=found.outcome,
            audit=f"{device}-audit-{number}" if found.differences else "",
            since=books.last.at if books.last is not None else "",
            lines=list(found.differences[:MAX_LINES]),
            more=max(0, len(found.differences) - MAX_LINES),
            standings=list(found.standings),
        ),
    ]


def settle(case: AuditCase | None, command: SettleAudit) -> list[facts.Fact] | Refusal:
    """Somebody looked into it."""
    if case is None:
        return Refusal("unknown_audit", command.audit)
    if case.settled:
        return Refusal("audit_settled", command.audit)
    if command.verdict not in VERDICTS:
        return Refusal("malformed", f"a verdict is one of {', '.join(VERDICTS)}")
    return [
        device_facts.AuditSettled(audit=case.audit, device=case.device, verdict=command.verdict, by="staff")
    ]


class _Slot(msgspec.Struct):
    slot: str = ""
    selection: str = ""


class _Capabilities(msgspec.Struct):
    slots: list[_Slot] = []


class _Described(msgspec.Struct):
    capabilities: _Capabilities = msgspec.field(default_factory=_Capabilities)


_described: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_Described)


def named_selections(described: str) -> dict[str, str]:
    """Slots by the number their machine's audits give them: `selection` in its birth message, where it has one."""
    try:
        found: _Described = _described.decode(described or "{}")
    except msgspec.DecodeError:
        return {}  # capabilities of another shape than ours say nothing of selections
    return {slot.selection: slot.slot for slot in found.capabilities.slots if slot.selection and slot.slot}
