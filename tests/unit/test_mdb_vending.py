"""Our orders at the buttons of an existing machine: what is sold, what is denied, what nobody says."""

from __future__ import annotations

import msgspec
import pytest

from hardware.behaviour import Condition, Input, Output, Say
from hardware.messages import (
    CashSale,
    CommandRefused,
    FaultCleared,
    FaultRaised,
    SlotSelected,
    VendFailed,
    VendStarted,
    VendSucceeded,
)
from hardware.vending.driver import MdbVending
from hardware.vending.mdb import port
from hardware.vending.mdb.codes import State
from hardware.vending.mdb.vmc_simulator import Fault, FaultOrdered, GaveUp, PaidCash, Pressed, VmcPlan
from tests.mdb_bench import PRICES, SETTINGS, Together, simple, vend

IDLE = VmcPlan(prices=PRICES, always_idle=True)
KINDS = [VmcPlan(prices=PRICES), VmcPlan(prices=PRICES, wide=True), VmcPlan(prices=PRICES, level=1), IDLE]


def started(slot: str = "1", command_id: str = "c1") -> VendStarted:
    return VendStarted(command_id=command_id, slot=slot)


def succeeded(slot: str = "1", command_id: str = "c1", seen: bool = False) -> VendSucceeded:
    return VendSucceeded(command_id=command_id, slot=slot, drop_confirmed=seen)


@pytest.mark.parametrize("plan", KINDS, ids=["sessions", "wide", "level 1", "always idle"])
def test_what_was_paid_is_sold_when_its_button_is_pressed(plan: VmcPlan) -> None:
    shop = Together(plan)
    assert shop.condition.status == "ready"
    assert shop.run(1, vend("c1", until_s=shop.now_s + 20)) == []
    assert shop.run(1, Pressed(11)) == [started(), succeeded()]
    assert shop.vmc.dispensed == [11]
    assert shop.vmc.funds is None


def test_a_machine_with_a_sensor_of_its_own_confirms_the_drop() -> None:
    shop = Together(settings=msgspec.structs.replace(SETTINGS, drop_sensor=True))
    shop.run(1, vend("c1", until_s=shop.now_s + 20))
    assert shop.run(1, Pressed(11))[-1] == succeeded(seen=True)


def test_a_jam_is_a_failed_vend_and_the_unit_is_still_inside() -> None:
    shop = Together()
    shop.run(1, FaultOrdered("jam"), vend("c1", until_s=shop.now_s + 20))
    assert shop.run(1, Pressed(11)) == [started(), VendFailed(command_id="c1", slot="1", code="ELA")]
    assert shop.vmc.dispensed == []


def test_the_wrong_button_is_denied_and_reported_and_the_right_one_still_sells() -> None:
    shop = Together()
    shop.run(1, vend("c1", "2", until_s=shop.now_s + 20))
    assert shop.run(1, Pressed(11)) == [SlotSelected(slot="1", price_minor=500, currency="CNY")]
    assert shop.run(1, Pressed(12)) == [started("2"), succeeded("2")]
    assert shop.vmc.dispensed == [12]


def test_pressing_without_paying_asks_for_money_and_gives_nothing() -> None:
    shop = Together(IDLE)
    assert shop.run(1, Pressed(12)) == [SlotSelected(slot="2", price_minor=700, currency="CNY")]
    assert shop.vmc.dispensed == []


def test_one_payment_is_one_unit_however_often_the_button_is_pressed() -> None:
    shop = Together(IDLE)
    shop.run(1, vend("c1", until_s=shop.now_s + 20))
    shop.run(1, Pressed(11))
    assert shop.run(1, Pressed(11)) == [SlotSelected(slot="1", price_minor=500, currency="CNY")]
    assert shop.vmc.dispensed == [11]


@pytest.mark.parametrize("prices", [{11: 400, 12: 700}, {11: 500, 12: 700, 77: 500}])
def test_a_machine_whose_prices_or_items_are_not_those_of_the_settings_gets_no_yes(
    prices: dict[int, int],
) -> None:
    shop = Together(VmcPlan(prices=prices, always_idle=True))
    shop.run(1, vend("c1", until_s=shop.now_s + 20))
    shop.run(1, Pressed(77 if 77 in prices else 11))
    assert shop.vmc.dispensed == []
    assert started() not in shop.reports


@pytest.mark.parametrize("plan", [KINDS[0], IDLE], ids=["sessions", "always idle"])
def test_what_nobody_presses_in_time_is_refused_and_cannot_be_had_afterwards(plan: VmcPlan) -> None:
    shop = Together(plan)
    assert shop.run(4, vend("c1", until_s=shop.now_s + 3)) == [
        CommandRefused(command_id="c1", reason="expired")
    ]
    shop.run(1, Pressed(11))
    assert shop.vmc.dispensed == []
    assert shop.vmc.funds is None


def test_a_shopper_who_pulled_the_lever_may_press_again_while_it_is_paid() -> None:
    shop = Together()
    shop.run(1, vend("c1", until_s=shop.now_s + 20))
    shop.run(1, GaveUp())
    assert shop.vmc.funds is None
    shop.run(3)
    assert shop.vmc.funds == 500
    assert shop.run(1, Pressed(11)) == [started(), succeeded()]


def test_a_shopper_who_pulled_the_lever_and_left_is_refused_at_the_end() -> None:
    shop = Together()
    shop.run(1, vend("c1", until_s=shop.now_s + 6))
    shop.run(1, GaveUp())
    assert shop.run(6) == [CommandRefused(command_id="c1", reason="expired")]


def test_orders_are_served_one_after_the_other() -> None:
    shop = Together()
    shop.run(1, vend("c1", "2", until_s=shop.now_s + 20), vend("c2", "1", until_s=shop.now_s + 20))
    shop.run(1, Pressed(12))
    assert shop.run(1, Pressed(11)) == [started("1", "c2"), succeeded("1", "c2")]
    assert shop.vmc.dispensed == [12, 11]


def test_a_full_queue_refuses_as_busy() -> None:
    shop = Together()
    said = shop.run(0.1, *(vend(f"c{number}", until_s=shop.now_s + 20) for number in range(5)))
    assert said == [CommandRefused(command_id="c4", reason="busy")]


def test_what_cannot_be_done_is_refused_by_name() -> None:
    shop = Together()
    late = shop.now_s + 20
    assert shop.run(0.1, vend("c1", "9-99", until_s=late)) == [
        CommandRefused(command_id="c1", reason="unknown_slot")
    ]
    assert shop.run(0.1, simple("light")) == [CommandRefused(command_id="light", reason="unsupported")]
    assert shop.run(0.1, simple("identify")) == []


def test_a_locked_machine_offers_nothing_until_it_is_unlocked() -> None:
    shop = Together()
    shop.run(1, vend("c1", until_s=shop.now_s + 20))
    assert shop.run(1, simple("lock")) == [CommandRefused(command_id="c1", reason="locked")]
    assert shop.condition.status == "sleeping"
    assert shop.vmc.funds is None
    assert shop.run(0.1, vend("c2", until_s=shop.now_s + 20)) == [
        CommandRefused(command_id="c2", reason="locked")
    ]
    shop.run(1, simple("unlock"), vend("c3", until_s=shop.now_s + 20))
    assert shop.run(1, Pressed(11)) == [started(command_id="c3"), succeeded(command_id="c3")]


def test_a_sale_for_coins_is_told_with_its_slot_and_one_of_an_unknown_item_is_not_lost() -> None:
    shop = Together(VmcPlan(prices={**PRICES, 77: 300}, wide=True))
    assert shop.run(0.5, PaidCash(12)) == [CashSale(slot="2", price_minor=700, currency="CNY")]
    assert shop.run(0.5, PaidCash(77)) == [CashSale(slot="item-77", price_minor=300, currency="CNY")]


# ── when it goes wrong in the middle ────────────────────────────────────────────────────────────────


def test_a_machine_that_starts_anew_after_the_yes_has_sold_and_nobody_saw_it_fall() -> None:
    shop = Together(settings=msgspec.structs.replace(SETTINGS, drop_sensor=True))
    shop.run(1, FaultOrdered("reset"), vend("c1", until_s=shop.now_s + 20))
    assert shop.run(2, Pressed(11)) == [started(), succeeded(seen=False)]
    assert shop.condition.status == "ready"


def test_a_machine_that_loses_power_after_the_yes_is_an_alert_and_its_vend_has_no_answer() -> None:
    shop = Together()
    shop.run(1, FaultOrdered("power_cut"), vend("c1", until_s=shop.now_s + 20))
    assert shop.run(30, Pressed(11)) == [started(), FaultRaised(code="EIL")]
    assert (shop.condition.status, shop.condition.faults) == ("alert", ("EIL",))


def test_an_adapter_that_is_lost_after_the_yes_leaves_the_vend_without_an_answer() -> None:
    shop = Together(VmcPlan(prices=PRICES, motor_s=2.0))
    shop.run(1, vend("c1", until_s=shop.now_s + 20))
    shop.run(1, Pressed(11))
    shop.lose_line()
    assert shop.run(30) == [FaultRaised(code="EKM")]
    assert shop.condition.status == "alert"


def test_an_adapter_that_is_lost_before_the_yes_leaves_the_vend_waiting() -> None:
    shop = Together()
    shop.run(1, vend("c1", until_s=shop.now_s + 20))
    shop.lose_line()
    shop.run(1)
    shop.find_line()
    assert FaultCleared(code="EKM") in shop.run(3)
    assert shop.run(1, Pressed(11)) == [started(), succeeded()]


def test_a_device_that_starts_anew_after_the_yes_says_nothing_of_that_vend_and_sells_the_next() -> None:
    shop = Together(VmcPlan(prices=PRICES, motor_s=2.0))
    shop.run(1, vend("c1", until_s=shop.now_s + 20))
    shop.run(1, Pressed(11))
    shop.restart()
    assert shop.run(5) == []
    shop.run(1, vend("c2", until_s=shop.now_s + 20))
    shop.run(1, Pressed(11))
    assert shop.run(3) == [succeeded(command_id="c2")]


def test_a_device_that_starts_anew_before_the_yes_forgets_and_ends_the_session() -> None:
    shop = Together()
    shop.run(1, vend("c1", until_s=shop.now_s + 20))
    assert shop.vmc.funds == 500
    shop.restart()
    assert shop.run(1) == []
    assert shop.vmc.funds is None


def test_a_device_that_is_too_slow_to_decide_denies_and_the_shopper_may_press_again() -> None:
    shop = Together()
    shop.run(1, vend("c1", until_s=shop.now_s + 40))
    shop.deaf_driver = True
    shop.run(12, Pressed(11))
    shop.deaf_driver = False
    shop.run(1)
    assert shop.vmc.dispensed == []
    assert shop.run(1, Pressed(11)) == [started(), succeeded()]


@pytest.mark.parametrize("fault", ["nak", "retransmit", "deaf", "noise"])
def test_a_bad_line_costs_time_but_no_unit(fault: Fault) -> None:
    shop = Together()
    for number in range(3):
        shop.run(1.5, FaultOrdered(fault), vend(f"c{number}", until_s=shop.now_s + 60))
        shop.run(4.5, FaultOrdered(fault), Pressed(11), FaultOrdered(fault))
    assert shop.vmc.dispensed == [11, 11, 11]
    assert [report for report in shop.reports if isinstance(report, VendSucceeded)] == [
        succeeded(command_id=f"c{number}") for number in range(3)
    ]


def in_the_middle() -> MdbVending:
    """A driver that has just said yes to its only order."""
    driver = MdbVending(SETTINGS)
    driver.start(0.0)
    driver.update(1.0, [port.StateIs(State.ENABLED, always_idle=True), vend("c1", until_s=20.0)])
    said = driver.update(2.0, [port.Selected(1, price=500, item=11)])
    assert port.Approve(1, 20.0) in said.outputs
    return driver


def says(driver: MdbVending, now_s: float, *happened: Input) -> list[Output]:
    outputs = driver.update(now_s, happened).outputs
    return [output for output in outputs if not isinstance(output, Condition)]


def test_a_vend_that_the_machine_will_never_tell_of_is_told_of_by_nobody_and_the_next_one_sells() -> None:
    driver = in_the_middle()
    assert says(driver, 3.0, port.ApprovalSent(1)) == [Say(started())]
    assert says(driver, 4.0, port.OutcomeUnknown(1), vend("c2", until_s=30.0)) == []
    assert says(driver, 5.0, port.Selected(2, price=500, item=11)) == [port.Approve(2, 30.0)]


def test_a_line_that_is_lost_before_the_yes_has_left_leaves_the_order_waiting() -> None:
    driver = in_the_middle()
    assert says(driver, 3.0, port.LineLost("unplugged")) == [Say(FaultRaised(code="EKM"))]
    assert says(driver, 4.0, port.LineLost("unplugged")) == []
    assert says(driver, 5.0, port.LineFound()) == [Say(FaultCleared(code="EKM"))]
    assert says(driver, 6.0, port.Selected(2, price=500, item=11)) == [port.Approve(2, 20.0)]


def test_a_selection_taken_back_while_the_machine_is_locked_is_refused() -> None:
    driver = in_the_middle()
    assert says(driver, 3.0, simple("lock")) == []
    assert says(driver, 4.0, port.Withdrawn(1)) == [Say(CommandRefused(command_id="c1", reason="locked"))]
    assert says(driver, 5.0, port.Selected(2, price=500, item=11))[-1] == port.Deny(2)


def test_news_of_another_selection_is_none() -> None:
    driver = in_the_middle()
    for news in (port.Dispensed(7), port.NotDispensed(0), port.ApprovalSent(2), port.Withdrawn(9)):
        assert says(driver, 3.0, news) == []


def test_a_machine_that_has_not_enabled_us_yet_is_starting() -> None:
    driver = MdbVending(SETTINGS)
    assert Condition("init") in driver.start(0.0).outputs
    assert driver.identity().capabilities == {
        "slots": [
            {"slot": "1", "capacity": 99, "par_level": 0, "price_minor": 500},
            {"slot": "2", "capacity": 99, "par_level": 0, "price_minor": 700},
        ],
        "drop_sensor": False,
    }
