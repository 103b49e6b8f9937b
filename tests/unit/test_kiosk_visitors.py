"""What is held in front of the scanner, members and games; and that nothing of a person stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from kiosk_ui.answers import Drawn, ScanUsed, WonCoupon
from kiosk_ui.events import (
    Answered,
    Bought,
    CartAdded,
    CartOpened,
    CheckedOut,
    CouponDropped,
    GameOpened,
    LoggedOut,
    MemberOpened,
    Played,
    PointsToggled,
    ProductChosen,
    Refused,
    Told,
    Touched,
    Unreachable,
    WentBack,
)
from kiosk_ui.requests import LeaveMember, PlaceOrder, PlayGame, UseScan
from kiosk_ui.shop import Device, Member, Refusal
from kiosk_ui.views import Attract, Basket, Dispensing, Home, MemberPage, Play, Product
from tests.kiosk_mind import Mind
from tests.kiosk_sale_views import COUPON, equipped
from tests.kiosk_views import SHOP, order, vends

SALE = equipped(SHOP, "alipay")


def logged_in() -> Mind:
    kiosk = Mind(SALE)
    kiosk.scans("member")
    shown = ScanUsed("member", member=Member("T2", 320, 400, kiosk.state.login))
    kiosk.happens(Told(kiosk.last(UseScan), shown))
    return kiosk


def with_coupon() -> Mind:
    kiosk = logged_in()
    kiosk.happens(ProductChosen("A03"), CartAdded())
    kiosk.scans("coupon")
    kiosk.happens(Told(kiosk.last(UseScan), ScanUsed("coupon", coupon=COUPON)))
    return kiosk


# ── the scanner ─────────────────────────────────────────────────────────────────────────────────────


def test_a_product_that_is_scanned_is_shown_and_in_the_open_cart_it_is_one_more() -> None:
    kiosk = Mind(SALE)
    kiosk.scans("product", sku="A03")
    assert isinstance(kiosk.body(), Product)
    kiosk.happens(CartAdded(), CartOpened())
    kiosk.scans("product", sku="A03", number=2)
    kiosk.scans("product", sku="A03", number=2)
    assert kiosk.state.cart.units == 2, "the same scan told twice is one"


def test_the_only_scanner_of_the_store_is_this_kiosks() -> None:
    kiosk = Mind(SALE)
    kiosk.scans("product", device="sc-9", sku="A03")
    assert isinstance(kiosk.body(), Attract)


def test_of_several_scanners_only_the_named_one_is_this_kiosks() -> None:
    two = replace(SALE, devices={name: Device(name, "scanner") for name in ("sc-1", "sc-2")})
    nobody, named = Mind(two), Mind(two, scanner="sc-2")
    for kiosk in (nobody, named):
        kiosk.scans("product", device="sc-1", sku="A03")
        assert isinstance(kiosk.body(), Attract)
        kiosk.scans("product", device="sc-2", sku="A03")
    assert isinstance(nobody.body(), Attract)
    assert isinstance(named.body(), Product)


def test_a_reader_of_the_kiosks_own_is_its_own_always() -> None:
    kiosk = Mind(replace(SALE, devices={}))
    kiosk.scans("product", device="kiosk-1", sku="A03")
    assert isinstance(kiosk.body(), Product)


def test_what_nobody_knows_is_told_so_and_opens_nothing() -> None:
    kiosk = Mind(SALE)
    kiosk.scans("product", sku="unheard-of")
    assert kiosk.message == "这里用不上这个码。"
    kiosk.scans("riddle", number=2)
    assert kiosk.message == "这里用不上这个码。"
    assert kiosk.asked == []


def test_while_an_order_is_paid_a_product_changes_nothing() -> None:
    kiosk = Mind(SALE)
    kiosk.happens(ProductChosen("B03"), Bought())
    kiosk.happens(Answered(kiosk.last(PlaceOrder), order("B03", 1, "open")))
    kiosk.scans("product", sku="A03")
    kiosk.scans("coupon", number=2)
    assert kiosk.state.order
    assert not [request for request in kiosk.asked if isinstance(request, UseScan)]


# ── coupons ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_coupon_goes_into_the_cart_and_with_the_order() -> None:
    kiosk = with_coupon()
    assert isinstance(kiosk.body(), Basket)
    kiosk.told_price()
    assert kiosk.body().coupons[0].ok
    kiosk.happens(CheckedOut())
    assert kiosk.last(PlaceOrder).basket.coupons == (COUPON,)


def test_a_coupon_that_does_not_count_says_why_and_can_be_put_aside() -> None:
    kiosk = with_coupon()
    kiosk.told_price(why="coupon_spent")
    assert (kiosk.body().coupons[0].ok, kiosk.body().coupons[0].why) == (False, "coupon_spent")
    kiosk.happens(CouponDropped(COUPON))
    assert kiosk.body().coupons == ()


def test_a_coupon_for_which_the_agent_refuses_the_price_is_put_aside_with_its_reason() -> None:
    kiosk = with_coupon()
    while not kiosk.priced[-1].basket.coupons:
        kiosk.happens(Unreachable(kiosk.priced[-1]))
    spent = Refusal("coupon_spent", "这张优惠券已经用过了。", "This coupon has been used already.")
    kiosk.happens(Refused(kiosk.priced[-1], spent))
    assert (kiosk.state.coupons, kiosk.message) == ((), spent.message_zh)
    assert kiosk.priced[-1].basket.coupons == ()


def test_a_coupon_refused_at_the_scanner_is_told() -> None:
    kiosk = Mind(SALE)
    kiosk.scans("coupon")
    kiosk.happens(Refused(kiosk.last(UseScan), Refusal("coupon_expired", "已过期", "Expired")))
    assert (kiosk.message, kiosk.state.coupons) == ("已过期", ())


# ── members ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_member_shows_a_code_and_sees_tier_and_points() -> None:
    kiosk = logged_in()
    kiosk.happens(Touched())
    assert (kiosk.body().member.tier, kiosk.body().member.points) == ("T2", 400)


def test_joining_is_headquarters_page_on_the_shoppers_own_phone() -> None:
    kiosk = Mind(SALE)
    kiosk.happens(MemberOpened())
    assert isinstance(kiosk.body(), MemberPage)
    assert kiosk.body().join_url == "https://hq.example.com/m/join"


def test_where_headquarters_has_no_pages_nobody_is_asked_to_join() -> None:
    kiosk = Mind(SHOP)
    kiosk.happens(Touched())
    assert not kiosk.body().members


def test_a_member_is_never_needed_to_buy_and_nobody_else_is_taken_for_one() -> None:
    kiosk = Mind(SALE)
    kiosk.happens(ProductChosen("A03"), Bought())
    assert kiosk.last(PlaceOrder).basket.visit == ""


def test_the_members_price_is_shown_with_what_it_was() -> None:
    kiosk = logged_in()
    kiosk.happens(ProductChosen("A03"))
    assert kiosk.priced[-1].basket.visit == kiosk.state.login
    kiosk.told_price()
    assert (kiosk.body().total, kiosk.body().was, kiosk.body().savings) == (
        "¥3.15",
        "¥3.50",
        (("member", "¥0.35"),),
    )


def test_points_that_are_here_can_be_used_in_the_cart() -> None:
    kiosk = with_coupon()
    kiosk.happens(PointsToggled(), CheckedOut())
    assert kiosk.last(PlaceOrder).basket.points == 320
    kiosk.happens(Refused(kiosk.asked[-1], Refusal("points_short", "积分不足", "Not enough points")))
    assert (kiosk.body().use_points, kiosk.message) == (False, "积分不足")


def test_points_that_arrive_meanwhile_are_told() -> None:
    kiosk = logged_in()
    kiosk.change("member", "kiosk-1", Member("T3", 500, 500, kiosk.state.login))
    kiosk.change("member", "kiosk-2", Member("T1", 1, 1, "another"))
    assert kiosk.state.member is not None
    assert (kiosk.state.member.tier, kiosk.state.member.points_here) == ("T3", 500)


@pytest.mark.parametrize("leaving", ["log out", "idle", "done"])
def test_who_leaves_is_forgotten_here_and_at_the_agent(leaving: str) -> None:
    kiosk = with_coupon()
    login = kiosk.state.login
    if leaving == "log out":
        kiosk.happens(LoggedOut())
    elif leaving == "idle":
        kiosk.waits(61)
    else:
        kiosk.happens(CheckedOut())
        kiosk.happens(Answered(kiosk.last(PlaceOrder), order("A03", 1, "open")))
        done = structs.replace(order("A03", 1, "completed"), paid_minor=350, vends=vends("A03", "dispensed"))
        kiosk.order_is(done)
        kiosk.happens(WentBack())
    kiosk.last(LeaveMember)
    assert (kiosk.state.member, kiosk.state.coupons, kiosk.state.use_points) == (None, (), False)
    assert kiosk.state.login != login
    remembered = repr(replace(kiosk.state, shop=None))
    assert login not in remembered
    assert COUPON not in remembered


def test_an_answer_for_who_has_left_is_for_nobody() -> None:
    kiosk = Mind(SALE)
    kiosk.scans("member")
    asked = kiosk.last(UseScan)
    kiosk.waits(61)
    kiosk.happens(Told(asked, ScanUsed("member", member=Member("T2", 320))))
    assert kiosk.state.member is None


def test_another_member_takes_the_place_of_the_one_before() -> None:
    kiosk = logged_in()
    first = kiosk.state.login
    kiosk.scans("member", number=2)
    assert [type(request).__name__ for request in kiosk.asked[-2:]] == ["LeaveMember", "UseScan"]
    assert kiosk.last(UseScan).visit not in ("", first)


# ── games ───────────────────────────────────────────────────────────────────────────────────────────


def playing(game: str = "spring") -> Mind:
    kiosk = Mind(SALE)
    kiosk.happens(Touched(), GameOpened(game), Played())
    return kiosk


def test_games_that_are_on_stand_above_the_grid() -> None:
    kiosk = Mind(SALE)
    kiosk.happens(Touched())
    assert [(game, kind) for game, kind, _ in kiosk.body().games] == [
        ("lucky", "scratch"),
        ("spring", "wheel"),
    ]
    over = structs.replace(SALE.games["lucky"], open=False)
    kiosk.change("game", "lucky", over)
    assert [game for game, _, _ in kiosk.body().games] == ["spring"]


def test_a_game_for_members_needs_one() -> None:
    shop = replace(SALE, games={"vip": structs.replace(SALE.games["spring"], game="vip", per="member")})
    kiosk = Mind(shop)
    kiosk.happens(Touched(), GameOpened("vip"), Played())
    assert kiosk.asked == []
    kiosk = logged_in()
    kiosk.change("game", "vip", shop.games["vip"])
    kiosk.happens(GameOpened("vip"), Played())
    assert kiosk.last(PlayGame).visit == kiosk.state.login


def test_a_game_is_played_once_per_visit_however_often_it_is_tapped() -> None:
    kiosk = playing()
    kiosk.happens(Played(), WentBack())
    assert isinstance(kiosk.body(), Play), "nobody leaves while the wheel turns"
    kiosk.happens(Told(kiosk.last(PlayGame), Drawn("p2", "nothing")), Played())
    assert kiosk.body().won == "nothing"
    kiosk.happens(WentBack(), GameOpened("spring"), Played())
    assert len(kiosk.asked) == 1
    kiosk.waits(61)
    kiosk.happens(Touched(), GameOpened("spring"), Played())
    assert len(kiosk.asked) == 2, "the next visitor may"


def test_without_an_answer_the_very_same_draw_is_asked_for() -> None:
    kiosk = playing()
    kiosk.happens(Unreachable(kiosk.last(PlayGame)))
    assert kiosk.body().unreachable
    kiosk.happens(Played())
    assert kiosk.asked[0] == kiosk.asked[1]


def test_a_coupon_that_is_won_can_be_kept_and_is_in_the_cart() -> None:
    kiosk = playing()
    kiosk.happens(Told(kiosk.last(PlayGame), Drawn("p3", "coupon", coupon=WonCoupon(COUPON))))
    body: Any = kiosk.body()
    assert (body.won, body.coupon, body.prize, body.field) == ("coupon", COUPON, "满 10 减 2 元券", 2)
    assert kiosk.state.coupons == (COUPON,)


def test_a_prize_of_goods_is_followed_out_of_the_machine() -> None:
    kiosk = playing()
    prize = structs.replace(
        order("C03", 1, "fulfilling"), id="O-G", total_minor=0, vends=vends("C03", "requested")
    )
    kiosk.happens(Told(kiosk.last(PlayGame), Drawn("p1", "sku", order="O-G")))
    kiosk.order_is(prize)
    assert isinstance(kiosk.body(), Play)
    kiosk.happens(WentBack())
    assert isinstance(kiosk.body(), Dispensing)
    kiosk.order_is(structs.replace(prize, state="completed", vends=vends("C03", "dispensed")))
    kiosk.waits(31)
    assert isinstance(kiosk.body(), Home)
    assert "spring" in kiosk.state.played


def test_the_agents_no_is_shown_with_the_game() -> None:
    kiosk = playing()
    kiosk.happens(
        Refused(kiosk.last(PlayGame), Refusal("played_already", "您已玩过", "You have played already"))
    )
    assert (kiosk.message, kiosk.body().won) == ("您已玩过", "")
