"""What can happen to the kiosk, and what it asks of the agent. Plain values, nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk_ui.shop import Change, Language, Order, Refusal, Shop

# ── what the kiosk asks of the agent ────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class PlaceOrder:
    """Order units of one product. `key` stays the same for as long as it is the same wish."""

    key: str
    sku: str
    qty: int


@dataclass(frozen=True)
class RequestPayment:
    """Ask for the order's money."""

    key: str
    order: str
    method: str


@dataclass(frozen=True)
class CancelOrder:
    """The shopper does not want it any more, and has not paid."""

    key: str
    order: str


@dataclass(frozen=True)
class TakeSample:
    """Ask for a campaign's sample. `visit` is this visit's random key, `consent` the version agreed to, if any."""

    key: str
    campaign: str
    visit: str
    consent: str


Request = PlaceOrder | RequestPayment | CancelOrder | TakeSample


# ── what can happen ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class SnapshotArrived:
    shop: Shop


@dataclass(frozen=True)
class ChangesArrived:
    seq: int
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class LinkLost:
    reason: str


@dataclass(frozen=True)
class Answered:
    request: Request
    order: Order


@dataclass(frozen=True)
class Refused:
    request: Request
    refusal: Refusal


@dataclass(frozen=True)
class Unreachable:
    """No answer for as long as a shopper would wait. The same request may be sent again."""

    request: Request


@dataclass(frozen=True)
class Ticked:
    """Time went by."""


@dataclass(frozen=True)
class Touched:
    """Somebody touched the glass, anywhere."""


@dataclass(frozen=True)
class LanguageChosen:
    language: Language


@dataclass(frozen=True)
class CategoryChosen:
    category: str


@dataclass(frozen=True)
class ProductChosen:
    sku: str


@dataclass(frozen=True)
class QuantityChosen:
    qty: int


@dataclass(frozen=True)
class Bought:
    """The shopper tapped buy."""


@dataclass(frozen=True)
class CampaignChosen:
    campaign: str


@dataclass(frozen=True)
class SampleTaken:
    """The visitor wants the sample, and agrees to what the brand asks."""


@dataclass(frozen=True)
class PaymentRetried:
    """The shopper wants another code."""


@dataclass(frozen=True)
class CancelTapped:
    """The shopper wants to cancel the order."""


@dataclass(frozen=True)
class WentBack:
    """Back, done, or next shopper: leave this screen as far as that is safe."""


@dataclass(frozen=True)
class OrderOpened:
    """The shopper comes back to an order that staff are looking into."""

    order: str


Event = (
    SnapshotArrived
    | ChangesArrived
    | LinkLost
    | Answered
    | Refused
    | Unreachable
    | Ticked
    | Touched
    | LanguageChosen
    | CategoryChosen
    | ProductChosen
    | QuantityChosen
    | Bought
    | CampaignChosen
    | SampleTaken
    | PaymentRetried
    | CancelTapped
    | WentBack
    | OrderOpened
)
