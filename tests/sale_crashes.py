"""For tests of a sale that dies: a process that kills itself (kill -9) at a named place, a shop around it, a shopper.

A place is `<what>:<which>:<when>`: `commit:PaymentPaid:before` dies with the transaction that has such a fact ready to
be committed, `…:after` when it is on disk and nobody was told; `provider:refund:after` when the provider did it and
the store has not written so (`alipay:…` for that provider); `wire:command:before` when the command is about to leave;
`printer:send:after` when the printer has its bytes. For headquarters, `page:answer:after` when the shopper's button was
worked off and the phone not told; `rows:payment.paid:before` when rows of that type have come and none is taken.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import requests

from cloud_sync.protocol.session import SyncRequest
from edge_agent.adapters import joining, witness_file
from edge_agent.adapters.payments.port import RefundAsked
from edge_agent.adapters.sqlite_store.verify import verify
from hardware.broker import EmbeddedBroker
from popshop.shop.client import AgentRefused, StaffClient
from tests.crash_points import Nursery, kill, wait_until_gone
from tests.edge_live import eventually, machine
from tests.hq_process import Headquarters
from tests.offline_store import pay

PRICE_MINOR = 500
_numbers = itertools.count(1)
OVER = ("completed", "part_refunded", "refunded", "cancelled", "expired")


# ── inside the process that dies ────────────────────────────────────────────────────────────────────


def await_place(file: Path) -> None:
    """Have this process read from a file where it is to die, at SIGUSR1, and now if the file is there."""

    def told(*_: object) -> None:
        for place in file.read_text().splitlines():
            _arm(place)
        file.unlink()

    signal.signal(signal.SIGUSR1, told)
    if file.exists():
        told()


def _arm(place: str) -> None:
    what, which, when = place.split(":")
    if what == "without":
        _WITHOUT[which]()
    elif what == "commit":
        _arm_commit(which, when)
    elif what == "rows":
        _arm_rows(which, when)
    else:
        module, owner = _OWNERS[what]
        _around(getattr(import_module(module), owner), which, when)


_OWNERS = {
    # The training provider of a store that joined.
    "provider": ("edge_agent.adapters.payments.hq_page", "HqPage"),
    "alipay": ("edge_agent.adapters.payments.alipay", "Alipay"),
    "wire": ("edge_agent.adapters.mqtt_link", "MqttLink"),
    "printer": ("edge_agent.adapters.printing.link", "PrinterLink"),
    "page": ("cloud_sync.hq.phone_payments", "PhonePayments"),
}
"""Whose method a place is about: the module and the class."""


def _without_the_refunds_id() -> None:
    from edge_agent.adapters.payments.hq_page import HqPage

    real = HqPage.refund

    def renamed(self: HqPage, asked: RefundAsked) -> str:
        return real(self, replace(asked, refund=f"{asked.refund}-{os.getpid()}"))

    HqPage.refund = renamed  # type: ignore[method-assign]


def _without_beginning_a_print() -> None:
    from edge_agent.adapters.printing.printer import ReceiptPrinter
    from edge_agent.domain.receipt_commands import PrintBegun

    real = ReceiptPrinter._tell

    def told(self: ReceiptPrinter, command: Any) -> bool:
        return isinstance(command, PrintBegun) or real(self, command)

    ReceiptPrinter._tell = told  # type: ignore[method-assign]


_WITHOUT = {
    "refund": _without_the_refunds_id,
    "begun": _without_beginning_a_print,
}
"""Rules that can be taken out of a process (`without:refund:`), to see that the rows rest on them."""


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm_commit(which: str, when: str) -> None:
    from edge_agent.adapters.sqlite_store.journal import SqliteJournal

    record, commit = SqliteJournal.record, SqliteJournal.commit
    seen = threading.Event()

    def watched(self: Any, new: Any, **more: Any) -> None:
        facts = list(new)
        if any(type(fact).__name__ == which for fact in facts):
            seen.set()
        record(self, facts, **more)

    def deadly(self: Any) -> None:
        if seen.is_set() and when == "before":
            _die()
        commit(self)
        if seen.is_set():
            _die()

    SqliteJournal.record, SqliteJournal.commit = watched, deadly  # type: ignore[method-assign]


def _arm_rows(which: str, when: str) -> None:
    from cloud_sync.hq.store import LogStore

    def are_meant(_: LogStore, request: SyncRequest, *__: Any) -> bool:
        return any(f"popshop.{which}.".encode() in bytes(event) for event in request.events)

    _around(LogStore, "sync", when, are_meant)


def _around(owner: type, name: str, when: str, is_meant: Callable[..., bool] = lambda *_, **__: True) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(real)
    def deadly(*arguments: Any, **more: Any) -> Any:
        if not is_meant(*arguments, **more):
            return real(*arguments, **more)
        if when == "before":
            _die()
        try:
            return real(*arguments, **more)
        finally:
            _die()

    setattr(owner, name, deadly)


def doom(pid: int, file: Path, place: str) -> None:
    """Have a mortal process kill itself when it comes to that place; `file` is the one it awaits it from."""
    file.write_text(place)
    os.kill(pid, signal.SIGUSR1)
    eventually(lambda: not file.exists(), what="the place's being known")


# ── around it ───────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Shop:
    """One store of a headquarters: its broker, a machine, and an agent that may be about to die."""

    folder: Path
    store: str
    nursery: Nursery
    broker: EmbeddedBroker
    port: int = field(default_factory=lambda: free_port())
    pid: int = 0
    options: tuple[str, ...] = ()
    """More for the agent's command line."""

    @property
    def data(self) -> Path:
        return self.folder / self.store

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_agent(self, without: str = "") -> None:
        """Start the agent, without one of its rules if one is named."""
        if without:
            self._place.write_text(f"without:{without}:")
        (self.data / "address.json").unlink(missing_ok=True)
        user, password = self.broker.agent_credentials()
        broker = f"mqtt://{user}:{password}@127.0.0.1:{self.broker.port}"
        options = ["edge", "run", "--data", str(self.data), "--port", str(self.port), "--broker", broker]
        options += self.options
        self.pid = self.nursery.bear("mortal", str(self._place), *options)
        eventually(lambda: (self.data / "address.json").exists() or not self.alive, what="the agent")

    @property
    def _place(self) -> Path:
        return self.folder / "place"

    def dies_at(self, place: str) -> None:
        """The agent will kill itself when it comes to that place."""
        doom(self.pid, self._place, place)

    @property
    def alive(self) -> bool:
        """Whether the agent runs."""
        return Path(f"/proc/{self.pid}").exists()

    def died(self) -> None:
        """Wait until it has killed itself."""
        wait_until_gone(self.pid)

    def kill_agent(self) -> None:
        kill(self.pid)

    def stand_up(self) -> None:
        """Start the agent again if a test before left it dead."""
        if not self.alive:
            self.start_agent()

    def kill_if_alive(self) -> None:
        """Leave no process behind."""
        if self.alive:
            kill(self.pid)

    def client(self, role: str = "staff") -> StaffClient:
        """Somebody's hands on the agent, of staff or of a kiosk; they ask again until somebody answers."""
        secrets = json.loads((self.data / "credentials.json").read_text())
        return StaffClient(self.url, secrets[f"{role}_token"], patience_s=30)

    def start_machine(self, motor_ms: int) -> int:
        """The machine as a process of its own; its id."""
        user, password = self.broker.device_credentials("vm-1")
        broker = f"mqtt://{user}:{password}@127.0.0.1:{self.broker.port}"
        slots = self.folder / "slots.json"
        slots.write_text(json.dumps([{"slot": "1", "capacity": 99, "count": 99}]))
        who = ["--kind", "vending", "--store", self.store, "--device", "vm-1", "--broker", broker]
        how = ["--data", str(self.folder / "vm"), "--slots", str(slots), "--motor-ms", str(motor_ms)]
        return self.nursery.bear("machine", "device", "simulate", *who, *how)

    @contextmanager
    def machine(self, *, jams: bool = False, motor_ms: int = 0) -> Iterator[Any]:
        """The vending machine; its inside."""
        from hardware.runner import DeviceRunner

        chances: Any = {"jam": 1.0} if jams else {}
        device, inside = machine(
            self.broker,
            self.folder / f"{self.store}-vm",
            motor_ms=motor_ms,
            chances=chances,
            store=self.store,
        )
        with DeviceRunner([device]):
            yield inside


@contextmanager
def opened(folder: Path, nursery: Nursery, hq: Headquarters) -> Iterator[Shop]:
    """A store of that headquarters with one kind of can and nobody in it; whatever runs is ended afterwards."""
    store = f"pop-{next(_numbers)}"
    broker = EmbeddedBroker(folder / "broker", store)
    broker.device_credentials("vm-1")
    with ExitStack() as ends:
        broker.start()
        ends.callback(broker.stop)
        shop = Shop(folder, store, nursery, broker)
        code = hq.enrol(store, "Pop")
        joining.join(shop.data, witness_file.beside(shop.data), f"{code}@{hq.url}")
        shop.start_agent()
        ends.callback(shop.kill_if_alive)
        with shop.client() as staff:
            staff.list_items([{"sku": "A", "name_en": "Can", "price_minor": PRICE_MINOR}])
            slot = {"device": "vm-1", "slot": "1", "sku": "A", "par_level": 5, "capacity": 99, "count": 99}
            staff.plan([slot])
        yield shop


def assert_books_agree(shop: Shop, staff: StaffClient, hq: Headquarters) -> None:
    """Totals, X report, receipts, the file's own proof and headquarters' recount say one thing, to the fen."""
    taken = staff.totals()["takings_minor"]
    assert staff.get("/api/day/x")["grand_total_minor"] == taken
    numbers: dict[str, list[int]] = {}
    for each in staff.get("/api/receipts")["receipts"]:
        numbers.setdefault(each["device"], []).append(each["number"])
    for given in numbers.values():
        assert sorted(given) == list(range(1, len(given) + 1)), "no number is missing, none is given twice"
    assert verify(shop.data / "store.db") == []
    eventually(lambda: staff.get("/api/health")["sync"]["waiting"] == 0, what="headquarters to have all")
    found = hq.get(f"/api/stores/{shop.store}/proof")
    assert isinstance(found, dict)
    assert (found["gaps"], found["duplicates"], found["agrees"]) == (0, 0, True)
    assert found["takings_minor"].get("CNY", 0) == taken


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Shopper:
    """Buys one can at a kiosk, whose every request is asked again with its key until somebody answers."""

    def __init__(self, shop: Shop, method: str = "sandbox") -> None:
        self._shop = shop
        self._method = method
        self.order: dict[str, Any] = {}
        self.trouble: BaseException | None = None
        self._key = secrets.token_hex(6)
        self._thread = threading.Thread(target=self._guarded, daemon=True)

    def begin(self) -> None:
        """Come in and tap."""
        self._thread.start()

    def leave(self) -> dict[str, Any]:
        """The order as the kiosk shows it at the end."""
        self._thread.join(60)
        if self.trouble is not None:
            raise self.trouble
        assert not self._thread.is_alive(), f"the shopper still waits: {self.order}"
        return self.order

    def _guarded(self) -> None:
        try:
            self._buy()
        except BaseException as trouble:
            self.trouble = trouble

    def _buy(self) -> None:
        with self._shop.client() as kiosk:
            lines = [{"sku": "A", "qty": 1}]
            key = f"order-{self._key}"
            self.order = kiosk.place_order(lines, key=key, channel="kiosk", device="kiosk-1")
            name = self.order["id"]
            with suppress(AgentRefused):
                self.order = kiosk.pay(name, self._method, key=f"pay-{self._key}")
            if self._method == "sandbox":
                self._pay(kiosk, name)
            elif self._method == "signed":
                self._pay_by_receipt(kiosk, name)
            eventually(lambda: self._look(kiosk, name), 30, f"the end of {name}")

    def _look(self, kiosk: StaffClient, name: str) -> bool:
        self.order = kiosk.order(name)
        cases = [v for v in self.order["vends"] if v["state"] == "unknown"]
        return self.order["state"] in OVER or bool(cases)

    def _pay(self, kiosk: StaffClient, name: str) -> None:
        page = self._page(kiosk, name)
        eventually(lambda: _pressed(page), 30, "the payment page")

    def _pay_by_receipt(self, kiosk: StaffClient, name: str) -> None:
        """Pay headquarters, and hold the receipt before the kiosk's reader until the order is paid."""
        receipt = pay(self._page(kiosk, name))
        tries = itertools.count(1)

        def shown() -> bool:
            turn = f"{self._key}-{next(tries)}"
            with suppress(AgentRefused):
                scan = kiosk.post("/api/scans", {"device": "kiosk-1", "text": receipt}, f"scan-{turn}")
                kiosk.post(f"/api/scans/{scan['id']}/use", {"order": name}, f"use-{turn}")
            return bool(kiosk.order(name)["paid_minor"])

        eventually(shown, 30, "the receipt's being taken")

    def _page(self, kiosk: StaffClient, name: str) -> str:
        def address() -> str:
            payment = kiosk.order(name).get("payment") or {}
            return str(payment.get("pay_url") or "")

        return str(eventually(address, 30, "the address to pay at"))


def _pressed(page: str) -> bool:
    try:
        return requests.post(page, data={"answer": "pay"}, timeout=10).ok
    except requests.RequestException:
        return False
