"""A machine that reads its counters out after a visit: over the wire, into the journal, beside the store's counts."""

from __future__ import annotations

from pathlib import Path
from random import Random

from edge_agent.domain import commands
from hardware.broker import EmbeddedBroker
from hardware.device import Device
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.vending.port import CashPaid, Machine, Slot, service_visit
from hardware.vending.simulator import VendingSimulator
from tests.edge_harness import assert_books_hold, assert_chained
from tests.edge_live import STORE, LiveAgent, device_address, eventually


def audits(agent: LiveAgent) -> list[str]:
    """Outcomes of the audits so far, from the journal's rows."""
    rows = agent.queries.bodies("ledger", 0, 10_000)
    marks = (b'"outcome":"baseline"', b'"outcome":"agrees"', b'"outcome":"differs"')
    return [mark.decode()[11:-1] for row in rows for mark in marks if mark in row]


def test_a_visit_brings_the_machines_audit_and_a_sale_nobody_told_of_becomes_a_case(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / "broker", STORE)
    broker.device_credentials("vm-1")
    broker.start()
    try:
        with LiveAgent(tmp_path / "store", broker) as agent:
            agent.stock(("vm-1", "1", "A", 9))
            eventually(lambda: agent.agent.link.connected)
            inside = VendingSimulator(
                [Slot(slot="1", capacity=9, count=9, price_minor=500)],
                rng=Random(1),
                machine=Machine(motor_ms=0, audits=True),
            )
            shell = Device(
                STORE,
                "vm-1",
                inside,
                tmp_path,
                device_address(broker, "vm-1"),
                clock=system_clock,
                new_boot_mark=random_boot_mark,
            )
            with DeviceRunner([shell]):
                agent.ready("vm-1")
                _visit(shell)
                eventually(lambda: len(audits(agent)) == 1)
                shell.put(CashPaid("1"))
                _visit(shell)
                eventually(lambda: len(audits(agent)) == 2)
                inside._counters.sold("1", 500)
                _visit(shell)
                (case,) = eventually(agent.queries.audit_cases)
            assert audits(agent) == ["baseline", "agrees", "differs"]
            assert [(line["machine_units"], line["own_units"]) for line in case["lines"]] == [(1, 0)]
            assert agent.do(commands.SettleAudit("k", case["audit"], "test_vends")).refusal is None
        assert_chained(agent.path)
        assert_books_hold(agent.path)
    finally:
        broker.stop()


def _visit(shell: Device) -> None:
    for happening in service_visit({}):
        shell.put(happening)
