"""Ways to pay and ways goods reach the shopper, as the kiosk shows them from its agent's word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from kiosk_ui.answers import Done
from kiosk_ui.events import (
    Answered,
    Bought,
    MethodChosen,
    PaymentRetried,
    PrintTapped,
    ProductChosen,
    Refused,
    Told,
    Touched,
    WentBack,
)
from kiosk_ui.orders import Order, Payment, Receipt
from kiosk_ui.requests import PlaceOrder, PrintReceipt, RequestPayment, UseScan
from kiosk_ui.shop import Method, Refusal, Shop, Sync
from kiosk_ui.views import Attract, Dispensing, Ending, Home, Pay
from tests.kiosk_mind import Mind
from tests.kiosk_sale_views import PAY_URL, equipped, handed, several
from tests.kiosk_views import SHOP, order, vends


def ordered(*methods: str, shop: Shop | None = None) -> Mind:
    """An order of one tea, at a store with these ways to pay."""
    kiosk = Mind(shop or equipped(SHOP, *methods))
    kiosk.happens(Touched(), ProductChosen("A03"), Bought())
    kiosk.happens(Answered(kiosk.last(PlaceOrder), order("A03", 1, "open")))
    return kiosk


def owing(method: str, state: str = "pending", url: str = PAY_URL) -> Order:
    owed = Payment("p1", method, state, 350, url)
    return structs.replace(order("A03", 1, "awaiting_payment"), payment=owed)


def test_with_one_way_to_pay_nobody_is_asked_which() -> None:
    assert ordered("alipay").last(RequestPayment).method == "alipay"


def test_with_several_ways_the_shopper_chooses() -> None:
    kiosk = ordered("alipay", "wechat", "counter")
    assert (kiosk.body().step, kiosk.body().methods) == ("choose", ("alipay", "wechat", "counter"))
    assert len(kiosk.asked) == 1, "no money is asked for yet"
    kiosk.happens(MethodChosen("wechat"), MethodChosen("alipay"))
    assert kiosk.last(RequestPayment).method == "wechat"
    assert len(kiosk.asked) == 2
    kiosk.order_is(owing("wechat"))
    assert (kiosk.body().step, kiosk.body().method) == ("scan", "wechat")


def test_what_needs_nobody_is_offered_first() -> None:
    assert ordered("card", "counter", "barter", "wechat").body().methods == (
        "wechat",
        "counter",
        "card",
        "barter",
    )


def test_what_cannot_be_used_now_is_not_offered() -> None:
    told = (Method("alipay", usable=False), Method("counter"), Method("card"), Method("none"))
    shop = equipped(SHOP)
    kiosk = ordered(shop=replace(shop, store=structs.replace(shop.store, payment_methods=told)))
    assert kiosk.body().methods == ("counter", "card")


def test_offline_proof_payment_stands_in_for_paying_online_and_never_beside_it() -> None:
    assert ordered("sandbox", "signed").last(RequestPayment).method == "sandbox"
    assert ordered("signed", "counter").body().methods == ("signed", "counter")


def test_where_nothing_works_the_shopper_is_told_and_can_cancel() -> None:
    shop = equipped(SHOP)
    kiosk = ordered(shop=replace(shop, store=structs.replace(shop.store, payment_methods=())))
    assert (kiosk.body().step, kiosk.body().methods, kiosk.body().can_cancel) == ("choose", (), True)


def test_an_agent_that_does_not_tell_is_asked_for_the_kiosks_own_way() -> None:
    assert ordered(shop=SHOP).last(RequestPayment).method == "sandbox"


def test_a_store_without_a_line_says_which_ways_still_work() -> None:
    kiosk = Mind(replace(equipped(SHOP, "signed", "counter"), sync=Sync("offline")))
    kiosk.happens(Touched())
    assert kiosk.body().offline == ("signed", "counter")
    kiosk.change("sync", "hq", Sync("online"))
    assert kiosk.body().offline is None


def test_after_a_payment_that_did_not_work_another_way_can_be_chosen() -> None:
    kiosk = ordered("alipay", "counter")
    kiosk.happens(MethodChosen("alipay"))
    kiosk.happens(Answered(kiosk.last(RequestPayment), owing("alipay", "created")))
    kiosk.order_is(owing("alipay", "closed"))
    assert kiosk.body().step == "failed"
    kiosk.happens(PaymentRetried())
    assert kiosk.body().step == "choose"
    kiosk.happens(MethodChosen("counter"))
    assert kiosk.last(RequestPayment).method == "counter"


def test_a_way_that_is_refused_leaves_the_others() -> None:
    kiosk = ordered("alipay", "counter")
    kiosk.happens(MethodChosen("alipay"))
    kiosk.happens(Refused(kiosk.last(RequestPayment), Refusal("offline_limit", "离线限额", "Offline limit")))
    assert (kiosk.body().step, kiosk.message) == ("choose", "离线限额")


def test_at_the_counter_the_order_number_waits_for_staff() -> None:
    kiosk = ordered("counter")
    kiosk.order_is(owing("counter", url=""))
    assert (kiosk.body().step, kiosk.body().summary.order, kiosk.body().can_cancel) == (
        "counter",
        "O-7F3K9",
        True,
    )
    kiosk.waits(200)
    assert isinstance(kiosk.body(), Pay)
    kiosk.order_is(
        structs.replace(owing("counter", "paid"), state="fulfilling", vends=vends("A03", "requested"))
    )
    assert isinstance(kiosk.body(), Dispensing)


def test_a_payment_code_held_to_the_scanner_pays_without_a_tap() -> None:
    kiosk = ordered("alipay", "wechat")
    kiosk.scans("payment_code")
    used = kiosk.last(UseScan)
    assert (used.scan, used.order) == ("sc-1-payment_code-1", "O-7F3K9")
    kiosk.order_is(owing("alipay", "pending", url=""))
    assert kiosk.body().step == "asking"


def test_a_receipt_held_to_the_scanner_pays_the_waiting_order() -> None:
    kiosk = ordered("signed")
    kiosk.order_is(owing("signed"))
    assert kiosk.body().step == "signed"
    kiosk.scans("receipt")
    assert kiosk.last(UseScan).order == "O-7F3K9"
    assert kiosk.body().step == "asking"


@pytest.mark.parametrize("code", ["receipt_used", "receipt_elsewhere", "receipt_invalid"])
def test_a_receipt_that_does_not_count_is_told_and_the_code_stays(code: str) -> None:
    kiosk = ordered("signed")
    kiosk.order_is(owing("signed"))
    kiosk.scans("receipt")
    kiosk.happens(Refused(kiosk.last(UseScan), Refusal(code, "这张回执不行", "Not this receipt")))
    assert (kiosk.body().step, kiosk.message) == ("signed", "这张回执不行")


def test_a_payment_code_without_an_order_is_answered_with_what_to_do() -> None:
    kiosk = Mind(equipped(SHOP))
    kiosk.scans("payment_code")
    assert isinstance(kiosk.body(), Home)
    assert kiosk.message == "请先选好商品，再出示付款码。"
    assert kiosk.asked == []
    kiosk.happens(Touched())
    assert kiosk.message == ""


# ── handing over ────────────────────────────────────────────────────────────────────────────────────


def followed(placed: Order) -> Mind:
    kiosk = ordered("alipay")
    kiosk.order_is(structs.replace(placed, paid_minor=placed.total_minor))
    return kiosk


def test_every_line_is_followed_in_its_own_way() -> None:
    states = handed("requested", "requested")
    kiosk = followed(
        several(SHOP, "fulfilling", vends=vends("A03", "dispensed", "dispensing"), handovers=states)
    )
    assert [(unit.way, unit.state) for unit in kiosk.body().units] == [
        ("vend", "dispensed"),
        ("vend", "dispensing"),
        ("staff", "requested"),
        ("pickup", "requested"),
    ]
    kiosk.happens(WentBack())
    assert isinstance(kiosk.body(), Dispensing), "a motor still turns"


def test_who_waits_for_staff_may_leave_and_the_kiosk_does_not_wait_for_ever() -> None:
    placed = several(
        SHOP,
        "fulfilling",
        vends=vends("A03", "dispensed", "dispensed"),
        handovers=handed("requested", "requested"),
    )
    kiosk = followed(placed)
    assert kiosk.body().can_leave
    kiosk.waits(61)
    assert isinstance(kiosk.body(), Home)


def test_what_is_picked_up_later_is_arranged_and_its_code_is_told() -> None:
    placed = several(
        SHOP,
        "fulfilling",
        vends=vends("A03", "dispensed", "dispensed"),
        handovers=handed("done", "requested"),
    )
    kiosk = followed(placed)
    assert isinstance(kiosk.body(), Ending)
    assert (kiosk.body().kind, kiosk.body().summary.order) == ("arranged", "O-7F3K9")
    kiosk.waits(31)
    assert isinstance(kiosk.body(), Home)


def test_a_restarted_kiosk_does_not_open_what_is_to_be_picked_up_some_day() -> None:
    waits = handed("done", "requested")
    placed = several(SHOP, "fulfilling", vends=vends("A03", "dispensed", "dispensed"), handovers=waits)
    assert isinstance(Mind(SHOP.with_order(placed)).body(), Attract)


def test_units_of_which_the_same_is_to_be_said_stand_in_one_row_at_the_end() -> None:
    kiosk = followed(structs.replace(order("B03", 5, "completed"), vends=vends("B03", *["dispensed"] * 5)))
    assert [(unit.qty, unit.state) for unit in kiosk.body().units] == [(5, "dispensed")]


def with_receipt() -> Mind:
    receipt = Receipt(128, "https://hq.example.com/r/TOKEN", "kiosk-1-128")
    done = structs.replace(order("A03", 1, "completed"), vends=vends("A03", "dispensed"))
    return followed(structs.replace(done, receipt=receipt, points_earned=35))


def test_the_end_shows_the_receipt_and_the_points() -> None:
    body: Any = with_receipt().body()
    assert (body.kind, body.receipt, body.receipt_url, body.points) == (
        "thanks",
        128,
        "https://hq.example.com/r/TOKEN",
        35,
    )


def test_the_receipt_is_printed_once_where_there_is_a_printer() -> None:
    kiosk = with_receipt()
    assert kiosk.body().printing == "can"
    kiosk.happens(PrintTapped(), PrintTapped())
    assert kiosk.body().printing == "asked"
    kiosk.happens(Told(kiosk.last(PrintReceipt), Done()), PrintTapped())
    assert kiosk.body().printing == "done"
    assert len([request for request in kiosk.asked if isinstance(request, PrintReceipt)]) == 1


def test_without_a_printer_there_is_no_such_button() -> None:
    kiosk = with_receipt()
    kiosk.change("store", "mall-1", structs.replace(kiosk.state.shop.store, printer=False))  # type: ignore[union-attr]
    assert kiosk.body().printing == ""
