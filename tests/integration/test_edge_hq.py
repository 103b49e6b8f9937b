"""The agent and a real headquarters over a wire that can be cut: the store sells on, and nothing is lost or doubled."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from edge_agent.adapters import identity, joining, witness_file
from edge_agent.domain import commands
from hardware import messages
from hardware.broker import EmbeddedBroker
from tests.edge_harness import assert_chained
from tests.edge_live import STORE, LiveAgent, RawDevice, eventually
from tests.hostile_hq import HttpServer, Wire
from tests.hq_process import Headquarters

NOW = "2026-05-01T04:00:00Z"


@pytest.fixture
def headquarters(tmp_path: Path, postgres_dsn: str) -> Iterator[Headquarters]:
    headquarters = Headquarters.start(tmp_path / "hq", postgres_dsn)
    yield headquarters
    if headquarters.process.poll() is None:
        headquarters.stop()


@pytest.fixture
def wire(headquarters: Headquarters) -> Iterator[tuple[Wire, HttpServer]]:
    wire = Wire(headquarters.url)
    with HttpServer(wire) as server:
        yield wire, server


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "broker", STORE)
    broker.device_credentials("vm-1")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def data(
    headquarters: Headquarters, wire: tuple[Wire, HttpServer], broker: EmbeddedBroker, tmp_path: Path
) -> Path:
    """A folder that joined headquarters over the wire."""
    join(tmp_path / "store", headquarters, wire[1])
    return tmp_path / "store"


@pytest.fixture
def agent(data: Path, broker: EmbeddedBroker) -> Iterator[LiveAgent]:
    with opened(data, broker) as agent:
        agent.stock(("vm-1", "1", "A", 99))
        yield agent
    assert_chained(agent.path)


def join(folder: Path, headquarters: Headquarters, server: HttpServer) -> None:
    """Make the folder the store of headquarters, for the first time or again."""
    code = headquarters.enrol(STORE, "Pop").partition("@")[0]
    joining.join(folder, witness_file.beside(folder), f"{code}@{server.url}")


def opened(folder: Path, broker: EmbeddedBroker | None) -> LiveAgent:
    mine = identity.load(folder)
    assert mine is not None
    return LiveAgent(folder, broker, identity=mine)


def received(dsn: str, stream: str = "ledger") -> tuple[int, int, int]:
    """What headquarters holds of a stream: rows, different numbers, the watermark."""
    with psycopg.connect(dsn) as db:
        rows, numbers = db.execute(
            "SELECT count(*), count(DISTINCT seq) FROM events WHERE store = %s AND stream = %s",
            [STORE, stream],
        ).fetchone() or (0, 0)
        head = db.execute(
            "SELECT acked FROM logs WHERE store = %s AND stream = %s", [STORE, stream]
        ).fetchone()
    return rows, numbers, head[0] if head else 0


def caught_up(agent: LiveAgent, dsn: str) -> None:
    """Wait until headquarters has every row, once."""
    for stream in ("ledger", "interactions"):
        eventually(lambda s=stream: agent.queries.acked(s)[0] == agent.queries.last_seq(s))  # type: ignore[misc]
        mine = agent.queries.last_seq(stream)
        assert received(dsn, stream) == (mine, mine, mine)
        with psycopg.connect(dsn) as db:
            found: Any = db.execute(
                "SELECT hash FROM logs WHERE store = %s AND stream = %s", [STORE, stream]
            ).fetchone()
        assert found is None or bytes(found[0]).hex() == agent.queries.hash_at(stream, mine)


def sell(agent: LiveAgent, device: RawDevice, seq: int) -> int:
    """One sale with an interaction before it; the device's next number."""
    order = agent.sell("A")
    said: list[messages.Report] = [
        messages.PersonSensed(),
        messages.VendSucceeded(command_id=f"{order}-1-1", slot="1", drop_confirmed=True),
    ]
    for report in said:
        device.send("report", messages.build_report(STORE, "vm-1", "b", seq, NOW, report))
        seq += 1
    assert agent.settled(order) == ["dispensed"]
    return seq


def test_a_lost_reply_a_cut_and_a_restored_headquarters_lose_and_double_nothing(
    agent: LiveAgent,
    headquarters: Headquarters,
    wire: tuple[Wire, HttpServer],
    broker: EmbeddedBroker,
    postgres_dsn: str,
    tmp_path: Path,
) -> None:
    line = wire[0]
    device = RawDevice(broker, "vm-1")
    device.boot("b")
    agent.ready("vm-1")
    seq = sell(agent, device, 1)
    caught_up(agent, postgres_dsn)
    status = agent.agent.status.sync
    assert (status()["state"], status()["waiting"]) == ("online", 0)

    # Headquarters commits, and its answer is lost on the way: the rows come again and are known.
    line.lose_replies = 2
    seq = sell(agent, device, seq)
    eventually(lambda: line.lose_replies == 0)
    caught_up(agent, postgres_dsn)

    # Nobody answers for a while: the store sells on and says what waits.
    line.cut = True
    seq = sell(agent, device, seq)
    eventually(lambda: status()["state"] == "offline" and status()["waiting"] > 0)
    line.cut = False
    caught_up(agent, postgres_dsn)
    eventually(lambda: status()["state"] == "online")

    # Headquarters' database is lost and restored from a copy that lacks the last rows.
    line.cut = True
    headquarters.stop()
    name = postgres_dsn.partition("?")[0].rpartition("/")[2]
    copy = f"{name}_copy"
    admin = postgres_dsn.replace(f"/{name}?", "/postgres?")
    with psycopg.connect(admin, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {copy} TEMPLATE {name}")
    at_copy = agent.queries.last_seq("ledger")
    again = Headquarters.start(tmp_path / "hq", postgres_dsn)
    line.url, line.cut = again.url, False
    seq = sell(agent, device, seq)
    caught_up(agent, postgres_dsn)
    assert agent.queries.last_seq("ledger") > at_copy
    line.cut = True
    again.stop()
    restored_dsn = postgres_dsn.replace(f"/{name}?", f"/{copy}?")
    restored = Headquarters.start(tmp_path / "hq2", restored_dsn)
    assert received(restored_dsn)[2] == at_copy
    line.url, line.cut = restored.url, False
    sell(agent, device, seq)
    caught_up(agent, restored_dsn)
    restored.stop()
    device.close()
    with psycopg.connect(admin, autocommit=True) as db:
        db.execute(f"DROP DATABASE {copy} WITH (FORCE)")


def order(agent: LiveAgent) -> str:
    """Try to order one; the refusal's code, empty when it went through."""
    line = commands.RequestedLine("A", 1)
    answer = agent.do(commands.PlaceOrder(agent.key(), "kiosk", "", (line,)))
    return "" if answer.refusal is None else answer.refusal.code


def standing(agent: LiveAgent) -> tuple[str, str]:
    told = agent.agent.status.health()["standing"]
    return told["state"], told["reason"]


def ready_to_sell(agent: LiveAgent, broker: EmbeddedBroker, boot: str) -> None:
    device = RawDevice(broker, "vm-1")
    device.boot(boot)
    agent.ready("vm-1")
    device.close()


def test_an_older_copy_put_back_sells_nothing_until_it_has_joined_again_and_was_counted(
    data: Path,
    headquarters: Headquarters,
    wire: tuple[Wire, HttpServer],
    broker: EmbeddedBroker,
    postgres_dsn: str,
    tmp_path: Path,
) -> None:
    with opened(data, broker) as agent:
        agent.stock(("vm-1", "1", "A", 9))
        caught_up(agent, postgres_dsn)
    shutil.copytree(data, tmp_path / "backup")
    with opened(data, broker) as agent:
        ready_to_sell(agent, broker, "b")
        assert order(agent) == ""
        caught_up(agent, postgres_dsn)
    shutil.rmtree(data)
    shutil.copytree(tmp_path / "backup", data)

    wire[0].cut = True
    for _ in range(2):
        with opened(data, broker) as agent:
            assert standing(agent) == ("fenced", "restored")
            assert order(agent) == "must_join", "without a network too"
            notice = agent.agent.status.store()["notice"]
            assert (notice["code"], agent.agent.status.health()["status"]) == ("must_join", "must_join")
            eventually(lambda a=agent: a.agent.status.sync()["state"] == "fenced")  # type: ignore[misc]
    wire[0].cut = False

    join(data, headquarters, wire[1])
    with opened(data, broker) as agent:
        assert standing(agent) == ("ok", "")
        ready_to_sell(agent, broker, "b2")
        assert order(agent) != ""
        eventually(lambda: agent.queries.unsettled() == [], what="the earlier epoch is settled")
        agent.do(commands.CountSlot(agent.key(), "vm-1", "1", 8))
        agent.do(commands.CountIn(agent.key(), ("A",)))
        eventually(lambda: order(agent) == "", what="headquarters' grant")
        for stream in ("ledger", "interactions"):
            eventually(lambda s=stream: agent.queries.acked(s)[0] == agent.queries.last_seq(s))  # type: ignore[misc]
    assert_chained(data / "store.db")


def test_a_copy_on_another_computer_is_fenced_while_the_store_sells_on(
    agent: LiveAgent,
    data: Path,
    wire: tuple[Wire, HttpServer],
    broker: EmbeddedBroker,
    postgres_dsn: str,
    tmp_path: Path,
) -> None:
    ready_to_sell(agent, broker, "b")
    assert order(agent) == ""
    caught_up(agent, postgres_dsn)
    shutil.copytree(data, tmp_path / "other" / "store")
    (tmp_path / "other" / "store" / "address.json").unlink()
    wire[0].cut = True
    with opened(tmp_path / "other" / "store", None) as copy:
        assert standing(copy) == ("unproven", "no_witness")
        assert order(copy) == "unproven"
        wire[0].cut = False
        eventually(lambda: standing(copy) == ("fenced", "cloned"))
        assert order(copy) == "must_join"
    with opened(tmp_path / "other" / "store", None) as copy:
        assert standing(copy) == ("fenced", "cloned")
    assert order(agent) == ""
    assert standing(agent) == ("ok", "")
    with psycopg.connect(postgres_dsn) as connection:
        alerts = connection.execute("SELECT kind, reference FROM alerts").fetchall()
    assert alerts == [("fenced", "cloned, epoch 1")]
    caught_up(agent, postgres_dsn)
