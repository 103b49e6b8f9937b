"""Food that was too warm for too long is not sold until a person has looked after it; everything else is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloud_sync.protocol import device_facts, facts
from edge_agent.adapters.device_relay import MOST_AT_MACHINE, DeviceRelay
from edge_agent.adapters.food_watch import NOTED_EVERY_S, FoodWatch
from edge_agent.domain import commands
from edge_agent.domain.food_commands import ReleaseFood, WithholdVend
from hardware import messages
from hardware.messages import Command
from tests.edge_harness import BOOT, Store, Told, assert_books_hold, assert_chained

LIMIT_S = 1_800


class Machine:
    """A link that takes instructions, or none."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.in_touch = True

    def command(self, device: str, command: Command) -> bool:
        if self.in_touch:
            self.given.append(command.id)
        return self.in_touch


class Shop(Store):
    """A store with a machine that holds milk (food) and a comb, and the workers that time drives."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.machine = Machine()
        self.start_workers()
        items = (
            commands.ListedItem("MILK", "牛奶", "Milk", 500, food=True),
            commands.ListedItem("COMB", "梳子", "Comb", 300),
        )
        slots = (
            commands.PlannedSlot("vm-1", "1", "MILK", 5, 10, 8),
            commands.PlannedSlot("vm-1", "2", "COMB", 5, 10, 8),
        )
        self.do(commands.ListItems(self.key(), items))
        self.do(commands.PlanSlots(self.key(), slots))
        self.introduce("vm-1")
        self.feel(4.0)

    def start_workers(self) -> None:
        self.watch = FoodWatch(
            self.queries, self.brain, self.clock, self.policy, lambda: self.machine.in_touch
        )
        self.relay = DeviceRelay(
            self.queries, self.machine, self.clock, lambda vend: self.brain.submit(WithholdVend("", vend))
        )

    def restart(self) -> None:
        super().restart()
        self.start_workers()

    def feel(self, celsius: float | None, *faults: str, status: str = "ready") -> None:
        """A presence message of the machine."""
        readings = {} if celsius is None else {"temperature_c": celsius}
        state = messages.State(status=status, boot=BOOT, faults=list(faults), readings=readings)
        self.do(commands.DevicePresence("", "vm-1", state))

    def wait_s(self, seconds: float) -> None:
        """Time passes, and the agent's workers look as they do."""
        end = self.clock.seconds + seconds
        while (left := end - self.clock.seconds) > 0:
            self.clock.pass_s(min(NOTED_EVERY_S, left))
            self.work()

    def work(self) -> None:
        self.watch.step()
        self.relay.step()
        while self.brain.step(0):
            pass

    def can_buy(self, sku: str) -> int:
        return int(next(item for item in self.queries.items() if item["sku"] == sku)["available"])

    def release(self, outcome: str = "fine") -> Told:
        return self.do(ReleaseFood(self.key(), "vm-1", outcome))

    @property
    def stop(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.queries.devices(["vm-1"])[0]["food_stopped"]
        return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Shop]:
    store = Shop(tmp_path / "store.db")
    yield store
    assert_books_hold(store.path)
    assert_chained(store.path)
    store.close()


# ── when it stops ───────────────────────────────────────────────────────────────────────────────────


def test_food_that_was_too_warm_for_half_an_hour_is_not_sold_and_a_comb_is(store: Shop) -> None:
    store.feel(8.5)
    store.wait_s(LIMIT_S - 1)
    assert store.can_buy("MILK") == 8
    store.wait_s(1)
    assert (store.can_buy("MILK"), store.can_buy("COMB")) == (0, 8)
    assert store.order(("MILK", 1)).refused == "food_stopped"
    assert store.order(("COMB", 1)).refused == ""
    assert store.order(("COMB", 1), ("MILK", 1)).refused == "food_stopped", "all lines or none"
    (stopped,) = store.facts(device_facts.FoodStopped)
    assert (stopped.device, stopped.code, stopped.reason) == ("vm-1", "EJH", "temperature")


def test_eight_degrees_are_not_too_warm(store: Shop) -> None:
    store.feel(8.0)
    store.wait_s(2 * LIMIT_S)
    assert store.stop is None


def test_cold_again_in_time_begins_the_count_anew(store: Shop) -> None:
    store.feel(9.0)
    store.wait_s(LIMIT_S - 60)
    store.feel(7.5)
    store.wait_s(60)
    store.feel(9.0)
    store.wait_s(LIMIT_S - 60)
    assert store.stop is None


def test_a_machine_that_was_cold_and_silent_all_night_is_not_taken_for_warm(store: Shop) -> None:
    store.wait_s(10 * LIMIT_S)
    store.feel(9.0)
    assert store.stop is None
    store.wait_s(LIMIT_S + NOTED_EVERY_S)
    assert store.stop is not None


@pytest.mark.parametrize("by_report", [True, False])
def test_a_machine_whose_own_timer_ran_out_stops_its_food_at_once(store: Shop, by_report: bool) -> None:
    if by_report:
        store.report(messages.FaultRaised(code="EJH"))
    else:
        store.feel(12.0, "EJH")
    assert store.can_buy("MILK") == 0
    assert store.stop is not None
    assert store.stop["reason"] == "machine"
    assert store.order(("COMB", 1)).refused == ""


def test_other_faults_stop_no_food(store: Shop) -> None:
    store.report(messages.FaultRaised(code="EJB", part="1"))
    store.feel(4.0, "EJB", "EJL")
    assert store.stop is None


def test_a_machine_without_food_has_nothing_to_stop_until_food_is_planned_for_it(store: Shop) -> None:
    store.introduce("vm-2")
    hot = messages.State(status="ready", boot=BOOT, faults=["EJH"], readings={"temperature_c": 40.0})
    store.do(commands.DevicePresence("", "vm-2", hot))
    store.wait_s(2 * LIMIT_S)
    assert store.facts(device_facts.FoodStopped) == []
    store.do(commands.PlanSlots(store.key(), (commands.PlannedSlot("vm-2", "1", "MILK", 5, 10, 3),)))
    store.wait_s(1)
    assert [fact.device for fact in store.facts(device_facts.FoodStopped)] == ["vm-2"]
    assert store.can_buy("MILK") == 8, "the other machine's"


# ── gaps ────────────────────────────────────────────────────────────────────────────────────────────


def test_who_comes_back_too_warm_counts_from_the_last_time_it_was_known_to_be_cold(store: Shop) -> None:
    store.wait_s(600)
    store.feel(None, status="lost")
    store.wait_s(LIMIT_S)
    assert store.stop is None, "nobody knows"
    store.feel(9.0)
    assert store.stop is not None


def test_who_comes_back_cold_was_cold(store: Shop) -> None:
    store.feel(None, status="lost")
    store.wait_s(5 * LIMIT_S)
    store.feel(5.0)
    store.wait_s(LIMIT_S)
    assert store.stop is None


def test_who_was_too_warm_when_contact_was_lost_is_taken_for_warm(store: Shop) -> None:
    store.feel(9.0)
    store.feel(None, status="lost")
    store.wait_s(LIMIT_S)
    assert store.stop is not None


def test_without_a_broker_nobody_is_noted_as_cold(store: Shop) -> None:
    store.machine.in_touch = False
    store.wait_s(LIMIT_S)
    store.machine.in_touch = True
    store.feel(9.0)
    assert store.stop is not None


def test_the_count_survives_a_restart_of_the_agent(store: Shop) -> None:
    store.feel(9.0)
    store.wait_s(LIMIT_S // 2)
    store.restart()
    store.wait_s(LIMIT_S // 2)
    assert store.stop is not None


def test_an_agent_that_was_away_does_not_know_that_it_was_cold(store: Shop) -> None:
    store.clock.pass_s(LIMIT_S)
    store.restart()
    store.feel(9.0)
    assert store.stop is not None


def test_a_clock_that_is_set_back_does_not_lengthen_the_count_by_more_than_that(store: Shop) -> None:
    store.feel(9.0)
    store.clock.pass_s(-86_400)
    store.wait_s(LIMIT_S + 2 * NOTED_EVERY_S)
    assert store.stop is not None


# ── what was paid already ───────────────────────────────────────────────────────────────────────────


def test_paid_food_that_no_machine_was_sent_is_refunded_and_what_it_was_sent_is_left_to_it(
    store: Shop,
) -> None:
    store.work()
    order = store.paid_order(("MILK", MOST_AT_MACHINE + 2))
    store.work()
    assert len(store.machine.given) == MOST_AT_MACHINE
    store.report(messages.FaultRaised(code="EJH"))
    store.work()
    states = {vend["id"]: vend["state"] for vend in store.look(order["id"])["vends"]}
    assert [states[vend] for vend in store.machine.given] == ["requested"] * MOST_AT_MACHINE
    withheld = store.facts(facts.VendFailed)
    assert {(fact.code, fact.by) for fact in withheld} == {("EJH", "store")}
    assert store.look(order["id"])["refunds"][0]["reason"] == "vend_failed:EJH"
    for vend in list(store.machine.given):
        store.report(messages.VendStarted(command_id=vend, slot="1"))
        store.report(messages.VendSucceeded(command_id=vend, slot="1", drop_confirmed=True))
    store.work()
    assert len(store.machine.given) == MOST_AT_MACHINE, "nothing more is sent"
    assert store.slot()["blocked"] is None, "the slot's motor is not to blame"


def test_food_that_a_machine_may_have_after_a_restart_is_neither_sent_again_nor_guessed(store: Shop) -> None:
    store.work()
    order = store.paid_order(("MILK", 1))
    store.work()
    store.restart()
    store.report(messages.FaultRaised(code="EJH"))
    store.work()
    assert len(store.machine.given) == 1
    assert store.look(order["id"])["vends"][0]["state"] == "requested"


def test_nobody_is_asked_for_the_money_of_food_that_must_not_go_out(store: Shop) -> None:
    placed = store.order(("MILK", 1)).subject
    store.report(messages.FaultRaised(code="EJH"))
    asked = commands.RequestPayment(store.key(), placed, "counter")
    assert store.do(asked).refused == "food_stopped"
    assert store.do(commands.CancelOrder(store.key(), placed)).refused == ""


def test_money_that_was_on_its_way_already_goes_back_for_the_food_and_pays_the_comb(store: Shop) -> None:
    store.work()
    placed = store.order(("MILK", 1), ("COMB", 1)).subject
    store.do(commands.RequestPayment(store.key(), placed, "sandbox"))
    store.report(messages.FaultRaised(code="EJH"))
    store.provider_says("paid", placed)
    store.work()
    states = {vend["sku"]: vend["state"] for vend in store.look(placed)["vends"]}
    assert states == {"MILK": "failed", "COMB": "requested"}


# ── who lets it sell again ──────────────────────────────────────────────────────────────────────────


def test_getting_cold_again_releases_nothing_a_person_does(store: Shop) -> None:
    store.feel(12.0, "EJH")
    assert store.release().refused == "still_too_warm"
    store.feel(12.0)
    assert store.release().refused == "still_too_warm"
    store.feel(4.0)
    store.wait_s(5 * LIMIT_S)
    assert store.can_buy("MILK") == 0
    assert store.release().refused == ""
    assert store.can_buy("MILK") == 8
    (released,) = store.facts(device_facts.FoodReleased)
    assert (released.outcome, released.by) == ("fine", "staff")
    assert store.release().refused == "food_not_stopped"


def test_what_was_thrown_away_leaves_the_book(store: Shop) -> None:
    store.report(messages.FaultRaised(code="EJH"))
    assert store.release("thrown_away").refused == ""
    assert store.slot("vm-1", "1")["count"] == 0
    assert store.slot("vm-1", "2")["count"] == 8, "a comb does not spoil"
    assert store.right("MILK")["available"] == 0
    store.do(commands.CountSlot(store.key(), "vm-1", "1", 6))
    assert store.can_buy("MILK") == 6


def test_too_warm_again_after_a_release_stops_it_again(store: Shop) -> None:
    store.report(messages.FaultRaised(code="EJH"))
    store.release()
    store.feel(9.0)
    store.wait_s(LIMIT_S + NOTED_EVERY_S)
    assert store.stop is not None
    assert [fact.reason for fact in store.facts(device_facts.FoodStopped)] == ["machine", "temperature"]


def test_an_outcome_that_nobody_knows_releases_nothing(store: Shop) -> None:
    store.report(messages.FaultRaised(code="EJH"))
    assert store.release("eaten").refused == "malformed"
    assert store.stop is not None
