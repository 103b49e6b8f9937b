"""Round trip of a vend command, agent → machine → agent, beside a bare publish-and-answer on the same broker.

Ours is read from the journal: from the transaction that asks for a vend to the transaction that takes the
machine's first word. In between lie a commit, the relay, the broker, the machine's own commit, and back.
"""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec

from cloud_sync.protocol import envelope, facts
from edge_agent.adapters.identity import Identity
from edge_agent.adapters.sqlite_store.connection import open_reader
from edge_agent.entrypoints.main import STORE_FILE
from hardware.device import Device
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.vending.port import Machine, Slot
from hardware.vending.simulator import VendingSimulator
from popshop.bench.echo import ANSWER, ASK, connect
from popshop.clock import steady_s
from popshop.shop.client import StaffClient
from popshop.shop.local import LocalShop

STORE: Final = "bench"
MACHINE: Final = "machine"
TURN: Final = 50
"""Commands per contender before the other has its turn."""


@dataclasses.dataclass(frozen=True)
class RoundTrip:
    """Milliseconds, and what may be claimed: the ratio of the 99th percentiles."""

    rounds: int
    agent_p50_ms: float
    agent_p99_ms: float
    bare_p50_ms: float
    bare_p99_ms: float
    p99_ratio: float


def run(folder: Path, rounds: int) -> RoundTrip:
    """Measure both, turn by turn."""
    store = Identity(store=STORE, name="Bench", timezone="UTC", currency="CNY")
    bare_ms: list[float] = []
    with LocalShop(folder, store) as shop:
        shop.stand_alone()
        shop.broker.start()
        shop.start_agent()
        staff = StaffClient(shop.agent_url, shop.credentials()["staff_token"])
        with _machine(shop, folder), _echo(shop) as ask:
            _stock(staff, rounds)
            for turn in range(0, rounds, TURN):
                bare_ms += [ask() for _ in range(TURN)]
                for number in range(turn, turn + TURN):
                    _sell(staff, f"bench-{number}")
        with closing(open_reader(shop.edge_data / STORE_FILE)) as db:
            agent_ms = list(
                round_trips_ms(row[0] for row in db.execute("SELECT body FROM journal ORDER BY seq"))
            )
    return RoundTrip(
        rounds=len(agent_ms),
        agent_p50_ms=round(_percentile(agent_ms, 50), 3),
        agent_p99_ms=round(_percentile(agent_ms, 99), 3),
        bare_p50_ms=round(_percentile(bare_ms, 50), 3),
        bare_p99_ms=round(_percentile(bare_ms, 99), 3),
        p99_ratio=round(_percentile(agent_ms, 99) / _percentile(bare_ms, 99), 2),
    )


def round_trips_ms(bodies: Iterator[bytes]) -> Iterator[float]:
    """From each vend's request to its machine's first word, by the journal's own times."""
    asked: dict[str, datetime] = {}
    for body in bodies:
        event = envelope.decode(body)
        if event.type == facts.VendRequested.TYPE:
            asked[msgspec.json.decode(event.data)["vend"]] = datetime.fromisoformat(event.time)
        elif event.type == facts.VendStarted.TYPE:
            begun = asked.pop(msgspec.json.decode(event.data)["vend"])
            yield (datetime.fromisoformat(event.time) - begun).total_seconds() * 1000


def _percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


@contextmanager
def _machine(shop: LocalShop, folder: Path) -> Iterator[None]:
    slot = Slot(slot="1", capacity=10_000, count=10_000)
    simulator = VendingSimulator([slot], rng=Random(1), machine=Machine(motor_ms=0))
    device = Device(
        STORE,
        MACHINE,
        simulator,
        folder,
        shop.device_address(MACHINE),
        clock=system_clock,
        new_boot_mark=random_boot_mark,
    )
    with DeviceRunner([device]):
        yield


def _stock(staff: StaffClient, rounds: int) -> None:
    staff.list_items([{"sku": "sku", "name_zh": "商品", "name_en": "Item", "price_minor": 350}])
    slot = {"device": MACHINE, "slot": "1", "sku": "sku", "par_level": 10_000, "capacity": 10_000}
    staff.plan([slot | {"count": min(rounds + TURN, 10_000)}])
    staff.wait_until_ready([MACHINE])


def _sell(staff: StaffClient, key: str) -> None:
    order = staff.place_order([{"sku": "sku", "qty": 1}], key=key)
    order = staff.pay(order["id"], "counter", key=key)
    while order["state"] == "fulfilling":
        # Not so often that asking would be what is measured.
        time.sleep(0.02)
        order = staff.order(order["id"])


@contextmanager
def _echo(shop: LocalShop) -> Iterator[Any]:
    user, password = shop.broker.agent_credentials()
    other = subprocess.Popen(
        [sys.executable, "-m", "popshop.bench.echo", str(shop.broker.port), user, password],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdin is not None, "a pipe"
    assert other.stdout is not None, "a pipe"
    answered = threading.Event()
    try:
        other.stdout.readline()
        client = connect(shop.broker.port, user, password, "bench-asker", ANSWER, lambda *_: answered.set())

        def ask() -> float:
            answered.clear()
            begun_s = steady_s()
            client.publish(ASK, b'{"id":"1","kind":"vend","slot":"1"}' * 4, qos=1)
            if not answered.wait(10):
                raise RuntimeError("no answer")
            return (steady_s() - begun_s) * 1000

        yield ask
        client.disconnect()
        client.loop_stop()
    finally:
        other.stdin.close()
        other.wait(10)
