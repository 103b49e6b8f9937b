"""The kiosk gives a sample: chosen, agreed to or not, on its way; once per visit, and every visit has another key."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from kiosk_ui.answers import ScanUsed
from kiosk_ui.events import (
    Answered,
    CampaignChosen,
    CartAdded,
    CartCounted,
    CartTidied,
    ChangesArrived,
    CheckedOut,
    LoggedOut,
    ProductChosen,
    Refused,
    SampleAdded,
    SampleTaken,
    Told,
    Touched,
    Unreachable,
    WentBack,
)
from kiosk_ui.orders import Order
from kiosk_ui.requests import PlaceOrder, TakeSample, UseScan, Wish
from kiosk_ui.shop import Change, Member, Refusal, Shop
from kiosk_ui.showing import show
from kiosk_ui.views import Basket, Dispensing, Ending, Home, Sample
from tests.kiosk_mind import Mind
from tests.kiosk_sale_views import CAMPAIGN, CONSENT, equipped
from tests.kiosk_views import SHOP, order, vends

GIVING = replace(SHOP, campaigns={"spring": CAMPAIGN})
TAKEN = Refusal("sample_taken_already", "您已领取过", "You have had this sample already")


class Kiosk(Mind):
    """A kiosk that somebody has just touched."""

    def __init__(self, shop: Shop = GIVING, session: str = "run1") -> None:
        super().__init__(shop, session)
        self.happens(Touched())

    def takes(self) -> TakeSample:
        self.happens(CampaignChosen("spring"), SampleTaken())
        request = self.asked[-1]
        assert isinstance(request, TakeSample)
        return request


def given(state: str, *ends: str) -> Order:
    return structs.replace(order("C01", 1, state, vends=vends("C01", *ends)), total_minor=0)


def test_what_is_given_away_now_stands_above_the_grid_in_the_visitors_language() -> None:
    kiosk = Kiosk()
    assert isinstance(kiosk.body(), Home)
    assert kiosk.body().samples == (("spring", CAMPAIGN.name_zh),)


@pytest.mark.parametrize("change", [{"open": False}, {"available": 0}, {"per": "member"}])
def test_what_this_visit_cannot_have_is_not_offered(change: dict[str, Any]) -> None:
    kiosk = Kiosk(replace(SHOP, campaigns={"spring": structs.replace(CAMPAIGN, **change)}))
    assert kiosk.body().samples == ()


def test_what_is_only_given_away_is_no_sold_out_product() -> None:
    given_away = structs.replace(SHOP.items["C01"], available=0)
    kiosk = Kiosk(replace(GIVING, items={**SHOP.items, "C01": given_away}))
    assert "C01" not in [card.sku for card in kiosk.body().cards]
    assert "B04" in [card.sku for card in kiosk.body().cards], "sold out is another thing"


def test_the_brands_text_is_read_first_and_agreeing_sends_its_version() -> None:
    kiosk = Kiosk()
    kiosk.happens(CampaignChosen("spring"))
    assert isinstance(kiosk.body(), Sample)
    assert CAMPAIGN.consent is not None
    assert kiosk.body().consent == CAMPAIGN.consent.text_zh
    assert kiosk.asked == []
    assert kiosk.takes().consent == "2026-1"


def test_who_does_not_agree_goes_back_and_nothing_was_asked() -> None:
    kiosk = Kiosk()
    kiosk.happens(CampaignChosen("spring"), WentBack())
    assert isinstance(kiosk.body(), Home)
    assert kiosk.asked == []


def test_a_second_tap_asks_for_no_second_sample_and_nobody_leaves_while_it_is_on_its_way() -> None:
    kiosk = Kiosk()
    kiosk.takes()
    kiosk.happens(SampleTaken(), WentBack())
    assert len(kiosk.asked) == 1
    assert kiosk.body().taking


def test_it_comes_out_without_any_talk_of_money() -> None:
    kiosk = Kiosk()
    kiosk.happens(Answered(kiosk.takes(), given("fulfilling", "requested")))
    assert isinstance(kiosk.body(), Dispensing)
    assert len(kiosk.asked) == 1, "no payment is asked for"
    done = given("completed", "dispensed")
    kiosk.happens(ChangesArrived(999, (Change("order", done.id, done),)))
    assert isinstance(kiosk.body(), Ending)
    assert kiosk.body().kind == "thanks"
    kiosk.waits(60)
    assert isinstance(kiosk.body(), Home)


def test_one_that_did_not_come_out_is_no_refund_and_may_be_asked_for_again() -> None:
    kiosk = Kiosk()
    kiosk.happens(Answered(kiosk.takes(), given("refunded", "failed")))
    assert kiosk.body().kind == "not_out"
    kiosk.happens(WentBack())
    first, second = kiosk.asked[0], kiosk.takes()
    assert isinstance(first, TakeSample)
    assert first.key != second.key
    assert first.visit == second.visit


def test_the_agents_no_is_shown_with_the_sample() -> None:
    kiosk = Kiosk()
    kiosk.happens(Refused(kiosk.takes(), TAKEN))
    assert show(kiosk.state, kiosk.now_s).message == TAKEN.message_zh
    assert isinstance(kiosk.body(), Sample)


def test_without_an_answer_the_very_same_wish_is_sent_again() -> None:
    kiosk = Kiosk()
    wish = kiosk.takes()
    kiosk.happens(Unreachable(wish))
    assert kiosk.body().unreachable
    kiosk.happens(SampleTaken())
    assert kiosk.asked == [wish, wish]


def test_a_visit_ends_when_nobody_is_there_and_the_next_has_a_key_that_says_nothing_of_it() -> None:
    kiosk = Kiosk()
    first = kiosk.state.visit
    kiosk.happens(CampaignChosen("spring"), WentBack())
    assert kiosk.state.visit == first
    kiosk.waits(61)
    second = kiosk.state.visit
    assert second not in (first, Kiosk(session="run2").state.visit)
    assert "run1" not in first + second
    assert len(first) == len(second) == 32


# ── a sample among what is bought ───────────────────────────────────────────────────────────────────


def test_a_sample_goes_along_with_what_is_bought_for_nothing() -> None:
    kiosk = Kiosk(replace(equipped(GIVING), campaigns=GIVING.campaigns))
    kiosk.happens(ProductChosen("A03"), CartAdded(), CampaignChosen("spring"), SampleAdded())
    cart = kiosk.body()
    assert isinstance(cart, Basket)
    assert [(row.price, row.way, row.most) for row in cart.rows] == [
        ("¥3.50", "", 5),
        ("免费", "sample", 1),
    ]
    assert (cart.total, cart.free) == ("¥3.50", False)
    kiosk.happens(CheckedOut())
    basket = kiosk.last(PlaceOrder).basket
    assert basket.lines == (Wish("A03", 1), Wish("C01", 1, "sample", "spring", CONSENT.version))
    assert (basket.claimant, basket.visit) == (kiosk.state.visit, "")


def test_an_order_has_one_sample_at_most_and_a_campaign_in_the_cart_is_not_offered_twice() -> None:
    other = structs.replace(CAMPAIGN, campaign="autumn")
    kiosk = Kiosk(replace(SHOP, campaigns={"spring": CAMPAIGN, "autumn": other}))
    kiosk.happens(CampaignChosen("spring"), SampleAdded())
    assert kiosk.body().free
    kiosk.happens(CartCounted(0, 2))
    assert kiosk.state.cart.units == 1
    kiosk.happens(WentBack())
    assert [campaign for campaign, _ in kiosk.body().samples] == ["autumn"]
    kiosk.happens(CampaignChosen("autumn"))
    assert (kiosk.body().can_add, kiosk.body().added, kiosk.body().can_take) == (False, True, True)
    before = kiosk.state.cart
    kiosk.happens(SampleAdded())
    assert kiosk.state.cart == before


def test_a_sample_that_is_gone_meanwhile_leaves_the_rest_for_sale() -> None:
    kiosk = Kiosk(replace(equipped(GIVING), campaigns=GIVING.campaigns))
    kiosk.happens(ProductChosen("A03"), CartAdded(), CampaignChosen("spring"), SampleAdded())
    kiosk.change("campaign", "spring", structs.replace(CAMPAIGN, available=0))
    assert (kiosk.body().rows[1].left, kiosk.body().can_check_out) == (0, False)
    kiosk.happens(CartTidied())
    assert [line.sku for line in kiosk.state.cart.lines] == ["A03"]


def test_samples_for_members_are_offered_to_a_member_and_leave_with_them() -> None:
    once = replace(equipped(SHOP), campaigns={"spring": structs.replace(CAMPAIGN, per="member")})
    kiosk = Kiosk(once)
    assert kiosk.body().samples == ()
    kiosk.scans("member")
    kiosk.happens(Told(kiosk.last(UseScan), ScanUsed("member", member=Member("T2", 0, 0, kiosk.state.login))))
    assert [campaign for campaign, _ in kiosk.body().samples] == ["spring"]
    kiosk.happens(CampaignChosen("spring"))
    assert (kiosk.body().at_once, kiosk.body().can_take, kiosk.body().can_add) == (False, False, True)
    kiosk.happens(SampleAdded())
    basket = kiosk.state.basket
    assert basket is not None
    assert (basket.claimant, basket.visit) == ("", kiosk.state.login), (
        "the agent knows the member, the kiosk does not"
    )
    kiosk.happens(LoggedOut())
    assert kiosk.state.cart.lines == ()
