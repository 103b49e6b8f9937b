"""What headquarters counts about itself, for Prometheus. No figures of the shop are in here."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from cloud_sync.hq.rules.intake import Taken


class Metrics:
    """One process's counters, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.rows = Counter(
            "popshop_hq_rows",
            "Rows that stores sent, by what became of them.",
            ["fate"],
            registry=self.registry,
        )
        self.syncs = Counter(
            "popshop_hq_syncs", "Sync requests, by outcome.", ["outcome"], registry=self.registry
        )
        self.sync_seconds = Histogram(
            "popshop_hq_sync_seconds", "Time to read, keep and commit one sync.", registry=self.registry
        )

    def taken(self, taken: Taken) -> None:
        """Count a request that was taken."""
        self.syncs.labels("ok").inc()
        self.rows.labels("applied").inc(taken.applied)
        self.rows.labels("skipped").inc(taken.skipped)
        self.rows.labels("quarantined").inc(taken.quarantined)

    def refused(self, code: str) -> None:
        """Count a request of which nothing was taken."""
        self.syncs.labels(code).inc()

    def text(self) -> bytes:
        """The counters as Prometheus reads them."""
        return generate_latest(self.registry)
