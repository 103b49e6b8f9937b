"""Every screen of the kiosk as a view, with the longest words and the most rows a shop really has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msgspec import structs

from kiosk_ui.orders import Line, Order, Payment, Vend
from kiosk_ui.requests import Basket, PlaceOrder, RequestPayment, TakeSample, Wish
from kiosk_ui.shop import Item, Language, Notice, Refusal, Shop, Store
from kiosk_ui.showing import show
from kiosk_ui.state import State
from kiosk_ui.views import View
from tests.kiosk_sale_views import CAMPAIGN, sale_states

NOW_S = 1000.0
PAY_URL = "http://192.168.1.20:8400/pay/9f3c1c0e7a5b4d2c8e6f"

LONG_NAME = "Cocoa Mini Cup Sandwich Biscuits, Original, Limited Edition 55 g"

ITEMS = tuple(
    Item(sku, zh, price, "CNY", en, brand, category, available)
    for sku, zh, en, brand, category, price, available in (
        ("A01", "云脚山泉 555ml", "Cloudfoot Spring Water 555 ml", "青岫", "water", 200, 12),
        ("A02", "白桃气泡水（罐装）", "White Peach Sparkling Water, can", "桃里", "drink", 450, 2),
        ("A03", "茉莉冷泡茶 500ml", "Cold-brewed Jasmine Tea 500 ml", "拾味", "tea", 350, 8),
        ("A04", "桂花拿铁咖啡", "Osmanthus Latte", "木屿", "coffee", 650, 6),
        ("A05", "高原酸奶原味 250ml", "Highland Yoghurt Drink, plain 250 ml", "牧野", "milk", 380, 9),
        ("B01", "香辣豆干（香辣味）106g", "Spicy Tofu Strips 106 g", "辣舟", "snack", 500, 7),
        ("B02", "迷你杯夹心小饼干杯装可可原味55g限量版", LONG_NAME, "圆圆", "biscuit", 850, 1),
        ("B03", "雪峰棒棒糖", "Snow Peak Lollipop", "雪峰", "candy", 150, 20),
        ("B04", "鲜汇海鲜风味杯面 86g", "Cup Noodles, Seafood 86 g", "鲜汇", "noodles", 790, 0),
        ("C01", "玫瑰保湿护手霜 30ml", "Rose Hand Cream 30 ml", "半亩月", "beauty", 2990, 5),
        ("C02", "星空系列盲盒公仔", "Starry Night Blind Box Figure", "泡泡星", "toy", 6900, 4),
        ("C03", "神秘体验装", "Mystery Sample", "POPSHOP", "sample", 0, 30),
    )
)  # fmt: skip
STORE = Store("mall-1", "星光天地快闪店", "CNY", True, None)
SHOP = Shop(412, STORE, {item.sku: item for item in ITEMS}, {})


def order(sku: str, qty: int, state: str, **more: object) -> Order:
    """An order of one product, 100 s ago by nobody's clock but the agent's."""
    item = SHOP.items[sku]
    total = item.price_minor * qty
    line = Line(1, sku, qty, item.price_minor, item.name_zh, item.name_en, "vm-1", "1-03")
    return Order(
        "O-7F3K9",
        state,
        "kiosk-1",
        "CNY",
        total,
        placed_at="2026-11-22T04:00:00.000000Z",
        expires_at="2026-11-22T04:05:00.000000Z",
        lines=(line,),
        **more,  # type: ignore[arg-type]
    )


def vends(sku: str, *states: str) -> tuple[Vend, ...]:
    """One vend per state; an unknown one has a case number."""
    return tuple(
        Vend(f"v{i}", 1, sku, "vm-1", "1-03", state, case="C-0417" if state == "unknown" else None)
        for i, state in enumerate(states)
    )


def _samples(home: State) -> dict[str, State]:
    """A sample, from the strip above the grid to the one that did not come out."""
    giving = replace(SHOP, campaigns={"spring": CAMPAIGN})
    sample = replace(home, shop=giving, campaign="spring")
    nothing_asked = replace(SHOP, campaigns={"spring": structs.replace(CAMPAIGN, consent=None)})
    refusal = Refusal(
        "sample_taken_already",
        "您已领取过该试用装，每人限领一份。",
        "You have had this sample already. There is one for everybody.",
    )
    wish = TakeSample("k", "spring", "v", "2026-1")
    stayed = structs.replace(order("C01", 1, "refunded", vends=vends("C01", "failed")), total_minor=0)
    return {
        "home_sample": replace(home, shop=giving),
        "sample": sample,
        "sample_refused": replace(sample, refusal=refusal),
        "sample_taking": replace(sample, waiting=(wish,)),
        "sample_unreachable": replace(sample, unsent=wish),
        "sample_nothing_asked": replace(sample, shop=nothing_asked),
        "sample_not_out": replace(
            home, shop=giving.with_order(stayed), order=stayed.id, order_since_s=NOW_S, quiet_since_s=NOW_S
        ),
    }


def _states(language: Language) -> dict[str, State]:
    home = State("kiosk-1", "s", "zh", language, shop=SHOP, lost_since_s=None, touched_at_s=NOW_S, awake=True)
    product = replace(home, sku="B02")

    def at(placed: Order, **more: object) -> State:
        shop = SHOP.with_order(placed)
        quiet = NOW_S if placed.over or placed.cases or placed.settled else None
        start = replace(home, shop=shop, order=placed.id, order_since_s=NOW_S - 28, quiet_since_s=quiet)
        return replace(start, **more)  # type: ignore[arg-type]

    def pay(state: str, **more: object) -> State:
        payment = Payment("p1", "sandbox", state, 700, PAY_URL)
        return at(order("A03", 2, "awaiting_payment", payment=payment), **more)

    refusal = Refusal(
        "machine_not_ready",
        "售货机正在补货，请稍后再试。",
        "The machine is being filled. Please try again soon.",
    )
    must_join = Notice(
        "must_join", "本店需要重新加入总部后才能销售。", "This store must join headquarters again."
    )
    disk = Notice(
        "disk_full",
        "存储空间已满，暂停销售，请联系店员。",
        "The disk is full, so sales are paused. Please tell staff.",
    )
    one, five = (
        vends("A03", "dispensing"),
        vends("B03", "dispensed", "dispensed", "failed", "dispensing", "requested"),
    )
    back: dict[str, Any] = {"paid_minor": 700, "refunded_minor": 350}
    asked = RequestPayment("k", "O-7F3K9", "sandbox")
    case = order("A03", 2, "fulfilling", paid_minor=700, vends=vends("A03", "dispensed", "unknown"))
    return {
        "attract": replace(home, awake=False),
        "home": home,
        "home_case": replace(home, shop=SHOP.with_order(case)),
        "home_category": replace(home, category="drink"),
        **_samples(home),
        "product": replace(home, sku="A03", qty=2),
        "product_refused": replace(product, refusal=refusal),
        "product_placing": replace(product, waiting=(PlaceOrder("k", Basket((Wish("B02", 1),))),)),
        "product_unreachable": replace(product, unsent=PlaceOrder("k", Basket((Wish("B02", 1),)))),
        "product_sold_out": replace(home, sku="B04"),
        "pay_preparing": at(order("A03", 2, "open"), waiting=(asked,)),
        "pay": pay("pending"),
        "pay_offline": pay("pending", lost_since_s=NOW_S - 60),
        "pay_refused": pay("pending", refusal=refusal),
        "pay_asking": pay("unknown"),
        "pay_failed": pay("closed"),
        "pay_unreachable": at(order("A03", 2, "open"), unsent=asked),
        "dispensing": at(order("A03", 1, "fulfilling", paid_minor=350, vends=one)),
        "dispensing_five": at(order("B03", 5, "fulfilling", paid_minor=750, vends=five)),
        "refunding": at(order("A03", 1, "fulfilling", paid_minor=350, vends=vends("A03", "failed"))),
        "case": at(case),
        "thanks": at(order("A03", 1, "completed", paid_minor=350, vends=vends("A03", "dispensed"))),
        "thanks_five": at(order("B03", 5, "completed", paid_minor=750, vends=vends("B03", *["dispensed"] * 5))),
        "money_back": at(order("A03", 1, "refunded", **back, vends=vends("A03", "failed"))),
        "part_money_back": at(order("A03", 2, "part_refunded", **back, vends=vends("A03", "dispensed", "failed"))),
        "cancelled": at(order("A03", 1, "cancelled")),
        "expired": at(order("A03", 1, "expired")),
        "expired_paid": at(order("A03", 1, "expired", paid_minor=350)),
        "offline": replace(home, lost_since_s=NOW_S - 60, lost_reason="ConnectionError: no sign of life for 12 s"),
        "starting": replace(home, shop=None, lost_since_s=NOW_S),
        "not_selling": replace(home, shop=replace(SHOP, store=Store("mall-1", "星光天地快闪店", "CNY", False, disk))),
        "paused": replace(home, shop=replace(SHOP, store=Store("mall-1", "星光天地快闪店", "CNY", False, must_join))),
    }  # fmt: skip


def every_view(language: Language) -> dict[str, View]:
    """All screens, by name."""
    states = _states(language) | sale_states(language, SHOP)
    return {name: show(state, NOW_S) for name, state in states.items()}
