"""The checkout's whole state machine without screens and wires: orders, sandbox, till, relay, vends, on a real file.

Twenty kiosks are twenty threads at the agent's one door. A machine answers the relay at once. What is left is what the
agent decides and writes: place, pay, hear of the money, vend, receipt, end; each answered after its COMMIT.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Final

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.clock import SystemClock
from edge_agent.adapters.device_relay import DeviceRelay
from edge_agent.adapters.payments.desk import PaymentDesk, methods_of
from edge_agent.adapters.payments.port import PaymentAsked, ProviderAnswer
from edge_agent.adapters.payments.sandbox import SandboxProvider
from edge_agent.adapters.sqlite_store import schema
from edge_agent.adapters.sqlite_store.connection import open_writer
from edge_agent.adapters.sqlite_store.journal import SqliteJournal
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.adapters.worker import Worker
from edge_agent.domain import commands
from edge_agent.domain.methods import SANDBOX
from edge_agent.domain.order import order_id
from edge_agent.domain.policy import Policy
from edge_agent.services.brain import Answer, Brain
from edge_agent.services.rules import Rules
from hardware import messages
from popshop.clock import steady_s

STORE: Final = "bench"
SLOT: Final = "1"
PATIENCE_S: Final = 60.0


class _Phones(SandboxProvider):
    """The sandbox, whose shoppers see at once when they can pay."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "http://bench")
        self.opened: dict[str, Queue[str]] = defaultdict(Queue)

    def create(self, asked: PaymentAsked) -> ProviderAnswer:
        answer = super().create(asked)
        self.opened[asked.payment].put(answer.pay_url.rpartition("/")[2])
        return answer


class _Machines:
    """Takes the relay's commands, and reports at once what a machine would."""

    def __init__(self, brain: Brain) -> None:
        self._brain = brain
        self._seq: dict[str, int] = defaultdict(int)
        self._clock = SystemClock()
        self.done: dict[str, Queue[Answer]] = defaultdict(Queue)

    def command(self, device: str, command: messages.Command) -> bool:
        """Begin, drop, tell; the shopper has the can when the agent has taken the report."""
        self._report(device, messages.VendStarted(command_id=command.id, slot=SLOT), None)
        dropped = messages.VendSucceeded(command_id=command.id, slot=SLOT, drop_confirmed=True)
        self._report(device, dropped, self.done[command.id.partition("-")[0]])
        return True

    def _report(self, device: str, report: messages.Report, told: Queue[Answer] | None) -> None:
        self._seq[device] = seq = self._seq[device] + 1
        at = rfc3339(self._clock.now())
        said = commands.DeviceReported(f"{device}-{seq}", device, "boot", seq, at, report)
        self._brain.submit(said, None if told is None else told.put)


class Core:
    """An agent's inside on a file, ready to sell. A context: leaving it ends its threads."""

    def __init__(self, folder: Path, kiosks: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "core.db"
        schema.migrate(path)
        clock = SystemClock()
        self._db = open_writer(path)
        self._queries = Queries(path)
        self.phones = _Phones(folder / "phones.db")
        providers = {SANDBOX: self.phones}
        rules = Rules(Policy(), methods_of(providers), receipt_secret=b"bench")
        self.brain = Brain(SqliteJournal(self._db, STORE), rules, clock)
        self._stock(kiosks)
        self.desk = PaymentDesk(providers, self._queries, self.brain, clock)
        self.machines = _Machines(self.brain)
        relay = DeviceRelay(self._queries, self.machines, clock, lambda _vend: None)
        carrier = Worker("relay", relay.step, every_s=1.0)
        self.brain.on_commit(carrier.wake)
        writer = Worker("writer", partial(self.brain.step, 0.5), every_s=0.0)
        self._workers = [writer, carrier, *self.desk.workers]

    def _stock(self, kiosks: int) -> None:
        told: list[Answer] = []
        self.brain.submit(commands.OpenStore("", STORE, STORE, "Asia/Shanghai", "CNY", 1), told.append)
        numbers = range(kiosks)
        items = tuple(commands.ListedItem(f"sku-{n}", "商品", "Item", 350) for n in numbers)
        slots = tuple(commands.PlannedSlot(f"vm-{n}", SLOT, f"sku-{n}", 0, 9_999, 9_999) for n in numbers)
        self.brain.submit(commands.ListItems("items", items), told.append)
        self.brain.submit(commands.PlanSlots("slots", slots), told.append)
        for n in numbers:
            born = messages.Describe(kind="vending", model="m", serial=f"{n}", firmware="1", boot="boot")
            self.brain.submit(commands.DeviceIntroduced("", f"vm-{n}", born), told.append)
            ready = messages.State(status="ready", boot="boot")
            self.brain.submit(commands.DevicePresence("", f"vm-{n}", ready), told.append)
        while self.brain.step(0):
            pass
        refused = [answer.refusal for answer in told if answer.refusal is not None]
        if refused:
            raise RuntimeError(f"the shop could not be opened: {refused}")

    def __enter__(self) -> Core:
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.stop()
        self._queries.close()
        self._db.close()
        self.phones.close_book()

    def check_out(self, kiosk: int, shoppers: int) -> None:
        """Serve so many shoppers, one after the other. Raises RuntimeError when one is refused."""
        for number in range(shoppers):
            key = f"{kiosk}-{number}-{threading.get_ident()}"
            order = order_id(key)
            line = (commands.RequestedLine(f"sku-{kiosk}", 1),)
            answers: Queue[Answer] = Queue()
            self.brain.submit(commands.PlaceOrder(key, "kiosk", f"kiosk-{kiosk}", line), answers.put)
            asked = commands.RequestPayment(f"{key}-pay", order, SANDBOX, by_staff=False)
            self.brain.submit(asked, answers.put)
            for _ in range(2):
                refusal = answers.get(timeout=PATIENCE_S).refusal
                if refusal is not None:
                    raise RuntimeError(f"{order}: {refusal}")
            payment = f"{order}-P1"
            self.phones.pay(self.phones.opened[payment].get(timeout=PATIENCE_S))
            self.desk.ask_now(payment)
            self.machines.done[order].get(timeout=PATIENCE_S)

    def completed(self) -> int:
        """Orders that reached their end with goods and money."""
        found: int = self._queries.totals()["orders"].get("completed", 0)
        return found


def checkouts_per_s(folder: Path, kiosks: int, shoppers: int) -> float:
    """Let every kiosk serve so many shoppers at once; checkouts a second, each placed, paid and dispensed."""
    with Core(folder, kiosks) as core, ThreadPoolExecutor(kiosks) as people:
        began_s = steady_s()
        list(people.map(partial(core.check_out, shoppers=shoppers), range(kiosks)))
        took_s = steady_s() - began_s
        if core.completed() != kiosks * shoppers:
            raise RuntimeError(f"{core.completed()} of {kiosks * shoppers} checkouts were completed")
    return kiosks * shoppers / took_s
