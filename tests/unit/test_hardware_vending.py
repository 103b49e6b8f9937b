"""What a vending machine does and does not do, by its simulator: no clock, no I/O, every case in microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.behaviour import CommandGiven, Condition, Input, Output, PowerCut, Say
from hardware.messages import Command, CommandRefused, Report, VendFailed, VendStarted, VendSucceeded
from hardware.vending.cabinet import Climate
from hardware.vending.faults import Fault, FaultKind, FaultOrdered, FaultPlan, parse_fault
from hardware.vending.port import (
    CashPaid,
    DoorMoved,
    Machine,
    ScriptedVend,
    Slot,
    SlotFilled,
    service_visit,
)
from hardware.vending.simulator import VendingSimulator

SLOTS = [Slot(slot="1-01", capacity=8, count=5, price_minor=350), Slot(slot="1-02", capacity=8, count=5)]


class Bench:
    """A machine on the bench, with a clock we turn."""

    def __init__(
        self,
        machine: Machine | None = None,
        ordered: Iterable[Fault] = (),
        chances: Mapping[FaultKind, float] | None = None,
        script: Mapping[str, ScriptedVend] | None = None,
        seed: int = 1,
    ) -> None:
        rng = Random(seed)
        self.now_s = 100.0
        self.machine = VendingSimulator(
            SLOTS,
            rng=rng,
            machine=machine or Machine(),
            faults=FaultPlan(rng, chances, ordered),
            script=(lambda command: script.get(command.order_line)) if script is not None else None,
        )
        self.wake_s = self.machine.start(self.now_s).wake_s
        self.outputs: list[Output] = []

    def happen(self, *inputs: Input) -> list[Report]:
        update = self.machine.update(self.now_s, inputs)
        self.wake_s = update.wake_s
        self.outputs = list(update.outputs)
        if any(isinstance(output, PowerCut) for output in self.outputs):
            self.wake_s = self.machine.start(self.now_s).wake_s
        return [output.report for output in self.outputs if isinstance(output, Say)]

    def vend(self, command_id: str = "c1", slot: str = "1-01", line: str = "") -> list[Report]:
        command = Command(id=command_id, kind="vend", expires_at="", slot=slot, order_line=line)
        return self.happen(CommandGiven(command, self.now_s + 60))

    def command(self, kind: str) -> list[Report]:
        return self.happen(CommandGiven(Command(id=kind, kind=kind, expires_at=""), self.now_s + 60))

    def wait(self, seconds: float) -> list[Report]:
        """Let time pass, waking the machine whenever it asked for it."""
        reports: list[Report] = []
        end_s = self.now_s + seconds
        while self.wake_s is not None and self.wake_s <= end_s:
            self.now_s = self.wake_s
            reports += self.happen()
        self.now_s = end_s
        return reports

    @property
    def condition(self) -> Condition:
        return next(output for output in self.outputs if isinstance(output, Condition))


def test_a_vend_starts_the_motor_and_ends_when_the_unit_fell() -> None:
    bench = Bench()
    assert bench.vend() == [VendStarted(command_id="c1", slot="1-01")]
    assert bench.wait(2.9) == []
    assert bench.wait(0.2) == [VendSucceeded(command_id="c1", slot="1-01", drop_confirmed=True)]
    assert bench.machine.inside("1-01") == 4


def test_one_motor_serves_one_vend_at_a_time_in_order() -> None:
    bench = Bench()
    bench.vend("c1")
    assert bench.vend("c2") == []
    assert [type(report) for report in bench.wait(3.1)] == [VendSucceeded, VendStarted]
    assert bench.wait(3.1) == [VendSucceeded(command_id="c2", slot="1-01", drop_confirmed=True)]


def test_a_full_queue_refuses_as_busy() -> None:
    bench = Bench(Machine(queue_limit=2))
    for number in range(3):
        assert CommandRefused not in map(type, bench.vend(f"c{number}"))
    assert bench.vend("c9") == [CommandRefused(command_id="c9", reason="busy")]


def test_a_command_that_expired_while_it_waited_is_refused() -> None:
    bench = Bench(Machine(motor_ms=90_000))
    bench.vend("c1")
    bench.vend("c2")
    reports = bench.wait(91)
    assert reports[-1] == CommandRefused(command_id="c2", reason="expired")


def test_a_motor_without_time_ends_at_once() -> None:
    reports = Bench(Machine(motor_ms=0)).vend()
    assert [type(report) for report in reports] == [VendStarted, VendSucceeded]


@pytest.mark.parametrize(
    ("prepare", "slot", "reason"),
    [
        ([], "9-99", "unknown_slot"),
        ([DoorMoved(True)], "1-01", "door_open"),
        ([SlotFilled("1-01", 0)], "1-01", "empty"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(prepare: list[Input], slot: str, reason: str) -> None:
    bench = Bench()
    bench.happen(*prepare)
    assert bench.vend(slot=slot) == [CommandRefused(command_id="c1", reason=reason)]


def test_a_locked_machine_sells_nothing_until_it_is_unlocked() -> None:
    bench = Bench(Machine(motor_ms=0))
    bench.command("lock")
    assert bench.condition.status == "sleeping"
    assert bench.vend("c1") == [CommandRefused(command_id="c1", reason="locked")]
    bench.command("unlock")
    assert isinstance(bench.vend("c2")[-1], VendSucceeded)


def test_a_kind_of_command_it_does_not_know_is_refused() -> None:
    assert Bench().command("set_label") == [CommandRefused(command_id="set_label", reason="unsupported")]


@pytest.mark.parametrize(("fault", "code"), [("jam", "EJC"), ("motor", "EJB")])
def test_a_blocked_slot_fails_until_somebody_comes(fault: FaultKind, code: str) -> None:
    bench = Bench(Machine(motor_ms=0), ordered=[Fault(fault, "1-01")])
    assert VendFailed(command_id="c1", slot="1-01", code=code) in bench.vend("c1")
    assert bench.condition.faults == (code,)
    assert bench.condition.status == "ready", "the other slots still sell"
    assert bench.vend("c2") == [VendFailed(command_id="c2", slot="1-01", code=code)]
    assert isinstance(bench.vend("c3", "1-02")[-1], VendSucceeded)
    assert bench.machine.inside("1-01") == 5
    bench.happen(*service_visit({}))
    assert isinstance(bench.vend("c4")[-1], VendSucceeded)
    assert list(bench.condition.faults) == []


def test_when_the_sensor_is_certain_that_nothing_fell_the_vend_failed() -> None:
    bench = Bench(Machine(motor_ms=0), ordered=[Fault("no_drop")])
    assert bench.vend()[-1] == VendFailed(command_id="c1", slot="1-01", code="ELA")
    assert bench.machine.inside("1-01") == 5


def test_a_drop_nobody_saw_is_a_vend_without_confirmation() -> None:
    bench = Bench(Machine(motor_ms=0), ordered=[Fault("unseen_drop")])
    assert bench.vend()[-1] == VendSucceeded(command_id="c1", slot="1-01", drop_confirmed=False)
    assert bench.machine.inside("1-01") == 4


def test_with_a_broken_sensor_no_drop_is_confirmed() -> None:
    bench = Bench(Machine(motor_ms=0), ordered=[Fault("sensor")])
    for command_id in ("c1", "c2"):
        done = bench.vend(command_id)[-1]
        assert isinstance(done, VendSucceeded)
        assert not done.drop_confirmed
    assert bench.condition.faults == ("EJL",)


def test_sold_out_though_counted_fails_and_empties_the_slot() -> None:
    bench = Bench(Machine(motor_ms=0), ordered=[Fault("sold_out")])
    assert bench.vend("c1")[-1] == VendFailed(command_id="c1", slot="1-01", code="ELB")
    assert bench.vend("c2") == [CommandRefused(command_id="c2", reason="empty")]
    bench.happen(*service_visit({"1-01": 8}))
    assert isinstance(bench.vend("c3")[-1], VendSucceeded)


def test_a_power_cut_in_the_middle_leaves_no_outcome() -> None:
    bench = Bench(ordered=[Fault("power_cut")])
    bench.vend("c1")
    bench.vend("c2")
    assert bench.wait(1.6) == []
    assert any(isinstance(output, PowerCut) for output in bench.outputs)
    assert bench.wait(60) == [], "neither the vend under way nor the one that waited is taken up again"


def test_a_silent_machine_never_answers() -> None:
    bench = Bench(ordered=[Fault("silence")])
    assert bench.vend("c1") == []
    assert bench.wait(60) == []
    assert bench.vend("c2") != []


def test_a_double_report_is_one_report_sent_twice() -> None:
    bench = Bench(Machine(motor_ms=0), ordered=[Fault("double")])
    assert len(bench.vend()) == 2
    assert [output.copies for output in bench.outputs if isinstance(output, Say)] == [2, 2]


def test_a_fault_ordered_for_a_slot_waits_for_that_slot() -> None:
    bench = Bench(Machine(motor_ms=0))
    bench.happen(FaultOrdered(Fault("jam", "1-02")))
    assert isinstance(bench.vend("c1", "1-01")[-1], VendSucceeded)
    assert isinstance(bench.vend("c2", "1-02")[-1], VendFailed)


def test_a_cash_sale_is_told_once_the_unit_fell() -> None:
    bench = Bench()
    assert bench.happen(CashPaid("1-01")) == []
    sold = bench.wait(3.1)
    assert [(report.NAME, report.slot, report.price_minor) for report in sold] == [  # type: ignore[attr-defined]
        ("cash_sale", "1-01", 350)
    ]


def test_a_cash_sale_that_fails_gives_the_coins_back_and_reports_no_sale() -> None:
    bench = Bench(Machine(motor_ms=0), ordered=[Fault("jam")])
    assert [report.NAME for report in bench.happen(CashPaid("1-01"))] == ["fault_raised"]
    assert bench.happen(CashPaid("1-01")) == []


def test_filling_is_reported_between_the_door_opening_and_closing() -> None:
    names = [report.NAME for report in Bench().happen(*service_visit({"1-01": 8, "1-02": 7}))]
    assert names == ["door_opened", "slot_counted", "slot_counted", "door_closed"]


def test_an_open_door_is_an_alert() -> None:
    bench = Bench()
    bench.happen(DoorMoved(True))
    assert (bench.condition.status, bench.condition.faults) == ("alert", ("EGS",))


def test_a_machine_too_warm_for_too_long_stops_selling() -> None:
    climate = Climate(warming_s=60, health_limit_s=300)
    bench = Bench(Machine(motor_ms=0, climate=climate))
    bench.happen(DoorMoved(True))
    bench.wait(600)
    assert "EJH" in bench.condition.faults
    assert dict(bench.condition.readings)["temperature_c"] == 24.0
    bench.happen(DoorMoved(False))
    bench.wait(3_600)
    assert dict(bench.condition.readings)["temperature_c"] == 4.0
    assert bench.wake_s is None, "a settled machine asks for no time"


def test_a_scripted_vend_says_what_the_script_says_when_it_says_it() -> None:
    script = {
        "7": ScriptedVend(at="2022-03-01T08:00:00.000000Z"),
        "8": ScriptedVend(at="2022-03-01T08:01:00.000000Z", code="ELA"),
    }
    bench = Bench(Machine(motor_ms=0), script=script, ordered=[Fault("jam")])
    assert isinstance(bench.vend("c7", line="7")[-1], VendSucceeded)
    assert {output.at for output in bench.outputs if isinstance(output, Say)} == {script["7"].at}
    assert bench.vend("c8", line="8")[-1] == VendFailed(command_id="c8", slot="1-01", code="ELA")
    assert isinstance(bench.vend("c9", line="9")[-1], VendFailed), (
        "what the script does not know is up to chance"
    )


def test_a_fault_can_be_written_as_text() -> None:
    assert parse_fault("jam@1-01") == Fault("jam", "1-01")
    assert parse_fault("silence") == Fault("silence", "")
    with pytest.raises(ValueError, match="unknown fault 'melt'"):
        parse_fault("melt@1-01")


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32), st.lists(st.sampled_from(["vend", "cash", "wait", "visit", "start"]), max_size=60)
)
def test_whatever_happens_no_unit_is_made_or_lost_and_no_vend_ends_twice(seed: int, acts: list[str]) -> None:
    every: dict[FaultKind, float] = dict.fromkeys(
        ("jam", "motor", "no_drop", "unseen_drop", "sensor", "power_cut", "silence", "double"), 0.05
    )
    bench = Bench(Machine(motor_ms=1_000, queue_limit=100), chances=every, seed=seed)
    ended: list[str] = []
    cash = 0
    for number, act in enumerate(acts):
        before = bench.machine.inside("1-01")
        match act:
            case "vend":
                reports = bench.vend(f"c{number}")
            case "cash":
                reports = bench.happen(CashPaid("1-01"))
            case "wait":
                reports = bench.wait(2)
            case "visit":
                reports = bench.happen(*service_visit({}))
            case _:
                bench.machine.start(bench.now_s)
                reports = []
        fell = sum(report.NAME in ("vend_succeeded", "cash_sale") for report in reports)
        cuts = act == "wait"
        assert before - bench.machine.inside("1-01") - fell in ((0, 1, 2) if cuts else (0,))
        ended += [
            report.command_id
            for report in reports
            if isinstance(report, VendSucceeded | VendFailed | CommandRefused)
        ]
        cash += fell
    assert len(ended) == len(set(ended))
    assert bench.machine.inside("1-01") >= 0
