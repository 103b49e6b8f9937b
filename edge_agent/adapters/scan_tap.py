"""Brings what the store's scanners read to the scan desk, and shows receipts to the shop at once.

A receipt at a scanner needs no screen: with exactly one payment waiting for one, it is presented here. Wrong ones are
refused and leave nothing behind; what comes faster than it can be looked at is dropped, never queued without limit.
"""

from __future__ import annotations

import queue
from typing import Final

import structlog

from edge_agent.adapters.scan_desk import Scan, ScanDesk
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.commands import DeviceReported
from edge_agent.domain.methods import SIGNED
from edge_agent.domain.signed_receipt import PresentReceipt
from edge_agent.services.brain import Answer, Brain
from hardware.messages import CodeScanned

log = structlog.get_logger(__name__)

MOST_WAITING: Final = 64
"""Scans of all scanners that wait to be looked at: more than people can show in a second."""


class ScanTap:
    """`reported` is called on the writer's thread and only queues; `step` is its own thread's."""

    def __init__(self, desk: ScanDesk, queries: Queries, brain: Brain) -> None:
        self._desk = desk
        self._queries = queries
        self._brain = brain
        self._waiting: queue.Queue[DeviceReported] = queue.Queue(MOST_WAITING)
        self._newest: dict[str, tuple[str, int]] = {}
        self._refused = 0

    def reported(self, command: DeviceReported) -> None:
        """A device's report is in the books; one that is only repeated is no scan."""
        if not isinstance(command.report, CodeScanned):
            return
        boot, seq = self._newest.get(command.device, ("", 0))
        if boot == command.boot and command.seq <= seq:
            return
        self._newest[command.device] = (command.boot, command.seq)
        try:
            self._waiting.put_nowait(command)
        except queue.Full:
            self._refused += 1

    @property
    def has_scans(self) -> bool:
        """Whether somebody scanned something that was not looked at yet."""
        return not self._waiting.empty()

    def step(self) -> None:
        """Look at what was scanned since."""
        while True:
            try:
                command = self._waiting.get_nowait()
            except queue.Empty:
                break
            assert isinstance(command.report, CodeScanned), "nothing else is queued"
            self._present(self._desk.seen(command.device, command.report.text, command.report.symbology))
        if self._refused:
            log.warning("scans_refused", times=self._refused)
            self._refused = 0

    def _present(self, scan: Scan) -> None:
        if scan.meaning != "receipt" or len(self._queries.live_payments([SIGNED])) != 1:
            return
        command = PresentReceipt(f"scan:{scan.id}", scan.text, scan.device)
        self._brain.submit(command, self._presented)

    def _presented(self, answer: Answer) -> None:
        if answer.refusal is not None:
            self._refused += 1
