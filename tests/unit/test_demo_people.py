"""The people of the demo, stepped by hand: what they ask for, and that nobody hangs."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from cloud_sync.protocol.product_codes import normalise_gtin
from kiosk_ui.i18n import category_name
from popshop.demo import assortment, shoppers, staff
from popshop.demo.crowd import Away, Crowd
from popshop.demo.steps import JSON, Call, Look, Press, Refused, Step, Tell, Visit, Wait

PLAN = assortment.load()


def shelf_of(available: int) -> JSON:
    return {
        "item": {i.sku: {"sku": i.sku, "gtin": f"0{i.gtin}", "available": available} for i in PLAN.items},
        "device": {"scanner-1": {"id": "scanner-1", "kind": "scanner", "status": "ready", "slots": []}},
    }


def order(state: str = "awaiting_payment", pay_url: str = "http://shop/pay/x") -> JSON:
    return {"id": "O1", "state": state, "payment": {"pay_url": pay_url}}


def play(visit: Visit, answers: Any) -> list[Step]:
    """Run a visit; `answers(step)` says what each step is answered with. The steps but for waits."""
    steps: list[Step] = []
    answer: Any = None
    while True:
        try:
            step = visit.send(answer)
        except StopIteration:
            return steps
        answer = None if isinstance(step, Wait) else answers(step)
        if not isinstance(step, Wait):
            steps.append(step)
        assert len(steps) < 200, "somebody hangs"


def a_shop(end: str = "completed", available: int = 9) -> Any:
    """Answers of a shop in which every paid order ends like this."""
    paid = False

    def answer(step: Step) -> Any:
        nonlocal paid
        match step:
            case Look():
                return shelf_of(available)
            case Press(button="pay"):
                paid = True
            case Call():
                return order(end if paid else "awaiting_payment")
        return None

    return answer


def visits_by_phone(count: int = 200) -> list[list[Step]]:
    return [play(shoppers.visit("phone", Random(seed), "n"), a_shop()) for seed in range(count)]


def test_most_shoppers_pay_some_decline_some_cancel_and_some_walk_away():
    ends = [steps[-1] for steps in visits_by_phone()]
    presses = [s.button for steps in visits_by_phone() for s in steps if isinstance(s, Press)]
    assert 150 < presses.count("pay") < 195
    assert 3 <= presses.count("decline") < 25
    assert any(isinstance(end, Call) and end.path.endswith("/cancel") for end in ends)
    assert any(isinstance(end, Call) and end.path == "/api/orders/O1" for end in ends)


def test_an_order_has_one_to_three_units_of_different_products():
    for steps in visits_by_phone(100):
        placed = next(s for s in steps if isinstance(s, Call) and s.path == "/api/orders")
        assert placed.body
        lines = placed.body["lines"]
        assert 1 <= sum(line["qty"] for line in lines) <= 3
        assert len({line["sku"] for line in lines}) == len(lines)


def test_a_shopper_uses_each_key_for_one_deed_only():
    for steps in visits_by_phone(100):
        keys = [s.key for s in steps if isinstance(s, Call) and s.body is not None]
        assert len(keys) == len(set(keys))
        assert all(keys)


def test_a_shopper_leaves_an_empty_shop_and_a_shop_that_refuses():
    assert play(shoppers.visit("phone", Random(1), "n"), a_shop(available=0)) == [Look()]

    def refusing(step: Step) -> Any:
        return shelf_of(9) if isinstance(step, Look) else Refused("sold_out")

    assert len(play(shoppers.visit("phone", Random(1), "n"), refusing)) == 2


def test_without_a_pay_code_the_shopper_cancels():
    def no_code(step: Step) -> Any:
        return shelf_of(9) if isinstance(step, Look) else order(pay_url="")

    steps = play(shoppers.visit("phone", Random(3), "n"), no_code)
    assert isinstance(steps[-1], Call)
    assert steps[-1].path.endswith("/cancel")


def test_a_held_up_code_is_a_product_of_the_store():
    steps = play(shoppers.visit("scan", Random(1), "n"), a_shop())
    assert isinstance(steps[-1], Tell)
    assert steps[-1].line.removeprefix("scan EAN-13 ") in {item.gtin for item in PLAN.items}


@pytest.mark.parametrize("kind", shoppers.ARRIVE_EVERY_S)
def test_the_same_seed_brings_the_same_people(kind):
    comes = [shoppers.arrivals(Random(7), kind) for _ in range(2)]
    assert [next(comes[0]) for _ in range(50)] == [next(comes[1]) for _ in range(50)]


# ── staff ───────────────────────────────────────────────────────────────────────────────────────────


def machine(**more: Any) -> JSON:
    slot = {"slot": "1-01", "count": 9, "capacity": 12, "blocked": None} | more.pop("slot", {})
    return {"id": "vending-1", "kind": "vending", "status": "ready", "faults": [], "slots": [slot]} | more


@pytest.mark.parametrize(
    ("device", "needed"),
    [
        (machine(), False),
        (machine(slot={"count": 4}), True),
        (machine(slot={"blocked": "repeated_failures:EJC"}), True),
        (machine(faults=["EJC"]), True),
        (machine(faults=["EJC"], status="lost"), False),
    ],
)
def test_staff_see_to_machines_that_are_low_blocked_or_faulty(device, needed):
    assert staff.needs_a_visit(device) is needed


def test_a_visit_opens_fills_closes_and_puts_blocked_slots_back_on_sale():
    steps = play(staff.see_to(machine(slot={"blocked": "staff"}), "v"), lambda _: None)
    assert [s.line for s in steps if isinstance(s, Tell)] == ["door open", "fill 1-01 12", "door closed"]
    assert [s.path for s in steps if isinstance(s, Call)] == ["/api/devices/vending-1/slots/1-01/unblock"]


def test_an_unknown_vend_is_settled_on_the_second_round_and_by_its_reason():
    vend = {"id": "V1", "state": "unknown", "code": "no_answer", "device": "vending-1"}
    visit = staff.rounds(Random(1), "s")
    seen = {"order": {"O1": {"vends": [vend]}}}
    assert [visit.send(None), visit.send(seen)] == [Look(), staff.ROUND]
    visit.send(None)
    settled = visit.send(seen)
    assert settled == Call("/api/vends/V1/settle", {"outcome": "not_dispensed"}, "s-V1", staff=True)
    assert staff.outcome_of(vend | {"code": "drop_not_confirmed"}, Random(1)) == "dispensed"


def test_a_visit_waits_for_the_machine_to_be_at_rest_but_not_for_ever():
    at_work = {"O1": {"vends": [{"id": "V1", "state": "dispensing", "code": "", "device": "vending-1"}]}}
    low = {"device": {"vending-1": machine(slot={"count": 1})}}
    busy, idle = (low | {"order": orders} for orders in (at_work, {}))

    def rounds_until_the_door_opens(entities: JSON) -> int:
        visit = staff.rounds(Random(1), "s")
        next(visit)
        steps = [visit.send(entities if i % 2 == 0 else None) for i in range(10)]
        return steps.index(Tell("vending-1", "door open")) // 2

    assert rounds_until_the_door_opens(idle) == 0
    assert rounds_until_the_door_opens(busy) == staff.MOST_PUT_OFF


def test_every_demo_of_a_minute_shows_a_failed_vend_a_doubtful_one_and_a_silent_one():
    visit = staff.mishaps(Random(1), ["vending-1", "vending-2"])
    passed_s, told = 0.0, []
    while passed_s <= 60:
        step = next(visit)
        if isinstance(step, Wait):
            passed_s += step.seconds
        elif isinstance(step, Tell):
            told.append(step.line.removeprefix("fault "))
    assert {"no_drop", "unseen_drop", "silence", "jam"} <= set(told)


# ── the crowd ───────────────────────────────────────────────────────────────────────────────────────


class Shop:
    """Hands that note what they do, in a world with a clock of its own."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.done: list[Step] = []
        self.away = False

    def do(self, step: Step) -> Any:
        if self.away:
            raise Away
        self.done.append(step)
        return step


def one_after_another(first: str, second: str) -> Visit:
    yield Tell("d", first)
    yield Wait(10.0)
    yield Tell("d", second)


def test_while_the_agent_is_away_everybody_waits_and_then_does_the_same_step():
    shop = Shop()
    crowd = Crowd(shop, lambda: shop.now_s, speed=1.0)
    crowd.join(one_after_another("a", "b"))
    shop.away = True
    crowd.turn(1.0)
    assert shop.done == []
    assert len(crowd) == 1
    shop.away, shop.now_s = False, 1.0
    crowd.turn(2.0)
    assert shop.done == [Tell("d", "a")]
    shop.now_s = 11.0
    crowd.turn(12.0)
    assert shop.done == [Tell("d", "a"), Tell("d", "b")]
    assert len(crowd) == 0


def test_speed_shortens_waits_but_not_real_ones():
    shop = Shop()
    crowd = Crowd(shop, lambda: shop.now_s, speed=10.0)
    crowd.join(one_after_another("a", "b"))
    crowd.turn(0.1)
    assert crowd.next_due_s() == pytest.approx(1.0)

    def real() -> Visit:
        yield Wait(10.0, real=True)

    crowd.clear()
    crowd.join(real())
    crowd.turn(0.1)
    assert crowd.next_due_s() == pytest.approx(10.0)


# ── what is sold ────────────────────────────────────────────────────────────────────────────────────


def test_every_product_has_a_restricted_code_with_its_check_digit_and_a_picture():
    for item in PLAN.items:
        assert 200 <= int(item.gtin[:3]) <= 299
        assert normalise_gtin(item.gtin) == f"0{item.gtin}"
        assert category_name("en", item.category) != category_name("en", "other")
    assert (
        len({item.gtin for item in PLAN.items}) == len({item.sku for item in PLAN.items}) == len(PLAN.items)
    )


def test_two_machines_hold_a_dozen_products_each_and_all_are_sold_somewhere():
    assert [len(machine.skus) for machine in PLAN.machines] == [12, 12]
    assert {sku for machine in PLAN.machines for sku in machine.skus} == {item.sku for item in PLAN.items}
    assert {plate.item for plate in PLAN.shelf.plates} <= {item.sku for item in PLAN.items}
