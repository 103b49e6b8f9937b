"""Shoppers of the demo with a basket, the counter, and the day's money: each way of paying, a drawer that is right."""

from __future__ import annotations

from random import Random
from typing import Any

from popshop.demo import counter, money, shoppers
from popshop.demo.steps import JSON, Call, Look, Press, Refused, Step, Visit
from tests.demo_people import a_store, play

MEMBER = "PS1.M.ABC.DEF"
RECEIPT = "PS1.R.ABC.DEF"
OFFLINE_URL = "http://hq/p/s?c=PS1.O.ABC.DEF"


class Shop:
    """Answers of a shop in which every paid order ends well. Offline, it takes signed receipts only."""

    def __init__(self, *, available: int = 9, offline: bool = False, pay_url: str = "http://hq/p/x") -> None:
        self.available = available
        self.offline = offline
        self.pay_url = OFFLINE_URL if offline else pay_url
        self.paid = False

    def __call__(self, step: Step) -> Any:
        match step:
            case Look():
                return a_store(self.available)
            case Press():
                return self._page(step)
            case Call(path="/api/members/show"):
                return {"points_here": 7}
            case Call(path="/api/scans"):
                return {"id": "scan-1"}
            case Call(path=path) if path.endswith("/play") or path == "/api/shares":
                return {"coupon": {"code": "PS1.C.ABC.DEF"}}
            case Call(path="/api/orders"):
                # A new order is a new shopper's, or the same one's next.
                self.paid = False
            case Call(path=path, body=body) if path.endswith("/payments"):
                if self.offline and body == {"method": "sandbox"}:
                    return Refused("offline_limit")
                # Staff are quick.
                self.paid = body in ({"method": "counter"}, {"method": "card"})
            case Call(path="/api/scans/scan-1/use"):
                self.paid = True
        return self._order()

    def _page(self, press: Press) -> str:
        if press.url.endswith("/m/join"):
            return f"<code>{MEMBER}</code>"
        if press.url.endswith("/p/s/pay"):
            return f"<code>{RECEIPT}</code>"
        self.paid = press.form == {"answer": "pay"}
        return "<p>Paid</p>"

    def _order(self) -> JSON:
        state = "completed" if self.paid else "awaiting_payment"
        return {"id": "O1", "state": state, "payment": {"pay_url": self.pay_url}}


def visits(kind: str, count: int = 100, **shop: Any) -> list[list[Step]]:
    return [play(shoppers.visit(kind, Random(seed), "n"), Shop(**shop)) for seed in range(count)]


def calls(steps: list[Step], path: str) -> list[JSON]:
    """The bodies of calls whose path ends so."""
    return [s.body for s in steps if isinstance(s, Call) and s.path.endswith(path) and s.body is not None]


def test_most_shoppers_pay_some_decline_some_cancel_and_some_walk_away():
    ends = visits("phone", 200)
    presses = [s.form["answer"] for steps in ends for s in steps if isinstance(s, Press)]
    assert 150 < presses.count("pay") < 195
    assert 3 <= presses.count("decline") < 25
    last = [steps[-1] for steps in ends]
    assert any(isinstance(end, Call) and end.path.endswith("/cancel") for end in last)
    assert any(isinstance(end, Call) and end.path == "/api/orders/O1" for end in last)


def test_an_order_has_one_to_four_units_of_different_products_by_several_ways():
    ways = set()
    for steps in visits("phone"):
        lines = calls(steps, "/api/orders")[0]["lines"]
        assert 1 <= sum(line["qty"] for line in lines) <= 4
        assert len({line["sku"] for line in lines}) == len(lines) <= 3
        ways |= {line.get("handover", "") for line in lines}
    assert ways == {"", "shelf", "staff", "pickup"}


def test_a_shopper_uses_each_key_for_one_deed_only():
    for kind in ("phone", "counter", "member", "game"):
        for steps in visits(kind, 50):
            keys = [s.key for s in steps if isinstance(s, Call) and s.body is not None]
            assert len(keys) == len(set(keys))
            assert all(keys)


def test_a_shopper_leaves_an_empty_shop_and_a_shop_that_refuses():
    assert visits("phone", 1, available=0) == [[Look()]]

    def refusing(step: Step) -> Any:
        return a_store(9) if isinstance(step, Look) else Refused("sold_out")

    assert len(play(shoppers.visit("phone", Random(1), "n"), refusing)) == 2


def test_without_a_pay_code_the_shopper_cancels():
    steps = visits("phone", 4, pay_url="")[3]
    assert isinstance(steps[-1], Call)
    assert steps[-1].path.endswith("/cancel")


def test_in_an_offline_store_the_phone_pays_at_headquarters_and_its_receipt_is_held_up():
    paid = [steps for steps in visits("phone", 50, offline=True) if any(isinstance(s, Press) for s in steps)]
    held_up = [steps for steps in paid if calls(steps, "/api/scans")]
    assert len(held_up) > 35
    for steps in held_up:
        assert calls(steps, "/payments") == [{"method": "sandbox"}, {"method": "signed"}]
        assert Press("http://hq/p/s/pay", {"c": "PS1.O.ABC.DEF"}) in steps
        assert calls(steps, "/api/scans") == [{"device": "kiosk-1", "text": RECEIPT}]


def test_some_pay_staff_in_cash_and_some_by_card():
    methods = [calls(steps, "/payments")[0]["method"] for steps in visits("counter")]
    assert 40 < methods.count("counter") < 80
    assert methods.count("counter") + methods.count("card") == 100


def test_a_member_joins_on_the_phone_shows_the_code_each_time_and_spends_the_points():
    for steps in visits("member", 10):
        visit = calls(steps, "/api/members/show")[0]["visit"]
        assert next(s for s in steps if isinstance(s, Press)).url == "http://hq/m/join"
        assert calls(steps, "/api/members/show") == [{"text": MEMBER, "visit": visit}] * 2
        assert [(o["visit"], o["points"]) for o in calls(steps, "/api/orders")] == [(visit, 7)] * 2


def test_a_member_whose_code_is_refused_buys_as_anybody_does():
    shop = Shop()

    def refusing(step: Step) -> Any:
        refused = isinstance(step, Call) and step.path == "/api/members/show"
        return Refused("member_invalid") if refused else shop(step)

    orders = calls(play(shoppers.visit("member", Random(1), "n"), refusing), "/api/orders")
    assert len(orders) == 2
    assert all("visit" not in order for order in orders)


def test_who_wins_or_shares_buys_with_the_coupon_in_the_same_visit():
    all_steps = visits("game")
    played = [steps for steps in all_steps if calls(steps, "/play")]
    assert 40 < len(played) < 90
    for steps in all_steps:
        got = (calls(steps, "/play") or calls(steps, "/api/shares"))[0]
        order = calls(steps, "/api/orders")[0]
        assert (order["visit"], order["coupons"]) == (got["visit"], ["PS1.C.ABC.DEF"])


# ── the counter ─────────────────────────────────────────────────────────────────────────────────────


def at_the_counter(answers: Any, rounds: int, drawer: counter.Drawer) -> list[Call]:
    visit: Visit = counter.at_the_counter(Random(1), "c", drawer)
    done: list[Call] = []
    answer: Any = None
    while rounds:
        step = visit.send(answer)
        rounds -= step == counter.LOOK_UP
        answer = answers(step)
        if isinstance(step, Call):
            done.append(step)
    return done


def test_the_drawer_holds_the_float_and_what_came_in_cash_less_what_was_paid_out_by_hand():
    def answers(step: Step) -> Any:
        match step:
            case Call(path="/api/payments/open"):
                amounts = {"counter": 500, "card": 700}
                return {"at_counter": [{"id": m, "method": m, "amount_minor": a} for m, a in amounts.items()]}
            case Call(path="/api/refunds"):
                kinds = [("counter", "requested", 30), ("sandbox", "requested", 4), ("sandbox", "refused", 5)]
                return {
                    "open": [
                        {"id": f"R{n}", "method": m, "state": s, "amount_minor": a}
                        for n, (m, s, a) in enumerate(kinds)
                    ]
                }
            case Look():
                return {}
        return {}

    drawer = counter.Drawer(20_000)
    at_the_counter(answers, 1, drawer)
    assert drawer.cash_minor == 20_000 - counter.ICE_MINOR + 500 - 30 - 5


def test_a_paid_line_is_handed_over_or_given_up_once():
    lines = [
        {"handover": f"O1-{n}", "how": how, "state": state}
        for n, (how, state) in enumerate(
            [("staff", "requested"), ("pickup", "requested"), ("shelf", "done"), ("staff", "done")]
        )
    ]

    def answers(step: Step) -> Any:
        return {"order": {"O1": {"handovers": lines}}} if isinstance(step, Look) else Refused("busy")

    done = [call for call in at_the_counter(answers, 3, counter.Drawer(0)) if "handovers" in call.path]
    assert [call.path.split("/")[3] for call in done] == ["O1-0", "O1-1"]


# ── the day's money ─────────────────────────────────────────────────────────────────────────────────


def a_report(z: int, **more: Any) -> JSON:
    sums = {"paid_minor": 900, "paid": 2, "refunded_minor": 100, "refunded": 1}
    return {
        "z": z,
        "takings_minor": 850,
        "cash_machine_minor": 50,
        "by_method": {"sandbox": sums},
        "receipts": {"kiosk-1": [3 * z - 2, 3 * z]},
        "points": {"earned": 8, "spent": 3, "returned": 1},
        "grand_total_minor": 850 * z,
    } | more


def booked(days: int, **more: int) -> list[JSON]:
    both = {"sandbox": 800, "machine": 50} | more
    return [
        {"method": method, "paid_minor": minor, "refunded_minor": 0}
        for _ in range(days)
        for method, minor in both.items()
    ]


def test_the_reports_of_a_store_are_its_takings_and_headquarters_by_way_of_paying():
    reports = [a_report(1), a_report(2)]
    assert list(money.takings(reports, 1700, booked(2))) == []
    assert "tables say 1699" in next(money.takings(reports, 1699, booked(2)))
    assert "machine: the reports say 100, headquarters 98" in next(
        money.takings(reports, 1700, booked(2, machine=49))
    )


def test_a_receipt_that_is_left_out_or_comes_twice_between_two_days_is_told():
    assert list(money.receipts([a_report(1), a_report(2), a_report(3, receipts={})])) == []
    assert list(money.receipts([a_report(1), a_report(2, receipts={"kiosk-1": [5, 6]})]))
    assert list(money.receipts([a_report(1), a_report(2, receipts={"kiosk-1": [3, 6]})]))


def test_points_given_are_spent_or_held():
    accounts = {"demo/hold/1": 9, "pool": 3, "earned": -16, "spent": 4}
    there = {"points": accounts, "differences": []}
    assert list(money.held_points([a_report(1), a_report(2)], there)) == []
    short = {"points": accounts | {"pool": 2, "void": 1}, "differences": []}
    assert "leave 12, headquarters' accounts hold 11" in next(
        money.held_points([a_report(1), a_report(2)], short)
    )
