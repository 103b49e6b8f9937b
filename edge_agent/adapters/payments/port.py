"""What a payment provider can do for us. Every call may be repeated with the same ids and then answers the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class ProviderTrouble(Exception):
    """The provider gave no answer we can use. Nothing is known; ask again."""


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What the provider says of a payment now. `state`: pending, paid or closed."""

    state: str
    provider_ref: str
    pay_url: str = ""
    amount_minor: int | None = None
    currency: str = ""


class PaymentProvider(Protocol):
    """One provider. All calls raise ProviderTrouble when there is no telling."""

    def create(self, payment: str, order: str, amount_minor: int, currency: str) -> ProviderAnswer: ...
    def ask(self, payment: str) -> ProviderAnswer: ...
    def close(self, payment: str) -> ProviderAnswer:
        """Make sure that no money can come any more; answers `paid` when it already has."""
        ...

    def refund(self, refund: str, payment: str, amount_minor: int) -> str:
        """Give money back. Returns the provider's reference; raises RefundRefusedByProvider for a final no."""
        ...


class RefundRefusedByProvider(Exception):
    """The provider will not give this money back; a person must. The text is its reason."""
