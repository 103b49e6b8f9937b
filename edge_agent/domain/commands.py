"""Everything that can be asked of a store, as small frozen values.

`id` makes a command happen once: the same id gets the same answer. Commands of our own workers (timers,
payment answers) have none, since the state they meet makes a second one do nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge_agent.domain.command import Command as Command
from edge_agent.domain.link_commands import EpochSettled as EpochSettled
from edge_agent.domain.link_commands import HeardOfHq as HeardOfHq
from edge_agent.domain.link_commands import StandingChanged as StandingChanged
from edge_agent.domain.link_commands import SyncAdvanced as SyncAdvanced
from hardware.messages import Describe, Report, State

# ── from a kiosk, or staff ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class RequestedLine:
    """What somebody wants. Only staff may name the slot or the price.

    `handover` is one of `handover_facts.WAYS`, or empty: as the goods stand. `campaign` belongs to a sample,
    `reservation` to units that the warehouse ships.
    """

    sku: str
    qty: int
    device: str = ""
    slot: str = ""
    price_minor: int | None = None
    handover: str = ""
    campaign: str = ""
    reservation: str = ""


@dataclass(frozen=True, slots=True)
class PlaceOrder(Command):
    """`member` is a random key, who is never needed; `coupons` are texts as scanned.

    `claimant` (a key, of a visit or member) and `consent` are for a line that is a sample.
    """

    channel: str
    device: str
    lines: tuple[RequestedLine, ...]
    member: str = ""
    visit: str = ""
    coupons: tuple[str, ...] = ()
    points: int = 0
    claimant: str = ""
    consent: str = ""


@dataclass(frozen=True, slots=True)
class HandOver(Command):
    """The units of a line are with the shopper, or with the carrier under this consignment number.

    `by` is who says so: see `handover_facts.HandedOver`.
    """

    handover: str
    document: str = ""
    by: str = "staff"


@dataclass(frozen=True, slots=True)
class FailHandover(Command):
    """The units of a line will not reach the shopper: the money goes back."""

    handover: str
    reason: str


@dataclass(frozen=True, slots=True)
class RequestPayment(Command):
    """Ask for an order's money. `scanned`: the shopper's phone showed a payment code, which the till has."""

    order: str
    method: str
    by_staff: bool = True
    """Of a way by hand: staff have the money already; else it waits for them."""
    scanned: bool = False


@dataclass(frozen=True, slots=True)
class CancelOrder(Command):
    order: str


@dataclass(frozen=True, slots=True)
class RefundOrder(Command):
    """Staff gives money back: an amount, or what `lines` cost; one that is named beside them (not 0) must be that."""

    order: str
    amount_minor: int
    reason: str
    lines: tuple[tuple[int, int], ...] = ()
    """Numbers of lines, and how many units of each come back."""


@dataclass(frozen=True, slots=True)
class SettleVend(Command):
    """A person looked: the unit dropped, or it did not."""

    vend: str
    dispensed: bool


@dataclass(frozen=True, slots=True)
class SettleAudit(Command):
    """A person looked into an audit that differs; `verdict` is one of `audit.VERDICTS`."""

    audit: str
    verdict: str


@dataclass(frozen=True, slots=True)
class PayOutRefund(Command):
    """Staff handed the money of a counter refund to the shopper."""

    refund: str


@dataclass(frozen=True, slots=True)
class CountSlot(Command):
    device: str
    slot: str
    count: int


@dataclass(frozen=True, slots=True)
class BlockSlot(Command):
    device: str
    slot: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnblockSlot(Command):
    device: str
    slot: str


@dataclass(frozen=True, slots=True)
class ListedItem:
    """A catalogue entry as imported."""

    sku: str
    name_zh: str
    name_en: str
    price_minor: int
    gtin: str = ""
    brand: str = ""
    category: str = ""
    tax_rate_bp: int = 0
    food: bool = False
    tax_group: str = ""


@dataclass(frozen=True, slots=True)
class ListItems(Command):
    items: tuple[ListedItem, ...]


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """One slot of a planogram, and how many units stand in it (None: not counted now)."""

    device: str
    slot: str
    sku: str
    par_level: int
    capacity: int
    count: int | None = None


@dataclass(frozen=True, slots=True)
class PlanSlots(Command):
    slots: tuple[PlannedSlot, ...]


@dataclass(frozen=True, slots=True)
class PlannedLabel:
    """One label and the SKU whose price it shows; an empty SKU takes it out of the plan."""

    device: str
    label: str
    sku: str


@dataclass(frozen=True, slots=True)
class PlanLabels(Command):
    labels: tuple[PlannedLabel, ...]


# ── goods and rights, from staff ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ReceiveStock(Command):
    """Goods came into the stock room; `kind` is supplier, transfer or delivery (see `stock_facts.StockReceived`)."""

    sku: str
    qty: int
    kind: str
    transfer: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class SendStock(Command):
    """Goods leave the stock room; `kind` is transfer or collected. `to` names a store, empty for headquarters."""

    sku: str
    qty: int
    kind: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class ReturnStock(Command):
    """A shopper brought units back; `condition` is available or damaged."""

    sku: str
    qty: int
    condition: str
    order: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CountStock(Command):
    """Somebody counted a bucket of the stock room without seeing the book."""

    sku: str
    bucket: str
    counted: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MoveStock(Command):
    sku: str
    qty: int
    source: str
    target: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WasteStock(Command):
    sku: str
    qty: int
    bucket: str
    reason: str


@dataclass(frozen=True, slots=True)
class FillSlot(Command):
    """Units go from the stock room into a slot; `qty` below 0 takes them out again."""

    device: str
    slot: str
    qty: int


@dataclass(frozen=True, slots=True)
class CountIn(Command):
    """After a new epoch: the goods of these SKUs are counted, every place of them."""

    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandOverPinned(Command):
    """Somebody collected what they reserved online, or it was sent off; `how` is picked_up or shipped."""

    reservation: str
    how: str


# ── from devices ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class DeviceReported(Command):
    """One numbered report. `report` is None when only its number could be read; `error` says why."""

    device: str
    boot: str
    seq: int
    at: str
    report: Report | None
    error: str = ""
    body: bytes = b""
    """As it arrived, for the quarantine."""


@dataclass(frozen=True, slots=True)
class UnreadableReport(Command):
    """Bytes on a device's report topic of which not even the number can be read."""

    device: str
    topic: str
    reason: str
    body: bytes


@dataclass(frozen=True, slots=True)
class UnreadablePresence(Command):
    """Bytes on a device's describe or state topic that follow no contract."""

    device: str
    topic: str
    reason: str
    body: bytes


@dataclass(frozen=True, slots=True)
class DeviceIntroduced(Command):
    device: str
    describe: Describe


@dataclass(frozen=True, slots=True)
class DevicePresence(Command):
    device: str
    state: State


# ── from our own workers ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class OpenStore(Command):
    """The agent starts on a new file, or with a new epoch."""

    store: str
    name: str
    timezone: str
    currency: str
    epoch: int


@dataclass(frozen=True, slots=True)
class ProviderAnswered(Command):
    """What a payment provider says of a payment: pending, paid, closed or unknown."""

    payment: str
    state: str
    provider_ref: str = ""
    pay_url: str = ""
    amount_minor: int | None = None
    currency: str = ""
    reason: str = ""
    about: str = ""
    """Whose payment the answer is, where the provider says so."""
    order: str = ""
    """And whose order."""


@dataclass(frozen=True, slots=True)
class RefundAnswered(Command):
    """What a payment provider says of a refund."""

    refund: str
    refunded: bool
    provider_ref: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ExpireOrder(Command):
    order: str


@dataclass(frozen=True, slots=True)
class VendOverdue(Command):
    vend: str


@dataclass(frozen=True, slots=True)
class LabelOverdue(Command):
    """A label has not shown what it should for as long as the policy has patience."""

    device: str
    label: str


@dataclass(frozen=True, slots=True)
class ApplyDown(Command):
    """A row of headquarters' log for this store, as it came. Only the next one of our own epoch has an effect."""

    body: bytes
