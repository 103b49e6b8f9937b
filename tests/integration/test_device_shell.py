"""The shell of a device against a real broker: nothing is lost, nothing is done twice, whoever is away or killed."""

from __future__ import annotations

import os
import queue
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hardware.behaviour import Input
from hardware.broker import EmbeddedBroker
from hardware.broker_process import BrokerProcess
from hardware.device import Device
from hardware.device_events import DeviceEvent, Listener
from hardware.link import BrokerAddress
from hardware.messages import (
    Ack,
    CommandRefused,
    Describe,
    State,
    VendStarted,
    VendSucceeded,
    encode,
    parse_describe,
    parse_report,
    parse_state,
)
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.send_window import WindowLimits
from hardware.topics import every_device, parse, topic
from hardware.vending.faults import Fault, FaultOrdered
from hardware.vending.port import Machine, Slot, SlotFilled
from hardware.vending.simulator import VendingSimulator

STORE = "pop-1"
SOON_S = 30.0


class Agent:
    """The agent's side of the contract, kept in memory: a watermark per boot, an ack after each step of it."""

    def __init__(self, broker: BrokerProcess) -> None:
        self.acks = True
        self.refused_gaps = 0
        self.received = 0
        self.watermarks: dict[tuple[str, str], int] = defaultdict(int)
        self.applied: list[tuple[str, str, int, object]] = []
        self.states: queue.Queue[State] = queue.Queue()
        self.describes: queue.Queue[Describe] = queue.Queue()
        self.log: list[bytes] = []
        self.at: list[str] = []
        self.mqtt = paho.Client(CallbackAPIVersion.VERSION2, client_id="agent", clean_session=False)
        self.mqtt.username_pw_set(*broker.agent_credentials())
        self.mqtt.on_connect = lambda client, *_: client.subscribe(
            [(every_device(STORE, leaf), 1) for leaf in ("describe", "state", "report")]
        )
        self.mqtt.on_message = self._on_message
        self.subscribed = threading.Event()
        self.mqtt.on_subscribe = lambda *_: self.subscribed.set()
        self.mqtt.reconnect_delay_set(1, 1)
        self.mqtt.connect("127.0.0.1", broker.port)
        self.mqtt.loop_start()
        assert self.subscribed.wait(SOON_S)

    def _on_message(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        where = parse(message.topic)
        assert where is not None
        body = bytes(message.payload)
        if where.leaf == "state":
            self.states.put(parse_state(body))
        elif where.leaf == "describe":
            self.describes.put(parse_describe(body))
        else:
            self._on_report(where.device, body)

    def _on_report(self, device: str, body: bytes) -> None:
        self.received += 1
        if not self.acks:
            return
        report = parse_report(body)
        key = (device, report.boot)
        if report.seq > self.watermarks[key] + 1:
            self.refused_gaps += 1
            return
        if report.seq == self.watermarks[key] + 1:
            self.watermarks[key] = report.seq
            self.applied.append((device, report.boot, report.seq, report.report))
            self.at.append(report.at)
        ack = Ack(boot=report.boot, upto=self.watermarks[key])
        self.mqtt.publish(topic(STORE, device, "ack"), encode(ack), qos=1)

    def command(self, device: str, **fields: str) -> None:
        soon = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
        command = {"kind": "vend", "slot": "1-01", "expires_at": soon, **fields}
        self.mqtt.publish(topic(STORE, device, "command"), encode(command), qos=1)

    def reports(self) -> list[object]:
        return [report for *_, report in self.applied]

    def state(self, status: str) -> State:
        """Wait until presence says so."""
        give_up_at = time.monotonic() + SOON_S
        while time.monotonic() < give_up_at:
            state = self.states.get(timeout=SOON_S)
            if state.status == status:
                return state
        raise AssertionError(f"no state {status}")

    def close(self) -> None:
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


def eventually(holds: Callable[[], bool], timeout_s: float = SOON_S) -> None:
    give_up_at = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < give_up_at, "it never came to that"
        time.sleep(0.01)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "broker", STORE)
    broker.device_credentials("vm-1")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def agent(broker: EmbeddedBroker) -> Iterator[Agent]:
    agent = Agent(broker)
    yield agent
    agent.close()


Make = Callable[..., Device]


@pytest.fixture
def make(broker: EmbeddedBroker, tmp_path: Path) -> Make:
    def make(
        name: str = "vm-1",
        *,
        clock: Callable[[], datetime] = system_clock,
        motor_ms: int = 0,
        listener: Listener | None = None,
    ) -> Device:
        who = broker.device_credentials(name)
        return Device(
            STORE,
            name,
            VendingSimulator(
                [Slot(slot="1-01", capacity=99, count=99)],
                rng=Random(1),
                machine=Machine(motor_ms=motor_ms, power_off_ms=100),
            ),
            tmp_path,
            BrokerAddress(host="127.0.0.1", port=broker.port, user=who.user, password=who.password),
            clock=clock,
            new_boot_mark=random_boot_mark,
            limits=WindowLimits(resend_s=0.3, resend_most_s=1.0),
            listener=listener,
        )

    return make


def fill(count: int) -> Input:
    return SlotFilled("1-01", count)


def test_a_device_says_what_it_is_and_that_it_is_ready_before_anything_else(agent: Agent, make: Make) -> None:
    with DeviceRunner([make()]):
        describe = agent.describes.get(timeout=SOON_S)
        state = agent.state("ready")
        eventually(lambda: len(agent.applied) == 1)
    assert describe.kind == "vending"
    assert describe.capabilities["slots"][0]["slot"] == "1-01"
    assert state.boot == describe.boot == agent.applied[0][1]
    assert dict(state.readings) == {"temperature_c": 4.0}
    assert agent.reports()[0].NAME == "booted"  # type: ignore[attr-defined]
    agent.state("disconnected")


def test_presence_is_said_again_for_a_store_that_was_just_subscribing(agent: Agent, make: Make) -> None:
    """Counted at the device: the broker may lose the first, which is why there is a second."""
    said: queue.Queue[str] = queue.Queue()

    def listen(event: DeviceEvent) -> None:
        if event.what == "state" and event.detail["status"] == "ready":
            said.put(event.detail["status"])

    with DeviceRunner([make(listener=listen)]):
        for _ in range(2):
            said.get(timeout=SOON_S)
        agent.state("ready")
        agent.describes.get(timeout=SOON_S)


def test_a_command_is_answered_and_the_answer_forgotten_once_it_is_acknowledged(
    agent: Agent, make: Make, tmp_path: Path
) -> None:
    with DeviceRunner([make()]):
        agent.state("ready")
        agent.command("vm-1", id="c1")
        eventually(lambda: len(agent.applied) == 3)
        time.sleep(1.3)
    assert agent.reports()[1:] == [
        VendStarted(command_id="c1", slot="1-01"),
        VendSucceeded(command_id="c1", slot="1-01", drop_confirmed=True),
    ]
    with sqlite3.connect(tmp_path / "vm-1.sqlite") as db:
        assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


def test_a_command_is_run_once_however_often_it_comes_and_after_a_restart_too(
    agent: Agent, make: Make
) -> None:
    device = make()
    with DeviceRunner([device]):
        agent.state("ready")
        for _ in range(3):
            agent.command("vm-1", id="c1")
        eventually(lambda: len(agent.applied) == 3)
    with DeviceRunner([make()]):
        agent.state("ready")
        agent.command("vm-1", id="c1")
        agent.command("vm-1", id="c2")
        eventually(lambda: len(agent.applied) == 6)
        time.sleep(0.3)
    done = [report.command_id for report in agent.reports() if isinstance(report, VendSucceeded)]
    assert done == ["c1", "c2"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expired"),
        ({"expires_at": "tomorrow"}, "malformed"),
        ({"kind": "dance"}, "unsupported"),
        ({"slot": "9-99"}, "unknown_slot"),
    ],
)
def test_a_command_that_cannot_be_run_is_refused_once(
    agent: Agent, make: Make, fields: dict[str, str], reason: str
) -> None:
    with DeviceRunner([make()]):
        agent.state("ready")
        agent.command("vm-1", id="c1", **fields)
        agent.command("vm-1", id="c1", **fields)
        eventually(lambda: len(agent.applied) == 2)
        time.sleep(0.3)
    assert agent.reports()[1:] == [CommandRefused(command_id="c1", reason=reason)]


def test_rubbish_in_place_of_a_command_is_refused_and_the_next_one_runs(agent: Agent, make: Make) -> None:
    with DeviceRunner([make()]):
        agent.state("ready")
        for body in (b"{", b"\xff\xfe", b"[]", b"x" * 200_000, b""):
            agent.mqtt.publish(topic(STORE, "vm-1", "command"), body, qos=1)
            agent.mqtt.publish(topic(STORE, "vm-1", "ack"), body, qos=1)
        agent.command("vm-1", id="c1")
        eventually(lambda: len(agent.applied) == 8)
    assert agent.reports()[1:6] == [CommandRefused(command_id="", reason="malformed")] * 5
    assert isinstance(agent.reports()[-1], VendSucceeded)


def test_while_the_agent_does_not_answer_everything_is_kept_and_sent_again(agent: Agent, make: Make) -> None:
    agent.acks = False
    device = make()
    with DeviceRunner([device]):
        agent.state("ready")
        device.put(*(fill(count) for count in range(600)))
        time.sleep(1.0)
        agent.acks = True
        eventually(lambda: len(agent.applied) == 601)
    assert [report.count for report in agent.reports()[1:]] == list(range(600))  # type: ignore[attr-defined]


def test_a_gap_is_mended_by_starting_over_from_the_oldest(agent: Agent, make: Make) -> None:
    device = make()
    agent.acks = False
    with DeviceRunner([device]):
        agent.state("ready")
        device.put(fill(1), fill(2))
        eventually(lambda: agent.received >= 3)
        agent.acks = True
        device.put(fill(3))
        eventually(lambda: len(agent.applied) == 4)
    assert agent.refused_gaps > 0


def test_what_an_earlier_boot_could_not_deliver_comes_before_the_new_boots_reports(
    agent: Agent, make: Make
) -> None:
    agent.acks = False
    device = make()
    with DeviceRunner([device]):
        agent.state("ready")
        device.put(fill(1), fill(2))
        eventually(lambda: agent.received >= 3)
    agent.acks = True
    with DeviceRunner([make()]):
        eventually(lambda: len(agent.applied) >= 4)
    boots = [boot for _, boot, _, _ in agent.applied]
    assert len(set(boots)) == 2
    assert boots == sorted(boots, key=lambda boot: int(boot.split("-")[0]))
    assert [seq for _, _, seq, _ in agent.applied] == [1, 2, 3, 1]


def test_reports_made_without_a_broker_arrive_when_it_is_back(
    broker: EmbeddedBroker, agent: Agent, make: Make
) -> None:
    device = make()
    with DeviceRunner([device]):
        agent.state("ready")
        eventually(lambda: len(agent.applied) == 1)
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGKILL)
        eventually(lambda: broker.pid is None)
        device.put(*(fill(count) for count in range(50)))
        time.sleep(0.3)
        broker.restart()
        eventually(lambda: len(agent.applied) == 51)
    assert [report.count for report in agent.reports()[1:]] == list(range(50))  # type: ignore[attr-defined]


def test_a_power_cut_in_mid_vend_is_a_new_boot_and_no_outcome(agent: Agent, make: Make) -> None:
    device = make(motor_ms=200)
    with DeviceRunner([device]):
        agent.state("ready")
        device.put(FaultOrdered(Fault("power_cut")))
        agent.command("vm-1", id="c1")
        agent.state("lost")
        agent.state("ready")
        agent.command("vm-1", id="c2")
        eventually(lambda: any(isinstance(report, VendSucceeded) for report in agent.reports()))
    named = [(report.NAME, getattr(report, "command_id", "")) for report in agent.reports()]  # type: ignore[attr-defined]
    assert named == [
        ("booted", ""),
        ("vend_started", "c1"),
        ("booted", ""),
        ("vend_started", "c2"),
        ("vend_succeeded", "c2"),
    ]


def test_a_restart_by_command_is_a_new_boot(agent: Agent, make: Make) -> None:
    with DeviceRunner([make()]):
        first = agent.state("ready").boot
        agent.command("vm-1", id="c1", kind="restart")
        agent.state("disconnected")
        assert agent.state("ready").boot != first
        eventually(lambda: len(agent.applied) == 2)


def test_a_report_sent_twice_is_one_fact(agent: Agent, make: Make) -> None:
    device = make()
    with DeviceRunner([device]):
        agent.state("ready")
        device.put(FaultOrdered(Fault("double")))
        agent.command("vm-1", id="c1")
        eventually(lambda: agent.received >= 5)
        eventually(lambda: len(agent.applied) == 3)
        time.sleep(0.2)
    assert len(agent.applied) == 3


def test_a_clock_in_1970_is_told_as_it_is(agent: Agent, make: Make) -> None:
    with DeviceRunner([make(clock=lambda: datetime(1970, 1, 1, tzinfo=UTC))]):
        eventually(lambda: len(agent.applied) == 1)
    assert agent.at == ["1970-01-01T00:00:00.000000Z"]


def test_two_shells_on_one_memory_are_one_too_many(make: Make) -> None:
    with DeviceRunner([make()]), pytest.raises(sqlite3.OperationalError, match="locked"):
        make()


def test_a_device_with_a_wrong_password_says_so_and_keeps_its_reports(
    broker: EmbeddedBroker, tmp_path: Path
) -> None:
    said: queue.Queue[str] = queue.Queue()
    device = Device(
        STORE,
        "vm-1",
        VendingSimulator([], rng=Random(1)),
        tmp_path,
        BrokerAddress(host="127.0.0.1", port=broker.port, user="vm-1", password="wrong"),
        clock=system_clock,
        new_boot_mark=random_boot_mark,
        listener=lambda event: said.put(f"{event.what} {event.detail.get('reason', '')}"),
    )
    with DeviceRunner([device]):
        told = [said.get(timeout=SOON_S) for _ in range(3)]
    assert told[-1] == "offline Not authorized"


def test_many_devices_share_one_thread(agent: Agent, make: Make) -> None:
    devices = [make(f"vm-{number}") for number in range(1, 9)]
    with DeviceRunner(devices):
        for _ in devices:
            agent.state("ready")
        for number in range(1, 9):
            for sale in range(10):
                agent.command(f"vm-{number}", id=f"{number}-{sale}")
        eventually(lambda: len(agent.applied) == 8 * 21)
    assert sum(isinstance(report, VendSucceeded) for report in agent.reports()) == 80


KILLED = """
import pathlib, sys
from random import Random
from hardware.device import Device
from hardware.link import BrokerAddress
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.send_window import WindowLimits
from hardware.vending.port import Machine, Slot
from hardware.vending.simulator import VendingSimulator
import time
folder, port, user, password = sys.argv[1:]
machine = VendingSimulator(
    [Slot(slot="1-01", capacity=9, count=10**6)], rng=Random(1), machine=Machine(motor_ms=0, queue_limit=10**6)
)
address = BrokerAddress(host="127.0.0.1", port=int(port), user=user, password=password)
device = Device("pop-1", "vm-1", machine, pathlib.Path(folder), address, clock=system_clock,
                new_boot_mark=random_boot_mark, limits=WindowLimits(resend_s=0.3, resend_most_s=1.0))
with DeviceRunner([device]):
    time.sleep(60)
"""


def test_a_device_killed_again_and_again_runs_no_command_twice_and_loses_no_report(
    broker: EmbeddedBroker, agent: Agent, tmp_path: Path
) -> None:
    who = broker.device_credentials("vm-1")
    argv = [sys.executable, "-c", KILLED, str(tmp_path), str(broker.port), who.user, who.password]
    rng = Random(7)
    sent = 0
    for _ in range(4):
        device = subprocess.Popen(argv)
        agent.state("ready")
        end_s = time.monotonic() + 0.2 + rng.random() * 0.3
        while time.monotonic() < end_s:
            agent.command("vm-1", id=f"c{sent}")
            sent += 1
            time.sleep(0.002)
        device.kill()
        device.wait()
    device = subprocess.Popen(argv)
    try:
        done = {f"c{number}" for number in range(sent)}
        eventually(
            lambda: {r.command_id for r in agent.reports() if isinstance(r, VendSucceeded)} == done, 20
        )
    finally:
        device.kill()
        device.wait()
    ended = [report.command_id for report in agent.reports() if isinstance(report, VendSucceeded)]
    assert len(ended) == len(set(ended)) == sent
    places = [(boot, seq) for _, boot, seq, _ in agent.applied]
    assert len(places) == len(set(places))


def test_what_was_written_is_what_is_sent_byte_for_byte_every_time(agent: Agent, make: Make) -> None:
    bodies: dict[str, set[bytes]] = defaultdict(set)
    on_report = agent._on_report

    def record(device: str, body: bytes) -> None:
        bodies[msgspec.json.decode(body)["id"]].add(body)
        on_report(device, body)

    agent._on_report = record  # type: ignore[method-assign]
    agent.acks = False
    with DeviceRunner([make()]):
        eventually(lambda: agent.received >= 3)
    assert [len(seen) for seen in bodies.values()] == [1]
