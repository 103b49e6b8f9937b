"""What a kiosk has sent home: the address is typed on the shopper's phone, and the kiosk never learns it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from kiosk_ui.answers import AddressAsked
from kiosk_ui.events import (
    AddressRetried,
    Answered,
    Bought,
    CartAdded,
    CartOpened,
    CartTidied,
    CheckedOut,
    ProductChosen,
    Refused,
    Told,
    Touched,
    Unreachable,
    WayChosen,
    WentBack,
)
from kiosk_ui.requests import AskAddress, ForgetAddress, PlaceOrder, Wish
from kiosk_ui.shop import AddressState, Refusal, Sync
from kiosk_ui.views import AddressPage, Attract, Basket, Home, Pay, Product
from tests.kiosk_mind import Mind
from tests.kiosk_sale_views import equipped
from tests.kiosk_views import SHOP, order

SALE = equipped(SHOP)
AWAY = structs.replace(SHOP.items["B04"], sellable=False, ways=("ship_warehouse",))
SENT = replace(
    SALE,
    items={
        **SALE.items,
        "B04": AWAY,
        "C01": structs.replace(SALE.items["C01"], ways=("staff", "ship_store")),
    },
)
PAGE = AddressAsked("a-1", "http://192.168.1.20:8400/shop/a/secret", 300)
MISSING = Refusal("address_missing", "寄送需要地址。", "We need an address.")
OFFLINE = Refusal("warehouse_offline", "联系不上仓库。", "The warehouse cannot be reached.")


def waiting(*, told: bool = True) -> Mind:
    """A cart with a mug to be sent, at its checkout."""
    kiosk = Mind(SENT)
    kiosk.happens(ProductChosen("C01"), CartAdded(), CartOpened(), WayChosen(0, "ship_store"), CheckedOut())
    if told:
        kiosk.happens(Told(kiosk.last(AskAddress), PAGE))
    return kiosk


def phone(kiosk: Mind, state: str, name: str = "a-1") -> None:
    kiosk.change("address", "kiosk-1", AddressState(name, state))


def step(kiosk: Mind) -> Any:
    body = kiosk.body()
    assert isinstance(body, AddressPage)
    return body.step


def test_the_order_waits_for_the_phone_and_goes_on_by_itself() -> None:
    kiosk = waiting(told=False)
    assert step(kiosk) == "preparing"
    kiosk.happens(Told(kiosk.last(AskAddress), PAGE))
    assert (step(kiosk), kiosk.body().url, kiosk.body().left_s) == ("scan", PAGE.url, 300)
    phone(kiosk, "opened")
    assert step(kiosk) == "typing"
    phone(kiosk, "given")
    placed = kiosk.last(PlaceOrder)
    assert (placed.basket.lines, placed.address, placed.whole) == (
        (Wish("C01", 1, "ship_store"),),
        "a-1",
        True,
    )
    assert isinstance(kiosk.body(), Basket)
    kiosk.happens(Answered(placed, order("C01", 1, "open")))
    assert isinstance(kiosk.body(), Pay)
    assert kiosk.state.cart.units == 1, "until it is paid"


def test_one_product_is_sent_as_the_cart_is() -> None:
    kiosk = Mind(SENT)
    kiosk.happens(ProductChosen("B04"))
    assert (kiosk.body().way, kiosk.body().can_buy) == ("ship_warehouse", True)
    kiosk.happens(Bought())
    kiosk.happens(Told(kiosk.last(AskAddress), PAGE))
    phone(kiosk, "given")
    assert kiosk.last(PlaceOrder).basket.lines == (Wish("B04", 1, "ship_warehouse"),)
    assert not kiosk.last(PlaceOrder).whole


def test_pages_of_other_shoppers_and_other_screens_are_none_of_ours() -> None:
    kiosk = waiting()
    phone(kiosk, "given", "a-0")
    kiosk.change("address", "kiosk-2", AddressState("a-1", "given"))
    assert step(kiosk) == "scan"


def test_who_goes_back_leaves_no_address() -> None:
    kiosk = waiting()
    kiosk.happens(WentBack())
    assert kiosk.last(ForgetAddress).address == "a-1"
    assert isinstance(kiosk.body(), Basket)
    phone(kiosk, "given")
    assert not any(isinstance(asked, PlaceOrder) for asked in kiosk.asked)


def test_who_types_is_given_time_and_who_walks_away_is_not() -> None:
    gone = waiting()
    gone.waits(61)
    assert isinstance(gone.body(), Attract)
    assert gone.last(ForgetAddress)
    typing = waiting()
    phone(typing, "opened")
    typing.waits(240)
    assert step(typing) == "typing"
    typing.waits(61)
    assert step(typing) == "void"
    typing.waits(61)
    assert isinstance(typing.body(), Attract)


def test_a_page_whose_time_is_over_can_be_had_anew() -> None:
    kiosk = waiting()
    phone(kiosk, "opened")
    kiosk.waits(301)
    kiosk.happens(AddressRetried())
    assert isinstance(kiosk.asked[-2], ForgetAddress)
    assert step(kiosk) == "preparing"
    kiosk.happens(Told(kiosk.last(AskAddress), PAGE))
    assert step(kiosk) == "scan"


def test_without_an_answer_the_same_request_is_sent_again() -> None:
    kiosk = waiting(told=False)
    asked = kiosk.last(AskAddress)
    kiosk.happens(Unreachable(asked))
    assert step(kiosk) == "unreachable"
    kiosk.happens(AddressRetried())
    assert kiosk.last(AskAddress) == asked


def test_an_address_that_the_agent_lost_is_asked_for_again() -> None:
    kiosk = waiting()
    phone(kiosk, "given")
    kiosk.happens(Refused(kiosk.last(PlaceOrder), MISSING))
    assert kiosk.message == "寄送需要地址。"
    kiosk.happens(CheckedOut())
    assert kiosk.last(AskAddress)


def test_the_address_serves_the_next_try_of_the_same_shopper() -> None:
    kiosk = waiting()
    phone(kiosk, "given")
    kiosk.happens(Refused(kiosk.last(PlaceOrder), Refusal("busy_slot", "忙", "Busy")), CheckedOut())
    assert kiosk.last(PlaceOrder).address == "a-1"


def test_nothing_is_scanned_into_the_cart_while_an_address_is_waited_for() -> None:
    kiosk = waiting()
    kiosk.scans("product", sku="A03")
    assert step(kiosk) == "scan"
    assert kiosk.state.cart.units == 1


def test_what_only_the_warehouse_has_is_on_sale_after_what_is_here() -> None:
    kiosk = Mind(SENT)
    kiosk.happens(Touched())
    home = kiosk.body()
    assert isinstance(home, Home)
    last = home.cards[-1]
    assert (last.sku, last.sent, last.sold_out) == ("B04", True, False)
    assert not any(card.sent for card in home.cards[:-1])


def test_while_the_line_is_down_the_warehouse_is_not_offered_and_the_rest_is() -> None:
    kiosk = Mind(SENT)
    kiosk.happens(ProductChosen("B04"), CartAdded(), ProductChosen("C01"), CartAdded(), CartOpened())
    kiosk.change("sync", "hq", Sync("offline"))
    rows = kiosk.body().rows
    assert [(row.left, row.away) for row in rows] == [(0, True), (None, False)]
    assert (kiosk.body().away, kiosk.body().can_check_out) == (True, False)
    kiosk.happens(CartTidied())
    assert [line.sku for line in kiosk.state.cart.lines] == ["C01"]
    assert kiosk.body().can_check_out
    kiosk.happens(ProductChosen("B04"))
    product = kiosk.body()
    assert isinstance(product, Product)
    assert (product.card.sold_out, product.can_buy, product.away) == (True, False, True)
    assert "仓库" in kiosk.message


def test_a_line_that_went_down_just_now_is_said_with_the_order() -> None:
    kiosk = Mind(SENT)
    kiosk.happens(ProductChosen("B04"), CartAdded(), CartOpened(), CheckedOut())
    kiosk.happens(Told(kiosk.last(AskAddress), PAGE))
    phone(kiosk, "given")
    kiosk.happens(Refused(kiosk.last(PlaceOrder), OFFLINE))
    assert kiosk.message == "联系不上仓库。"
    assert kiosk.body().away
    kiosk.change("sync", "hq", Sync("online"))
    assert not kiosk.body().away


@pytest.mark.parametrize("units", [0, 3])
def test_what_sold_out_here_is_not_sent_from_elsewhere_unasked(units: int) -> None:
    kiosk = Mind(SENT)
    kiosk.happens(ProductChosen("A03"), CartAdded(), CartOpened())
    item = structs.replace(
        SHOP.items["A03"], available=units, ways=("vend",) if units else ("ship_warehouse",)
    )
    kiosk.change("item", "A03", item)
    assert kiosk.body().rows[0].left == (None if units else 0)
