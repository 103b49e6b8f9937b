"""The whole agent for tests: a real broker, real device shells, a real HTTP server."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import paho.mqtt.client as paho
import uvicorn
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.adapters.identity import Identity
from edge_agent.adapters.mqtt_link import BrokerAddress
from edge_agent.adapters.printing.address import address_of
from edge_agent.domain import commands
from edge_agent.domain.policy import Policy
from edge_agent.entrypoints.main import EdgeAgent, EdgeConfig
from edge_agent.services.brain import Answer
from hardware.broker import EmbeddedBroker
from hardware.device import Device
from hardware.link import BrokerAddress as DeviceAddress
from hardware.messages import Ack, Describe, State, encode, parse_ack
from hardware.runner import random_boot_mark, system_clock
from hardware.send_window import WindowLimits
from hardware.topics import topic
from hardware.vending.faults import FaultKind, FaultPlan
from hardware.vending.port import Machine, Slot
from hardware.vending.simulator import VendingSimulator

STORE = "pop-1"
ALONE = Identity(store=STORE, name="Pop", timezone="Asia/Shanghai", currency="CNY")
SOON_S = 15.0
KEYS = itertools.count(1)


def eventually(holds: Callable[[], Any], timeout_s: float = SOON_S, what: str = "it") -> Any:
    """Wait until `holds` answers something true, and take it."""
    give_up_at = time.monotonic() + timeout_s
    while not (found := holds()):
        assert time.monotonic() < give_up_at, f"{what} never came to be"
        time.sleep(0.01)
    return found


class LiveAgent:
    """An agent in this process; `serve=True` answers HTTP too."""

    def __init__(
        self,
        folder: Path,
        broker: EmbeddedBroker | None,
        *,
        identity: Identity = ALONE,
        policy: Policy | None = None,
        serve: bool = False,
        printer: str = "none",
    ) -> None:
        # Without a broker the agent keeps knocking at a port where nobody answers.
        at, who = (broker.port, broker.agent_credentials()) if broker else (9, ("", ""))
        address = BrokerAddress("127.0.0.1", at, *who)
        self.agent = EdgeAgent(
            EdgeConfig(
                folder,
                identity,
                address,
                policy=policy or Policy(),
                disk_reserve_bytes=0,
                printer=address_of(printer),
            )
        )
        self.queries = self.agent.queries
        self.path = folder / "store.db"
        self._server: uvicorn.Server | None = None
        self.agent.start()
        if serve:
            self._serve()

    def _serve(self) -> None:
        config = uvicorn.Config(self.agent.app(), log_level="warning", access_log=False)
        self._server = uvicorn.Server(config)
        sockets = [self.agent._socket]
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": sockets}, daemon=True)
        self._thread.start()
        eventually(lambda: self._server is not None and self._server.started)

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
            self._thread.join(10)
        self.agent.stop()

    def __enter__(self) -> LiveAgent:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return self.agent.url

    def key(self) -> str:
        return f"live-{next(KEYS)}"

    def do(self, command: commands.Command) -> Answer:
        """Through the one door; waits for the answer."""
        answers: queue.Queue[Answer] = queue.Queue()
        self.agent.brain.submit(command, answers.put)
        return answers.get(timeout=SOON_S)

    def stock(self, *slots: tuple[str, str, str, int], price_minor: int = 500) -> None:
        skus = sorted({sku for _, _, sku, _ in slots})
        items = tuple(commands.ListedItem(sku, sku, sku, price_minor) for sku in skus)
        planned = tuple(commands.PlannedSlot(d, s, sku, 5, 99, count) for d, s, sku, count in slots)
        assert self.do(commands.ListItems(self.key(), items)).refusal is None
        assert self.do(commands.PlanSlots(self.key(), planned)).refusal is None

    def ready(self, device: str) -> None:
        """Wait until the device says so."""
        eventually(lambda: [d for d in self.queries.devices([device]) if d["status"] == "ready"], what=device)

    def sell(self, sku: str, qty: int = 1) -> str:
        """Order and pay at the counter; the order's id."""
        lines = (commands.RequestedLine(sku, qty),)
        placed = self.do(commands.PlaceOrder(self.key(), "staff", "", lines))
        assert placed.refusal is None, placed
        assert self.do(commands.RequestPayment(self.key(), placed.subject, "counter")).refusal is None
        return placed.subject

    def vends(self, order: str) -> list[str]:
        """The states of an order's vends."""
        found = self.queries.order(order)
        assert found is not None
        return [vend["state"] for vend in found["vends"]]

    def settled(self, order: str, timeout_s: float = SOON_S) -> list[str]:
        """Wait until every vend of the order has an outcome or is a person's case."""
        open_ = {"requested", "dispensing"}
        eventually(lambda: not open_ & set(self.vends(order)), timeout_s, f"an outcome of {order}")
        return self.vends(order)


def machine(
    broker: EmbeddedBroker,
    folder: Path,
    name: str = "vm-1",
    *,
    count: int = 99,
    motor_ms: int = 0,
    chances: dict[FaultKind, float] | None = None,
    clock: Callable[[], Any] = system_clock,
    listener: Callable[[Any], None] | None = None,
    seed: int = 1,
    store: str = STORE,
) -> tuple[Device, VendingSimulator]:
    """A simulated vending machine with one slot, in the real shell."""
    rng = Random(seed)
    inside = VendingSimulator(
        [Slot(slot="1", capacity=99, count=count)],
        rng=rng,
        machine=Machine(motor_ms=motor_ms, power_off_ms=100, queue_limit=50),
        faults=FaultPlan(rng, chances or {}),
    )
    folder.mkdir(parents=True, exist_ok=True)
    device = Device(
        store,
        name,
        inside,
        folder,
        device_address(broker, name),
        clock=clock,
        new_boot_mark=random_boot_mark,
        limits=WindowLimits(resend_s=0.3, resend_most_s=1.0),
        listener=listener,
    )
    return device, inside


def device_address(broker: EmbeddedBroker, name: str) -> DeviceAddress:
    user, password = broker.device_credentials(name)
    return DeviceAddress(host="127.0.0.1", port=broker.port, user=user, password=password)


class RawDevice:
    """A device's broker user in the hands of somebody who sends what he likes."""

    def __init__(self, broker: EmbeddedBroker, name: str) -> None:
        self.name = name
        self.acks: list[Ack] = []
        address = device_address(broker, name)
        # A client id of its own: it must not end the real device's session.
        self._mqtt = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"{name}-raw")
        self._mqtt.username_pw_set(address.user, address.password)
        self._mqtt.on_message = lambda _c, _u, message: self.acks.append(parse_ack(bytes(message.payload)))
        self._mqtt.connect("127.0.0.1", address.port)
        self._mqtt.subscribe(topic(STORE, name, "ack"), qos=1)
        self._mqtt.loop_start()
        eventually(self._mqtt.is_connected)

    def send(self, leaf: Any, body: bytes, *, device: str = "", qos: int = 1) -> None:
        info = self._mqtt.publish(
            topic(STORE, device or self.name, leaf), body, qos=qos, retain=leaf != "report"
        )
        info.wait_for_publish(SOON_S)

    def upto(self, boot: str) -> int:
        """How far the agent has acknowledged a boot."""
        return max((ack.upto for ack in list(self.acks) if ack.boot == boot), default=0)

    def boot(self, boot: str) -> None:
        """Be born (again) and ready."""
        born = Describe(kind="vending", model="m", serial="s", firmware="1", boot=boot)
        self.send("describe", encode(born))
        self.send("state", encode(State(status="ready", boot=boot)))

    def close(self) -> None:
        self._mqtt.disconnect()
        self._mqtt.loop_stop()


def send_all(device: RawDevice, bodies: Sequence[bytes]) -> None:
    for body in bodies:
        device.send("report", body)


def totals(path_or_agent: LiveAgent) -> dict[str, Any]:
    """The agent's own sums."""
    return dict(msgspec.to_builtins(path_or_agent.queries.totals()))
