"""kill -9 at any moment: what was answered is in the file, once; what was under way ends, and no vend is repeated."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from edge_agent.adapters.sqlite_store.lock import StoreInUse
from edge_agent.domain import commands
from hardware.broker import EmbeddedBroker
from hardware.runner import DeviceRunner
from popshop.shop.client import StaffClient
from popshop.shop.local import LocalShop
from tests.edge_harness import Store, assert_books_hold, assert_chained
from tests.edge_live import ALONE, STORE, LiveAgent, eventually, machine

ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts")])}


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd=ROOT,
    )


SELLER = "import sys; from tests.edge_harness import sell_without_end; sell_without_end(*sys.argv[1:])"


def test_every_answered_command_is_in_the_file_once_after_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = Store(path)
    store.stock(("vm-1", "1", "A", 10_000))
    store.close()
    rng = Random(7)
    answered: dict[str, str] = {}
    for run in range(4):
        child = python(SELLER, str(path), f"run{run}")
        assert child.stdout is not None
        wanted = rng.randint(20, 400)
        for line in child.stdout:
            key, order = line.split()
            answered[key] = order
            wanted -= 1
            if wanted == 0:
                os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert child.returncode == -signal.SIGKILL

    store = Store(path)
    assert len(answered) > 80
    in_file = {row[0] for row in store.db.execute("SELECT id FROM orders")}
    assert set(answered.values()) <= in_file
    assert len(set(answered.values())) == len(answered)
    for key, order in list(answered.items())[::7]:
        assert store.order(("A", 1), key=key).subject == order, "asked again, it gets its first answer"
    assert {row[0] for row in store.db.execute("SELECT id FROM orders")} == in_file
    assert_chained(path)
    assert_books_hold(path)
    store.close()


def test_a_second_agent_on_the_same_folder_refuses_and_names_the_holder(tmp_path: Path) -> None:
    with (
        LiveAgent(tmp_path / "store", None),
        pytest.raises(StoreInUse, match=f"process {os.getpid()} on .*Stop it"),
    ):
        LiveAgent(tmp_path / "store", None)
    with LiveAgent(tmp_path / "store", None) as again:
        assert again.queries.store()["id"] == STORE


def test_a_killed_holder_lets_go_of_the_folder(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from edge_agent.adapters.sqlite_store import lock;"
        "held = lock.hold(Path(sys.argv[1]), 'now'); print('held', flush=True); time.sleep(60)"
    )
    child = python(code, str(tmp_path / "agent.lock"))
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    (tmp_path / "store.db").touch()
    with pytest.raises(StoreInUse, match=f"process {child.pid} "):
        LiveAgent(tmp_path, None)
    child.kill()
    child.wait()
    LiveAgent(tmp_path, None).stop()


def test_an_agent_killed_while_vends_are_under_way_ends_with_books_that_equal_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    shop = LocalShop(tmp_path / "shop", ALONE)
    shop.broker.device_credentials("vm-1")
    shop.broker.start()
    with shop:
        shop.stand_alone()
        shop.start_agent()
        staff = StaffClient(shop.agent_url, shop.credentials()["staff_token"], patience_s=30)
        staff.list_items([{"sku": "A", "name_en": "A", "price_minor": 500}])
        staff.plan([{"device": "vm-1", "slot": "1", "sku": "A", "par_level": 5, "capacity": 99, "count": 99}])
        started: list[str] = []
        device, inside = machine(
            shop.broker,
            tmp_path / "vm",
            motor_ms=30,
            listener=lambda e: started.append(e.detail["command_id"]) if _is_start(e) else None,
        )
        with DeviceRunner([device]), saying(shop.folder / "agent.log"):
            staff.wait_until_ready(["vm-1"])
            orders = []
            for round_ in range(3):
                for n in range(5):
                    order = staff.place_order([{"sku": "A", "qty": 2}], key=f"o{round_}-{n}")["id"]
                    orders.append(staff.pay(order, "counter", key=f"p{round_}-{n}")["id"])
                time.sleep(0.05)
                shop.kill_agent()
                shop.start_agent()
            states = [v["state"] for order in orders for v in _settled(staff, order)]
        assert states == ["dispensed"] * 30
        assert inside.inside("1") == 99 - 30
        assert len(started) == len(set(started)) == 30, "no vend was begun twice"
        assert staff.totals()["takings_minor"] == 30 * 500
        staff.close()
    assert_chained(shop.edge_data / "store.db")
    assert_books_hold(shop.edge_data / "store.db")


@contextmanager
def saying(log: Path) -> Iterator[None]:
    """Should it fail, what the agent said last stands beside the failure."""
    try:
        yield
    finally:
        sys.stderr.write(log.read_text()[-4_000:])


def _is_start(event: Any) -> bool:
    return bool(event.what == "report" and event.detail.get("type") == "vend_started")


def _settled(staff: StaffClient, order: str) -> list[dict[str, Any]]:
    def done() -> list[dict[str, Any]]:
        vends: list[dict[str, Any]] = staff.order(order)["vends"]
        return [] if any(v["state"] in ("requested", "dispensing") for v in vends) else vends

    found: list[dict[str, Any]] = eventually(done, 30, order)
    return found


def test_an_agent_that_stops_answers_everything_it_took(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / "broker", STORE)
    broker.start()
    live = LiveAgent(tmp_path / "store", broker)
    live.stock(("vm-1", "1", "A", 99))
    answers: list[object] = []
    for n in range(500):
        live.agent.brain.submit(commands.CountSlot(f"c{n}", "vm-1", "1", n % 7), answers.append)
    live.stop()
    broker.stop()
    assert len(answers) == 500
    assert_chained(live.path)
