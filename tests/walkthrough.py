"""A chain of stores for docs/recovery.md: an operator who types its commands, computers, and what is really there.

Headquarters and agents are processes of their own, started by the very command lines of the page.
"""

from __future__ import annotations

import itertools
import json
import os
import pty
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import requests

from hardware.child_process import Child
from hardware.device import Device
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.vending.port import Machine, Slot
from hardware.vending.simulator import VendingSimulator
from popshop.shop.addresses import read_broker
from popshop.shop.client import AgentRefused, StaffClient
from popshop.shop.processes import HQ_STOP_TIMEOUT_S, popshop, wait_for_address, wait_until_answers
from tests.edge_live import eventually
from tests.hostile_hq import HttpServer, Wire
from tests.hq_process import environment
from tests.hq_process import popshop as command

Done = subprocess.CompletedProcess[str]
FOLDER = "popshop-store"
"""A store's data, as the page names it, below the folder that its computer works in."""
SLOT = "A1"
KEYS = itertools.count(1)


def copied(source: Path, target: Path) -> None:
    """`cp -a`: a database's files belong to the user that it runs as."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


class Shelf:
    """The vending machine in the store, with what is really in it. It outlives the store's computers."""

    def __init__(self, folder: Path, store: str, units: int) -> None:
        self._folder, self._store = folder, store
        self._inside = VendingSimulator(
            [Slot(slot=SLOT, capacity=99, count=units)],
            rng=Random(1),
            machine=Machine(motor_ms=0, power_off_ms=100, queue_limit=50),
        )
        self._runner: DeviceRunner | None = None
        folder.mkdir(parents=True)

    @property
    def units(self) -> int:
        """What somebody who opens the door counts."""
        return self._inside.inside(SLOT)

    def plug_in(self, staff: StaffClient) -> None:
        """Connect it to the broker of the computer that runs the store now."""
        self.unplug()
        broker = read_broker(staff.post("/api/devices", {"device": "vm-1"}, "")["broker"])
        device = Device(
            self._store,
            "vm-1",
            self._inside,
            self._folder,
            broker,
            clock=system_clock,
            new_boot_mark=random_boot_mark,
        )
        self._runner = DeviceRunner([device])
        self._runner.start()
        staff.wait_until_ready(["vm-1"])

    def unplug(self) -> None:
        if self._runner is not None:
            self._runner.stop()
            self._runner = None


class Computer:
    """A computer in a store: a folder to work in, an agent that runs or does not, hands on its API."""

    def __init__(self, desk: Path, operator: Operator) -> None:
        desk.mkdir(parents=True, exist_ok=True)
        self.desk, self._operator = desk, operator
        self._agent: Child | None = None
        self._staff: StaffClient | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._broker_port = free.getsockname()[1]

    @property
    def data(self) -> Path:
        return self.desk / FOLDER

    @property
    def note(self) -> Path:
        """The store's note of how far it had come."""
        return self.desk / f"{FOLDER}.witness"

    def type(self, *words: str, answer: str = "") -> Done:
        """Type a command at this computer."""
        return self._operator.type(*words, answer=answer, at=self.desk)

    def join(self, code: str, *more: str, answer: str = "") -> None:
        done = self.type("edge", "join", code, "--data", FOLDER, *more, answer=answer)
        assert done.returncode == 0, done.stderr

    def verifies(self) -> Done:
        return self.type("edge", "verify", "--data", FOLDER)

    def run(self) -> None:
        # A broker keeps its port, and computers of their own have their own: only here do they share one.
        options = ["edge", "run", "--data", FOLDER, "--port", "0", "--broker-port", str(self._broker_port)]
        self._agent = popshop(self.desk, "agent", options)
        url = wait_for_address(self.data / "address.json", self._agent, self.desk / "agent.log")["url"]
        wait_until_answers(f"{url}/api/health", self._agent)
        token = json.loads((self.data / "credentials.json").read_text())["staff_token"]
        self._staff = StaffClient(url, token, patience_s=10)

    def stop(self) -> None:
        if self._agent is not None:
            self._agent.stop(20)
        self._let_go()

    def kill(self) -> None:
        """The power goes."""
        assert self._agent is not None, "it runs"
        self._agent.kill()
        self._let_go()

    def _let_go(self) -> None:
        if self._staff is not None:
            self._staff.close()
        self._agent = self._staff = None

    # ── the store's API ─────────────────────────────────────────────────────────────────────────────

    @property
    def staff(self) -> StaffClient:
        assert self._staff is not None, "it runs"
        return self._staff

    def key(self) -> str:
        return f"walk-{next(KEYS)}"

    def standing(self) -> tuple[str, str]:
        told = self.staff.get("/api/health")["standing"]
        return told["state"], told["reason"]

    def synced(self) -> None:
        """Wait until headquarters has everything."""

        def has_all() -> bool:
            sync = self.staff.get("/api/health")["sync"]
            return bool(sync["state"] == "online" and sync["waiting"] == 0)

        eventually(has_all, 30, "a store whose rows headquarters has")

    def offers(self, sku: str, *, counted: int | None = None) -> None:
        """List a product and plan its slot; `counted` units stand there."""
        self.staff.list_items(
            [{"sku": sku, "name_zh": sku, "name_en": sku, "price_minor": 500}], key=self.key()
        )
        slot = {"device": "vm-1", "slot": SLOT, "sku": sku, "par_level": 5, "capacity": 99, "count": counted}
        self.staff.plan([slot], key=self.key())

    def refused(self, sku: str) -> str:
        """Order one; the code of the refusal, empty when the order went through."""
        try:
            self.staff.place_order([{"sku": sku, "qty": 1}], key=self.key())
        except AgentRefused as no:
            return no.code
        return ""

    def closes_the_day(self) -> dict[str, Any]:
        """Make the Z; the drawer stays uncounted."""
        made: dict[str, Any] = self.staff.post("/api/day/close", {"uncounted": True}, self.key())
        return made

    def sells(self, sku: str, units: int = 1) -> None:
        """Sell some at the counter, and see each of them fall."""
        for _ in range(units):
            line = {"sku": sku, "qty": 1}
            order = self.staff.place_order([line], key=self.key(), pay="counter")["id"]
            eventually(lambda fallen=order: self._has_fallen(fallen), what=f"{order} in the shopper's hand")  # type: ignore[misc]

    def _has_fallen(self, order: str) -> bool:
        return [vend["state"] for vend in self.staff.order(order)["vends"]] == ["dispensed"]

    def of(self, sku: str) -> dict[str, Any]:
        """The product as the tablet's stock page has it."""
        found = [line for line in self.staff.get("/api/stock")["stock"] if line["sku"] == sku]
        assert found, sku
        return dict(found[0])

    def counts(self, sku: str, shelf: Shelf) -> None:
        """Count what is there, say that this was all, and wait for headquarters' answer."""
        self.staff.post(f"/api/devices/vm-1/slots/{SLOT}/count", {"count": shelf.units}, self.key())
        self.staff.post("/api/stock/count-in", {"skus": [sku]}, self.key())
        eventually(lambda: self.of(sku)["available"] == shelf.units, 60, "headquarters' answer to the count")


class Operator:
    """Types commands, and headquarters is the one of this folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hq_data = folder / "popshop-hq"
        self._hq: Child | None = None
        self._port = "0"
        folder.mkdir(parents=True, exist_ok=True)

    def type(self, *words: str, answer: str = "", at: Path | None = None) -> Done:
        """Run a popshop command to its end. With an `answer` it is asked at a terminal, where that is typed."""
        keyboard, terminal = pty.openpty() if answer else (-1, subprocess.DEVNULL)
        if answer:
            os.write(keyboard, f"{answer}\n".encode())
        try:
            return subprocess.run(
                command(*words),
                stdin=terminal,
                capture_output=True,
                text=True,
                cwd=at or self.folder,
                env=environment(POPSHOP_HQ_DATA=str(self.hq_data)),
                timeout=60,
                check=False,
            )
        finally:
            if answer:
                os.close(keyboard)
                os.close(terminal)

    def does(self, *words: str) -> str:
        """A command that must go well; what it said."""
        done = self.type("hq", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def json(self, *words: str) -> Any:
        """What a command tells a program."""
        done = self.type("hq", *words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def enrols(self, store: str) -> str:
        """The one-time code that the command prints."""
        return self.type("hq", "enrol", store).stdout.strip()

    # ── headquarters' process ───────────────────────────────────────────────────────────────────────

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start_hq(self) -> None:
        """On the same port as before, if it ran before."""
        options = ["hq", "run", "--data", str(self.hq_data), "--port", self._port]
        self._hq = popshop(self.folder, "hq", options)
        there = wait_for_address(self.hq_data / "address.json", self._hq, self.folder / "hq.log")
        self._port = there["url"].rpartition(":")[2]

    def stop_hq(self) -> None:
        if self._hq is not None:
            self._hq.stop(HQ_STOP_TIMEOUT_S)
            self._hq = None

    # ── what must hold after every walk ─────────────────────────────────────────────────────────────

    def books(self, sku: str) -> dict[str, int]:
        """Where the units of a SKU are. Every account sums to zero, and headquarters' proof ends well."""
        proof = self.type("hq", "verify")
        assert proof.returncode == 0, proof.stdout
        found = self.json("stock", "show", sku)
        sums = {name: int(found[name]) for name in ("pool", "reserved", "sold", "shrink", "external")}
        for name in ("hold", "limbo"):
            sums[name] = sum(store[name] for store in found["stores"])
        sums["transit"] = sum(found["in_transit"].values())
        assert sum(sums.values()) == 0, sums
        return sums


@contextmanager
def headquarters(folder: Path) -> Iterator[Operator]:
    """A headquarters with a database of its own, and somebody who runs it."""
    operator = Operator(folder)
    operator.start_hq()
    try:
        yield operator
    finally:
        operator.stop_hq()


class Shop:
    """One store of a walk: its machine, its computers, and a line to headquarters that can be cut."""

    def __init__(self, operator: Operator, store: str, sku: str, units: int, folder: Path) -> None:
        self.operator, self.store, self.sku, self.loaded = operator, store, sku, units
        self.folder = folder / store
        self.shelf = Shelf(self.folder / "machine", store, units)
        self.wire = Wire(operator.url)
        self.server = HttpServer(self.wire)
        self.computers: list[Computer] = []

    def code(self) -> str:
        """A one-time code, over the line of this store."""
        return self.operator.enrols(self.store).partition("@")[0] + f"@{self.server.url}"

    def computer(self, name: str) -> Computer:
        self.computers.append(Computer(self.folder / name, self.operator))
        return self.computers[-1]

    def opens(self) -> Computer:
        """The first day: joined, stocked, selling."""
        first = self.computer("first")
        first.join(self.code())
        first.run()
        self.shelf.plug_in(first.staff)
        first.offers(self.sku, counted=self.loaded)
        return first

    def starts(self, computer: Computer) -> None:
        """The agent of this computer runs, and the machine is connected to it."""
        computer.run()
        self.shelf.plug_in(computer.staff)

    def starts_empty(self, computer: Computer) -> None:
        """A computer that knows nothing of the store but its name: products and slots are listed again."""
        self.starts(computer)
        computer.offers(self.sku)

    @property
    def sold(self) -> int:
        """What left the machine."""
        return self.loaded - self.shelf.units


@contextmanager
def a_shop(operator: Operator, store: str, sku: str, units: int, folder: Path) -> Iterator[Shop]:
    """A store that ends with its test."""
    shop = Shop(operator, store, sku, units, folder)
    with shop.server:
        try:
            yield shop
        finally:
            shop.shelf.unplug()
            for computer in shop.computers:
                computer.stop()


class OnlineShop:
    """An online seller with its token."""

    def __init__(self, operator: Operator, name: str) -> None:
        self._url = f"{operator.url}/v1/online"
        token = operator.type("hq", "seller", name).stdout.strip()
        self._headers = {"Authorization": f"Bearer {token}"}

    def reserves(self, name: str, sku: str, qty: int) -> requests.Response:
        return self._call(requests.post, "/reservations", {"id": name, "sku": sku, "qty": qty})

    def confirms(self, name: str) -> requests.Response:
        return self._call(requests.post, f"/reservations/{name}/confirm", {})

    def states_again(self, name: str, sku: str, qty: int) -> requests.Response:
        return self._call(requests.put, f"/sales/{name}", {"sku": sku, "qty": qty})

    def _call(
        self, how: Callable[..., requests.Response], path: str, body: dict[str, Any]
    ) -> requests.Response:
        return how(self._url + path, json=body, headers=self._headers, timeout=30)


def put_back(copy: Path, place: Path) -> None:
    """A backup takes the place of what was there."""
    shutil.rmtree(place)
    copied(copy, place)
