"""Cash and the counter's own card terminal: nobody to ask. Waits for staff, or is closed with its order."""

from __future__ import annotations

from collections.abc import Mapping

from edge_agent.adapters.payments.port import (
    Forged,
    Pace,
    PaymentAsked,
    ProviderAnswer,
    RefundAsked,
    RefundRefusedByProvider,
    StatementLine,
)


class ByHand:
    """Fills `port.PaymentProvider`: a payment stays open until staff confirm it or its order is given up."""

    pace = Pace(first_s=5.0, most_s=60.0)

    def create(self, asked: PaymentAsked) -> ProviderAnswer:
        """It waits at the counter."""
        return ProviderAnswer("pending", provider_ref="counter")

    ask = create

    def close(self, asked: PaymentAsked) -> ProviderAnswer:
        """Nobody took money: staff would have said so, and the writer takes the two one after the other."""
        return ProviderAnswer("closed", reason="not paid at the counter")

    def refund(self, asked: RefundAsked) -> str:
        """Staff hand it out."""
        raise RefundRefusedByProvider("paid by hand: staff give it back")

    def statement(self, day: str) -> list[StatementLine]:
        """There is none: the drawer is counted instead."""
        return []

    def notified(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ProviderAnswer]:
        """Nobody sends any."""
        raise Forged("nobody sends notifications about payments by hand")
