"""A real small shop for the kiosk's tests: broker, agent, a vending machine; all as a person would start them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from edge_agent.adapters.identity import Identity
from hardware.child_process import Child
from popshop.shop.client import StaffClient
from popshop.shop.local import LocalShop
from tests.kiosk_views import ITEMS

STORE = Identity(store="mall-1", name="星光天地快闪店", timezone="Asia/Shanghai", currency="CNY")
MACHINE = "vm-1"
CAPACITY = 8
MOTOR_MS = 2_500


@dataclass(frozen=True)
class Shop:
    """A shop that runs, and what its shoppers' phones can do."""

    url: str
    kiosk_token: str
    staff: StaffClient

    def pay_by_phone(self) -> None:
        """Open the newest order's payment page and press pay."""
        orders = self.staff.snapshot()["entities"]["order"].values()
        newest = max(orders, key=lambda order: order["placed_at"])
        requests.post(newest["payment"]["pay_url"], data={"answer": "pay"}, timeout=10).raise_for_status()


def _stock(staff: StaffClient) -> None:
    words = ("sku", "name_zh", "name_en", "brand", "category", "price_minor")
    gtin_and_tax = {"gtin": "", "tax_rate_bp": 1300}
    staff.list_items([{word: getattr(item, word) for word in words} | gtin_and_tax for item in ITEMS])
    slots = [
        {"device": MACHINE, "slot": f"1-{number:02}", "sku": item.sku, "count": min(item.available, CAPACITY)}
        | {"par_level": 6, "capacity": CAPACITY}
        for number, item in enumerate(ITEMS, 1)
    ]
    staff.plan(slots)


def _machine(shop: LocalShop, folder: Path, faults: tuple[str, ...]) -> Child:
    slots = folder / "slots.json"
    slots.write_text(
        json.dumps(
            [
                {"slot": f"1-{number:02}", "capacity": CAPACITY, "count": min(item.available, CAPACITY)}
                for number, item in enumerate(ITEMS, 1)
            ]
        )
    )
    address = shop.device_address(MACHINE)
    broker = f"mqtt://{address.user}:{address.password}@{address.host}:{address.port}"
    options = ["--kind", "vending", "--store", STORE.store, "--device", MACHINE, "--broker", broker]
    options += ["--data", str(folder / "devices"), "--slots", str(slots), "--motor-ms", str(MOTOR_MS)]
    for fault in faults:
        options += ["--fault", fault]
    program = [sys.executable, "-m", "popshop", "device", "simulate", *options]
    return Child(program, folder / "machine.log", cwd=folder)


@contextmanager
def running_shop(folder: Path, *faults: str) -> Iterator[Shop]:
    """The shop, open and stocked; `faults` happen at the next vend of their slot (`motor@1-02`)."""
    with LocalShop(folder, STORE) as shop:
        shop.stand_alone()
        shop.broker.start()
        shop.start_agent()
        credentials = shop.credentials()
        with closing(StaffClient(shop.agent_url, credentials["staff_token"])) as staff:
            machine = _machine(shop, folder, faults)
            try:
                staff.wait_until_ready([MACHINE])
                _stock(staff)
                yield Shop(shop.agent_url, credentials["kiosk_token"], staff)
            finally:
                machine.stop()
