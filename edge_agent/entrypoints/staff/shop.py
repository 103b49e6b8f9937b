"""What the tablet shows, read at one go from the store's file and from those who run beside it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.identifiers import STREAMS
from edge_agent.adapters.payments.desk import PaymentDesk
from edge_agent.adapters.scan_desk import Scan
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.day.report import Report
from edge_agent.domain.order import Order
from edge_agent.entrypoints.staff.pickups import Found, just_shown, looked_for
from edge_agent.entrypoints.status import Status
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock

Entity = dict[str, Any]

BUCKETS: Final = ("available", "damaged", "tester")
"""What a unit in the stock room may be good for."""
SHOWN_ORDERS: Final = 50
SHOWN_DAYS: Final = 60
SHOWN_QUARANTINE: Final = 20
SHOWN_CODES: Final = 3


@dataclass(frozen=True)
class StreamState:
    """One stream of the journal beside what headquarters has of it."""

    name: str
    rows: int
    acked: int
    oldest_waiting_s: int


class Place(NamedTuple):
    """Where units of a product are counted: a slot (`name`) of a device, or without a device the room's bucket."""

    device: str
    name: str


ROOM: Final = Place("", "available")


@dataclass(frozen=True)
class Day:
    """The drawer since the last Z, closed days, and the report that somebody looks at."""

    moves: list[Entity]
    counts: list[Entity]
    holders: list[Entity]
    closed: list[Entity]
    report: Report | None
    books: list[Entity] = field(default_factory=list)
    """Providers' books of the last days, the newest first."""


@dataclass(frozen=True)
class Shop:
    """The store at one moment. Entities are those of `docs/agent-api.md`."""

    now: datetime
    store: Entity
    sync: Entity
    streams: tuple[StreamState, ...]
    devices: list[Entity]
    cases: list[Entity]
    refunds: list[Entity]
    quarantined: list[Entity]
    disk_free_bytes: int
    broker_connected: bool
    inbox: int
    orders: list[Entity]
    """The newest ones; empty unless asked for."""
    order: Entity | None
    """The one that is looked at."""
    stock: list[Entity]
    pins: list[Entity]
    audits: list[Entity]
    labels: list[Entity]
    visitors: dict[str, Entity]
    """Who came in and went out today, by people counter."""
    day: Day | None = None
    """Unless asked for, None."""
    receipts: list[Entity] = field(default_factory=list)
    """Those of the order that is looked at."""
    printer: str | None = None
    """What is wrong with the receipt printer, or nothing; None where there is none."""
    prints: int = 0
    """Receipts that wait for it."""
    campaigns: list[Entity] = field(default_factory=list)
    promotions: list[Entity] = field(default_factory=list)
    games: list[Entity] = field(default_factory=list)
    prizes_owed: list[Entity] = field(default_factory=list)
    """Those four beside the newest orders only."""
    handovers: list[Entity] = field(default_factory=list)
    """Paid lines that a person is to hand over, the oldest first."""
    to_collect: list[Entity] = field(default_factory=list)
    """Payments that shoppers come to the counter with."""
    payments_in_doubt: list[Entity] = field(default_factory=list)
    """Payments of which nobody knows whether they arrived."""
    decided: Order | None = None
    """The order that is looked at, as decisions see it."""
    differences: list[Entity] = field(default_factory=list)
    """Where a provider's book of a day says something else than ours."""
    found: Found = field(default_factory=list)
    """Orders whose code somebody types, where that is asked for."""
    shown: list[Entity] = field(default_factory=list)
    """Pick-up codes that a scanner of the store just read."""
    greetings: list[Entity] = field(default_factory=list)
    """Members whose tier asks something of staff: at which device and since when, never who."""

    @property
    def printer_waits(self) -> bool:
        """Somebody waits for a receipt that does not come out."""
        return bool(self.printer and self.prints)

    def product(self, sku: str) -> Entity | None:
        """A product's goods and rights."""
        return next((row for row in self.stock if row["sku"] == sku), None)

    def slots_of(self, sku: str) -> list[Entity]:
        """The slots planned for a product, each with its device's name."""
        return [
            slot | {"device": device["id"]}
            for device in self.devices
            for slot in device["slots"]
            if slot["sku"] == sku
        ]

    def places_of(self, sku: str) -> list[Place]:
        """Everywhere sellable units of a product are counted: its slots, then the stock room."""
        return [*(Place(slot["device"], slot["slot"]) for slot in self.slots_of(sku)), ROOM]

    def booked(self, sku: str, place: Place) -> int:
        """What the book says of a place now."""
        if place.device:
            slot = self.slot(place.device, place.name)
            return 0 if slot is None else int(slot["count"])
        product = self.product(sku)
        return 0 if product is None else int(product["room"][place.name])

    def pin(self, reservation: str) -> Entity | None:
        """A reservation that waits to be handed over."""
        return next((pin for pin in self.pins if pin["reservation"] == reservation), None)

    @property
    def to_count(self) -> list[Entity]:
        """Products that are to be counted in before they sell again."""
        return [row for row in self.stock if not row["counted_in"]]

    @property
    def absent(self) -> list[Entity]:
        """Those of them of which the book knows neither a slot nor a unit in this store."""
        planned = {slot["sku"] for device in self.devices for slot in device["slots"]}
        return [row for row in self.to_count if row["sku"] not in planned and not any(row["room"].values())]

    @property
    def standing(self) -> Entity:
        """Whether this store may sell: its state and the reason's code."""
        found: Entity = self.store["standing"]
        return found

    def device(self, name: str) -> Entity | None:
        """A device by its name."""
        return next((device for device in self.devices if device["id"] == name), None)

    def slot(self, device: str, slot: str) -> Entity | None:
        """A slot by its machine and name."""
        found = self.device(device)
        return None if found is None else next((s for s in found["slots"] if s["slot"] == slot), None)

    def case(self, vend: str) -> Entity | None:
        """An open or disputed case by its vend."""
        return next((case for case in self.cases if case["id"] == vend), None)

    def handover(self, handover: str) -> Entity | None:
        """A line that waits to be handed over."""
        return next(
            (line for line in (*self.handovers, *self._of_the_order()) if line["id"] == handover), None
        )

    def _of_the_order(self) -> list[Entity]:
        """Lines that wait, of the order that is looked at: it may be newer than all that are listed."""
        order = self.order
        lines = [] if order is None else [x for x in order["handovers"] if x["state"] == "requested"]
        return [{"id": each["handover"], "order": order["id"]} for each in lines if order is not None]

    def audit(self, audit: str) -> Entity | None:
        """An audit that differs and that nobody has looked into."""
        return next((case for case in self.audits if case["audit"] == audit), None)

    def refund(self, refund: str) -> Entity | None:
        """A refund that is not through."""
        return next((row for row in self.refunds if row["id"] == refund), None)

    def age_s(self, at: str) -> int | None:
        """Seconds since a time that was written down; None when there is none."""
        then = parse_time(at)
        return None if then is None else max(0, int((self.now - then).total_seconds()))


@dataclass(frozen=True)
class Sources:
    """Where a Shop is read from. `read` may be called from any thread but the event loop's."""

    queries: Queries
    status: Status
    brain: Brain
    clock: Clock
    broker_connected: Callable[[], bool]
    data: Path
    payments: PaymentDesk
    printer_trouble: Callable[[], str | None] = lambda: None
    """What is wrong with the receipt printer, or nothing; None where there is none."""
    orders_shown: Callable[[], list[Scan]] = list
    """Pick-up codes that scanners read a moment ago."""
    to_greet: Callable[[], list[Entity]] = list
    """Where members are whom staff greet."""

    def read(
        self,
        *,
        orders: bool = False,
        order: str = "",
        day: bool = False,
        report: int | None = None,
        find: str = "",
    ) -> Shop:
        """The store now."""
        queries, now = self.queries, self.clock.now()
        with queries.consistent():
            return Shop(
                now=now,
                store=self.status.store(),
                sync=self.status.sync(),
                streams=tuple(self._stream(name, now) for name in STREAMS),
                devices=queries.devices(),
                cases=queries.cases(),
                refunds=queries.open_refunds(),
                quarantined=queries.quarantined(SHOWN_QUARANTINE),
                disk_free_bytes=shutil.disk_usage(self.data).free,
                broker_connected=self.broker_connected(),
                inbox=self.brain.waiting,
                orders=queries.last_orders(SHOWN_ORDERS) if orders else [],
                order=queries.order(order) if order else None,
                decided=queries.reader().order(order) if order else None,
                stock=queries.rights(),
                pins=queries.pins(),
                audits=queries.audit_cases(),
                labels=queries.labels(),
                visitors=queries.visitors(queries.business_day(now)),
                day=self._day(now, report) if day else None,
                receipts=queries.receipts_of(order) if order else [],
                printer=self.printer_trouble(),
                prints=len(queries.print_jobs()),
                campaigns=queries.campaigns(now) if orders else [],
                promotions=queries.promotions(now) if orders else [],
                games=queries.games(now) if orders else [],
                prizes_owed=queries.prizes_owed(now) if orders else [],
                handovers=queries.open_handovers(),
                to_collect=queries.payments_at_counter(),
                payments_in_doubt=queries.unknown_payments(),
                differences=queries.open_differences(),
                found=looked_for(queries, find) if find else [],
                shown=just_shown(queries, self.orders_shown()[:SHOWN_CODES]),
                greetings=self.to_greet(),
            )

    def _day(self, now: datetime, report: int | None) -> Day:
        q = self.queries
        shown = None if report is None else q.z_report(report) if report else q.x_report(now)
        closed, books = q.z_reports(SHOWN_DAYS), self.payments.books.standing()
        return Day(q.cash_moves(), q.drawer_counts(), q.drawer_holders(), closed, shown, books)

    def _stream(self, name: str, now: datetime) -> StreamState:
        rows, (acked, _) = self.queries.last_seq(name), self.queries.acked(name)
        waits_since = parse_time(self.queries.written_at(name, acked + 1))
        oldest_s = 0 if waits_since is None else max(0, int((now - waits_since).total_seconds()))
        return StreamState(name, rows, acked, oldest_s)
