"""The endless aisle: units of headquarters' pool that the warehouse sends to a shopper of this store.

Reserved while the order is placed; whether that is confirmed or given back is read from the tables, again and again
with the same names, so that a crash or an outage anywhere between loses neither the units nor the money.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec
import requests
import structlog

from cloud_sync.protocol.envelope import UNREADABLE, rfc3339
from cloud_sync.protocol.warehouse import STORE_RESERVATIONS_PATH, WarehouseAsked, WarehouseTold
from edge_agent.adapters.contacts import Contact
from edge_agent.adapters.identity import Identity
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.commands import FailHandover, HandOver
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock

log = structlog.get_logger(__name__)

FILE: Final = "warehouse.db"
TIMEOUT_S: Final = (3.05, 6.0)
MAX_REPLY_BYTES: Final = 16_384
RETRY_S: Final = 10.0
LOOK_EVERY_S: Final = 30.0
MOST_AT_ONCE: Final = 100
ORPHAN: Final = timedelta(minutes=2)
"""Reserved this long ago without an order: its agent stopped in between, or the order was refused."""
_TABLE: Final = """CREATE TABLE IF NOT EXISTS asked (reservation TEXT PRIMARY KEY, order_id TEXT NOT NULL,
    state TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID"""


class WarehouseAway(Exception):
    """Headquarters gave no answer that we can use."""


class WarehouseRefuses(Exception):
    """It says no; `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class WarehouseDesk:
    """`reserve` from any thread; `step` from a worker's."""

    def __init__(self, folder: Path, hq: Identity, queries: Queries, brain: Brain, clock: Clock) -> None:
        self._path = folder / FILE
        self._url = hq.hq_url + STORE_RESERVATIONS_PATH
        self._headers = {"Authorization": f"Bearer {hq.token}", "Content-Type": "application/json"}
        self._queries = queries
        self._brain = brain
        self._clock = clock
        self._retry_at_s = self._look_at_s = 0.0
        with self._book() as db:
            db.execute(_TABLE)

    def reserve(self, order: str, number: int, sku: str, qty: int, to: Contact) -> str:
        """Have units promised to an order that is about to be placed; their reservation's name, the same every time.

        Raises WarehouseAway, and WarehouseRefuses when it has no such units.
        """
        name = f"{order}-W{number}"
        with self._book() as db:
            db.execute(
                "INSERT OR IGNORE INTO asked VALUES (?, ?, 'reserved', ?)",
                (name, order, rfc3339(self._clock.now())),
            )
        asked = WarehouseAsked(id=name, sku=sku, qty=qty, name=to.name, phone=to.phone, address=to.address)
        told = self._ask("POST", "", msgspec.json.encode(asked))
        if told.state not in ("reserved", "confirmed"):
            raise WarehouseRefuses("sold_out")
        return name

    def step(self) -> None:
        """Confirm what was paid, give back what was not, and hear of what was sent."""
        now_s = self._clock.monotonic()
        if now_s < self._retry_at_s:
            return
        try:
            for name, order, at in self._in_state("reserved"):
                self._settle(name, order, at)
            if now_s >= self._look_at_s:
                self._look_at_s = now_s + LOOK_EVERY_S
                for name, _, _ in self._in_state("confirmed"):
                    self._look(name)
        except WarehouseAway as away:
            self._retry_at_s = now_s + RETRY_S
            log.info("warehouse_away", reason=str(away))

    # ── one reservation ─────────────────────────────────────────────────────────────────────────────

    def _settle(self, name: str, order: str, at: str) -> None:
        if self._queries.handovers_from(name):
            self._confirm(name)
            return
        found = self._queries.order(order)
        orphan = found is None and at < rfc3339(self._clock.now() - ORPHAN)
        if orphan or (found is not None and found["closed_at"]):
            try:
                self._ask("POST", f"/{name}/cancel")
            except WarehouseRefuses as no:
                log.info("nothing_to_give_back", reservation=name, reason=no.code)
            self._set(name, "cancelled")

    def _confirm(self, name: str) -> None:
        try:
            self._ask("POST", f"/{name}/confirm")
        except WarehouseRefuses as no:
            # The money came after the promise had run out: it goes back.
            for handover in self._open(name):
                self._brain.submit(FailHandover(f"warehouse:{handover}", handover, f"warehouse:{no.code}"))
            self._set(name, "refused")
            return
        self._set(name, "confirmed")

    def _look(self, name: str) -> None:
        waiting = self._open(name)
        if not waiting:
            self._set(name, "done")
            return
        try:
            told = self._ask("GET", f"/{name}")
        except WarehouseRefuses as no:
            log.warning("warehouse_forgot", reservation=name, reason=no.code)
            return
        if told.sent:
            for handover in waiting:
                self._brain.submit(
                    HandOver(f"warehouse:{handover}", handover, told.document, by="headquarters")
                )

    def _open(self, name: str) -> list[str]:
        return [each["id"] for each in self._queries.handovers_from(name) if each["state"] == "requested"]

    # ── the book, and the wire ──────────────────────────────────────────────────────────────────────

    def _in_state(self, state: str) -> list[tuple[str, str, str]]:
        with self._book() as db:
            return db.execute(
                "SELECT reservation, order_id, at FROM asked WHERE state = ? ORDER BY at LIMIT ?",
                (state, MOST_AT_ONCE),
            ).fetchall()

    def _set(self, name: str, state: str) -> None:
        with self._book() as db:
            db.execute("UPDATE asked SET state = ? WHERE reservation = ?", (state, name))

    @contextmanager
    def _book(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, timeout=5.0)
        try:
            with db:
                yield db
        finally:
            db.close()

    def _ask(self, method: str, path: str, body: bytes = b"") -> WarehouseTold:
        try:
            # A redirect is not followed: the address of a person goes to headquarters, nowhere else.
            with requests.request(
                method,
                self._url + path,
                data=body,
                headers=self._headers,
                timeout=TIMEOUT_S,
                stream=True,
                allow_redirects=False,
            ) as response:
                content = next(response.iter_content(MAX_REPLY_BYTES), b"")
        except (requests.RequestException, OSError, ValueError) as error:
            raise WarehouseAway(type(error).__name__) from None
        try:
            if response.status_code == 200:
                return msgspec.json.decode(content, type=WarehouseTold)
            code = str(msgspec.json.decode(content)["code"])
        except (*UNREADABLE, KeyError, TypeError):
            raise WarehouseAway(f"an answer of status {response.status_code} that we cannot read") from None
        if response.status_code in (401, 403) or response.status_code >= 500:
            raise WarehouseAway(code)
        raise WarehouseRefuses(code)
