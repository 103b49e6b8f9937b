"""What can happen to the kiosk. Plain values, nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk_ui.answers import Answer
from kiosk_ui.orders import Order
from kiosk_ui.requests import OrderRequest, Request
from kiosk_ui.shop import Change, Language, Refusal, Shop


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
    """With an order."""

    request: OrderRequest
    order: Order


@dataclass(frozen=True)
class Told:
    """With something else than an order."""

    request: Request
    answer: Answer


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
class CartAdded:
    """The chosen units go into the cart."""


@dataclass(frozen=True)
class CartOpened:
    """The shopper looks into the cart."""


@dataclass(frozen=True)
class CartCounted:
    """Another quantity of a line; 0 takes it out."""

    index: int
    qty: int


@dataclass(frozen=True)
class CartUndone:
    """The line taken out last comes back."""


@dataclass(frozen=True)
class CartTidied:
    """What is not there any more leaves the cart."""


@dataclass(frozen=True)
class WayChosen:
    """How a line of the cart is to reach the shopper."""

    index: int
    way: str


@dataclass(frozen=True)
class CouponDropped:
    """A coupon is not to be used."""

    coupon: str


@dataclass(frozen=True)
class PointsToggled:
    """Use points, or do not."""


@dataclass(frozen=True)
class CheckedOut:
    """The cart is to be paid."""


@dataclass(frozen=True)
class MethodChosen:
    """How the shopper wants to pay."""

    method: str


@dataclass(frozen=True)
class MemberOpened:
    """The shopper wants to log in, join, or see their points."""


@dataclass(frozen=True)
class LoggedOut:
    """The member leaves; everything of theirs is forgotten here."""


@dataclass(frozen=True)
class GameOpened:
    game: str


@dataclass(frozen=True)
class Played:
    """The shopper scratches, or spins the wheel."""


@dataclass(frozen=True)
class PrintTapped:
    """The shopper wants the receipt on paper."""


@dataclass(frozen=True)
class CampaignChosen:
    campaign: str


@dataclass(frozen=True)
class SampleTaken:
    """The visitor wants the sample, and agrees to what the brand asks."""


@dataclass(frozen=True)
class SampleAdded:
    """The visitor agrees, and takes the sample along with what they buy."""


@dataclass(frozen=True)
class AddressRetried:
    """The shopper wants another way to the page for the address."""


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
    | Told
    | Refused
    | Unreachable
    | Ticked
    | Touched
    | LanguageChosen
    | CategoryChosen
    | ProductChosen
    | QuantityChosen
    | Bought
    | CartAdded
    | CartOpened
    | CartCounted
    | CartUndone
    | CartTidied
    | WayChosen
    | CouponDropped
    | PointsToggled
    | CheckedOut
    | MethodChosen
    | MemberOpened
    | LoggedOut
    | GameOpened
    | Played
    | PrintTapped
    | CampaignChosen
    | SampleTaken
    | SampleAdded
    | AddressRetried
    | PaymentRetried
    | CancelTapped
    | WentBack
    | OrderOpened
)
