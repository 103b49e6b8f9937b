"""A store on a real SQLite file and headquarters on a real PostgreSQL, with a transport that loses, doubles and delays.

Hypothesis chooses the steps. Whatever it chooses, no right goes below zero, and once the line works
both have the same rows and the same rights.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cloud_sync.hq.database.verify import verify
from cloud_sync.hq.rules import rights, warehouse
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.protocol.numbered_log import GENESIS
from cloud_sync.protocol.session import JoinRequest
from cloud_sync.protocol.stock_rights import hold_of
from cloud_sync.protocol.upstream import Asked, Upstream, path_of
from cloud_sync.protocol.witness import Note
from edge_agent.adapters.hq_link import commands_of
from edge_agent.adapters.sqlite_store.verify import verify as verify_store
from edge_agent.domain import commands
from edge_agent.domain.methods import COUNTER
from edge_agent.domain.order import order_id
from hardware.messages import State
from popshop.simulate.clock import Clock
from popshop.simulate.head_office import HeadOffice
from popshop.simulate.real_books import Databases, PostgresRegistry, databases
from popshop.simulate.store import Identity, SimStore

STORE, SKU, DEVICE, SLOT = "pop-1", "tea", "vm-1", "1"


class SharedStock(RuleBasedStateMachine):
    """One store, one SKU, one headquarters. `databases` is set by the test."""

    databases: Databases

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.registry = PostgresRegistry(self.databases)
        self.hq = HeadOffice(self.registry, Clock())
        self.late: list[tuple[Upstream, Asked]] = []
        self.keys = 0
        identity, note = self.join(0)
        path = Path(self.folder.name) / "store.db"
        self.store = SimStore(STORE, Clock(), identity, note, path)
        self.do(commands.ListItems(self.key(), (commands.ListedItem(SKU, SKU, SKU, 500),)))
        self.do(commands.PlanSlots(self.key(), (commands.PlannedSlot(DEVICE, SLOT, SKU, 9, 99, 6),)))
        self.do(commands.DevicePresence(self.key(), DEVICE, State(status="ready", boot="b1")))
        self.hq.act(lambda books: warehouse.receive(books, SKU, 10, "r1", self.hq.clock.now()))

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.heal()
            self.store.close()
            self.registry.close()
            self.folder.cleanup()

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    def do(self, command: commands.Command) -> str:
        refusal = self.store.do(command).refusal
        return "" if refusal is None else refusal.code

    def join(self, epoch: int) -> tuple[Identity, Note]:
        code, mark = self.registry.enrol(STORE, self.hq.clock), f"m{self.keys}"
        told = self.registry.join(code, JoinRequest(code=code, epoch=epoch, machine=mark), self.hq.clock)
        note = Note(machine=mark, epoch=told.epoch, seq=0, hash=GENESIS.hex())
        return Identity(told.epoch, told.token), note

    # ── what happens ────────────────────────────────────────────────────────────────────────────────

    @rule(qty=st.integers(1, 3))
    def sell(self, qty: int) -> None:
        """A shopper orders and pays; the machine is slow and drops nothing yet."""
        name = self.key()
        if self.do(commands.PlaceOrder(name, "kiosk", "k", (commands.RequestedLine(SKU, qty),))) == "":
            self.do(commands.RequestPayment(self.key(), order_id(name), COUNTER))

    @rule(count=st.integers(0, 9))
    def count(self, count: int) -> None:
        self.do(commands.CountSlot(self.key(), DEVICE, SLOT, count))

    @rule(qty=st.integers(1, 4))
    def receive(self, qty: int) -> None:
        self.do(commands.ReceiveStock(self.key(), SKU, qty, "supplier"))

    @rule(qty=st.integers(1, 4))
    def grant(self, qty: int) -> None:
        now = self.hq.clock.now()
        self.hq.act_on(STORE, lambda books, record: rights.grant(books, record, SKU, qty, "", now))

    @rule(qty=st.integers(1, 9))
    def recall(self, qty: int) -> None:
        now = self.hq.clock.now()
        answer = self.hq.act_on(STORE, lambda books, record: rights.recall(books, record, SKU, qty, "", now))
        assert isinstance(answer, str | RightsRefused)

    @rule(fate=st.sampled_from(["", "", "", "request lost", "reply lost", "doubled", "late", "crash"]))
    def send(self, fate: str) -> None:
        """One request, and what becomes of it."""
        asked = self.store.up.next(self.store.clock.monotonic())
        if asked is None:
            self.store.clock.seconds += 31
            return
        if fate == "late":
            self.late.append((self.store.up, asked))
        if fate in ("request lost", "late"):
            return
        self.hq.crash = "after" if fate == "crash" else ""
        self.ask(asked, heard=fate != "reply lost")
        if fate == "doubled":
            self.ask(asked)

    @rule()
    def arrives_late(self) -> None:
        if self.late:
            up, asked = self.late.pop(0)
            self.ask(asked, heard=up is self.store.up)

    @rule()
    def restart(self) -> None:
        self.store.boot()

    @rule()
    def replace_the_computer(self) -> None:
        """The store joins again: a new epoch, and nothing may be sold before somebody counted."""
        self.keys += 1
        self.store.identity, self.store.note = self.join(self.store.epoch)
        self.store.boot()

    @rule()
    def count_in(self) -> None:
        self.do(commands.CountIn(self.key(), (SKU,)))

    def ask(self, asked: Asked, *, heard: bool = True) -> None:
        body = msgspec.json.encode(asked)
        answer = self.hq.hear(path_of(asked), self.store.identity.token, body)
        self.hq.crash = ""
        if answer is None or not heard:
            return
        for outcome in self.store.up.heard(asked, answer, self.store.clock.monotonic()):
            for command in commands_of(outcome, self.store.clock.now()):
                self.do(command)

    # ── what is true ────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def nothing_is_below_zero(self) -> None:
        if hasattr(self, "store"):
            assert all(min(right[:3]) >= 0 for right in self.store.rights().values())

    def heal(self) -> None:
        """The line works: both sides have the same rows and rights, and both prove their books."""
        for _ in range(60):
            self.store.clock.seconds += 31
            self.send("")
        assert self.store.standing == "ok"
        assert self.store.queries.waiting()["rows"] == 0
        with self.registry.open_books() as books:
            hold = books.holdings(STORE).get((hold_of(STORE, self.store.epoch), SKU), 0)
        available, held, _, _ = self.store.rights().get(SKU, (0, 0, 0, True))
        assert available + held == hold
        with psycopg.connect(self.registry.dsn) as connection:
            assert verify(connection).differences == []
        assert self.store.path is not None
        assert verify_store(self.store.path) == []


@pytest.mark.filterwarnings("ignore")
def test_a_store_and_headquarters_agree_whatever_the_line_does(postgres_server):
    with databases(postgres_server) as SharedStock.databases:
        _run()


def _run() -> None:
    run_state_machine_as_test(
        SharedStock,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
