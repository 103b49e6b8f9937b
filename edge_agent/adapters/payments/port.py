"""What a payment provider can do for us. Every call may be repeated with the same ids and then answers the same.

A call returns or raises within 10 s: the provider's file sets a timeout to everything it sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class ProviderTrouble(Exception):
    """The provider gave no answer we can use. Nothing is known; ask again."""


class RefundRefusedByProvider(Exception):
    """The provider will not give this money back; a person must. The text is its reason."""


class Forged(Exception):
    """A notification that the provider did not sign, or that is not for us. Nothing in it is believed."""


@dataclass(frozen=True, slots=True)
class PaymentAsked:
    """One payment as we want it. `pay_code` is what the shopper's phone showed: in memory only, and only at first."""

    payment: str
    order: str
    amount_minor: int
    currency: str
    subject: str = ""
    """What the shopper's phone says the money is for."""
    scanned: bool = False
    """Paid by the shopper's payment code, not by our QR."""
    pay_code: str = ""


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """One refund; `paid_minor` is what the payment brought in all."""

    refund: str
    payment: str
    amount_minor: int
    paid_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What the provider says of a payment now. `state`: pending, paid, closed, or unheard (it knows of none).

    `payment` and `order` are whose the answer is, as the provider names them; empty when it names none.
    """

    state: str
    provider_ref: str = ""
    pay_url: str = ""
    amount_minor: int | None = None
    currency: str = ""
    reason: str = ""
    payment: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """Money that moved on a day as the provider books it; `refund` is empty for a payment. Amounts are above 0."""

    payment: str
    refund: str
    amount_minor: int
    currency: str
    at: str
    """As the provider writes it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a payment is asked for: at once after `first_s`, then slower by half each time up to `most_s`."""

    first_s: float
    most_s: float
    give_up_s: float = 45.0
    """A scanned payment without an answer for this long is taken back, as the providers' documents ask."""


class PaymentProvider(Protocol):
    """One provider. All calls raise ProviderTrouble when there is no telling; none takes longer than 10 s."""

    pace: Pace

    def create(self, asked: PaymentAsked) -> ProviderAnswer:
        """Open the payment: have its code paid, or say what the shopper's phone opens (`pay_url`)."""
        ...

    def ask(self, asked: PaymentAsked) -> ProviderAnswer:
        """How it stands."""
        ...

    def close(self, asked: PaymentAsked) -> ProviderAnswer:
        """Make sure that no money can come any more; answers `paid` when it already has."""
        ...

    def refund(self, asked: RefundAsked) -> str:
        """Give money back. Returns the provider's reference; raises RefundRefusedByProvider for a final no."""
        ...

    def statement(self, day: str) -> list[StatementLine]:
        """All money of a day of the store's calendar (YYYY-MM-DD), as the provider booked it."""
        ...

    def notified(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ProviderAnswer]:
        """Read what the provider sent by itself: the payment and how it stands. Raises Forged."""
        ...
