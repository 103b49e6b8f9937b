"""A sampling machine over a real broker and the HTTP API: samples once, food that got too warm, both for screens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.domain.policy import Policy
from hardware.broker import EmbeddedBroker
from hardware.device import Device
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.vending.cabinet import Climate
from hardware.vending.faults import FaultOrdered, parse_fault
from hardware.vending.port import DoorMoved, Machine, Slot, SlotFilled
from hardware.vending.simulator import VendingSimulator
from kiosk_ui.agent_client import Agent, AgentClient, RefusedError
from kiosk_ui.orders import Order
from kiosk_ui.requests import TakeSample
from tests.edge_harness import assert_books_hold, assert_chained, read_journal
from tests.edge_live import STORE, LiveAgent, device_address, eventually

WARMS_AT_ONCE = Climate(warming_s=0.05, cooling_s=0.05, health_limit_s=10_000)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "broker", STORE)
    broker.device_credentials("sm-1")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def machine(broker: EmbeddedBroker, tmp_path: Path) -> Device:
    slots = [Slot(slot="1", capacity=9, count=9), Slot(slot="2", capacity=9, count=9)]
    kind = Machine(kind="sampling", motor_ms=0, climate=WARMS_AT_ONCE)
    inside = VendingSimulator(slots, rng=Random(1), machine=kind)
    address = device_address(broker, "sm-1")
    return Device(
        STORE, "sm-1", inside, tmp_path, address, clock=system_clock, new_boot_mark=random_boot_mark
    )


@pytest.fixture
def shop(broker: EmbeddedBroker, machine: Device, tmp_path: Path) -> Iterator[Shop]:
    policy = Policy(food_limit_s=0)
    with LiveAgent(tmp_path / "store", broker, policy=policy, serve=True) as agent:
        shop = Shop(agent)
        shop.fill()
        with DeviceRunner([machine]):
            agent.ready("sm-1")
            yield shop
    assert_books_hold(agent.path)
    assert_chained(agent.path)


class Shop:
    """The store by its HTTP API: staff's deeds, a kiosk's wishes."""

    def __init__(self, agent: LiveAgent) -> None:
        self.agent = agent
        self.staff, self.kiosk = agent.agent.access.staff_token, agent.agent.access.kiosk_token

    def post(self, path: str, body: Any, token: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": self.agent.key()}
        return requests.post(self.agent.url + path, json=body, headers=headers, timeout=10)

    def fill(self) -> None:
        now = self.agent.agent.clock.now()
        items = [
            {"sku": "YOGURT", "name_zh": "酸奶", "price_minor": 900, "food": True},
            {"sku": "CREAM", "name_zh": "面霜", "price_minor": 9_900},
        ]
        slots = [
            {"device": "sm-1", "slot": n, "sku": sku, "par_level": 5, "capacity": 9, "count": 9}
            for n, sku in (("1", "YOGURT"), ("2", "CREAM"))
        ]
        campaigns = [
            {
                "campaign": f"try-{sku.lower()}",
                "brand": "Nuage",
                "name_zh": "试用",
                "name_en": f"Try our {sku.lower()}",
                "skus": [sku],
                "devices": ["sm-1"],
                "per": "visit",
                "starts_at": rfc3339(now - timedelta(hours=1)),
                "ends_at": rfc3339(now + timedelta(hours=1)),
                "limit": 100,
                "consent_zh": "同意",
                "consent_en": "I agree",
                "consent_version": "v1",
            }
            for sku in ("YOGURT", "CREAM")
        ]
        for path, body in (
            ("/api/catalogue", {"items": items}),
            ("/api/planogram", {"slots": slots}),
            ("/api/campaigns", {"campaigns": campaigns}),
        ):
            assert self.post(path, body, self.staff).status_code == 200, path

    def ask(self, claimant: str, what: str = "cream", consent: str | None = "v1") -> requests.Response:
        wish = {"campaign": f"try-{what}", "device": "sm-1", "claimant": claimant, "consent": consent}
        return self.post("/api/samples", wish, self.kiosk)

    def seen(self, kind: str, key: str) -> Any:
        headers = {"Authorization": f"Bearer {self.kiosk}"}
        snapshot = requests.get(self.agent.url + "/api/snapshot", headers=headers, timeout=10).json()
        return snapshot["entities"][kind][key]

    def taken(self) -> list[str]:
        return [event.type for event, _ in read_journal(self.agent.path, "interactions")]


def looks(machine: Device) -> bool:
    """Have the machine look at its cold box, as it does whenever anything happens: an entry without effect."""
    machine.put(SlotFilled("none", 0))
    return True


def test_a_sample_drops_once_and_again_only_for_who_got_none(shop: Shop, machine: Device) -> None:
    assert shop.ask("visit-a", consent=None).json()["code"] == "consent_needed"
    order = shop.ask("visit-a")
    assert order.status_code == 201, order.text
    assert shop.agent.settled(order.json()["id"]) == ["dispensed"]
    assert shop.ask("visit-a").json()["code"] == "sample_taken_already"
    machine.put(FaultOrdered(parse_fault("jam@2")))
    jammed = shop.ask("visit-b").json()["id"]
    assert shop.agent.settled(jammed) == ["failed"]
    machine.put(DoorMoved(True))
    eventually(lambda: shop.seen("device", "sm-1")["status"] == "alert")
    assert shop.ask("visit-b").json()["code"] == "machine_not_ready"
    machine.put(DoorMoved(False))
    shop.agent.ready("sm-1")
    assert shop.agent.settled(shop.ask("visit-b").json()["id"]) == ["dispensed"]
    assert shop.taken() == ["popshop.interaction.sample_taken.v1"] * 2
    assert (shop.seen("campaign", "try-cream")["given"], shop.seen("campaign", "try-cream")["open"]) == (
        2,
        True,
    )


def test_food_that_got_too_warm_is_neither_sold_nor_given_until_staff_released_it(
    shop: Shop, machine: Device
) -> None:
    assert shop.seen("campaign", "try-yogurt")["available"] == 9
    machine.put(DoorMoved(True))
    eventually(lambda: looks(machine) and shop.seen("device", "sm-1")["food_stopped"], what="the stop")
    machine.put(DoorMoved(False))
    eventually(lambda: shop.seen("device", "sm-1")["status"] == "ready")
    assert shop.seen("campaign", "try-yogurt")["available"] == 0
    assert shop.ask("visit-a", "yogurt").json()["code"] == "food_stopped"
    assert shop.ask("visit-a").status_code == 201, "cream does not spoil"
    path, fine = "/api/devices/sm-1/release-food", {"outcome": "fine"}
    assert shop.post(path, fine, shop.kiosk).status_code == 403
    eventually(lambda: looks(machine) and shop.post(path, fine, shop.staff).status_code == 200)
    assert shop.seen("campaign", "try-yogurt")["available"] == 9
    assert shop.post(path, fine, shop.staff).json()["code"] == "food_not_stopped"


def test_a_kiosk_takes_a_sample_and_follows_it_by_the_same_contract(shop: Shop) -> None:
    kiosk = AgentClient(Agent(shop.agent.url, shop.kiosk, "kiosk-1"))
    try:
        campaign = kiosk.snapshot().campaigns["try-cream"]
        assert (campaign.open, campaign.available, campaign.consent is not None) == (True, 9, True)
        order = kiosk.send(TakeSample("k1", "try-cream", "visit-k", "v1"))
        assert isinstance(order, Order)
        assert (order.device, order.total_minor, order.state) == ("kiosk-1", 0, "fulfilling")
        with pytest.raises(RefusedError, match="sample_taken_already"):
            kiosk.send(TakeSample("k2", "try-cream", "visit-k", "v1"))
        assert shop.agent.settled(order.id) == ["dispensed"]
    finally:
        kiosk.close()
