"""Facts about devices: what they are, how they are, and what they say beside sales and visits."""

from __future__ import annotations

from typing import Any

import msgspec

from cloud_sync.protocol.eva_dts.reconcile import Difference, Standing
from cloud_sync.protocol.fact import Fact

# ── what a device is and how it is ──────────────────────────────────────────────────────────────────


class DeviceDescribed(Fact, frozen=True, kw_only=True):
    """A device said what it is: at its birth, and after every boot."""

    TYPE = "popshop.device.described.v1"
    device: str
    kind: str
    model: str
    serial: str
    firmware: str
    boot: str
    capabilities: dict[str, Any] = msgspec.field(default_factory=dict)


class DeviceStatusChanged(Fact, frozen=True, kw_only=True):
    """A device's status word (Homie: init, ready, sleeping, alert, disconnected, lost) or faults changed."""

    TYPE = "popshop.device.status_changed.v1"
    device: str
    status: str
    faults: list[str] = msgspec.field(default_factory=list)


class DeviceBooted(Fact, frozen=True, kw_only=True):
    """A device started anew; whatever it was doing before is over."""

    TYPE = "popshop.device.booted.v1"
    device: str
    boot: str


class FaultRaised(Fact, frozen=True, kw_only=True):
    """A fault by its EVA-DTS event code."""

    TYPE = "popshop.device.fault_raised.v1"
    device: str
    code: str
    part: str = ""


class FaultCleared(Fact, frozen=True, kw_only=True):
    """The fault is gone."""

    TYPE = "popshop.device.fault_cleared.v1"
    device: str
    code: str
    part: str = ""


class DoorOpened(Fact, frozen=True, kw_only=True):
    """A machine's door was opened."""

    TYPE = "popshop.device.door_opened.v1"
    device: str


class DoorClosed(Fact, frozen=True, kw_only=True):
    """A machine's door was closed."""

    TYPE = "popshop.device.door_closed.v1"
    device: str


class CommandRefused(Fact, frozen=True, kw_only=True):
    """A device would not run a command (expired, unknown slot, door open …)."""

    TYPE = "popshop.device.command_refused.v1"
    device: str
    command_id: str
    reason: str


class AuditRead(Fact, frozen=True, kw_only=True):
    """An EVA-DTS audit as the machine sent it."""

    TYPE = "popshop.device.audit_read.v1"
    device: str
    dex: str


class LabelPlanned(Fact, frozen=True, kw_only=True):
    """This label shows the price of this SKU; of none any more, when `sku` is empty."""

    TYPE = "popshop.label.planned.v1"
    device: str
    label: str
    sku: str


class AuditCompared(Fact, frozen=True, kw_only=True):
    """A machine's audit was held against the shop's own counts since the audit before.

    `outcome`: baseline (the first one), agrees, differs, or reset (its counters went back: a first one again).
    """

    TYPE = "popshop.device.audit_compared.v1"
    device: str
    number: int
    """Of this machine's audits in this store's file, from 1."""
    outcome: str
    audit: str = ""
    """The case that a person settles, when it differs."""
    since: str = ""
    """When the audit before was taken in."""
    lines: list[Difference] = msgspec.field(default_factory=list)
    more: int = 0
    """Differing selections that are not in `lines`."""
    standings: list[Standing] = msgspec.field(default_factory=list)
    """Where both sides stood, for the next comparison."""


class AuditSettled(Fact, frozen=True, kw_only=True):
    """A person looked into an audit that differs. It changes neither sales nor stock.

    `verdict`: counted (slots were counted), test_vends, machine_wrong or unknown.
    """

    TYPE = "popshop.device.audit_settled.v1"
    audit: str
    device: str
    verdict: str
    by: str


class LabelShown(Fact, frozen=True, kw_only=True):
    """An electronic label shows this price."""

    TYPE = "popshop.device.label_shown.v1"
    device: str
    label: str
    item: str
    price_minor: int
    version: int


class LabelFailed(Fact, frozen=True, kw_only=True):
    """A label did not take a price: it shows what it showed before, or nothing."""

    TYPE = "popshop.device.label_failed.v1"
    device: str
    label: str
    item: str
    version: int
    reason: str = ""


class LabelLagged(Fact, frozen=True, kw_only=True):
    """For too long a label has not shown this version of the price that the kiosk says."""

    TYPE = "popshop.label.lagged.v1"
    device: str
    label: str
    sku: str
    version: int


class FootfallCounted(Fact, frozen=True, kw_only=True):
    """How many people came in and went out, between two instants of the counter's clock."""

    TYPE = "popshop.device.footfall_counted.v1"
    device: str
    entered: int
    left: int
    from_at: str
    to_at: str
    counted_at: str
    """What it counts for: the counter's `to_at` where it can be true, else the store's time."""


class FoodStopped(Fact, frozen=True, kw_only=True):
    """Food in this device was too warm for too long: none of it is sold until a person looked after it.

    `reason`: machine (its own health timer ran out) or temperature (the store judged its readings).
    """

    TYPE = "popshop.device.food_stopped.v1"
    device: str
    code: str
    """EJH, the health timer's EVA-DTS event code."""
    reason: str
    since: str
    """Since when it is not known to have been cold enough; empty where only the machine knows."""


class FoodReleased(Fact, frozen=True, kw_only=True):
    """A person looked after the food in a device, and it is sold again. `outcome`: fine or thrown_away."""

    TYPE = "popshop.device.food_released.v1"
    device: str
    outcome: str
    by: str


class ReportQuarantined(Fact, frozen=True, kw_only=True):
    """A device sent what we cannot read. The bytes are kept aside under `quarantine_id`."""

    TYPE = "popshop.device.report_quarantined.v1"
    device: str
    reason: str
    quarantine_id: int


class ReportsMissing(Fact, frozen=True, kw_only=True):
    """These numbers of a device's log will not come any more; the log went on behind them.

    `reason`: `unreadable` (they came as bytes nobody can read, see the quarantine) or `never_arrived`
    (the device keeps starting behind them: it was acknowledged by an agent whose disk is gone).
    """

    TYPE = "popshop.device.reports_missing.v1"
    device: str
    boot: str
    from_seq: int
    to_seq: int
    reason: str
