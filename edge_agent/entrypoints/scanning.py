"""Scans of the store put together: the desk that keeps the newest, the tap on scanners' reports, and its thread."""

from __future__ import annotations

from fastapi import APIRouter

from edge_agent.adapters.member_desk import MemberDesk
from edge_agent.adapters.mqtt_link import MqttLink
from edge_agent.adapters.payments.desk import PaymentDesk
from edge_agent.adapters.scan_desk import ScanDesk
from edge_agent.adapters.scan_tap import ScanTap
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.adapters.worker import Worker
from edge_agent.entrypoints.door import MayCall
from edge_agent.entrypoints.scan_api import Shop, scan_router
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock


class Scanning:
    """`worker` is to be started and stopped by whoever built it; `changes` are the feed's `scan` entities."""

    def __init__(self, queries: Queries, brain: Brain, clock: Clock, link: MqttLink, mark: str) -> None:
        """`mark` is random, so that ids of this run's scans are none of another."""
        self._queries = queries
        self._brain = brain
        self.desk = ScanDesk(queries, clock.now, mark)
        self._tap = ScanTap(self.desk, queries, brain)
        self.worker = Worker("scans", self._tap.step, every_s=1.0)
        self.changes = self.desk.changes
        link.on_report(self._tap.reported)
        brain.on_commit(self._look)

    def _look(self) -> None:
        if self._tap.has_scans:
            self.worker.wake()

    def router(self, members: MemberDesk, payments: PaymentDesk, anyone: MayCall) -> APIRouter:
        """Handing scans in, and using them."""
        shop = Shop(self._brain, self._queries, members, payments)
        return scan_router(self.desk, shop, anyone)
