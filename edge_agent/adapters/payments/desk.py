"""All ways of paying together: a till with a thread of its own for each provider, and the codes that phones showed.

A provider that is slow holds up nobody else's payments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cloud_sync.protocol import day_facts, facts
from edge_agent.adapters.payments import books
from edge_agent.adapters.payments.by_hand import ByHand
from edge_agent.adapters.payments.pay_codes import PayCodes
from edge_agent.adapters.payments.port import Forged, PaymentProvider, ProviderAnswer
from edge_agent.adapters.payments.till import Till
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.adapters.worker import Worker
from edge_agent.domain.methods import BY_HAND
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock

STEP_EVERY_S: Final = 0.25
NEWS: Final = (
    facts.PaymentRequested,
    facts.PaymentUnknown,
    facts.OrderCancelRequested,
    facts.OrderClosed,
    facts.RefundRequested,
)
"""After these a till has something to do at once."""


class PaymentDesk:
    """Owns the tills; `workers` are to be started and stopped by whoever built it."""

    def __init__(
        self, providers: Mapping[str, PaymentProvider], queries: Queries, brain: Brain, clock: Clock
    ) -> None:
        self._providers = providers
        self._clock = clock
        self.codes = PayCodes()
        self._tills = {
            method: Till(provider, [method], queries, brain, clock, self.codes)
            for method, provider in providers.items()
        }
        self._tills["counter"] = Till(ByHand(), sorted(BY_HAND), queries, brain, clock)
        queries.methods = self.methods
        self._till_workers = [
            Worker(f"till-{method}", till.step, every_s=STEP_EVERY_S) for method, till in self._tills.items()
        ]
        for worker in self._till_workers:
            brain.on_commit(worker.wake, of=NEWS)
        self.books = books.Books(providers, queries, brain, clock)
        comparing = Worker("books", self.books.step, every_s=books.LOOK_EVERY_S)
        brain.on_commit(comparing.wake, of=(day_facts.DayClosed,))
        self.workers = [*self._till_workers, comparing]

    @property
    def methods(self) -> frozenset[str]:
        """The ways of paying that this store takes."""
        return methods_of(self._providers)

    def offer_code(self, order: str, code: str) -> int:
        """Keep the code that a phone showed for an order's next payment. Raises CodeUsed."""
        return self.codes.offer(order, code, self._clock.monotonic())

    def ask_now(self, payment: str) -> None:
        """Have a payment asked for at once."""
        for till in self._tills.values():
            till.ask_now(payment)
        for worker in self._till_workers:
            worker.wake()

    def notified(self, method: str, headers: Mapping[str, str], body: bytes) -> tuple[str, ProviderAnswer]:
        """Read a provider's notification. Raises Forged."""
        provider = self._providers.get(method)
        if provider is None:
            raise Forged(f"no payments by {method} here")
        return provider.notified(headers, body)


def methods_of(providers: Mapping[str, PaymentProvider]) -> frozenset[str]:
    """What a store with these providers takes: theirs, and what staff take by hand."""
    return frozenset(providers) | BY_HAND
