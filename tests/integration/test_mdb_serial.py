"""An existing machine sells our orders: agent, broker, device shell, a real serial line, a controller at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.domain.policy import Policy
from hardware.broker import EmbeddedBroker
from hardware.device import Device
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.vending.driver import MdbVending
from hardware.vending.mdb.vmc_simulator import FaultOrdered, PaidCash, Pressed
from tests.edge_harness import assert_books_hold, assert_chained
from tests.edge_live import STORE, LiveAgent, device_address, eventually
from tests.mdb_bench import SETTINGS, MachineOnACable

PATIENT = Policy(vend_timeout_ms=12_000, vend_command_ttl_ms=10_000)


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


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    broker = EmbeddedBroker(tmp_path / "broker", STORE)
    address = device_address(broker, "vm-1")
    broker.start()
    with LiveAgent(tmp_path / "store", broker, policy=PATIENT) as agent:
        agent.stock(("vm-1", "1", "A", 9))
        with MachineOnACable(tmp_path) as machine:
            device = Device(
                STORE,
                "vm-1",
                MdbVending(SETTINGS),
                tmp_path,
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


def test_a_sale_for_coins_is_in_the_books(shop: Shop) -> None:
    shop.machine.happen(PaidCash(11))
    eventually(lambda: shop.agent.queries.totals()["cash_sales"] == 1)
