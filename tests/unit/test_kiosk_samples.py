"""The kiosk gives a sample: chosen, agreed to or not, on its way; once per visit, and every visit has another key."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from kiosk_ui.events import (
    Answered,
    CampaignChosen,
    ChangesArrived,
    Refused,
    SampleTaken,
    Touched,
    Unreachable,
    WentBack,
)
from kiosk_ui.orders import Order
from kiosk_ui.requests import TakeSample
from kiosk_ui.shop import Change, Refusal, Shop
from kiosk_ui.showing import show
from kiosk_ui.views import Dispensing, Ending, Home, Sample
from tests.kiosk_mind import Mind
from tests.kiosk_views import CAMPAIGN, SHOP, order, vends

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
