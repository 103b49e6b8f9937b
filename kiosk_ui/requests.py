"""What the kiosk asks of the agent. Plain values; `key` stays the same for as long as it is the same wish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SENT: Final = frozenset({"ship_store", "ship_warehouse"})
"""Ways to hand over that need an address."""


@dataclass(frozen=True)
class Wish:
    """Units of one product, and how they are to reach the shopper (empty: as the store chooses).

    With a `campaign` it is that campaign's free sample, and `consent` the version that was agreed to, if any.
    """

    sku: str
    qty: int
    handover: str = ""
    campaign: str = ""
    consent: str = ""


@dataclass(frozen=True)
class Basket:
    """Everything an order is made of, and its price depends on."""

    lines: tuple[Wish, ...]
    coupons: tuple[str, ...] = ()
    points: int = 0
    visit: str = ""
    """Set where the price may depend on who is here: a member showed their code in this visit."""
    claimant: str = ""
    """With a sample that is given once per visit: this visit's random key."""

    @property
    def is_sent(self) -> bool:
        """Whether something of it needs an address."""
        return any(line.handover in SENT for line in self.lines)


@dataclass(frozen=True)
class AskPrice:
    """What would it cost? Nothing is held, so it needs no key and is not tried twice."""

    basket: Basket
    key: str = "price"


@dataclass(frozen=True)
class PlaceOrder:
    """Order a basket. `whole`: it is the cart, which is empty once it is paid. `address` names one typed on a phone."""

    key: str
    basket: Basket
    whole: bool = False
    address: str = ""


@dataclass(frozen=True)
class AskAddress:
    """Have a page made on which the shopper types an address, on their own phone."""

    key: str


@dataclass(frozen=True)
class ForgetAddress:
    """Nobody here needs that address any more."""

    key: str
    address: str


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


@dataclass(frozen=True)
class UseScan:
    """Make something of what was scanned: pay this order by it, say who is here, take a coupon."""

    key: str
    scan: str
    meaning: str
    visit: str
    order: str = ""


@dataclass(frozen=True)
class LeaveMember:
    """The member at this screen has left it."""

    key: str


@dataclass(frozen=True)
class PlayGame:
    """Draw once."""

    key: str
    game: str
    visit: str


@dataclass(frozen=True)
class PrintReceipt:
    """The receipt on paper."""

    key: str
    receipt: str


OrderRequest = PlaceOrder | RequestPayment | CancelOrder | TakeSample
"""What is answered with an order."""
Request = (
    OrderRequest | AskPrice | UseScan | LeaveMember | PlayGame | PrintReceipt | AskAddress | ForgetAddress
)
