"""What staff and the link may ask about payments, beside those that an order's own commands ask for."""

from __future__ import annotations

from dataclasses import dataclass

from edge_agent.domain.commands import Command


@dataclass(frozen=True, slots=True)
class ConfirmPayment(Command):
    """Staff have the money of a payment at the counter; `reference` is the card terminal's, or empty for cash."""

    payment: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class SettlePayment(Command):
    """A person looked a payment up that nobody could tell about: its money arrived, or it did not."""

    payment: str
    arrived: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class StatementRead(Command):
    """A provider's book of a day, line by line: `cloud_sync.protocol.payment_facts.Booked`."""

    method: str
    day: str
    booked: tuple[tuple[str, str, int, str], ...]
    """Payment, refund (empty for a payment), minor units, currency."""
    asked_at: str = ""
    """When the provider was asked for it; what moved since may or may not stand in it."""


@dataclass(frozen=True, slots=True)
class SettleDifference(Command):
    """A person saw to a difference between a provider's book and ours."""

    case: str
    note: str


@dataclass(frozen=True, slots=True)
class LinkChanged(Command):
    """Headquarters can be reached, or cannot any more. Bookkeeping, no fact."""

    online: bool
    at: str
