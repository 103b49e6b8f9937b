"""An existing machine sells our orders: agent, broker, device shell, a real serial line, a controller at its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from edge_agent.domain.policy import Policy
from hardware.broker import EmbeddedBroker
from hardware.conformance.bench import Pace
from hardware.conformance.checking import Setting, check_device
from hardware.conformance.tape import Tape
from hardware.device import Device
from hardware.link import BrokerAddress
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.vending.driver import MdbVending
from hardware.vending.mdb.vmc_simulator import EagerShopper, Fault, FaultOrdered, PaidCash, Pressed, VmcPlan
from popshop.commands.device import app as device_app
from popshop.console import UserError
from tests.edge_harness import assert_books_hold, assert_chained
from tests.edge_live import STORE, LiveAgent, device_address, eventually
from tests.mdb_bench import PRICES, SETTINGS, MachineOnACable

ROOT = Path(__file__).parents[2]
POPSHOP = [sys.executable, "-c", "from popshop.cli import main; main()"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}"}
PATIENT = Policy(vend_timeout_ms=12_000, vend_command_ttl_ms=10_000)
HASTY = Policy(vend_timeout_ms=4_000, vend_command_ttl_ms=3_500)


class Shop:
    """The whole path, from the till to the coil."""

    def __init__(self, agent: LiveAgent, machine: MachineOnACable) -> None:
        self.agent = agent
        self.machine = machine
        self.vmc = machine.vmc

    def state(self) -> tuple[str, list[str]]:
        device = self.agent.queries.devices(["vm-1"])[0]
        return device["status"], device["faults"]

    def press(self, item: int) -> None:
        """A shopper who waits until the machine shows a credit."""
        eventually(lambda: self.vmc.funds is not None, what="a session")
        self.machine.happen(Pressed(item))


@contextmanager
def a_shop(folder: Path, policy: Policy, plan: VmcPlan | None = None) -> Iterator[Shop]:
    broker = EmbeddedBroker(folder / "broker", STORE)
    address = device_address(broker, "vm-1")
    broker.start()
    with LiveAgent(folder / "store", broker, policy=policy) as agent:
        agent.stock(("vm-1", "1", "A", 9))
        with MachineOnACable(folder, plan) as machine:
            device = Device(
                STORE,
                "vm-1",
                MdbVending(SETTINGS),
                folder,
                address,
                clock=system_clock,
                new_boot_mark=random_boot_mark,
                act=machine.line.give,
            )
            machine.heard = device.put
            with DeviceRunner([device]):
                agent.ready("vm-1")
                yield Shop(agent, machine)
    broker.stop()
    assert_chained(agent.path)
    assert_books_hold(agent.path)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with a_shop(tmp_path, PATIENT) as shop:
        yield shop


def test_a_paid_order_is_sold_by_the_machine_when_the_shopper_presses_its_button(shop: Shop) -> None:
    order = shop.agent.sell("A")
    shop.press(11)
    assert shop.agent.settled(order) == ["dispensed"]
    assert shop.vmc.dispensed == [11]


def test_a_vend_that_the_machine_calls_failed_is_refunded(shop: Shop) -> None:
    shop.machine.happen(FaultOrdered("jam"))
    order = shop.agent.sell("A")
    shop.press(11)
    assert shop.agent.settled(order) == ["failed"]
    assert shop.vmc.dispensed == []


def test_an_adapter_that_is_pulled_out_and_put_back_sells_what_waited(shop: Shop) -> None:
    shop.machine.cable.plugged = False
    eventually(lambda: shop.state() == ("alert", ["EKM"]), what="the alert")
    shop.machine.cable.plugged = True
    shop.agent.ready("vm-1")
    order = shop.agent.sell("A")
    shop.press(11)
    assert shop.agent.settled(order) == ["dispensed"]


def test_an_adapter_that_is_pulled_out_after_the_yes_leaves_the_vend_to_a_person(tmp_path: Path) -> None:
    with a_shop(tmp_path, HASTY, VmcPlan(prices=PRICES, motor_s=5.0)) as shop:
        order = shop.agent.sell("A")
        shop.press(11)
        eventually(lambda: shop.agent.vends(order) == ["dispensing"])
        shop.machine.cable.plugged = False
        eventually(lambda: shop.state() == ("alert", ["EKM"]), what="the alert")
        shop.machine.cable.plugged = True
        assert shop.agent.settled(order) == ["unknown"]
        shop.agent.ready("vm-1")
        assert shop.agent.vends(order) == ["unknown"]


def test_a_bad_line_costs_time_but_no_sale(shop: Shop) -> None:
    bad: list[Fault] = ["noise", "nak", "deaf", "retransmit"]
    order = shop.agent.sell("A")
    shop.machine.happen(*(FaultOrdered(fault) for fault in bad))
    shop.press(11)
    assert shop.agent.settled(order) == ["dispensed"]
    assert shop.vmc.dispensed == [11]


def test_a_sale_for_coins_is_in_the_books(shop: Shop) -> None:
    shop.machine.happen(PaidCash(11))
    eventually(lambda: shop.agent.queries.totals()["cash_sales"] == 1)


def test_with_a_machine_behind_it_the_driver_passes_the_conformance_kits_checks_of_vending(
    tmp_path: Path,
) -> None:
    pace = Pace(answer_s=5.0, boot_s=6.0, back_s=10.0, vend_s=8.0, flight_s=0.3, quiet_s=0.8)
    broker = EmbeddedBroker(tmp_path / "broker", STORE)
    who = device_address(broker, "vm-1")
    broker.start()
    user, password = broker.agent_credentials()
    told: list[str | None] = []
    agent = BrokerAddress(host="127.0.0.1", port=broker.port, user=user, password=password)
    with MachineOnACable(tmp_path, shopper=EagerShopper(PRICES)) as machine:
        device = Device(
            STORE,
            "vm-1",
            MdbVending(SETTINGS),
            tmp_path,
            who,
            clock=system_clock,
            new_boot_mark=random_boot_mark,
            act=machine.line.give,
            listener=lambda event: told.append(event.detail.get("status")),
        )
        machine.heard = device.put
        with DeviceRunner([device]):
            eventually(lambda: "ready" in told)
            setting = Setting(
                store=STORE, device="vm-1", only=("commands.restart", "vending"), vend_slot="1", pace=pace
            )
            found = check_device(setting, agent, Tape(), progress=lambda _: None)
    broker.stop()
    outcomes = {finding.check: (finding.outcome, finding.seen) for finding in found.findings}
    assert {"vending.lock", "vending.expired", "vending.outcome", "vending.after_restart"} <= set(outcomes)
    assert {outcome for outcome, _ in outcomes.values()} == {"passed"}, outcomes
    assert machine.vmc.dispensed == [11] * len(machine.vmc.dispensed)


def test_the_command_sells_through_a_simulated_machine_and_shows_the_conversation(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / "broker", STORE)
    who = device_address(broker, "vm-1")
    broker.start()
    (tmp_path / "machine.json").write_bytes(msgspec.json.encode(SETTINGS))
    options = (
        f"device mdb --store {STORE} --device vm-1 --data {tmp_path} --json --trace --port sim:"
        f" --settings {tmp_path / 'machine.json'} --broker mqtt://{who.user}:{who.password}@127.0.0.1:{broker.port}"
    )
    with LiveAgent(tmp_path / "store", broker, policy=PATIENT) as agent:
        agent.stock(("vm-1", "1", "A", 9))
        command = subprocess.Popen(
            POPSHOP + options.split(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        agent.ready("vm-1")
        assert agent.settled(agent.sell("A")) == ["dispensed"]
        command.send_signal(signal.SIGTERM)
        told, complaints = command.communicate(timeout=10)
    broker.stop()
    assert (command.returncode, complaints.strip()) == (0, "stopped")
    events = [json.loads(line) for line in told.splitlines()]
    said = [event["detail"]["said"] for event in events if event["what"] == "bus"]
    assert said[said.index("BEGIN SESSION 5.00") :][:3] == [
        "BEGIN SESSION 5.00",
        "VEND REQUEST 5.00 item 11",
        "VEND APPROVED 5.00",
    ]


def test_the_command_says_why_there_is_no_line_and_goes_on_looking(tmp_path: Path) -> None:
    (tmp_path / "machine.json").write_bytes(msgspec.json.encode(SETTINGS))
    options = (
        f"device mdb --store s --device d --broker mqtt://a:b@127.0.0.1:9 --data {tmp_path} --json"
        f" --settings {tmp_path / 'machine.json'} --port {tmp_path / 'ttyUSB9'}"
    )
    command = subprocess.Popen(POPSHOP + options.split(), stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    assert command.stdout is not None
    events = (json.loads(line) for line in command.stdout)
    said = next(event["detail"]["said"] for event in events if event["what"] == "bus")
    assert "No such file or directory" in said
    assert command.poll() is None
    command.send_signal(signal.SIGTERM)
    command.communicate(timeout=10)
    assert command.returncode == 0


@pytest.mark.parametrize(
    ("body", "options", "sentence"),
    [
        (b"{}", [], "missing required field `slots`"),
        (msgspec.json.encode(SETTINGS), ["--dialect", "morse"], "unknown dialect 'morse'"),
        (msgspec.json.encode(SETTINGS), ["--broker", "http://x"], "write mqtt://user:password@host:port"),
    ],
)
def test_a_mistake_at_the_keyboard_gets_a_sentence(
    body: bytes, options: list[str], sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "machine.json").write_bytes(body)
    result = CliRunner().invoke(
        device_app,
        [
            *("mdb", "--store", "s", "--device", "d", "--broker", "mqtt://a:b@h:1", "--port", "sim:"),
            *("--settings", str(tmp_path / "machine.json"), "--data", str(tmp_path), *options),
        ],
    )
    assert isinstance(result.exception, UserError)
    assert sentence in str(result.exception)
