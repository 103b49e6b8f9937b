"""A large floor on one agent: hundreds of simulated devices, each with its own shell, memory and connection.

Every report is followed from what happened at the device to the agent's word that it is on disk, and counted in the
journal afterwards. The devices share the computer with the agent, which a real floor does not; their memories stand in
RAM where the system has a place for that, since hundreds of devices writing through to one disk measure that disk.
"""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec
import requests

from edge_agent.adapters.identity import Identity
from edge_agent.adapters.sqlite_store.connection import open_reader
from edge_agent.entrypoints.main import STORE_FILE
from hardware.broker import EmbeddedBroker
from popshop.bench.fleet_floor import SLOT_CAPACITY, SLOTS, Order, Result
from popshop.bench.usage import memory_mb, processor_s
from popshop.clock import steady_s
from popshop.shop.local import LocalShop

STORE: Final = "bench"
RAM: Final = Path("/dev/shm")
LATE_MS: Final = 1_000.0
PER_PROCESS: Final = 100
"""Devices in one process: one thread runs them all."""
_REPORTS: Final = """
SELECT count(*) FROM journal WHERE CAST(body AS TEXT) LIKE '%"type":"popshop.interaction.code_scanned.v1"%'
OR CAST(body AS TEXT) LIKE '%"type":"popshop.stock.slot_counted.v1"%'"""


@dataclasses.dataclass(frozen=True)
class Fleet:
    """`lost`: reports that were made and stand in no journal; `late`: the agent's word for them took over a second."""

    devices: int
    per_device_per_s: float
    seconds: float
    reports: int
    reports_per_s: float
    lost: int
    late: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    agent_peak_rss_mb: float
    agent_processor_share: float
    """Of one core, while reports came."""


def run(folder: Path, *, devices: int = 200, per_s: float = 10.0, seconds: float = 30.0) -> Fleet:
    """Open a shop of so many devices, let it work for so long, and account for every report."""
    with tempfile.TemporaryDirectory(dir=RAM if RAM.is_dir() else folder) as memories:
        return _run(folder, Path(memories), devices, per_s, seconds)


def _run(folder: Path, memories: Path, devices: int, per_s: float, seconds: float) -> Fleet:
    names = [f"{'scanner' if number % 2 else 'machine'}-{number}" for number in range(devices)]
    store = Identity(store=STORE, name="Bench", timezone="UTC", currency="CNY")
    with LocalShop(folder, store) as shop:
        shop.stand_alone()
        shop.broker.start()
        logins = [(name, shop.broker.device_credentials(name)[1]) for name in names]
        shop.start_agent()
        _plan(shop, [name for name in names if name.startswith("machine")])
        floors = [
            _start(memories, shop.broker, logins[first : first + PER_PROCESS], per_s, seconds)
            for first in range(0, devices, PER_PROCESS)
        ]
        try:
            _all_ready(floors)
            before = _journalled(shop)
            began_s, used_s = steady_s(), processor_s(shop.agent_pid)
            results = _let_them_work(floors)
            took_s = steady_s() - began_s
            share = (processor_s(shop.agent_pid) - used_s) / took_s
        finally:
            for floor in floors:
                floor.kill()
        return _account(results, _journalled(shop) - before, (devices, per_s, seconds), shop, share)


def _account(
    results: Sequence[Result],
    journalled: int,
    asked: tuple[int, float, float],
    shop: LocalShop,
    share: float,
) -> Fleet:
    took = sorted(ms for result in results for ms in result.took_ms) or [0.0]
    sent = sum(count for result in results for count in result.sent.values())
    p50, p95, p99, most = (
        took[min(len(took) - 1, len(took) * percent // 100)] for percent in (50, 95, 99, 100)
    )
    return Fleet(
        devices=asked[0],
        per_device_per_s=asked[1],
        seconds=asked[2],
        reports=sent,
        reports_per_s=round(sent / asked[2], 1),
        lost=sent - journalled,
        late=sum(ms > LATE_MS for ms in took) + sum(result.waiting for result in results),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        max_ms=most,
        agent_peak_rss_mb=round(memory_mb(shop.agent_pid), 1),
        agent_processor_share=round(share, 2),
    )


def _start(
    memories: Path, broker: EmbeddedBroker, logins: list[tuple[str, str]], per_s: float, seconds: float
) -> subprocess.Popen[str]:
    order = Order(
        store=STORE,
        host="127.0.0.1",
        port=broker.port,
        logins=logins,
        per_s=per_s,
        seconds=seconds,
        folder=str(memories),
    )
    floor = subprocess.Popen(
        [sys.executable, "-m", "popshop.bench.fleet_floor"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    _say(floor, msgspec.json.encode(order).decode())
    return floor


def _say(floor: subprocess.Popen[str], line: str) -> None:
    assert floor.stdin is not None, "a pipe was asked for"
    floor.stdin.write(line + "\n")
    floor.stdin.flush()


def _hear(floor: subprocess.Popen[str]) -> str:
    assert floor.stdout is not None, "a pipe was asked for"
    line = floor.stdout.readline()
    if not line:
        raise RuntimeError("a part of the floor broke down")
    return line


def _all_ready(floors: Sequence[subprocess.Popen[str]]) -> None:
    for floor in floors:
        _hear(floor)


def _let_them_work(floors: Sequence[subprocess.Popen[str]]) -> list[Result]:
    for floor in floors:
        _say(floor, "go")
    return [msgspec.json.decode(_hear(floor), type=Result) for floor in floors]


def _plan(shop: LocalShop, machines: Sequence[str]) -> None:
    """Goods for the machines' slots, or their counts would be of nothing that is planned."""
    item = {"sku": "A1", "name_zh": "水", "name_en": "Water", "price_minor": 300}
    slots = [
        {"device": name, "slot": f"{n}", "sku": "A1", "par_level": 0, "capacity": SLOT_CAPACITY}
        for name in machines
        for n in range(SLOTS)
    ]
    bodies: dict[str, Any] = {"catalogue": {"items": [item]}, "planogram": {"slots": slots}}
    for name, body in bodies.items():
        headers = {"Authorization": f"Bearer {shop.credentials()['staff_token']}", "Idempotency-Key": name}
        requests.post(
            f"{shop.agent_url}/api/{name}", json=body, headers=headers, timeout=30
        ).raise_for_status()


def _journalled(shop: LocalShop) -> int:
    with closing(open_reader(shop.edge_data / STORE_FILE)) as db:
        found: int = db.execute(_REPORTS).fetchone()[0]
        return found
