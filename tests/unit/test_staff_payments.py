"""Payments on the tablet: collected at the counter, looked up where nobody knows, and provider's books seen to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_agent.domain.commands import CancelOrder
from edge_agent.domain.order import Order, Payment
from edge_agent.domain.payment_commands import ConfirmPayment, SettleDifference, SettlePayment
from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.errands import AskProvider, CompareBooks
from edge_agent.entrypoints.staff.needs import needs_of
from edge_agent.entrypoints.staff.sheets import OrderCard
from edge_agent.entrypoints.staff.shop import Day
from edge_agent.entrypoints.staff.view import View, answered, tapped
from edge_agent.services.brain import Answer
from tests.staff_shop import at, order, shop

DUE = {
    "id": "ABC-P1",
    "order": "ABC",
    "method": "counter",
    "amount_minor": 950,
    "currency": "CNY",
    "at": at(1),
}
UNKNOWN = DUE | {"method": "alipay", "order_state": "awaiting_payment"}
BOOK = {
    "case": "alipay-ABC-P1",
    "kind": "missing_here",
    "method": "alipay",
    "day": "2026-04-30",
    "payment": "ABC-P1",
    "refund": "",
    "ours_minor": 0,
    "theirs_minor": 950,
    "currency": "CNY",
}


def press(store, *taps):
    view, command = View(), None
    for tap in taps:
        view, command = tapped(view, tap, store, "key")
    return view, command


def test_a_shopper_who_pays_at_the_counter_is_a_need_with_the_amount_and_confirmed_once():
    store = replace(shop(), to_collect=[DUE])
    assert needs_of(store).count == 1
    page = frame.page("en", View(), store)
    assert "Take the cash" in page
    assert "¥9.50" in page
    view, command = press(store, ("payment_collect", "ABC-P1"), ("do", "yes"))
    assert command == ConfirmPayment("tablet:key", "ABC-P1", "")
    assert tapped(view, ("do", "yes"), store, "key") == (view, None)
    assert "已记录：收到 ¥9.50" in frame.page("zh", answered(view, Answer(), store), store)


def test_a_card_payment_takes_the_terminals_reference():
    store = replace(shop(), to_collect=[DUE | {"method": "card"}])
    view, _ = press(store, ("payment_collect", "ABC-P1"), ("do", "reference", " T-4711 "))
    assert "T-4711" in frame.page("en", view, store)
    assert press(
        store, ("payment_collect", "ABC-P1"), ("do", "reference", " T-4711 "), ("do", "yes")
    )[1] == ConfirmPayment("tablet:key", "ABC-P1", "T-4711")  # fmt: skip


@pytest.mark.parametrize(("said", "arrived"), [("yes", True), ("no", False)])
def test_a_payment_nobody_knows_of_is_settled_by_what_the_provider_shows(said, arrived):
    store = replace(shop(), payments_in_doubt=[UNKNOWN])
    assert "支付宝" in frame.page("zh", View(), store)
    _, command = press(store, ("payment_looked_up", "ABC-P1", said), ("do", "yes"))
    assert command == SettlePayment("tablet:key", "ABC-P1", arrived)


def test_money_at_the_counter_is_asked_for_in_one_place_only():
    store = replace(shop(), to_collect=[DUE], payments_in_doubt=[DUE])
    assert needs_of(store).count == 1


def test_a_difference_of_books_names_both_sums_and_takes_one_of_our_reasons():
    store = replace(shop(), differences=[BOOK])
    page = frame.page("en", View(), store)
    assert "provider ¥9.50, this store ¥0.00" in page
    assert "Given back on the provider" in frame.page(
        "en", press(store, ("payment_seen_to", BOOK["case"]))[0], store
    )
    _, command = press(store, ("payment_seen_to", BOOK["case"]), ("do", "note", "given_back"))
    assert command == SettleDifference("tablet:key", str(BOOK["case"]), "given_back")
    with pytest.raises(KeyError):
        press(store, ("payment_seen_to", BOOK["case"]), ("do", "note", "Mr Wang said so"))


@pytest.mark.parametrize(
    "tap", [("payment_collect", "X"), ("payment_looked_up", "X", "yes"), ("payment_seen_to", "X")]
)
def test_what_somebody_else_dealt_with_opens_nothing(tap):
    assert press(shop(), tap)[0].sheet is None


def test_a_provider_is_asked_again_when_staff_want_it():
    store = replace(shop(), payments_in_doubt=[UNKNOWN])
    assert "Ask again" in frame.page("en", View(), store)
    view, command = press(store, ("payment_ask", "ABC-P1"), ("do", "yes"))
    assert command == AskProvider("tablet:key", "ABC-P1")
    assert "正在查询" in frame.page("zh", answered(view, Answer(), store), store)


@pytest.mark.parametrize(
    ("waits", "warned"), [(UNKNOWN, "closed at its provider"), (DUE, "Make sure that nobody took the ¥9.50")]
)
def test_what_was_not_paid_is_cancelled_after_the_consequence_was_read(waits, warned):
    at_provider, at_counter = ([waits], []) if waits is UNKNOWN else ([], [waits])
    store = replace(shop(), payments_in_doubt=at_provider, to_collect=at_counter)
    assert "Not paid: cancel" in frame.page("en", View(), store)
    asking, command = press(store, ("payment_not_paid", "ABC-P1"))
    assert command is None
    assert warned in frame.page("en", asking, store)
    assert press(store, ("payment_not_paid", "ABC-P1"), ("do", "yes"))[1] == CancelOrder("tablet:key", "ABC")


def _paying(method: str, state: str) -> Order:
    payment = Payment("ORDER-P1", method, state, 700, "CNY")
    return Order("ORDER", "awaiting_payment", "CNY", 700, at(-5), False, (), (payment,), (), ())


@pytest.mark.parametrize(
    ("method", "state", "offered"),
    [
        ("alipay", "pending", {"Ask again", "Not paid: cancel"}),
        ("alipay", "unknown", {"Ask again", "Not paid: cancel", "The money arrived", "It did not"}),
        ("counter", "pending", {"I have the money", "Not paid: cancel"}),
        ("alipay", "paid", set()),
    ],
)
def test_an_order_offers_what_can_be_done_about_its_payment(method, state, offered):
    waits = {"id": "ORDER-P1", "method": method, "state": state, "amount_minor": 700}
    store = shop(order=order(payment=waits), decided=_paying(method, state))
    page = frame.page("en", View(sheet=OrderCard(key="k", order="ORDER")), store)
    words = {"Ask again", "Not paid: cancel", "The money arrived", "It did not", "I have the money"}
    assert {each for each in words if each in page} == offered


def test_a_day_of_books_says_how_each_stands_and_is_compared_when_asked():
    def book(day: str, state: str, **more: object) -> dict[str, object]:
        return {
            "method": "alipay", "day": day, "state": state, "compared_at": "", "currency": "CNY", "lines": 0,
            "ours_minor": 0, "theirs_minor": 950, "open": 0, "reason": "", "said": "",
        } | more  # fmt: skip

    done = at(30)
    books = [
        book("2026-05-01", "running", reason="not_out"),
        book("2026-04-30", "differs", open=1, compared_at=done, lines=3),
        *[book(f"2026-04-{n}", "agrees", compared_at=done) for n in range(29, 19, -1)],
        book("2026-04-02", "due", reason="no_answer"),
    ]
    store = shop(day=Day([], [], [], [], None, books), differences=[BOOK])
    page = frame.page("en", View("day"), store)
    assert "Alipay · 1 to look into" in page
    assert "Alipay · not compared yet" in page, "a day that is not done is shown however old it is"
    assert "2026-04-22" not in page
    view, command = press(store, ("area", "day"), ("payment_books", "2026-04-30"), ("do", "yes"))
    assert command == CompareBooks("tablet:key", "2026-04-30")
    after = answered(view, Answer(), store)
    told = frame.page("zh", after, store)
    assert "平台收了款，本店没有记录" in told
    assert "平台 3 笔" in told
    assert tapped(after, ("do", "yes"), store, "key")[1] == command, "and again whenever somebody likes"
    assert "平台还没有出这天的账单" in frame.page(
        "zh", press(store, ("area", "day"), ("payment_books", "2026-05-01"))[0], store
    )
