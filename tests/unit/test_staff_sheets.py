"""What taps on the tablet do: one deed per sheet, shown before it is done, told after it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from edge_agent.domain import commands
from edge_agent.domain.order import Handover, Order, Payment
from edge_agent.domain.refusals import Refusal
from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.view import View, answered, tapped
from edge_agent.services.brain import Answer
from tests.staff_shop import NOW, case, device, order, refund, shop, slot

DONE = Answer(subject="ORDER")


def press(view, store, *taps):
    """Tap one after the other; the view and the last command asked for."""
    command = None
    for tap in taps:
        view, command = tapped(view, tap, store, "key")
    return view, command


def test_a_vend_is_settled_after_its_consequence_was_shown_and_confirmed():
    store = shop(cases=[case()])
    view, command = press(View(), store, ("settle", "ORDER-1-1", "no"))
    assert command is None
    assert "¥3.50 goes back to the shopper" in frame.page("en", view, store)
    view, command = press(view, store, ("do", "yes"))
    assert command == commands.SettleVend("tablet:key", "ORDER-1-1", dispensed=False)
    view = answered(view, DONE, shop(refunds=[refund()]))
    assert "Hand ¥3.50 back" in frame.page("en", view, shop())


def test_a_second_tap_while_the_first_is_under_way_asks_for_nothing():
    store = shop(cases=[case()])
    view, first = press(View(), store, ("settle", "ORDER-1-1", "yes"), ("do", "yes"))
    again, second = press(view, store, ("do", "yes"))
    assert first is not None
    assert second is None
    assert again == view


def test_a_case_that_somebody_else_settled_is_refused_in_plain_words():
    store = shop(cases=[case()])
    view, _ = press(View(), store, ("settle", "ORDER-1-1", "yes"), ("do", "yes"))
    view = answered(view, Answer(Refusal("already_settled")), shop())
    assert "This vend is settled already" in frame.page("en", view, shop())
    assert "该出货已处理" in frame.page("zh", view, shop())
    assert press(View(), shop(), ("settle", "ORDER-1-1", "yes")) == (View(), None)


def test_a_count_shows_its_difference_before_it_is_posted():
    store = shop()
    view, _ = press(View("devices"), store, ("slot", "vm-1", "1-01"), ("do", "digit", "7"))
    page = frame.page("en", view, store)
    assert "The book says 5" in page
    assert "+2" in page
    view, command = press(view, store, ("do", "post"))
    assert command == commands.CountSlot("tablet:key", "vm-1", "1-01", 7)


def test_a_count_is_stepped_typed_and_erased_and_never_falls_below_zero():
    store = shop()
    opened, _ = press(View("devices"), store, ("slot", "vm-1", "1-01"))
    stepped, _ = press(opened, store, *[("do", "step", "-1")] * 9)
    assert stepped.sheet.counted(store) == 0
    typed, _ = press(opened, store, *[("do", "digit", "9")] * 9)
    assert typed.sheet.counted(store) == 9999
    erased, _ = press(opened, store, ("do", "digit", "1"), ("do", "digit", "2"), ("do", "erase"))
    assert erased.sheet.counted(store) == 1
    assert "holds 10" in frame.page("en", typed, store)


def test_a_count_is_taken_back_within_ten_seconds_without_undoing_a_sale_since():
    store = shop()
    view, _ = press(View("devices"), store, ("slot", "vm-1", "1-01"), ("do", "digit", "8"), ("do", "post"))
    after = shop(devices=[device(slots=[slot(count=8)])])
    view = answered(view, DONE, after)
    assert "Undo (10 s)" in frame.page("en", view, after)
    one_sold = shop(devices=[device(slots=[slot(count=7)])])
    undoing, command = press(view, one_sold, ("do", "undo"))
    assert command == commands.CountSlot("tablet:key:undo", "vm-1", "1-01", 4)
    undone = answered(undoing, DONE, one_sold)
    assert "the book says 4 again" in frame.page("en", undone, one_sold)
    late = replace(one_sold, now=NOW + timedelta(seconds=10))
    assert "Undo" not in frame.page("en", view, late)
    assert press(view, late, ("do", "undo")) == (view, None)


def test_a_slot_is_blocked_for_a_listed_reason_only():
    store = shop()
    view, _ = press(View("devices"), store, ("block", "vm-1", "1-01"))
    assert press(view, store, ("do", "why", "cleaning"))[1] == commands.BlockSlot(
        "tablet:key", "vm-1", "1-01", "cleaning"
    )
    with pytest.raises(KeyError):
        press(view, store, ("do", "why", "because Mr Li said so"))


def test_a_blocked_slot_sells_again_after_somebody_confirmed_that_they_looked():
    store = shop(devices=[device(slots=[slot(blocked="repeated_failures:EJC")])])
    view, command = press(View(), store, ("unblock", "vm-1", "1-01"), ("do", "yes"))
    assert command == commands.UnblockSlot("tablet:key", "vm-1", "1-01")
    assert "On sale again" in frame.page("en", answered(view, DONE, store), store)


def test_money_handed_back_is_noted_once():
    store = shop(refunds=[refund()])
    view, command = press(View(), store, ("pay_out", "PAY-R1"), ("do", "yes"))
    assert command == commands.PayOutRefund("tablet:key", "PAY-R1")
    assert "¥3.50 was handed back" in frame.page("en", answered(view, DONE, shop()), shop())


def test_staff_give_back_no_more_than_is_left_and_say_why():
    store = shop(order=order(refunds=[refund(amount_minor=300)]))
    view, _ = press(View("orders"), store, ("order", "ORDER"), ("give_back", "ORDER"))
    assert view.sheet.amount_minor(store) == 400
    assert press(view, store, ("do", "yes"))[1] is None, "no reason was given"
    view, _ = press(view, store, ("do", "why", "damaged"))
    too_much, _ = press(view, store, *[("do", "digit", digit) for digit in "401"])
    assert press(too_much, store, ("do", "yes"))[1] is None
    part, command = press(view, store, *[("do", "digit", digit) for digit in "150"], ("do", "yes"))
    assert command == commands.RefundOrder("tablet:key", "ORDER", 150, "damaged")
    assert "¥1.50 goes back" in frame.page("en", answered(part, DONE, store), store)


def test_lines_that_come_back_make_the_amount_and_a_typed_amount_puts_them_out():
    bottles = Handover("ORDER-1", 1, "staff", "A1", 2, 700, "done")
    paid = Payment("PAY", "card", "paid", 700, "CNY")
    decided = Order("ORDER", "completed", "CNY", 700, "", False, (), (paid,), (), (), (bottles,))
    store = shop(
        order=order(payment={"method": "card", "state": "paid", "amount_minor": 700}), decided=decided
    )
    view, _ = press(View("orders"), store, ("give_back", "ORDER"), ("do", "line", "1", "1"))
    assert view.sheet.amount_minor(store) == 350
    page = frame.page("en", view, store)
    assert "on the card terminal" in page
    assert "¥3.50 each · the shopper has 2" in page
    more, _ = press(view, store, *[("do", "line", "1", "1")] * 5)
    assert (more.sheet.lines, more.sheet.amount_minor(store)) == ({1: 2}, 700)
    _, command = press(view, store, ("do", "why", "returned"), ("do", "yes"))
    assert command == commands.RefundOrder("tablet:key", "ORDER", 350, "returned", ((1, 1),))
    typed, _ = press(view, store, ("do", "digit", "9"))
    assert (typed.sheet.lines, typed.sheet.amount_minor(store)) == ({}, 9)
    none, _ = press(view, store, ("do", "line", "1", "-1"), ("do", "line", "7", "1"))
    assert none.sheet.lines == {}
    after = replace(store, decided=replace(decided, handovers=(replace(bottles, reversed=1),)))
    assert "其中已退货 1 件" in frame.page("zh", press(View("orders"), after, ("order", "ORDER"))[0], after)
    held, _ = press(View("orders"), after, ("give_back", "ORDER"), *[("do", "line", "1", "1")] * 2)
    assert held.sheet.lines == {1: 1}


@pytest.mark.parametrize("tap", [(), ("fly",), ("area", "moon"), ("settle", "ORDER-1-1", "maybe"), ("slot",)])
def test_a_tap_nobody_knows_is_an_error_not_a_deed(tap):
    with pytest.raises(KeyError):
        tapped(View(), tap, shop(cases=[case()]), "key")


def test_an_area_closes_the_sheet_over_the_one_before():
    store = shop()
    view, _ = press(View(), store, ("slot", "vm-1", "1-01"), ("area", "orders"))
    assert view == View("orders")
    assert press(view, store, ("close",)) == (View("orders"), None)
    assert press(view, store, ("do", "yes")) == (View("orders"), None)
