"""What a batch of facts changes in headquarters' views, summed up so that the database sees few rows per batch.

Keys leave the store out: a batch is of one store.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from cloud_sync.hq.rules.day_folds import DayDeltas
from cloud_sync.hq.rules.phone_folds import PhoneDeltas
from cloud_sync.hq.rules.receipt_folds import ReceiptDeltas
from cloud_sync.hq.rules.shipping_folds import ShippingDeltas
from cloud_sync.protocol import device_facts, facts


class SaleKey(NamedTuple):
    """One row of the sales view. `day` is the business day in the store's time zone."""

    day: date
    device: str
    sku: str
    currency: str


class InteractionKey(NamedTuple):
    """One row of the interactions view."""

    day: date
    device: str
    kind: str
    item: str


@dataclass(slots=True)
class SaleDelta:
    """Units handed over and what they were sold for, in minor units."""

    units: int = 0
    takings_minor: int = 0


@dataclass(slots=True)
class MoneyDelta:
    """Money that came and went, in minor units. Takings are paid − refunded + cash."""

    paid_minor: int = 0
    refunded_minor: int = 0
    cash_minor: int = 0


@dataclass(slots=True)
class SlotDelta:
    """A slot's book count changes by `count`; the other fields are new values, None where nothing was said.

    `blocked` is the reason, or empty when the slot sells again.
    """

    count: int = 0
    sku: str | None = None
    par_level: int | None = None
    capacity: int | None = None
    blocked: str | None = None


@dataclass(slots=True)
class PeopleDelta:
    """People who came in past a counter, and who went out."""

    entered: int = 0
    left: int = 0


class ExposureKey(NamedTuple):
    """One row of the exposures view."""

    day: date
    device: str
    content: str


@dataclass(slots=True)
class ExposureDelta:
    """How often somebody looked at a screen's content, and for how long altogether."""

    times: int = 0
    dwell_ms: int = 0


@dataclass(slots=True)
class DeviceDelta:
    """What is new about a device. `faults` replaces the list; `raised` and `cleared` change it after that."""

    seen_at: str = ""
    described: device_facts.DeviceDescribed | None = None
    status: str | None = None
    faults: list[str] | None = None
    raised: list[str] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)


class OpenVend(NamedTuple):
    """A vend whose outcome a person has to decide; `since` is RFC 3339."""

    order: str
    device: str
    slot: str
    reason: str
    case: str
    since: str


@dataclass(slots=True)
class Deltas:
    """All that one batch changes, and the rows whose facts do not fit (`misfits`: seq → reason)."""

    sales: dict[SaleKey, SaleDelta] = field(default_factory=dict)
    money: dict[str, MoneyDelta] = field(default_factory=dict)
    slots: dict[tuple[str, str], SlotDelta] = field(default_factory=dict)
    rooms: dict[tuple[str, str], int] = field(default_factory=dict)
    """(SKU, bucket) → units that came into the stock room, or left it (below 0)."""
    devices: dict[str, DeviceDelta] = field(default_factory=dict)
    items: dict[str, facts.ItemListed] = field(default_factory=dict)
    unknown_vends: dict[str, OpenVend] = field(default_factory=dict)
    settled_vends: set[str] = field(default_factory=set)
    orders: dict[str, int] = field(default_factory=dict)
    completed: dict[date, int] = field(default_factory=dict)
    """Business day → orders that were completed on it."""
    footfall: dict[tuple[date, str], PeopleDelta] = field(default_factory=dict)
    """(business day, device) → who came in and went out."""
    interactions: dict[InteractionKey, int] = field(default_factory=dict)
    exposures: dict[ExposureKey, ExposureDelta] = field(default_factory=dict)
    opened: facts.StoreOpened | None = None
    receipts: ReceiptDeltas = field(default_factory=ReceiptDeltas)
    days: DayDeltas = field(default_factory=DayDeltas)
    phone: PhoneDeltas = field(default_factory=PhoneDeltas)
    shipping: ShippingDeltas = field(default_factory=ShippingDeltas)
    misfits: dict[int, str] = field(default_factory=dict)
