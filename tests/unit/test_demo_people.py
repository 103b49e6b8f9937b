"""The people of the demo, stepped by hand: what they ask for, and that nobody hangs."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from cloud_sync.hq.rules import planner
from cloud_sync.protocol.product_codes import normalise_gtin
from kiosk_ui.i18n import category_name
from popshop.demo import assortment, online, shoppers, staff
from popshop.demo.crowd import Away, Crowd
from popshop.demo.steps import JSON, Ask, Call, Look, Refused, Step, Tell, Visit, Wait
from tests.demo_people import a_store, play

PLAN = assortment.load()


def test_a_held_up_code_is_a_product_of_the_store():
    steps = play(shoppers.visit("scan", Random(1), "n"), lambda _: a_store(9))
    assert isinstance(steps[-1], Tell)
    assert steps[-1].line.removeprefix("scan EAN-13 ") in {item.gtin for item in PLAN.items}


def test_a_visitor_agrees_to_the_brands_text_and_asks_for_another_sample_in_vain():
    campaign = {"campaign": "perfume", "open": True, "available": 3, "consent": {"version": "1"}}
    shop = {"campaign": {"perfume": campaign}}

    def answers(step: Step) -> Any:
        return shop if isinstance(step, Look) else {"id": "O1", "state": "completed"}

    steps = [play(shoppers.visit("sample", Random(seed), "n"), answers) for seed in range(20)]
    asked = [[step for step in each if isinstance(step, Call) and step.body] for each in steps]
    assert {call.body["consent"] for calls in asked for call in calls if call.body} == {"1"}
    assert {len(calls) for calls in asked} == {1, 2}
    assert all(len({call.body["claimant"] for call in calls if call.body}) == 1 for calls in asked)
    shop["campaign"]["perfume"] |= {"available": 0}
    assert play(shoppers.visit("sample", Random(1), "n"), answers) == [Look()]


@pytest.mark.parametrize("kind", shoppers.ARRIVE_EVERY_S)
def test_the_same_seed_brings_the_same_people(kind):
    comes = [shoppers.arrivals(Random(7), kind) for _ in range(2)]
    assert [next(comes[0]) for _ in range(50)] == [next(comes[1]) for _ in range(50)]


# ── staff ───────────────────────────────────────────────────────────────────────────────────────────


def machine(**more: Any) -> JSON:
    slot = {"slot": "1-01", "sku": "tea", "count": 9, "capacity": 12, "blocked": None} | more.pop("slot", {})
    return {"id": "vending-1", "kind": "vending", "status": "ready", "faults": [], "slots": [slot]} | more


def stock_line(**more: Any) -> JSON:
    right = {"sku": "tea", "available": 9, "held": 0, "deficit": 0, "in_slots": 9, "pinned": 0}
    return right | {"room": {"available": 0}} | more


def in_the_store(device: JSON, *lines: JSON, refuse: str = "", orders: JSON | None = None) -> Any:
    """What staff see and are told; calls whose path begins with `refuse` are refused."""
    entities = {"device": {device["id"]: device}, "order": orders or {}}

    def answer(step: Step) -> Any:
        match step:
            case Look():
                return entities
            case Call(path=path) if refuse and path.startswith(refuse):
                return Refused("not_enough_stock")
            case Call(path="/api/snapshot"):
                return {"entities": entities}
            case Call(path="/api/stock"):
                return {"stock": list(lines)}
            case Call(path="/api/stock/fill", body=body) if body:
                slot = device["slots"][0]
                return device | {"slots": [slot | {"count": slot["count"] + body["qty"]}]}
        return None

    return answer


@pytest.mark.parametrize(
    ("device", "needed"),
    [
        (machine(), False),
        (machine(slot={"count": 4}), True),
        (machine(slot={"count": 4, "sku": "what no stock room has"}), False),
        (machine(slot={"blocked": "repeated_failures:EJC"}), True),
        (machine(faults=["EJC"]), True),
        (machine(faults=["EJC"], status="lost"), False),
    ],
)
def test_staff_see_to_machines_that_are_blocked_faulty_or_low_in_what_the_stock_room_has(device, needed):
    assert staff.needs_a_visit(device, {"tea": 5}) is needed


def test_a_visit_opens_fills_closes_and_puts_blocked_slots_back_on_sale():
    blocked = machine(slot={"blocked": "staff"})
    steps = play(staff.see_to("vending-1", {"tea": 9}, "v"), in_the_store(blocked))
    assert [s.line for s in steps if isinstance(s, Tell)] == ["door open", "fill 1-01 12", "door closed"]
    filled, unblocked = [s for s in steps if isinstance(s, Call) and s.body is not None]
    assert (filled.path, filled.body) == (
        "/api/stock/fill",
        {"device": "vending-1", "slot": "1-01", "qty": 3},
    )
    assert unblocked.path == "/api/devices/vending-1/slots/1-01/unblock"


@pytest.mark.parametrize(("room", "refuse", "told"), [(2, "", 11), (0, "", 9), (9, "/api/stock/fill", 9)])
def test_a_machine_is_told_what_the_book_has_so_that_its_own_count_changes_nothing(room, refuse, told):
    steps = play(staff.see_to("vending-1", {"tea": room}, "v"), in_the_store(machine(), refuse=refuse))
    assert Tell("vending-1", f"fill 1-01 {told}") in steps


@pytest.mark.parametrize(
    ("line", "due"),
    [
        (stock_line(), 0),
        (stock_line(available=20, held=2), 13),
        (stock_line(available=20, room={"available": 8}), 3),
        (stock_line(held=2, deficit=2), 0),
        (stock_line(available=4), -5),
    ],
)
def test_what_was_granted_and_not_driven_yet_is_what_the_store_has_rights_but_no_goods_for(line, due):
    assert staff.undelivered(line) == due


def received(device: JSON, line: JSON) -> list[JSON | None]:
    round_ = staff.take_in([device], "s")
    answers = in_the_store(device, line)
    return [s.body for s in play(round_, answers) if isinstance(s, Call) and s.path == "/api/stock/receive"]


def test_the_van_comes_when_a_machine_is_low_or_when_it_is_full_and_never_brings_rights():
    low, full = machine(slot={"count": 1}), machine()
    assert received(full, stock_line(available=14)) == []
    assert received(low, stock_line(available=14)) == [
        {"sku": "tea", "qty": 5, "kind": "delivery", "document": "s"}
    ]
    assert len(received(full, stock_line(available=9 + staff.VAN_UNITS))) == 1
    assert received(low, stock_line()) == []


def test_what_is_put_aside_for_online_buyers_stays_in_the_stock_room():
    low = machine(slot={"count": 1})
    steps = play_some(
        staff.rounds(Random(1), "s"), in_the_store(low, stock_line(room={"available": 3}, pinned=2))
    )
    fills = [s.body for s in steps if isinstance(s, Call) and s.path == "/api/stock/fill"]
    assert fills[0] == {"device": "vending-1", "slot": "1-01", "qty": 1}


def play_some(visit: Visit, answers: Any, count: int = 12) -> list[Step]:
    """The first steps of a visit that never ends."""
    steps: list[Step] = []
    answer: Any = None
    while len(steps) < count:
        steps.append(visit.send(answer))
        answer = answers(steps[-1])
    return steps


def test_an_unknown_vend_is_settled_on_the_second_round_and_by_its_reason():
    vend = {"id": "V1", "state": "unknown", "code": "no_answer", "device": "vending-1"}
    shop = in_the_store(machine(), stock_line(), orders={"O1": {"vends": [vend]}})
    steps = play_some(staff.rounds(Random(1), "s"), shop)
    settled = Call("/api/vends/V1/settle", {"outcome": "not_dispensed"}, "s-V1", staff=True)
    assert steps.index(settled) > steps.index(staff.ROUND)
    assert staff.outcome_of(vend | {"code": "drop_not_confirmed"}, Random(1)) == "dispensed"


def test_a_visit_waits_for_the_machine_to_be_at_rest_but_not_for_ever():
    at_work = {"O1": {"vends": [{"id": "V1", "state": "dispensing", "code": "", "device": "vending-1"}]}}
    low = machine(slot={"count": 1})

    def rounds_until_the_door_opens(orders: JSON) -> int:
        shop = in_the_store(low, stock_line(room={"available": 9}), orders=orders)
        steps = play_some(staff.rounds(Random(1), "s"), shop, 30)
        return steps[: steps.index(Tell("vending-1", "door open"))].count(staff.ROUND)

    assert rounds_until_the_door_opens({}) == 0
    assert rounds_until_the_door_opens(at_work) == staff.MOST_PUT_OFF


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


# ── headquarters ────────────────────────────────────────────────────────────────────────────────────


def an_online_shop(state: str = "reserved", hand_overs_refused: int = 0) -> Any:
    """Headquarters, and a store whose stock room lacks the units for a while."""
    refused = 0

    def answer(step: Step) -> Any:
        nonlocal refused
        match step:
            case Ask(path="/v1/online/reservations", body=body) if body:
                return {"state": "pinning" if body.get("store") else state}
            case Ask():
                return {"state": state}
            case Call() if refused < hand_overs_refused:
                refused += 1
                return Refused("not_enough_stock")
        return {}

    return answer


def buyers(shop: Any = None, count: int = 300) -> list[list[Step]]:
    return [
        play(online.buys(Random(seed), ["tea"], "demo", f"n{seed}"), shop or an_online_shop())
        for seed in range(count)
    ]


def test_most_online_buyers_pay_some_cancel_some_never_come_back_and_some_come_to_the_store():
    ends = [steps[-1] for steps in buyers()]
    asked = [end.path.rpartition("/")[2] for end in ends if isinstance(end, Ask)]
    assert asked.count("confirm") > 120
    assert 15 < asked.count("cancel") < 60
    assert 10 < len(asked) - asked.count("confirm") - asked.count("cancel") < 60
    came = [end for end in ends if isinstance(end, Call)]
    assert 50 < len(came) < 130
    assert {end.path.split("/")[3] for end in came} == {online.SELLER}
    assert {(end.body or {})["how"] for end in came} == {"picked_up", "shipped"}


def test_an_online_buyer_leaves_when_headquarters_or_the_store_has_none():
    assert {len(steps) for steps in buyers(lambda _: Refused("sold_out"), 50)} == {1}
    assert {len(steps) for steps in buyers(an_online_shop("refused"), 50)} == {1, 2}


def test_whoever_picks_up_comes_again_with_a_new_key_until_the_stock_room_has_the_units():
    for seed in range(50):
        steps = play(online.buys(Random(seed), ["tea"], "demo", "n"), an_online_shop(hand_overs_refused=3))
        asked = [s.key for s in steps if isinstance(s, Call)]
        assert len(asked) in (0, 4)
        assert len(asked) == len(set(asked))


def test_the_warehouse_buys_in_what_runs_low_each_delivery_under_a_number_of_its_own():
    def answer(step: Step) -> Any:
        return [{"sku": "tea", "pool": 5}, {"sku": "milk", "pool": online.POOL_LOW}]

    steps = play(online.receives(["tea", "milk", "water"], "m-1"), answer)
    bodies = [s.body for s in steps if isinstance(s, Ask) and s.body]
    assert [(body["sku"], body["qty"]) for body in bodies] == [
        ("tea", online.POOL_FULL - 5),
        ("water", online.POOL_FULL),
    ]
    assert len({body["receipt"] for body in bodies}) == 2
    assert len(play(online.receives(["tea"], "m-2"), lambda _: Refused("malformed"))) == 1


def test_full_slots_are_enough_at_opening_wherever_a_product_lies():
    """Else the first thing that anybody saw would be a recall of what has just been filled in."""
    policy = planner.Policy(**online.POLICY)
    lie = Counter(PLAN.room)
    for slot in PLAN.planogram():
        lie[slot["sku"]] += slot["count"]
    stocks = [planner.Held("demo", sku, units) for sku, units in lie.items()]
    plans = planner.plan([policy], stocks, dict.fromkeys(lie, online.POOL_FULL))
    assert {plan.kind for plan in plans} == {"grant"}


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
    in_machines = {sku for machine in PLAN.machines for sku in machine.skus}
    assert in_machines | set(PLAN.room) == {item.sku for item in PLAN.items}
    assert {plate.item for plate in PLAN.shelf.plates} <= {item.sku for item in PLAN.items}
