"""The agent, a real broker and real device shells: whatever a device does, the books and the shelf agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.envelope import rfc3339
from edge_agent.domain import commands
from edge_agent.domain.policy import Policy
from hardware import messages
from hardware.broker import EmbeddedBroker
from hardware.runner import DeviceRunner
from hardware.vending.faults import Fault, FaultOrdered
from tests.edge_harness import assert_books_hold, assert_chained, read_journal
from tests.edge_live import STORE, LiveAgent, RawDevice, eventually, machine, send_all

QUICK = Policy(vend_timeout_ms=3_000, vend_command_ttl_ms=2_000)
NOW = "2026-05-01T04:00:00Z"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "broker", STORE)
    for device in ("vm-1", "vm-2"):
        broker.device_credentials(device)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def agent(broker: EmbeddedBroker, tmp_path: Path) -> Iterator[LiveAgent]:
    with LiveAgent(tmp_path / "store", broker, policy=QUICK) as agent:
        agent.stock(("vm-1", "1", "A", 99))
        eventually(lambda: agent.agent.link.connected)
        yield agent
    assert_chained(agent.path)
    assert_books_hold(agent.path)


@pytest.fixture
def raw(broker: EmbeddedBroker, agent: LiveAgent) -> Iterator[RawDevice]:
    raw = RawDevice(broker, "vm-1")
    raw.boot("b")
    agent.ready("vm-1")
    yield raw
    raw.close()


def report(seq: int, what: messages.Report, boot: str = "b", device: str = "vm-1") -> bytes:
    return messages.build_report(STORE, device, boot, seq, NOW, what)


DEEP = b"[" * 30_000 + b"]" * 30_000
HEAD = report(2, messages.PersonSensed()).partition(b'"data"')[0]


UNREADABLE = {
    "empty": b"",
    "cut": b"{",
    "not UTF-8": b"\xff\xfe\x00",
    "no object": b'"text"',
    "over 64 KiB": b"x" * 70_000,
    "nearly 1 MiB": b"y" * 900_000,
    "deep": DEEP,
    "deep data": HEAD + b'"data":' + DEEP + b"}",
    "deep extra": HEAD + b'"x":' + DEEP + b',"data":{}}',
    "impossible number": report(2, messages.DoorOpened()).replace(b'"sequence":"2"', b'"sequence":"-2"'),
}


def test_a_report_nobody_can_read_is_kept_aside_once_and_the_device_goes_on_behind_it(
    agent: LiveAgent, raw: RawDevice
) -> None:
    for n, (name, body) in enumerate(UNREADABLE.items(), 1):
        raw.boot(name)
        opened, closed = (report(seq, messages.DoorOpened(), boot=name) for seq in (1, 3))
        send_all(raw, [opened, body, body, closed])
        eventually(lambda name=name: raw.upto(name) == 3, what=name)  # type: ignore[misc]
        newest = agent.queries.quarantined()[0]
        assert (newest["device"], newest["bytes"]) == ("vm-1", len(body)), name
        assert agent.queries.totals()["quarantined"] == n, name


OPENED = report(1, messages.DoorOpened())
MISTAKEN = {
    "unknown type": OPENED.replace(b"door_opened.v1", b"door_painted.v1"),
    "unknown version": OPENED.replace(b"door_opened.v1", b"door_opened.v9"),
    "data is no object": OPENED.replace(b'"data":{}', b'"data":[]'),
    "no data": OPENED.replace(b'"data":{}', b'"data":null'),
}


def test_a_report_whose_number_can_be_read_is_kept_aside_acknowledged_and_never_blocks(
    agent: LiveAgent, raw: RawDevice
) -> None:
    for n, (name, body) in enumerate(MISTAKEN.items(), 1):
        assert body != OPENED, name
        boot = f"m{n}"
        send_all(
            raw, [body.replace(b'"b-1"', f'"{boot}-1"'.encode()), report(2, messages.DoorClosed(), boot=boot)]
        )
        eventually(lambda boot=boot: raw.upto(boot) == 2, what=name)  # type: ignore[misc]
        assert len(agent.queries.quarantined()) == n, name
    assert len([f for _, f in read_journal(agent.path) if isinstance(f, device_facts.ReportQuarantined)]) == n


def test_rubbish_as_presence_is_kept_aside_and_the_machine_still_sells(
    agent: LiveAgent, raw: RawDevice
) -> None:
    for leaf in ("describe", "state"):
        for body in (b"{", b"\xff", DEEP, b'{"status":"happy"}', b"z" * 70_000):
            raw.send(leaf, body)
    eventually(lambda: len(agent.queries.quarantined()) == 10)
    assert agent.queries.devices(["vm-1"])[0]["status"] == "ready"
    agent.sell("A")


def test_a_device_that_sends_without_guarantee_does_not_disturb_the_connection(
    agent: LiveAgent, raw: RawDevice
) -> None:
    for seq in range(1, 4):
        raw.send("report", report(seq, messages.DoorOpened()), qos=0)
    eventually(lambda: raw.upto("b") == 3)
    assert agent.agent.link.connected


def test_a_device_speaks_for_its_own_vends_only(
    broker: EmbeddedBroker, agent: LiveAgent, raw: RawDevice
) -> None:
    vend = f"{agent.sell('A')}-1-1"
    other = RawDevice(broker, "vm-2")
    lie = messages.VendSucceeded(command_id=vend, slot="1", drop_confirmed=True)
    other.send("report", report(1, lie, device="vm-2"))
    eventually(lambda: other.upto("b") == 1)
    other.send("report", report(1, lie), device="vm-1")  # into another's topic: the broker drops it
    raw.send("report", report(1, messages.DoorOpened()))
    eventually(lambda: raw.upto("b") == 1)
    assert agent.vends(vend.partition("-")[0]) == ["requested"]
    assert [row["reason"].split(":")[0] for row in agent.queries.quarantined()] == ["unknown_vend"]
    other.close()


def test_what_comes_doubled_or_out_of_order_is_taken_once_and_in_order(
    agent: LiveAgent, raw: RawDevice
) -> None:
    bodies = [report(n, messages.DoorOpened() if n % 2 else messages.DoorClosed()) for n in range(1, 9)]
    send_all(raw, [bodies[n] for n in (0, 2, 0, 1, 1, 3, 2, 5, 4, 6, 5, 7, 6, 7, 0)])
    send_all(raw, bodies)
    eventually(lambda: raw.upto("b") == 8)
    told = [
        type(f).__name__
        for _, f in read_journal(agent.path)
        if isinstance(f, (device_facts.DoorOpened, device_facts.DoorClosed))
    ]
    assert told == ["DoorOpened", "DoorClosed"] * 4


def test_on_a_full_disk_reports_stay_with_their_device_and_presence_is_asked_for_again(
    agent: LiveAgent, raw: RawDevice
) -> None:
    db = agent.agent._writer_db
    db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")
    bodies = [report(n, messages.FaultRaised(code="EJB", part="x" * 20_000)) for n in range(1, 30)]
    send_all(raw, bodies)
    kept = raw.upto("b")
    assert kept < len(bodies), "what could not be written is not acknowledged"
    count = commands.CountSlot("", "vm-1", "1", 99)
    born = messages.Describe(
        kind="vending", model="new", serial="s", firmware="1", boot="b", capabilities={"x": "y" * 30_000}
    )
    raw.send("describe", messages.encode(born))
    eventually(lambda: agent.agent.link._presence_lost)
    assert agent.queries.devices(["vm-1"])[0]["model"] == "m"
    assert_chained(agent.path)

    db.execute("PRAGMA max_page_count = 1000000")
    send_all(raw, bodies[kept:])
    eventually(lambda: raw.upto("b") == len(bodies))
    # Asked for again with the next commit; machines say how they are every minute anyway.
    eventually(
        lambda: agent.do(count).refusal is None and agent.queries.devices(["vm-1"])[0]["model"] == "new"
    )
    agent.sell("A")


# ── real machines ───────────────────────────────────────────────────────────────────────────────────


def test_units_sold_are_units_gone_with_every_report_doubled(
    broker: EmbeddedBroker, agent: LiveAgent, tmp_path: Path
) -> None:
    device, inside = machine(broker, tmp_path / "vm", chances={"double": 1.0})
    with DeviceRunner([device]):
        agent.ready("vm-1")
        orders = [agent.sell("A", 3) for _ in range(10)]
        for order in orders:
            assert agent.settled(order) == ["dispensed"] * 3
    assert inside.inside("1") == 99 - 30
    assert agent.queries.devices(["vm-1"])[0]["slots"][0]["count"] == 99 - 30


def test_a_power_cut_in_mid_vend_leaves_a_case_and_the_vend_is_not_tried_again(
    broker: EmbeddedBroker, agent: LiveAgent, tmp_path: Path
) -> None:
    device, inside = machine(broker, tmp_path / "vm", motor_ms=200)
    with DeviceRunner([device]):
        agent.ready("vm-1")
        device.put(FaultOrdered(Fault("power_cut")))
        assert agent.settled(agent.sell("A")) == ["unknown"]
        agent.ready("vm-1")
        assert agent.settled(agent.sell("A")) == ["dispensed"]
    assert inside.inside("1") in (98, 97), "one sold, one in doubt"
    assert [c["code"] for c in agent.queries.cases()] == ["machine_restarted"]


def test_a_silent_machine_leaves_a_case_and_the_next_vend_goes_through(
    broker: EmbeddedBroker, agent: LiveAgent, tmp_path: Path
) -> None:
    device, _ = machine(broker, tmp_path / "vm")
    with DeviceRunner([device]):
        agent.ready("vm-1")
        device.put(FaultOrdered(Fault("silence")))
        silent = agent.sell("A")
        assert agent.settled(agent.sell("A")) == ["dispensed"]
        assert agent.settled(silent) == ["unknown"]


def test_a_machine_that_comes_too_late_for_a_vend_leaves_it_and_the_money_or_a_person_settles_it(
    broker: EmbeddedBroker, agent: LiveAgent, tmp_path: Path
) -> None:
    device, inside = machine(broker, tmp_path / "vm")
    with DeviceRunner([device]):
        agent.ready("vm-1")
    # The machine is switched off, but its last word is slow to arrive: somebody still buys.
    eventually(lambda: agent.queries.devices(["vm-1"])[0]["status"] == "disconnected")
    raw = RawDevice(broker, "vm-1")
    raw.send("state", messages.encode(messages.State(status="ready")))
    agent.ready("vm-1")
    order = agent.sell("A")
    raw.close()
    assert agent.settled(order) == ["unknown"]
    device, inside = machine(broker, tmp_path / "vm")
    with DeviceRunner([device]):
        eventually(lambda: agent.vends(order) == ["failed"], what="the refusal")
    assert inside.inside("1") == 99
    assert [r["reason"] for r in agent.queries.open_refunds()] == ["vend_failed:refused:expired"]


def test_a_broker_that_restarts_costs_nothing(
    broker: EmbeddedBroker, agent: LiveAgent, tmp_path: Path
) -> None:
    device, inside = machine(broker, tmp_path / "vm", motor_ms=20)
    with DeviceRunner([device]):
        agent.ready("vm-1")
        first = [agent.sell("A") for _ in range(10)]
        broker.restart()
        for order in first:
            agent.settled(order)
        agent.ready("vm-1")
        assert agent.settled(agent.sell("A")) == ["dispensed"]
    dropped = sum(agent.vends(order) == ["dispensed"] for order in first) + 1
    assert inside.inside("1") == 99 - dropped


def test_a_machine_whose_clock_is_in_1970_sells_and_both_times_are_kept(
    broker: EmbeddedBroker, agent: LiveAgent, tmp_path: Path
) -> None:
    device, _ = machine(broker, tmp_path / "vm", clock=lambda: datetime(1970, 1, 1, tzinfo=UTC))
    before = rfc3339(agent.agent.clock.now())
    with DeviceRunner([device]):
        agent.ready("vm-1")
        assert agent.settled(agent.sell("A")) == ["dispensed"]
    event, fact = next((e, f) for e, f in read_journal(agent.path) if isinstance(f, facts.VendDispensed))
    assert event.devicetime.startswith("1970")
    assert event.time > before
    assert fact.sold_at == event.time
    assert msgspec.json.decode(event.data)["sold_at"] == event.time
