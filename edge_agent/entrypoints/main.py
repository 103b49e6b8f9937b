"""The only wiring: builds the agent out of its parts, starts it, stops it in order."""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
import structlog
from fastapi import FastAPI

from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.upstream import FENCED, UNPROVEN
from cloud_sync.protocol.witness import Standing
from edge_agent.adapters import code_key, receipt_secret
from edge_agent.adapters.address_desk import AddressDesk
from edge_agent.adapters.clock import SystemClock
from edge_agent.adapters.contacts import ContactBook
from edge_agent.adapters.device_relay import NEWS_OF_VENDS, DeviceRelay
from edge_agent.adapters.disk_watch import DiskWatch
from edge_agent.adapters.food_watch import FoodWatch
from edge_agent.adapters.hq_link import HqAddress, HqLink
from edge_agent.adapters.identity import ADDRESS_FILE, LOCK_FILE, Identity
from edge_agent.adapters.identity import STORE_FILE as STORE_FILE
from edge_agent.adapters.label_relay import LabelRelay
from edge_agent.adapters.link_watch import LinkWatch
from edge_agent.adapters.member_desk import MemberDesk
from edge_agent.adapters.mqtt_link import BrokerAddress, MqttLink
from edge_agent.adapters.payments import merchants
from edge_agent.adapters.payments.at_hq import at_hq
from edge_agent.adapters.payments.desk import PaymentDesk, methods_of
from edge_agent.adapters.payments.port import PaymentProvider
from edge_agent.adapters.payments.sandbox import SandboxProvider
from edge_agent.adapters.printing.address import PrinterAddress
from edge_agent.adapters.sqlite_store import lock, schema
from edge_agent.adapters.sqlite_store.checkpoint import Checkpoint
from edge_agent.adapters.sqlite_store.connection import open_writer
from edge_agent.adapters.sqlite_store.journal import SqliteJournal
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.adapters.timers import Timers
from edge_agent.adapters.warehouse import WarehouseDesk
from edge_agent.adapters.witness_file import WitnessFile, beside
from edge_agent.adapters.worker import Worker
from edge_agent.domain.commands import Command, OpenStore, StandingChanged
from edge_agent.domain.food_commands import WithholdVend
from edge_agent.domain.methods import SANDBOX
from edge_agent.domain.policy import Policy
from edge_agent.domain.refusals import sentences
from edge_agent.entrypoints import access, metrics, serving
from edge_agent.entrypoints.errors import tell_errors
from edge_agent.entrypoints.feed import Feed
from edge_agent.entrypoints.http_api import Api, EnrolDevice
from edge_agent.entrypoints.members_api import members_router
from edge_agent.entrypoints.pay_page import pay_page
from edge_agent.entrypoints.payments_api import payments_router
from edge_agent.entrypoints.receipt_page import receipt_page
from edge_agent.entrypoints.scanning import Scanning
from edge_agent.entrypoints.shipping import Shipping
from edge_agent.entrypoints.shop.addresses import address_pages
from edge_agent.entrypoints.shop.routes import Shop, shop_pages
from edge_agent.entrypoints.staff.pages import mount_staff_pages
from edge_agent.entrypoints.staff.shop import Sources
from edge_agent.entrypoints.status import Status
from edge_agent.services.brain import Answer, Brain
from edge_agent.services.handlers import Rules

if TYPE_CHECKING:
    from edge_agent.adapters.printing.printer import ReceiptPrinter

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 16 * 1024 * 1024
"""A catalogue of 20,000 items fits; one request can hold no more memory than this."""


class CannotStart(Exception):
    """The store's file cannot be written; the text says which and why."""


@dataclass(frozen=True)
class EdgeConfig:
    """Everything an agent is told from outside. `port` 0 takes a free one."""

    data: Path
    identity: Identity
    broker: BrokerAddress
    host: str = "127.0.0.1"
    port: int = 0
    public_url: str = ""
    """How a shopper's phone reaches this agent; its own address when empty."""
    policy: Policy = field(default_factory=Policy)
    disk_reserve_bytes: int = 64 * 1024 * 1024
    enrol_device: EnrolDevice | None = None
    """Makes a device's user at the broker; None where the broker is not ours to change."""
    witness: Path | None = None
    """The note that proves the file to be the latest: outside of `data`, and beside it when None."""
    printer: PrinterAddress | None = None
    """The receipt printer; None where there is none."""


class EdgeAgent:
    """One store's agent. `start`, then `serve` until told to stop, then `stop`."""

    def __init__(self, config: EdgeConfig) -> None:
        self.config = config
        identity, data = config.identity, config.data
        data.mkdir(parents=True, exist_ok=True)
        self.clock = SystemClock()
        self._lock = lock.hold(data / LOCK_FILE, rfc3339(self.clock.now()))
        self._socket = serving.listen(config.host, config.port)
        self.port = self._socket.getsockname()[1]
        self.url = f"http://{config.host}:{self.port}"
        schema.migrate(data / STORE_FILE)
        self._writer_db = open_writer(data / STORE_FILE)
        self._checkpoint = Checkpoint(data / STORE_FILE)
        self.queries = Queries(data / STORE_FILE)
        self.queries.own_url = config.public_url or self.url
        self.queries.has_warehouse = bool(identity.hq_url)
        self.access = access.load_or_make(data)
        self._code_key = self.queries.code_key = code_key.load_or_make(data)
        self._sandbox = self._training(identity)
        providers: dict[str, PaymentProvider] = {
            **({} if self._sandbox is None else {SANDBOX: self._sandbox}),
            **at_hq(identity, self.queries, self._code_key),
            **self._merchants(),
        }
        rules = Rules(
            config.policy,
            methods_of(providers),
            shares_stock=bool(identity.hq_url),
            receipt_secret=receipt_secret.load_or_make(data),
            prints=config.printer is not None,
            code_key=self._code_key,
        )
        journal = SqliteJournal(self._writer_db, identity.store)
        self._rules = rules
        self.brain = Brain(journal, rules, self.clock)
        self.link = MqttLink(config.broker, identity.store, self.brain)
        self.printer = None if config.printer is None else self._printer(config.printer)
        self.contacts = ContactBook(data, self.clock)
        self.desk = PaymentDesk(providers, self.queries, self.brain, self.clock)
        self._http = requests.Session()
        # A store that stands alone has nobody to share its stock with, and so nothing to prove.
        self._witness = (
            WitnessFile(config.witness or beside(data), self.queries, journal.ledger_head)
            if identity.hq_url
            else None
        )
        self.hq_link = self._hq_link(identity)
        self.status = Status(
            identity, self.queries, self.brain, self.clock, self.hq_link, prints=self._rules.prints
        )
        self.members = MemberDesk(self.queries, self.clock.now)
        self.scanning = Scanning(self.queries, self.brain, self.clock, self.link, secrets.token_hex(4))
        self.feed = Feed(self.queries, self._told)
        self._warehouse = (
            WarehouseDesk(data, identity, self.queries, self.brain, self.clock) if identity.hq_url else None
        )
        typed = AddressDesk(self.clock, lambda: secrets.token_urlsafe(16))
        self._shipping = Shipping(self.contacts, self._warehouse, self.queries.order, typed)
        self._workers = self._make_workers()
        self._writer = Worker("writer", self._write, every_s=0.0)
        self._address = data / ADDRESS_FILE

    def _hq_link(self, identity: Identity) -> HqLink | None:
        if self._witness is None:
            return None
        public = self._code_key.public.hex()
        address = HqAddress(identity.hq_url, identity.store, identity.token, self._witness.machine, public)
        return HqLink(address, self.queries, self.brain, self.clock, random.random, self._http)

    def _printer(self, address: PrinterAddress) -> ReceiptPrinter:
        # Its library reads a large table of printers: agents without one start without it.
        from edge_agent.adapters.printing.printer import ReceiptPrinter

        return ReceiptPrinter(address, self.queries, self.brain, self.clock)

    def _food_watch(self) -> FoodWatch:
        return FoodWatch(
            self.queries, self.brain, self.clock, self.config.policy, lambda: self.link.connected
        )

    def _training(self, identity: Identity) -> SandboxProvider | None:
        """Training money of the store's own: only where there is no headquarters, whose page takes it otherwise."""
        if identity.hq_url:
            return None
        config = self.config
        return SandboxProvider(config.data / "sandbox.db", config.public_url or self.url, self._today)

    def _merchants(self) -> dict[str, PaymentProvider]:
        try:
            return merchants.load(self.config.data, self.config.public_url or self.url, self.clock.now)
        except merchants.BadContract as error:
            raise CannotStart(str(error)) from None

    def _today(self) -> str:
        """The day of the store's calendar."""
        return self.queries.business_day(self.clock.now())

    def _told(self) -> list[dict[str, Any]]:
        asked = self._shipping.typed.changes()
        return [*self.status.changes(), *self.members.changes(), *self.scanning.changes(), *asked]

    def _hq_heard(self) -> bool:
        return self.hq_link is None or self.hq_link.status.state != "offline"

    def _withhold(self, vend: str) -> None:
        self.brain.submit(WithholdVend("", vend))

    def _make_workers(self) -> list[Worker]:
        relay = DeviceRelay(self.queries, self.link, self.clock, self._withhold)
        labels = LabelRelay(self.queries, self.link, self.clock)
        labeller = Worker("label-relay", labels.step, every_s=0.5)
        carrier = Worker("device-relay", relay.step, every_s=1.0)
        self.brain.on_commit(carrier.wake, of=NEWS_OF_VENDS)
        self.brain.on_commit(self.feed.wake)

        def offer_again() -> None:
            relay.start_over()
            carrier.wake()
            labels.start_over()
            labeller.wake()

        self.link.on_connected(offer_again)
        workers = [
            carrier,
            labeller,
            *self.desk.workers,
            self.scanning.worker,
            Worker(
                "timers", Timers(self.queries, self.brain, self.clock, self.config.policy).step, every_s=0.25
            ),
            Worker("contacts", self.contacts.forget_old, every_s=3_600.0),
            Worker("checkpoint", self._checkpoint.step, every_s=1.0),
            Worker("food-watch", self._food_watch().step, every_s=1.0),
            Worker(
                "disk-watch",
                DiskWatch(self.config.data, self.brain, self.config.disk_reserve_bytes).step,
                1.0,
            ),
        ]
        if self.printer is not None:
            workers.append(Worker("printer", self.printer.step, every_s=0.3))
        if self._warehouse is not None:
            workers.append(Worker("warehouse", self._warehouse.step, every_s=1.0))
        if self.hq_link is not None:
            # Not woken by commits: rows that gather for a moment travel together.
            workers.append(Worker("hq-link", self.hq_link.step, every_s=0.2))
            watch = LinkWatch(self._hq_heard, self.brain, self.clock)
            workers.append(Worker("link-watch", watch.step, every_s=1.0))
        return workers

    def start(self) -> None:
        """Start writing, then listening. Raises CannotStart."""
        i = self.config.identity
        self._open_store()
        if self._witness is not None:
            self._prove(self._witness)
        self._writer.start()
        self.link.start()
        for worker in self._workers:
            worker.start()
        # Whoever waits for this file reads it the moment it is there, so it comes into being whole.
        new = self._address.with_suffix(".new")
        new.write_text(json.dumps({"url": self.url, "pid": os.getpid()}))
        new.replace(self._address)
        log.info("agent_started", store=i.store, url=self.url, data=str(self.config.data))

    def _open_store(self) -> None:
        """Nothing can be decided in a file that does not know its store yet, so this comes before all else."""
        i = self.config.identity
        self._at_once(OpenStore("", i.store, i.name, i.timezone, i.currency, i.epoch))
        if i.epoch < self.queries.epoch():
            # An older identity was put back, with a secret that has long been replaced.
            self._at_once(StandingChanged("", FENCED, "restored"))

    def _prove(self, witness: WitnessFile) -> None:
        """Have the note outside say whether this file is the latest, and keep it from now on, unless it is not."""
        found = witness.judge()
        if found is Standing.RESTORED:
            # The note stays as it is: it proves the same at the next start.
            self._at_once(StandingChanged("", FENCED, "restored"))
            return
        if found is Standing.UNKNOWN and self.queries.standing()["state"] != FENCED:
            self._at_once(StandingChanged("", UNPROVEN, "no_witness"))
        try:
            witness.begin()
        except OSError as error:
            raise CannotStart(
                f"cannot write the note that proves this store to be the latest, {error.filename}: "
                f"{error.strerror}. Name another place outside {self.config.data} with --witness."
            ) from None
        self.brain.on_commit(witness.follow)

    def _at_once(self, command: Command) -> None:
        """Have a command carried out before the writer's thread runs. Raises CannotStart."""
        answers: list[Answer] = []
        self.brain.submit(command, answers.append)
        self.brain.step(timeout_s=0)
        refusal = answers[0].refusal
        if refusal is not None:
            raise CannotStart(f"{self.config.data}: {sentences(refusal)[2]}")

    def _write(self) -> None:
        self.brain.step(timeout_s=0.5)

    def stop(self) -> None:
        """Take nothing more, finish what was taken, let go of everything."""
        self._address.unlink(missing_ok=True)
        self.link.stop()
        for worker in self._workers:
            worker.stop()
        self.brain.close()
        self._writer.stop()
        while self.brain.step(timeout_s=0):
            pass
        if self._witness is not None:
            self._witness.end()
        self.queries.close()
        self._checkpoint.close()
        self._writer_db.close()
        if self._sandbox is not None:
            self._sandbox.close_book()
        self._http.close()
        self._socket.close()
        self._lock.close()
        log.info("agent_stopped", store=self.config.identity.store)

    # ── HTTP ────────────────────────────────────────────────────────────────────────────────────────

    def app(self) -> FastAPI:
        """The web application: API, feed, pay page, tablet."""

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            follower = asyncio.create_task(self.feed.run())
            yield
            follower.cancel()

        app = FastAPI(
            title="popshop edge agent", version="1", lifespan=lifespan, max_body_size=MAX_BODY_BYTES
        )
        api = Api(
            self.brain,
            self.queries,
            self.feed,
            self.access,
            self.clock,
            self.status.health,
            metrics.Metrics(self.queries, self.brain, self.link).render,
            self.config.enrol_device,
            self._rules,
            self._shipping,
        )
        # Routes are looked through in this order: what a checkout needs comes first.
        if self._sandbox is not None:
            app.include_router(pay_page(self._sandbox, self.desk.ask_now))
        app.include_router(payments_router(self.brain, self.queries, self.desk, api.anyone, api.staff))
        app.include_router(api.router())
        app.include_router(members_router(self.brain, self.queries, self.members, api.anyone))
        app.include_router(self.scanning.router(self.members, self.desk, api.anyone))
        app.include_router(receipt_page(self.queries))
        taken, new_key = self._rules.payment_methods, partial(secrets.token_hex, 16)
        shop = Shop(self.brain, self.queries, self.clock, self.contacts, self._shipping, taken, new_key)
        app.include_router(shop_pages(shop, api.staff))
        app.include_router(address_pages(self._shipping.typed, self.clock, self.queries.own_url, api.anyone))
        tablet = Sources(
            self.queries,
            self.status,
            self.brain,
            self.clock,
            lambda: self.link.connected,
            self.config.data,
            self.desk,
            lambda: None if self.printer is None else self.printer.trouble,
            self.scanning.desk.orders_shown,
            self.members.to_greet,
        )
        mount_staff_pages(app, tablet, self.access, secrets.token_hex)
        tell_errors(app, MAX_BODY_BYTES)
        return app

    def serve(self) -> None:
        """Answer HTTP until the process is told to stop (SIGINT, SIGTERM)."""
        serving.answer(self.app(), self._socket)
