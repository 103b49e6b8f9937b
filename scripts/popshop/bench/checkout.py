"""Checkouts of many kiosks on one agent, beside a bare SQLite insert on the same disk in the same run.

A checkout is an order that was placed, paid and dispensed. It is measured twice: through the agent's state machine
alone (`checkout_core`), and with everything around it, on the same computer: the agent as a process, the broker, HTTP,
the feed of each screen, the sandbox's payment page, a machine for each kiosk.
"""

from __future__ import annotations

import dataclasses
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from cloud_sync.protocol import envelope, facts
from edge_agent.adapters.identity import Identity
from edge_agent.adapters.sqlite_store.connection import open_reader, open_writer
from edge_agent.entrypoints.main import STORE_FILE
from popshop.bench.checkout_core import checkouts_per_s
from popshop.bench.checkout_floor import SLOT, Job, Round
from popshop.bench.usage import memory_mb, processor_s
from popshop.clock import steady_s
from popshop.shop.client import StaffClient
from popshop.shop.local import LocalShop

STORE: Final = "bench"
WARM_UP: Final = 3
"""Shoppers a kiosk serves before anything is measured."""
CALM_PACE_S: Final = 1.0
"""A checkout a second at every kiosk: a shop that is busy, not one that is driven to its limit."""
CALM_SHOPPERS: Final = 15
ROUNDS: Final = 3


@dataclasses.dataclass(frozen=True)
class Checkout:
    """`checkouts_per_s` is of the state machine, `whole_shop_per_s` with screens, wires, machines and phones.

    `paid_to_wire` is of the whole shop at a checkout a second and kiosk, `…_at_the_limit` as fast as kiosks can.
    """

    kiosks: int
    checkouts: int
    checkouts_per_s: float
    bare_inserts_per_s: float
    share_of_bare: float
    whole_shop_per_s: float
    whole_shop_share_of_bare: float
    paid_to_wire_p50_ms: float
    paid_to_wire_p99_ms: float
    paid_to_wire_max_ms: float
    paid_to_wire_at_the_limit_p99_ms: float
    checkout_p50_ms: float
    checkout_p99_ms: float
    agent_processor_share: float
    """Of one core, at the limit."""
    agent_peak_rss_mb: float


def run(folder: Path, *, kiosks: int = 20, shoppers: int = 100) -> Checkout:
    """Let every kiosk serve so many shoppers at once, then at a calm pace."""
    store = Identity(store=STORE, name="Bench", timezone="Asia/Shanghai", currency="CNY")
    bare, core = [], []
    for turn in range(ROUNDS):
        bare.append(_bare_inserts_per_s(folder, turn))
        core.append(checkouts_per_s(folder / f"core-{turn}", kiosks, shoppers))
    with LocalShop(folder, store) as shop:
        shop.stand_alone()
        shop.broker.start()
        logins = [(f"vm-{n}", shop.broker.device_credentials(f"vm-{n}")[1]) for n in range(kiosks)]
        shop.start_agent()
        with StaffClient(shop.agent_url, shop.credentials()["staff_token"]) as staff:
            _stock(staff, kiosks)
            floor = _open_floor(shop, logins)
            try:
                staff.wait_until_ready([name for name, _ in logins])
                _round(floor, WARM_UP, 0)
                used_s = processor_s(shop.agent_pid)
                rush = _round(floor, shoppers, 0)
                share = (processor_s(shop.agent_pid) - used_s) / rush.took_s
                calm = _round(floor, CALM_SHOPPERS, CALM_PACE_S)
            finally:
                floor.kill()
                floor.wait()
        memory = memory_mb(shop.agent_pid)
        paid_at = _paid_at(shop.edge_data / STORE_FILE)
    done = kiosks * shoppers
    calm_ms, rush_ms = _to_wire_ms(paid_at, calm), _to_wire_ms(paid_at, rush)
    return Checkout(
        kiosks=kiosks,
        checkouts=done,
        checkouts_per_s=round(median(core), 1),
        bare_inserts_per_s=round(median(bare), 1),
        share_of_bare=round(median(core) / median(bare), 3),
        whole_shop_per_s=round(done / rush.took_s, 1),
        whole_shop_share_of_bare=round(done / rush.took_s / median(bare), 3),
        paid_to_wire_p50_ms=_at(calm_ms, 50),
        paid_to_wire_p99_ms=_at(calm_ms, 99),
        paid_to_wire_max_ms=_at(calm_ms, 100),
        paid_to_wire_at_the_limit_p99_ms=_at(rush_ms, 99),
        checkout_p50_ms=_at(rush.checkout_ms, 50),
        checkout_p99_ms=_at(rush.checkout_ms, 99),
        agent_processor_share=round(share, 2),
        agent_peak_rss_mb=round(memory, 1),
    )


def _at(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 1)


def _stock(staff: StaffClient, kiosks: int) -> None:
    numbers = range(kiosks)
    staff.list_items(
        [{"sku": f"sku-{n}", "name_zh": "商品", "name_en": "Item", "price_minor": 350} for n in numbers]
    )
    staff.plan(
        [
            {
                "device": f"vm-{n}",
                "slot": SLOT,
                "sku": f"sku-{n}",
                "par_level": 9_999,
                "capacity": 9_999,
                "count": 9_999,
            }
            for n in numbers
        ]
    )


def _open_floor(shop: LocalShop, logins: list[tuple[str, str]]) -> subprocess.Popen[str]:
    job = Job(
        store=STORE,
        port=shop.broker.port,
        agent=shop.agent_url,
        kiosk_token=shop.credentials()["kiosk_token"],
        logins=logins,
    )
    floor = subprocess.Popen(
        [sys.executable, "-m", "popshop.bench.checkout_floor"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    _say(floor, msgspec.json.encode(job).decode())
    _hear(floor)
    return floor


def _round(floor: subprocess.Popen[str], shoppers: int, pace_s: float) -> Round:
    _say(floor, f"go {shoppers} {pace_s}")
    return msgspec.json.decode(_hear(floor), type=Round)


def _say(floor: subprocess.Popen[str], line: str) -> None:
    assert floor.stdin is not None, "a pipe was asked for"
    floor.stdin.write(line + "\n")
    floor.stdin.flush()


def _hear(floor: subprocess.Popen[str]) -> str:
    assert floor.stdout is not None, "a pipe was asked for"
    line = floor.stdout.readline()
    if not line:
        raise RuntimeError("the floor broke down")
    return line


def _paid_at(path: Path) -> dict[str, str]:
    """By vend: the store's time of the transaction in which its order was paid."""
    with closing(open_reader(path)) as db:
        bodies = db.execute(
            "SELECT body FROM journal WHERE stream = 'ledger' AND CAST(body AS TEXT) LIKE ?",
            (f'%"type":"{facts.VendRequested.TYPE}"%',),
        )
        events = [envelope.decode(row[0]) for row in bodies]
    return {msgspec.json.decode(event.data)["vend"]: event.time for event in events}


def _to_wire_ms(paid_at: dict[str, str], seen: Round) -> list[float]:
    return [
        (datetime.fromisoformat(came) - datetime.fromisoformat(paid_at[vend])).total_seconds() * 1000
        for vend, came in seen.came_at.items()
    ]


def _bare_inserts_per_s(folder: Path, turn: int, rows: int = 1_000) -> float:
    """One row a transaction, with the agent's own settings (WAL, synchronous FULL), and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"bare-{turn}.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE orders (id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID")
    with closing(open_writer(path)) as db:
        began_s = steady_s()
        for number in range(rows):
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT INTO orders VALUES (?, ?)", (f"order-{number}", b"x" * 400))
            db.execute("COMMIT")
        return rows / (steady_s() - began_s)
