"""Talks to the providers for every payment and refund that is open, and brings their answers to the brain.

What is open stands in the tables: a crash between asking and hearing is asked again with the same ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.payments.port import (
    PaymentProvider,
    ProviderAnswer,
    ProviderTrouble,
    RefundRefusedByProvider,
)
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.commands import ProviderAnswered, RefundAnswered
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock

log = structlog.get_logger(__name__)


class Till:
    """`step` asks once about everything that is open."""

    def __init__(
        self, providers: Mapping[str, PaymentProvider], queries: Queries, brain: Brain, clock: Clock
    ) -> None:
        self._providers = providers
        self._queries = queries
        self._brain = brain
        self._clock = clock

    def step(self) -> None:
        """Ask about open payments and refunds."""
        now = rfc3339(self._clock.now())
        for payment in self._queries.live_payments():
            provider = self._providers.get(payment["method"])
            if provider is not None:
                self._payment(provider, payment, now)
        for refund in self._queries.open_refunds():
            provider = self._providers.get(refund["method"])
            if provider is not None and refund["state"] == "requested":
                self._refund(provider, refund)

    def _payment(self, provider: PaymentProvider, payment: dict[str, Any], now: str) -> None:
        try:
            answer = self._ask(provider, payment, now)
        except ProviderTrouble as trouble:
            if payment["state"] == "pending":
                unknown = ProviderAnswered("", payment["id"], "unknown", reason=str(trouble))
                self._brain.submit(unknown)
            return
        if answer.state == payment["state"]:
            return
        self._brain.submit(
            ProviderAnswered(
                "",
                payment["id"],
                answer.state,
                provider_ref=answer.provider_ref,
                pay_url=answer.pay_url,
                amount_minor=answer.amount_minor,
                currency=answer.currency,
                reason="closed at the provider",
            )
        )

    def _ask(self, provider: PaymentProvider, payment: dict[str, Any], now: str) -> ProviderAnswer:
        unwanted = payment["cancel_requested"] or payment["expires_at"] <= now
        if payment["state"] == "created":
            opened = provider.create(
                payment["id"], payment["order"], payment["amount_minor"], payment["currency"]
            )
            return provider.close(payment["id"]) if unwanted else opened
        return provider.close(payment["id"]) if unwanted else provider.ask(payment["id"])

    def _refund(self, provider: PaymentProvider, refund: dict[str, Any]) -> None:
        try:
            reference = provider.refund(refund["id"], refund["payment"], refund["amount_minor"])
        except ProviderTrouble as trouble:
            log.warning("refund_waits", refund=refund["id"], reason=str(trouble))
            return
        except RefundRefusedByProvider as no:
            self._brain.submit(RefundAnswered("", refund["id"], refunded=False, reason=str(no)))
            return
        self._brain.submit(RefundAnswered("", refund["id"], refunded=True, provider_ref=reference))
