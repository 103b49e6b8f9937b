"""Brings waiting prints to the printer, one after the other. What waits stands in the tables, so a crash forgets none.

A print is begun in the journal before its first byte goes out. Did the line break then, nobody knows whether there is
paper: it is printed again, and this time its paper says that it is a copy.
"""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import closing
from typing import Any, Final

import structlog

from edge_agent.adapters.printing.address import PrinterAddress
from edge_agent.adapters.printing.escpos_paper import escpos
from edge_agent.adapters.printing.link import PrinterLink, PrinterTrouble
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.commands import Command
from edge_agent.domain.day import prints
from edge_agent.domain.day.roll import roll
from edge_agent.domain.paper import Paper, paper
from edge_agent.domain.receipt_commands import DropPrint, PrintBegun, PrintDone
from edge_agent.services.brain import Answer, Brain
from edge_agent.services.ports import Clock

log = structlog.get_logger(__name__)

COMMIT_TIMEOUT_S: Final = 10.0
MOST_PAUSE: Final = 100
"""Steps that are let pass at most after a print broke off: half of a receipt again and again helps nobody."""


class ReceiptPrinter:
    """`step` prints what waits, as far as the printer takes it."""

    def __init__(self, address: PrinterAddress, queries: Queries, brain: Brain, clock: Clock) -> None:
        self._address = address
        self._queries = queries
        self._brain = brain
        self._clock = clock
        self._pause = 0
        self._passing = 0
        self.trouble = ""
        """Why nothing comes out: a code of PrinterTrouble, or nothing."""

    def step(self) -> None:
        """Print what waits."""
        if self._passing:
            self._passing -= 1
            return
        jobs = self._queries.print_jobs()
        try:
            for job in jobs:
                self._print(job)
            self.trouble, self._pause = "", 0
        except PrinterTrouble as trouble:
            if trouble.code != self.trouble:
                log.warning(
                    "receipts_wait", printer=self._address.text, waiting=len(jobs), reason=str(trouble)
                )
            self.trouble = trouble.code
            if trouble.code == "broke_off":
                self._pause = self._passing = min(MOST_PAUSE, max(1, self._pause * 2))

    def _print(self, job: dict[str, Any]) -> None:
        number = prints.number_of(job["receipt"])
        rows = self._receipt(job["receipt"]) if number is None else self._report(number)
        if rows is None:
            self._tell(DropPrint("", job["job"]))
            return
        with closing(PrinterLink(self._address)) as link:
            link.check()
            if not self._tell(PrintBegun("", job["job"])):
                return
            link.send(escpos(rows, self._address.profile))
        self._tell(PrintDone("", job["job"], self._address.text))

    def _receipt(self, name: str) -> Paper | None:
        document, found = self._queries.receipt_document(name), self._queries.receipt(name)
        if document is None or found is None:
            return None
        url = self._queries.receipt_url(found["token"])
        return paper(document, url, found["begun"], self._address.profile.columns)

    def _report(self, number: int) -> Paper | None:
        """A Z, or the X as it is when its paper comes out."""
        queries = self._queries
        with queries.consistent():
            report = queries.z_report(number) if number else queries.x_report(self._clock.now())
            copy, name = queries.z_begun(number), str(queries.store()["name"])
        return None if report is None else roll(report, name, copy, self._address.profile.columns)

    def _tell(self, command: Command) -> bool:
        """Have it committed; whether it was done. Raises TimeoutError when the writer does not come to it."""
        answer: Future[Answer] = Future()
        self._brain.submit(command, answer.set_result)
        return answer.result(COMMIT_TIMEOUT_S).refusal is None
