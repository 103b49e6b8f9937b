"""Several products in one order: put in, counted, taken out and back, priced by the agent, and paid as one."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from kiosk_ui.answers import NOT_THERE, Adjustment, Quote, QuotedLine
from kiosk_ui.cart import MAX_LINES
from kiosk_ui.events import (
    Answered,
    Bought,
    CartAdded,
    CartCounted,
    CartOpened,
    CartTidied,
    CartUndone,
    CheckedOut,
    ProductChosen,
    QuantityChosen,
    Refused,
    Told,
    Unreachable,
    WayChosen,
    WentBack,
)
from kiosk_ui.requests import PlaceOrder, Wish
from kiosk_ui.shop import Refusal
from kiosk_ui.views import Attract, Basket, Home, Product
from tests.kiosk_mind import Mind
from tests.kiosk_sale_views import equipped
from tests.kiosk_views import SHOP, order

SALE = equipped(SHOP)


def put_in(kiosk: Mind, *wishes: tuple[str, int]) -> None:
    for sku, qty in wishes:
        kiosk.happens(ProductChosen(sku), QuantityChosen(qty), CartAdded())


def filled(*wishes: tuple[str, int]) -> Mind:
    kiosk = Mind(SALE)
    put_in(kiosk, *(wishes or (("A03", 2), ("B03", 1))))
    kiosk.happens(CartOpened())
    kiosk.told_price()
    return kiosk


def available(kiosk: Mind, sku: str, units: int) -> None:
    kiosk.change("item", sku, structs.replace(kiosk.state.shop.items[sku], available=units))  # type: ignore[union-attr]


def lines(kiosk: Mind) -> list[tuple[str, int]]:
    return [(line.sku, line.qty) for line in kiosk.state.cart.lines]


def test_what_is_put_in_stands_at_the_foot_of_the_grid() -> None:
    kiosk = Mind(SALE)
    put_in(kiosk, ("A03", 2), ("B03", 1))
    assert isinstance(kiosk.body(), Home)
    assert (kiosk.body().cart_units, kiosk.body().cart_total) == (3, "¥8.50")


def test_one_product_is_still_two_taps_from_its_code() -> None:
    kiosk = Mind(SHOP)
    kiosk.happens(ProductChosen("A03"), Bought())
    kiosk.happens(Answered(kiosk.last(PlaceOrder), order("A03", 1, "open")))
    assert [type(request).__name__ for request in kiosk.asked] == ["PlaceOrder", "RequestPayment"]


def test_buying_one_product_leaves_the_cart_alone() -> None:
    kiosk = Mind(SALE)
    put_in(kiosk, ("A03", 2))
    kiosk.happens(ProductChosen("B03"), Bought())
    assert kiosk.last(PlaceOrder).basket.lines == (Wish("B03", 1),)
    kiosk.happens(Answered(kiosk.asked[-1], order("B03", 1, "open")))
    kiosk.order_is(structs.replace(order("B03", 1, "completed"), paid_minor=150))
    assert lines(kiosk) == [("A03", 2)]


def test_the_same_product_again_is_more_of_it_and_never_more_than_there_is() -> None:
    kiosk = filled(("A02", 1), ("A02", 1), ("A02", 1))
    assert lines(kiosk) == [("A02", 2)]


def test_a_cart_has_a_limit() -> None:
    kiosk = Mind(SALE)
    put_in(kiosk, *((sku, 1) for sku in sorted(SALE.items)))
    assert len(kiosk.state.cart.lines) == MAX_LINES
    kiosk.happens(ProductChosen("C03"))
    assert not kiosk.body().can_add


def test_what_was_taken_out_comes_back_where_it_was() -> None:
    kiosk = filled()
    kiosk.happens(CartCounted(0, 0))
    assert (lines(kiosk), kiosk.body().undo) == ([("B03", 1)], "茉莉冷泡茶 500ml")
    kiosk.happens(CartUndone())
    assert (lines(kiosk), kiosk.body().undo) == ([("A03", 2), ("B03", 1)], "")


def test_leaving_the_cart_ends_the_offer_to_undo() -> None:
    kiosk = filled()
    kiosk.happens(CartCounted(0, 0), WentBack(), CartOpened())
    assert kiosk.body().undo == ""


def test_the_agent_says_what_the_cart_costs_and_until_then_list_prices_do() -> None:
    kiosk = filled()
    assert kiosk.priced[-1].basket.lines == (Wish("A03", 2), Wish("B03", 1))
    kiosk.happens(CartCounted(0, 1))
    assert kiosk.priced[-1].basket.lines == (Wish("A03", 1), Wish("B03", 1))
    assert kiosk.body().total == "¥5.00"
    kiosk.happens(Told(kiosk.priced[-1], Quote(480)))
    assert kiosk.body().total == "¥4.80"


def test_one_price_is_asked_for_at_a_time_and_the_newest_wish_last() -> None:
    kiosk = filled()
    before = len(kiosk.priced)
    kiosk.happens(*(CartCounted(0, qty) for qty in (1, 2, 3, 4, 5)))
    assert len(kiosk.priced) == before + 1
    kiosk.told_price()
    assert kiosk.priced[-1].basket.lines[0].qty == 5


def test_an_agent_that_knows_no_prices_of_carts_is_not_asked_again() -> None:
    kiosk = Mind(SALE)
    kiosk.happens(ProductChosen("A03"))
    kiosk.happens(Refused(kiosk.priced[-1], Refusal(NOT_THERE, "", "")))
    kiosk.happens(WentBack())
    put_in(kiosk, ("A03", 2), ("B03", 1))
    kiosk.happens(CartOpened())
    asked = len(kiosk.priced)
    kiosk.happens(CartCounted(0, 1))
    assert (len(kiosk.priced), kiosk.body().total) == (asked, "¥5.00")


def test_a_price_that_changes_while_the_cart_is_open_is_asked_for_anew() -> None:
    kiosk = filled()
    asked = len(kiosk.priced)
    available(kiosk, "A03", 7)
    assert len(kiosk.priced) == asked
    kiosk.change("item", "A03", structs.replace(SALE.items["A03"], price_minor=400, price_version=2))
    assert len(kiosk.priced) == asked + 1


def test_what_sells_out_meanwhile_is_told_kindly_and_the_rest_can_be_bought() -> None:
    kiosk = filled()
    available(kiosk, "A03", 1)
    assert (kiosk.body().rows[0].left, kiosk.body().short, kiosk.body().can_check_out) == (1, True, False)
    kiosk.happens(CheckedOut())
    assert kiosk.asked == []
    available(kiosk, "A03", 0)
    assert kiosk.body().rows[0].left == 0
    kiosk.happens(CartTidied())
    assert (lines(kiosk), kiosk.body().can_check_out) == ([("B03", 1)], True)


def test_a_line_goes_the_way_the_shopper_chose() -> None:
    kiosk = filled(("C01", 1))
    assert (kiosk.body().rows[0].ways, kiosk.body().rows[0].way) == (("staff", "pickup"), "staff")
    kiosk.happens(WayChosen(0, "pickup"), CheckedOut())
    assert kiosk.last(PlaceOrder).basket.lines == (Wish("C01", 1, "pickup"),)


def test_a_way_that_the_kiosk_has_no_word_for_is_not_offered() -> None:
    item = structs.replace(SALE.items["C01"], ways=("staff", "pickup", "ship_store", "by_drone"))
    kiosk = filled(("C01", 1))
    kiosk.change("item", "C01", item)
    assert kiosk.body().rows[0].ways == ("staff", "pickup", "ship_store")


def test_the_whole_cart_is_one_order_and_stays_until_it_is_paid() -> None:
    kiosk = filled()
    kiosk.happens(CheckedOut(), CheckedOut())
    placed = order("A03", 2, "open")
    assert len(kiosk.asked) == 1
    kiosk.happens(Answered(kiosk.last(PlaceOrder), placed))
    kiosk.order_is(structs.replace(placed, state="cancelled"))
    kiosk.happens(WentBack())
    assert lines(kiosk) == [("A03", 2), ("B03", 1)], "who cancels may pay in another way"
    kiosk.happens(CartOpened(), CheckedOut())
    again = structs.replace(order("A03", 2, "open"), id="O-2")
    kiosk.happens(Answered(kiosk.last(PlaceOrder), again))
    kiosk.order_is(structs.replace(again, state="paid", paid_minor=850))
    assert lines(kiosk) == []


def test_after_no_answer_the_very_same_order_is_sent_again() -> None:
    kiosk = filled()
    kiosk.happens(CheckedOut())
    kiosk.happens(Unreachable(kiosk.last(PlaceOrder)))
    assert kiosk.body().unreachable
    kiosk.happens(CheckedOut())
    assert kiosk.asked[0] == kiosk.asked[1]
    kiosk.happens(Unreachable(kiosk.asked[1]), CartCounted(1, 2), CheckedOut())
    assert kiosk.last(PlaceOrder).key != kiosk.asked[0].key


def test_nothing_of_the_cart_is_changed_while_it_is_being_ordered() -> None:
    kiosk = filled()
    kiosk.happens(CheckedOut(), CartCounted(0, 5))
    assert lines(kiosk) == [("A03", 2), ("B03", 1)]


def test_after_a_minute_untouched_the_cart_is_nobodys() -> None:
    kiosk = filled()
    kiosk.waits(61)
    assert isinstance(kiosk.body(), Attract)
    assert lines(kiosk) == []


def test_a_product_says_what_is_taken_off() -> None:
    kiosk = Mind(SALE)
    kiosk.happens(ProductChosen("A03"))
    assert isinstance(kiosk.body(), Product)
    off = QuotedLine("A03", 1, 300, "vend", (Adjustment("discount", "spring", -50),))
    kiosk.happens(Told(kiosk.priced[-1], Quote(300, lines=(off,))))
    body: Any = kiosk.body()
    assert (body.total, body.was, body.savings) == ("¥3.00", "¥3.50", (("discount", "¥0.50"),))


def test_an_empty_cart_can_only_be_left() -> None:
    kiosk = Mind(SALE)
    kiosk.happens(CartOpened(), CheckedOut())
    assert isinstance(kiosk.body(), Basket)
    assert (kiosk.body().rows, kiosk.asked) == ((), [])
