"""A whole small shop for the tablet's tests: a real agent and broker as processes, simulated machines that fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from cloud_sync.protocol.numbered_log import GENESIS
from cloud_sync.protocol.witness import Note
from edge_agent.adapters import identity, witness_file
from edge_agent.adapters.identity import Identity
from hardware.device import Device
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.topics import topic
from hardware.vending.faults import Fault, FaultKind, FaultOrdered
from hardware.vending.port import Machine, Slot
from hardware.vending.simulator import VendingSimulator
from popshop.shop.client import StaffClient
from popshop.shop.local import LocalShop

STORE = "hz-hubin"
GOODS = [
    ("A1", "白桃气泡水 330 毫升", "White peach sparkling water 330 ml", 350, 7),
    ("A2", "云脚山泉 550 毫升", "Cloudfoot spring water 550 ml", 200, 8),
    ("B1", "蜜香乌龙茶（无糖）", "Honey-scented oolong, unsweetened", 550, 5),
    ("B2", "夹心可可饼干", "Cocoa cream biscuits", 690, 2),
    ("C1", "玻尿酸保湿面膜 单片装", "Hyaluronic face mask, single sheet", 1900, 6),
    ("C2", "护手霜旅行装", "Hand cream, travel size", 2900, 0),
]
MACHINES = ("vm-1", "vm-2")


class TabletShop:
    """The agent, its machines, and a staff member's hands beside the tablet."""

    def __init__(self, shop: LocalShop, machines: dict[str, Device]) -> None:
        self.shop = shop
        self.machines = machines
        self.staff = StaffClient(shop.agent_url, shop.credentials()["staff_token"])
        self._sales = 0

    @property
    def url(self) -> str:
        return f"{self.shop.agent_url}/staff/"

    @property
    def pin(self) -> str:
        return self.shop.credentials()["staff_pin"]

    def stock(self) -> None:
        """A catalogue, and both machines filled."""
        self.staff.list_items(
            [
                {"sku": sku, "name_zh": zh, "name_en": en, "price_minor": price}
                for sku, zh, en, price, _ in GOODS
            ]
        )
        self.staff.plan(
            [
                {"device": machine, "slot": f"1-0{n + 1}", "sku": good[0], "par_level": 8, "capacity": 10}
                | {"count": good[4]}
                for machine in MACHINES
                for n, good in enumerate(GOODS)
            ]
        )
        self.staff.wait_until_ready(list(MACHINES))

    def sell(self, machine: str, slot: str, fault: FaultKind | None = None) -> dict[str, Any]:
        """One unit for money taken at the counter, from a machine that has this fault. The order as paid."""
        if fault is not None:
            self.machines[machine].put(FaultOrdered(Fault(fault, slot)))
        self._sales += 1
        key = f"sale-{self._sales}"
        sku = GOODS[int(slot[-1]) - 1][0]
        line = {"sku": sku, "qty": 1, "device": machine, "slot": slot}
        order = self.staff.place_order([line], key=key)
        return self.staff.pay(order["id"], "counter", key=key)

    def sell_until(
        self, machine: str, slot: str, state: str, fault: FaultKind | None = None
    ) -> dict[str, Any]:
        """Sell, and wait until the unit's vend is in this state."""
        order = self.sell(machine, slot, fault)
        found: dict[str, Any] = wait_for(lambda: self._if(self.staff.order(order["id"]), state))
        return found

    @staticmethod
    def _if(order: dict[str, Any], state: str) -> dict[str, Any] | None:
        return order if order["vends"] and order["vends"][0]["state"] == state else None

    def slot(self, machine: str, slot: str) -> dict[str, Any]:
        """A slot as the agent's API shows it."""
        slots = self.staff.snapshot()["entities"]["device"][machine]["slots"]
        return next(found for found in slots if found["slot"] == slot)

    def say_rubbish(self, device: str) -> None:
        """A device that sends bytes nobody can read."""
        address = self.shop.device_address(device)
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=device)
        client.username_pw_set(address.user, address.password)
        client.connect(address.host, address.port)
        client.loop_start()
        client.publish(topic(STORE, device, "report"), b"\xff not JSON", qos=1).wait_for_publish(10)
        client.disconnect()
        client.loop_stop()


def wait_for(look: Callable[[], Any], timeout_s: float = 15.0) -> Any:
    """Look again and again until there is something."""
    give_up_s = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < give_up_s, "it never came"
        time.sleep(0.05)
    return found


@contextmanager
def tablet_shop(folder: Path, hq_url: str = "http://127.0.0.1:9") -> Iterator[TabletShop]:
    """A stocked shop whose vends are unknown after a second of silence, and whose headquarters is (usually) away."""
    store = Identity(
        store=STORE,
        name="杭州湖滨银泰 in77",
        timezone="Asia/Shanghai",
        currency="CNY",
        token="none",
        hq_url=hq_url,
    )
    with LocalShop(folder, store, agent_options=["--vend-timeout-s", "1"]) as shop:
        joined(shop, store)
        shop.broker.start()
        shop.start_agent()
        machines = {name: _machine(shop, folder, name) for name in MACHINES}
        with DeviceRunner(list(machines.values())):
            found = TabletShop(shop, machines)
            found.stock()
            yield found
            found.staff.close()


def joined(shop: LocalShop, store: Identity) -> None:
    """What joining leaves behind: who the store is, and the note that this computer is the one."""
    identity.save(shop.edge_data, store)
    note = Note(machine=f"machine-{store.epoch}", epoch=store.epoch, seq=0, hash=GENESIS.hex())
    witness_file.put(witness_file.beside(shop.edge_data), note)


def _machine(shop: LocalShop, folder: Path, name: str) -> Device:
    slots = [Slot(slot=f"1-0{n + 1}", capacity=10, count=9) for n in range(len(GOODS))]
    machine = Machine(motor_ms=50, power_off_ms=100, serial=name, model="Vendo 6")
    simulator = VendingSimulator(slots, rng=Random(name), machine=machine)
    return Device(
        STORE,
        name,
        simulator,
        folder,
        shop.device_address(name),
        clock=system_clock,
        new_boot_mark=random_boot_mark,
    )
