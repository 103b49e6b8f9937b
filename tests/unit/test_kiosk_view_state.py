"""The kiosk's mind: taps, answers, the feed and time, without a window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiosk_ui.events import (
    Answered,
    Bought,
    CancelTapped,
    ChangesArrived,
    LanguageChosen,
    LinkLost,
    OrderOpened,
    PaymentRetried,
    ProductChosen,
    QuantityChosen,
    Refused,
    SnapshotArrived,
    Touched,
    Unreachable,
    WentBack,
)
from kiosk_ui.orders import Order, Payment
from kiosk_ui.requests import CancelOrder, PlaceOrder, RequestPayment
from kiosk_ui.shop import Change, Notice, Refusal, Shop
from kiosk_ui.showing import show
from kiosk_ui.views import Attract, Case, Closed, Dispensing, Ending, Home, Pay, Product
from tests.kiosk_mind import Mind
from tests.kiosk_views import PAY_URL, SHOP, order, vends


class Kiosk(Mind):
    """A kiosk of the usual shop."""

    def __init__(self, shop: Shop | None = SHOP) -> None:
        super().__init__(shop)

    def buys(self, sku: str = "A03", qty: int = 1) -> Order:
        """Up to the code on the screen."""
        self.happens(Touched(), ProductChosen(sku), QuantityChosen(qty), Bought())
        placed = order(sku, qty, "open")
        self.happens(Answered(self.asked[-1], placed))
        pending = self.awaiting(placed)
        self.happens(Answered(self.asked[-1], self.awaiting(placed, "created")))
        self.order_is(pending)
        return pending

    @staticmethod
    def awaiting(placed: Order, payment: str = "pending") -> Order:
        owed = Payment("p1", "sandbox", payment, placed.total_minor, PAY_URL)
        return changed(placed, state="awaiting_payment", payment=owed)


def changed(before: Order, **values: Any) -> Order:
    return Order(**{name: getattr(before, name) for name in before.__struct_fields__} | values)


# ── browsing ────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_there_is_a_shop_window_and_a_touch_opens_the_grid() -> None:
    kiosk = Kiosk()
    assert isinstance(kiosk.body(), Attract)
    kiosk.happens(Touched())
    assert isinstance(kiosk.body(), Home)


def test_what_is_sold_out_stands_last_and_cannot_be_bought() -> None:
    kiosk = Kiosk()
    kiosk.happens(Touched())
    assert (
        [card.sku for card in kiosk.body().cards if card.sold_out] == [kiosk.body().cards[-1].sku] == ["B04"]
    )
    kiosk.happens(ProductChosen("B04"), Bought())
    assert kiosk.body().card.sold_out
    assert not kiosk.body().can_buy
    assert kiosk.asked == []


def test_no_more_than_is_there_and_no_more_than_five() -> None:
    kiosk = Kiosk()
    kiosk.happens(ProductChosen("A02"), QuantityChosen(9))
    assert (kiosk.body().qty, kiosk.body().most, kiosk.body().total) == (2, 2, "¥9.00")
    kiosk.happens(ProductChosen("A01"), QuantityChosen(9))
    assert kiosk.body().qty == 5
    kiosk.happens(QuantityChosen(0))
    assert kiosk.body().qty == 1


def test_fewer_left_than_chosen_cannot_be_bought() -> None:
    kiosk = Kiosk()
    kiosk.happens(ProductChosen("A03"), QuantityChosen(3))
    item = SHOP.items["A03"]
    fewer = type(item)(**{name: getattr(item, name) for name in item.__struct_fields__} | {"available": 2})
    kiosk.happens(ChangesArrived(413, (Change("item", "A03", fewer),)), Bought())
    assert not kiosk.body().can_buy
    assert kiosk.asked == []


def test_after_a_minute_untouched_the_next_shopper_starts_afresh() -> None:
    kiosk = Kiosk()
    kiosk.happens(LanguageChosen("en"), ProductChosen("A03"))
    kiosk.waits(59)
    assert isinstance(kiosk.body(), Product)
    kiosk.waits(2)
    assert isinstance(kiosk.body(), Attract)
    assert kiosk.state.language == "zh"


def test_a_name_missing_in_english_is_shown_in_chinese() -> None:
    item = SHOP.items["A03"]
    nameless = type(item)(**{name: getattr(item, name) for name in item.__struct_fields__} | {"name_en": ""})
    kiosk = Kiosk(replace(SHOP, items={"A03": nameless}))
    kiosk.happens(LanguageChosen("en"))
    assert kiosk.body().cards[0].name == "茉莉冷泡茶 500ml"


def test_products_of_one_brand_and_category_share_a_picture_and_brandless_ones_differ() -> None:
    def named(sku: str, brand: str) -> Any:
        item = SHOP.items["A03"]
        return type(item)(
            **{name: getattr(item, name) for name in item.__struct_fields__} | {"sku": sku, "brand": brand}
        )

    items = {sku: named(sku, brand) for sku, brand in (("1", "拾味"), ("2", "拾味"), ("3", ""), ("4", ""))}
    kiosk = Kiosk(replace(SHOP, items=items))
    kiosk.happens(Touched())
    one, two, three, four = (card.picture for card in kiosk.body().cards)
    assert one == two
    assert three != four


# ── ordering and paying ─────────────────────────────────────────────────────────────────────────────


def test_buying_places_the_order_asks_for_money_and_shows_the_code() -> None:
    kiosk = Kiosk()
    placed = kiosk.buys("A03", 2)
    assert [type(request) for request in kiosk.asked] == [PlaceOrder, RequestPayment]
    assert (kiosk.body().step, kiosk.body().pay_url, kiosk.body().summary.total) == ("scan", PAY_URL, "¥7.00")
    assert kiosk.asked[1] == RequestPayment(kiosk.asked[1].key, placed.id, "sandbox")
    assert kiosk.asked[0].key != kiosk.asked[1].key


def test_something_for_nothing_is_paid_by_no_method() -> None:
    kiosk = Kiosk()
    kiosk.happens(ProductChosen("C03"), Bought())
    kiosk.happens(Answered(kiosk.asked[0], order("C03", 1, "open")))
    assert kiosk.asked[1].method == "none"


def test_a_second_tap_on_buy_orders_nothing_more() -> None:
    kiosk = Kiosk()
    kiosk.happens(ProductChosen("A03"), Bought(), Bought())
    assert len(kiosk.asked) == 1
    assert kiosk.body().placing


def test_after_no_answer_the_same_order_is_sent_again_under_the_same_key() -> None:
    kiosk = Kiosk()
    kiosk.happens(ProductChosen("A03"), Bought())
    kiosk.happens(Unreachable(kiosk.asked[0]))
    assert kiosk.body().unreachable
    kiosk.happens(Bought())
    assert kiosk.asked[0] == kiosk.asked[1]


def test_another_wish_gets_another_key() -> None:
    kiosk = Kiosk()
    kiosk.happens(ProductChosen("A03"), Bought())
    kiosk.happens(Unreachable(kiosk.asked[0]), QuantityChosen(2), Bought())
    assert kiosk.asked[0].key != kiosk.asked[1].key


def test_an_order_whose_shopper_has_left_is_cancelled_when_it_comes() -> None:
    kiosk = Kiosk()
    kiosk.happens(ProductChosen("A03"), Bought(), WentBack())
    assert isinstance(kiosk.body(), Home)
    kiosk.happens(Answered(kiosk.asked[0], order("A03", 1, "open")))
    assert isinstance(kiosk.asked[1], CancelOrder)
    assert isinstance(kiosk.body(), Home)


def test_a_refusal_is_said_in_the_shoppers_language() -> None:
    kiosk = Kiosk()
    kiosk.happens(LanguageChosen("en"), ProductChosen("A03"), Bought())
    kiosk.happens(Refused(kiosk.asked[0], Refusal("sold_out", "刚刚售罄。", "Just sold out.")))
    assert show(kiosk.state, kiosk.now_s).message == "Just sold out."
    kiosk.happens(LanguageChosen("zh"))
    assert show(kiosk.state, kiosk.now_s).message == "刚刚售罄。"


@pytest.mark.parametrize("code", ["must_join", "unproven", "not_counted_in"])
def test_a_store_that_may_not_sell_just_now_closes_kindly_and_lets_the_next_shopper_try(code: str) -> None:
    kiosk = Kiosk()
    kiosk.happens(ProductChosen("A03"), Bought())
    kiosk.happens(Refused(kiosk.asked[0], Refusal(code, "需要加入。", "It must join.")))
    assert kiosk.body() == Closed("paused", "", code)
    kiosk.waits(9)
    assert kiosk.body() == Closed("paused", "", code)
    kiosk.waits(1)
    assert isinstance(kiosk.body(), Home)


def test_a_store_that_must_join_says_so_itself_until_it_has() -> None:
    kiosk = Kiosk()
    told = type(SHOP.store)("mall-1", "店", "CNY", False, Notice("must_join", "需要加入。", "It must join."))
    kiosk.happens(ChangesArrived(413, (Change("store", "mall-1", told),)))
    kiosk.waits(60)
    assert kiosk.body() == Closed("paused", "", "must_join")
    kiosk.happens(ChangesArrived(414, (Change("store", "mall-1", SHOP.store),)))
    assert isinstance(kiosk.body(), Attract)


def test_an_answer_overtaken_by_the_feed_does_not_turn_time_back() -> None:
    kiosk = Kiosk()
    kiosk.happens(ProductChosen("A03"), Bought())
    placed = order("A03", 1, "open")
    kiosk.order_is(kiosk.awaiting(placed))
    kiosk.happens(Answered(kiosk.asked[0], placed))
    assert kiosk.body().step == "scan"
    assert len(kiosk.asked) == 1
    kiosk.happens(Answered(RequestPayment("k", placed.id, "sandbox"), kiosk.awaiting(placed, "created")))
    assert kiosk.body().step == "scan"


def test_the_time_to_pay_runs_by_the_kiosks_clock_from_when_the_order_came() -> None:
    kiosk = Kiosk()
    kiosk.buys()
    kiosk.waits(100)
    assert (kiosk.body().left_s, kiosk.body().limit_s) == (200, 300)
    kiosk.waits(500)
    assert kiosk.body().left_s == 0


def test_nothing_leaves_the_code_by_itself_but_the_agents_word() -> None:
    kiosk = Kiosk()
    placed = kiosk.buys()
    kiosk.happens(WentBack())
    kiosk.waits(10_000)
    assert isinstance(kiosk.body(), Pay)
    kiosk.order_is(changed(placed, state="expired"))
    assert kiosk.body().kind == "expired"
    kiosk.waits(11)
    assert isinstance(kiosk.body(), Home)


def test_cancelling_cancels_at_the_agent() -> None:
    kiosk = Kiosk()
    placed = kiosk.buys()
    kiosk.happens(CancelTapped(), CancelTapped())
    assert kiosk.body().step == "cancelling"
    cancels = [request for request in kiosk.asked if isinstance(request, CancelOrder)]
    assert len(cancels) == 1
    kiosk.happens(Answered(cancels[0], changed(placed, state="cancelled")))
    assert kiosk.body().kind == "cancelled"


def test_while_the_provider_is_asked_nobody_can_cancel_or_pay_twice() -> None:
    kiosk = Kiosk()
    placed = kiosk.buys()
    kiosk.order_is(kiosk.awaiting(placed, "unknown"))
    assert (kiosk.body().step, kiosk.body().pay_url, kiosk.body().can_cancel) == ("asking", "", False)
    kiosk.happens(CancelTapped())
    assert not [request for request in kiosk.asked if isinstance(request, CancelOrder)]


def test_a_payment_that_did_not_work_can_be_tried_again() -> None:
    kiosk = Kiosk()
    placed = kiosk.buys()
    kiosk.order_is(kiosk.awaiting(placed, "closed"))
    assert (kiosk.body().step, kiosk.body().can_cancel) == ("failed", True)
    kiosk.happens(PaymentRetried())
    assert isinstance(kiosk.asked[-1], RequestPayment)
    assert kiosk.asked[-1].key != kiosk.asked[1].key


# ── handing over ────────────────────────────────────────────────────────────────────────────────────


def test_paid_is_followed_unit_by_unit_to_the_end() -> None:
    kiosk = Kiosk()
    placed = kiosk.buys("A03", 2)
    kiosk.order_is(changed(placed, state="paid", paid_minor=700))
    assert [unit.state for unit in kiosk.body().units] == ["waiting", "waiting"]
    kiosk.order_is(changed(placed, state="fulfilling", vends=vends("A03", "dispensed", "dispensing")))
    assert isinstance(kiosk.body(), Dispensing)
    kiosk.happens(WentBack())
    kiosk.waits(1000)
    assert [unit.state for unit in kiosk.body().units] == ["dispensed", "dispensing"]
    kiosk.order_is(changed(placed, state="completed", vends=vends("A03", "dispensed", "dispensed")))
    assert kiosk.body().kind == "thanks"
    kiosk.waits(31)
    assert isinstance(kiosk.body(), Home)


def test_a_failed_unit_is_told_while_the_money_goes_back_and_when_it_has() -> None:
    kiosk = Kiosk()
    placed = changed(kiosk.buys(), paid_minor=350, vends=vends("A03", "failed"))
    kiosk.order_is(changed(placed, state="fulfilling"))
    assert kiosk.body().refunding
    kiosk.order_is(changed(placed, state="refunded", refunded_minor=350))
    assert (kiosk.body().kind, kiosk.body().refunded, kiosk.body().left_s) == ("money_back", "¥3.50", 45)


def test_a_refund_that_hangs_does_not_block_the_kiosk_for_ever() -> None:
    kiosk = Kiosk()
    placed = kiosk.buys()
    kiosk.order_is(changed(placed, state="fulfilling", paid_minor=350, vends=vends("A03", "failed")))
    kiosk.waits(121)
    assert isinstance(kiosk.body(), Home)


def test_an_unknown_vend_shows_its_case_number_and_stays_findable() -> None:
    kiosk = Kiosk()
    placed = changed(kiosk.buys(), state="fulfilling", paid_minor=350, vends=vends("A03", "unknown"))
    kiosk.order_is(placed)
    assert isinstance(kiosk.body(), Case)
    assert kiosk.body().cases == ("C-0417",)
    kiosk.happens(WentBack())
    assert kiosk.body().cases == ((placed.id, "C-0417"),)
    kiosk.happens(OrderOpened(placed.id))
    assert isinstance(kiosk.body(), Case)
    kiosk.order_is(changed(placed, state="completed", vends=vends("A03", "dispensed")))
    assert isinstance(kiosk.body(), Ending)


# ── the line to the agent ───────────────────────────────────────────────────────────────────────────


def test_a_short_break_is_not_shown_and_a_long_one_closes_the_shop() -> None:
    kiosk = Kiosk()
    kiosk.happens(Touched(), LinkLost("gone"))
    assert isinstance(kiosk.body(), Home)
    kiosk.waits(4)
    assert kiosk.body() == Closed("offline", "", "gone")
    kiosk.happens(ChangesArrived(412, ()))
    assert isinstance(kiosk.body(), Home)


def test_a_break_while_an_order_is_followed_keeps_it_on_the_screen() -> None:
    kiosk = Kiosk()
    kiosk.buys()
    kiosk.happens(LinkLost("gone"))
    kiosk.waits(30)
    view = show(kiosk.state, kiosk.now_s)
    assert isinstance(view.body, Pay)
    assert view.link_lost


def test_a_restarted_kiosk_goes_on_with_its_own_order() -> None:
    mine = Kiosk.awaiting(order("A03", 1, "open"))
    theirs = changed(mine, id="O-OTHER", device="kiosk-2", placed_at="2026-11-22T05:00:00Z")
    kiosk = Kiosk(SHOP.with_order(mine).with_order(theirs))
    assert isinstance(kiosk.body(), Pay)
    assert kiosk.state.order == mine.id


def test_a_restarted_kiosk_asks_for_the_money_of_an_order_nobody_was_asked_for() -> None:
    kiosk = Kiosk(SHOP.with_order(order("A03", 1, "open")))
    assert isinstance(kiosk.asked[0], RequestPayment)


def test_a_snapshot_older_than_the_order_does_not_lose_it() -> None:
    kiosk = Kiosk()
    kiosk.buys()
    kiosk.happens(SnapshotArrived(SHOP))
    assert isinstance(kiosk.body(), Pay)


def test_an_order_the_agent_no_longer_speaks_of_frees_the_screen() -> None:
    kiosk = Kiosk()
    placed = kiosk.buys()
    kiosk.happens(ChangesArrived(500, (Change("order", placed.id, None),)))
    assert isinstance(kiosk.body(), Home)


def test_a_store_that_is_not_selling_says_why_but_an_order_is_followed_to_its_end() -> None:
    kiosk = Kiosk()
    placed = kiosk.buys()
    closed = type(SHOP.store)("mall-1", "店", "CNY", False, None)
    kiosk.happens(ChangesArrived(413, (Change("store", "mall-1", closed),)))
    assert isinstance(kiosk.body(), Pay)
    kiosk.order_is(changed(placed, state="cancelled"))
    kiosk.waits(11)
    assert kiosk.body() == Closed("not_selling", "", "")
