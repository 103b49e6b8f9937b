"""A price reaches the shelf's labels over a real broker; a shelf that is away makes an alert and catches up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from edge_agent.domain import commands
from edge_agent.domain.policy import Policy
from hardware.broker import EmbeddedBroker
from hardware.device import Device
from hardware.footfall.port import PersonPassed
from hardware.footfall.simulator import FootfallSimulator
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.shelf.port import Plate
from hardware.shelf.simulator import ShelfSimulator
from tests.edge_harness import assert_chained
from tests.edge_live import STORE, LiveAgent, device_address, eventually

PATIENCE_S = 1
PLATES = [Plate(plate=f"p{n}", item="A", weight_g=100.0, label=f"l{n}") for n in (1, 2)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "broker", STORE)
    for device in ("shelf-1", "door-1"):
        broker.device_credentials(device)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def agent(broker: EmbeddedBroker, tmp_path: Path) -> Iterator[LiveAgent]:
    with LiveAgent(tmp_path / "store", broker, policy=Policy(label_patience_s=PATIENCE_S)) as agent:
        price(agent, 600)
        planned = tuple(commands.PlannedLabel("shelf-1", plate.label, "A") for plate in PLATES)
        assert agent.do(commands.PlanLabels(agent.key(), planned)).refusal is None
        eventually(lambda: agent.agent.link.connected)
        yield agent
    assert_chained(agent.path)


def price(agent: LiveAgent, minor: int) -> None:
    assert (
        agent.do(commands.ListItems(agent.key(), (commands.ListedItem("A", "甲", "A", minor),))).refusal
        is None
    )


def shell(broker: EmbeddedBroker, folder: Path, name: str, behaviour: Any) -> Device:
    folder.mkdir(parents=True, exist_ok=True)
    address = device_address(broker, name)
    return Device(STORE, name, behaviour, folder, address, clock=system_clock, new_boot_mark=random_boot_mark)


def states(agent: LiveAgent) -> list[str]:
    return [label["state"] for label in agent.queries.labels()]


def shown(agent: LiveAgent) -> list[int]:
    return [label["shown"]["price_minor"] for label in agent.queries.labels() if label["shown"]]


def test_a_new_price_is_on_the_labels_in_a_moment_and_a_shelf_that_is_away_is_an_alert_until_it_is_back(
    broker: EmbeddedBroker, agent: LiveAgent, tmp_path: Path
) -> None:
    shelf = ShelfSimulator(PLATES, rng=Random(1))
    with DeviceRunner([shell(broker, tmp_path / "d", "shelf-1", shelf)]):
        eventually(lambda: shown(agent) == [600, 600] and states(agent) == ["shown", "shown"])
        price(agent, 550)
        eventually(lambda: shown(agent) == [550, 550] and states(agent) == ["shown", "shown"])
    price(agent, 500)
    eventually(lambda: states(agent) == ["lagging", "lagging"])
    assert shown(agent) == [550, 550]
    with DeviceRunner([shell(broker, tmp_path / "d", "shelf-1", shelf)]):
        eventually(lambda: shown(agent) == [500, 500] and states(agent) == ["shown", "shown"])


def test_who_comes_through_the_door_is_counted_by_the_agent(
    broker: EmbeddedBroker, agent: LiveAgent, tmp_path: Path
) -> None:
    counter = FootfallSimulator(rng=Random(1), clock=system_clock, report_every_s=0.2)
    door = shell(broker, tmp_path / "d", "door-1", counter)
    with DeviceRunner([door]):
        door.put(PersonPassed(inwards=True))
        counted = eventually(agent.queries.visitors)
    assert counted == {"door-1": {"entered": 1, "left": 0}}
    assert agent.queries.totals()["visitors"] == 1
