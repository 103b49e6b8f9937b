"""Figures for Prometheus, read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cloud_sync.protocol.identifiers import STREAMS
from edge_agent.adapters.mqtt_link import MqttLink
from edge_agent.adapters.sqlite_store.label_queries import needs_a_person
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.services.brain import Brain


class Metrics(Collector):
    """One agent's figures."""

    def __init__(self, queries: Queries, brain: Brain, link: MqttLink) -> None:
        self._queries = queries
        self._brain = brain
        self._link = link
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """The figures now."""
        rows = CounterMetricFamily("popshop_journal_rows", "Rows written per stream", labels=["stream"])
        acked = CounterMetricFamily("popshop_hq_acked_rows", "Rows headquarters has", labels=["stream"])
        for stream in STREAMS:
            rows.add_metric([stream], self._queries.last_seq(stream))
            acked.add_metric([stream], self._queries.acked(stream)[0])
        yield rows
        yield acked
        yield GaugeMetricFamily("popshop_inbox_commands", "Commands waiting", value=self._brain.waiting)
        yield GaugeMetricFamily(
            "popshop_broker_connected", "1 with a broker", value=float(self._link.connected)
        )
        yield GaugeMetricFamily(
            "popshop_storage_full",
            "1 while sales are stopped for lack of disk",
            value=float(self._brain.storage_full),
        )
        cases = len(self._queries.cases())
        yield GaugeMetricFamily("popshop_open_cases", "Vends a person must look at", value=cases)
        labels = len(needs_a_person(self._queries.labels()))
        yield GaugeMetricFamily("popshop_labels_amiss", "Labels a person must look at", value=labels)

    def render(self) -> bytes:
        """The text Prometheus reads."""
        return generate_latest(self._registry)
