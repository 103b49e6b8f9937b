"""The kiosk's screens of a sale as states: cart, ways to pay and to hand over, member, game, receipt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msgspec import structs

from kiosk_ui.answers import Adjustment, Drawn, Pickup, Quote, QuotedCoupon, QuotedLine, WonCoupon
from kiosk_ui.cart import Cart
from kiosk_ui.orders import Handover, Line, Order, Payment, Receipt, Vend
from kiosk_ui.requests import AskAddress, AskPrice, Basket, PlaceOrder, PlayGame, UseScan, Wish
from kiosk_ui.shop import (
    Campaign,
    Consent,
    Device,
    Game,
    Item,
    Language,
    Member,
    Method,
    Prize,
    Refusal,
    Shop,
    Sync,
)
from kiosk_ui.state import Address, State

NOW_S = 1000.0
PAY_URL = "http://192.168.1.20:8400/pay/9f3c1c0e7a5b4d2c8e6f"
SIGNED_URL = (
    "https://hq.example.com/p/s?c=PS1.O" + "mall-1~O-7F3K9~1580~CNY~20261122T040500Z~" * 2 + "Zk3q9x" * 14
)
PHONE_URL = "https://hq.example.com"
PRIZES = (
    Prize("p1", "sku", "神秘体验装", "Mystery sample"),
    Prize("p2", "nothing", "谢谢参与", "Next time"),
    Prize("p3", "coupon", "满 10 减 2 元券", "¥2 off ¥10"),
    Prize("p4", "nothing", "谢谢参与", "Next time"),
    Prize("p5", "points", "100 积分", "100 points"),
    Prize("p6", "nothing", "谢谢参与", "Next time"),
)
WHEEL = Game("spring", "wheel", "visit", "春日大转盘", "Spring wheel", True, PRIZES)
CARD = Game("lucky", "scratch", "visit", "每日刮刮卡", "Daily scratch card", True, PRIZES[:3])
MEMBER = Member("T2", 320, 320)
LINES = (Wish("A03", 2), Wish("C01", 1, "staff"), Wish("B02", 1))
COUPON = "PS1.C.coupon-1"
PICKUP_CODE = "PS1.O." + "S6SGQ4JNGGRXELJRUVYG64BNGHHGWSOSAC" + "." + "B3H6IIYVBKZV5AALL3XX3QBWY5IPZFYW" * 3


CONSENT = Consent(
    "2026-1",
    "半亩月会统计本次派样领取了多少份、在哪个时段领取。我们不收集您的姓名、电话或照片，也不会联系您。"
    "领取编号只属于这一次到店，离开后即失效。",
    "Banmuyue counts how many samples are taken here and at what time of day. We collect no name, no phone number "
    "and no picture of you, and we will not contact you. The number of this visit is void once you leave.",
)
CAMPAIGN = Campaign(
    "spring", "visit", "半亩月 · 玫瑰护手霜试用装", "Banmuyue Rose Hand Cream, travel size", "半亩月", ("C01",),
    open=True, available=30, consent=CONSENT,
)  # fmt: skip


def _with_ways(items: dict[str, Item]) -> dict[str, Item]:
    """Some products can reach the shopper in several ways."""
    ways = {"C01": ("staff", "pickup"), "C02": ("shelf",), "A04": ("staff",)}
    return {sku: structs.replace(item, ways=ways.get(sku, ())) for sku, item in items.items()}


def equipped(shop: Shop, *methods: str) -> Shop:
    """The shop with a scanner, a printer, pages for phones, games and these ways to pay."""
    told = tuple(Method(method) for method in methods or ("alipay", "wechat", "counter", "card"))
    store = structs.replace(shop.store, payment_methods=told, phone_url=PHONE_URL, printer=True)
    games = {"spring": WHEEL, "lucky": CARD}
    devices = {"sc-1": Device("sc-1", "scanner"), "vm-1": Device("vm-1", "vending")}
    return replace(
        shop, store=store, items=_with_ways(shop.items), games=games, devices=devices, sync=Sync("online")
    )


def quote_of(basket: Basket, items: dict[str, Item], coupon_why: str = "") -> Quote:
    """What the agent might say: a tenth off for members, and a coupon."""
    lines = []
    for wish in basket.lines:
        full = items[wish.sku].price_minor
        off: tuple[Adjustment, ...] = (Adjustment("member", "T2", -full // 10),) if basket.visit else ()
        off += (Adjustment("coupon", COUPON, -50),) if basket.coupons and not coupon_why else ()
        now = full + sum(each.amount_minor for each in off)
        lines.append(
            QuotedLine(wish.sku, wish.qty, now, wish.handover or (*items[wish.sku].ways, "vend")[0], off)
        )
    coupons = tuple(QuotedCoupon(coupon, not coupon_why, coupon_why) for coupon in basket.coupons)
    total = sum(line.price_minor * line.qty for line in lines)
    return Quote(total, "CNY", "inclusive", 0, tuple(lines), coupons)


def several(shop: Shop, state: str, **more: Any) -> Order:
    """An order of three products that reach the shopper in three ways."""
    lines = tuple(
        Line(number, sku, qty, shop.items[sku].price_minor, shop.items[sku].name_zh, shop.items[sku].name_en,
             "vm-1" if way == "vend" else "", "1-03" if way == "vend" else "", way)
        for number, (sku, qty, way) in enumerate((("A03", 2, "vend"), ("C02", 1, "staff"), ("C01", 1, "pickup")), 1)
    )  # fmt: skip
    return Order(
        "O-7F3K9", state, "kiosk-1", "CNY", sum(line.price_minor * line.qty for line in lines),
        placed_at="2026-11-22T04:00:00.000000Z", expires_at="2026-11-22T04:05:00.000000Z", lines=lines, **more,
    )  # fmt: skip


def handed(staff: str, pickup: str) -> tuple[Handover, ...]:
    """The two lines that no machine drops."""
    return Handover("O-7F3K9-2", 2, "staff", staff, 1), Handover("O-7F3K9-3", 3, "pickup", pickup, 1)


def _vends(*states: str) -> tuple[Vend, ...]:
    return tuple(Vend(f"v{number}", 1, "A03", "vm-1", "1-03", state) for number, state in enumerate(states))


def _cart_states(home: State) -> dict[str, State]:
    shop = home.shop
    assert shop is not None
    cart = replace(home, cart=Cart(LINES), page="cart")

    def priced(state: State, why: str = "") -> State:
        basket = state.basket
        assert basket is not None
        return replace(state, quote=(basket, quote_of(basket, shop.items, why)))

    member = replace(cart, member=MEMBER, coupons=(COUPON,))
    gone = {**shop.items, "A03": structs.replace(shop.items["A03"], available=1)}
    gone["B02"] = structs.replace(shop.items["B02"], available=0)
    refusal = Refusal("coupon_spent", "这张优惠券已经用过了。", "This coupon has been used already.")
    exclusive = replace(cart, cart=Cart(LINES[:2]))
    assert exclusive.basket is not None
    taxed = structs.replace(quote_of(exclusive.basket, shop.items), tax="exclusive", tax_minor=439)
    return {
        "home_cart": replace(home, cart=Cart(LINES), member=MEMBER),
        "home_store_offline": replace(
            home,
            shop=replace(equipped(shop, "signed", "counter"), sync=Sync("offline")),
            hint="scan.nothing_to_pay",
        ),
        "product_member": priced(replace(home, sku="A03", qty=2, member=MEMBER)),
        "product_staff": replace(home, sku="C01"),
        "cart": cart,
        "cart_member": priced(member),
        "cart_points": priced(replace(member, use_points=True)),
        "cart_bad_coupon": priced(member, "coupon_spent"),
        "cart_undo": replace(cart, cart=Cart(LINES).counted(1, 0)),
        "cart_empty": replace(cart, cart=Cart()),
        "cart_short": replace(cart, shop=replace(shop, items=gone)),
        "cart_refused": replace(cart, refusal=refusal),
        "cart_placing": replace(
            cart, waiting=(PlaceOrder("k", Basket(LINES), True), AskPrice(Basket(LINES)))
        ),
        "cart_taxed": replace(exclusive, quote=(exclusive.basket, taxed)),
        "cart_full": replace(
            cart,
            cart=Cart(
                tuple(Wish(sku, 2) for sku in ("A01", "A02", "A03", "A04", "A05", "B01", "B03", "C02"))
            ),
        ),
        **_sent_states(home),
        "member": replace(home, page="member"),
        "member_asking": replace(home, page="member", waiting=(UseScan("k", "s", "member", "v"),)),
        "member_refused": replace(home, page="member", refusal=refusal),
        "member_known": replace(home, page="member", member=MEMBER),
    }


def _sent_states(home: State) -> dict[str, State]:
    """What is sent home, a free sample beside what is bought, and a line that is down."""
    shop = home.shop
    assert shop is not None
    away = structs.replace(shop.items["B04"], sellable=False, ways=("ship_warehouse",))
    hand_cream = structs.replace(shop.items["C01"], ways=("staff", "pickup", "ship_store"))
    sending = replace(shop, items={**shop.items, "B04": away, "C01": hand_cream})
    offline = replace(sending, sync=Sync("offline"))
    lines = (Wish("C01", 1, "ship_store"), Wish("B04", 2, "ship_warehouse"))
    giving = replace(shop, campaigns={"spring": CAMPAIGN})
    sample = Wish("C03", 1, "sample", "spring", "2026-1")
    waiting = replace(home, shop=sending, cart=Cart(lines), page="cart", addressing=True, whole=True)
    page = Address("a-1", f"{PAY_URL[:-20]}/shop/a/Zk3q9xZk3q9xZk3q9xZk3q", NOW_S + 214, 300)
    return {
        "home_sent": replace(home, shop=sending, category="noodles"),
        "product_sent": replace(home, shop=sending, sku="B04"),
        "product_away": replace(home, shop=offline, sku="B04"),
        "cart_sent": replace(home, shop=sending, cart=Cart(lines), page="cart"),
        "cart_away": replace(home, shop=offline, cart=Cart(lines), page="cart"),
        "cart_sample": replace(home, shop=giving, cart=Cart((Wish("A03", 2), sample)), page="cart"),
        "address": replace(waiting, address=page),
        "address_typing": replace(waiting, address=replace(page, opened=True)),
        "address_void": replace(waiting, address=replace(page, void=True)),
        "address_unreachable": replace(waiting, unsent=AskAddress("k")),
    }


def _pay_states(home: State) -> dict[str, State]:
    shop = home.shop
    assert shop is not None
    refusal = Refusal(
        "receipt_used",
        "这张付款回执已经用过，请找店员。",
        "This receipt has been used already. Please ask staff.",
    )

    def at(placed: Order, where: Shop = shop, **more: Any) -> State:
        start = replace(home, shop=where.with_order(placed), order=placed.id, order_since_s=NOW_S - 28)
        return replace(start, **more)

    def pay(method: str, url: str = PAY_URL, **more: Any) -> State:
        payment = Payment("p1", method, "pending", 10590, url)
        return at(several(shop, "awaiting_payment", payment=payment), **more)

    offline = replace(equipped(shop, "signed", "counter"), sync=Sync("offline"))
    penniless = replace(shop, store=structs.replace(shop.store, payment_methods=()))
    return {
        "pay_choose": at(several(shop, "open")),
        "pay_choose_offline": at(several(shop, "open"), offline),
        "pay_choose_none": at(several(shop, "open"), penniless),
        "pay_wallet": pay("alipay"),
        "pay_counter": pay("counter", ""),
        "pay_signed": pay("signed", SIGNED_URL),
        "pay_signed_refused": pay("signed", SIGNED_URL, refusal=refusal),
    }


def _end_states(home: State) -> dict[str, State]:
    shop = home.shop
    assert shop is not None
    more: dict[str, Any] = {"paid_minor": 10590}
    kept: dict[str, Any] = {"receipt": Receipt(128, f"{PHONE_URL}/r/7KQ2MZPX4TBVNH3A", "kiosk-1-128")}
    kept["points_earned"] = 105
    out, going = _vends("dispensed", "dispensed"), _vends("dispensed", "dispensing")

    def at(placed: Order, **values: Any) -> State:
        quiet = NOW_S if placed.over or placed.arranged or placed.at_counter else None
        start = replace(home, shop=shop.with_order(placed), order=placed.id, order_since_s=NOW_S - 28)
        return replace(start, quiet_since_s=quiet, **values)

    tea = several(shop, "completed", **more, **kept, vends=out)
    tea = structs.replace(tea, lines=tea.lines[:1], total_minor=700, paid_minor=700)
    waits = handed("requested", "requested")
    code = {"pickup_code": PICKUP_CODE}
    back = {"refunded_minor": 6900, "vends": out, "handovers": handed("failed", "done")}
    return {
        "dispensing_ways": at(several(shop, "fulfilling", **more, vends=going, handovers=waits)),
        "dispensing_counter_done": at(several(shop, "fulfilling", **more, vends=out, handovers=waits)),
        "arranged": at(
            several(
                shop, "fulfilling", **more, **kept, **code, vends=out, handovers=handed("done", "requested")
            )
        ),
        **_collect_states(home),
        "thanks_receipt": at(tea),
        "thanks_printed": at(tea, printed="kiosk-1-128"),
        "part_money_back_ways": at(several(shop, "part_refunded", **more, **kept, **back)),
    }


def _collect_states(home: State) -> dict[str, State]:
    """A pick-up code in front of the scanner."""
    shop = home.shop
    assert shop is not None
    out, more = _vends("dispensed", "dispensed"), {"paid_minor": 10590}

    def at(state: str, standing: str, handovers: tuple[Handover, ...], when: str = "") -> State:
        placed = several(shop, state, **more, vends=out, handovers=handovers)
        return replace(
            home,
            shop=shop.with_order(placed),
            page="pickup",
            pickup=Pickup(placed.id, standing, when, "staff"),
        )

    waits, done = handed("requested", "requested"), handed("done", "done")
    return {
        "collect_ready": at("fulfilling", "ready", waits),
        "collect_collected": at("completed", "collected", done, "2026-11-22T04:20:00.000000Z"),
        "collect_unpaid": at("open", "unpaid", ()),
    }


def _game_states(home: State) -> dict[str, State]:
    wheel, card = replace(home, game="spring"), replace(home, game="lucky")
    ticket = "PS1.C.mall-1.spring.20261201.Zk3q9xZk3q9xZk3q9x"
    # Turn and turn about, so that each is built anew and stands still.
    return {
        "game_wheel": wheel,
        "game_scratch": card,
        "game_drawing": replace(wheel, waiting=(PlayGame("k", "spring", "v"),)),
        "game_points": replace(card, drawn=Drawn("p5", "points", "100 积分", "100 points", points=100)),
        "game_won": replace(wheel, drawn=Drawn("p1", "sku", "神秘体验装", "Mystery sample", order="O-1")),
        "game_nothing": replace(card, drawn=Drawn("p2", "nothing")),
        "game_coupon": replace(wheel, drawn=Drawn("p3", "coupon", coupon=WonCoupon(ticket))),
    }


def sale_states(language: Language, shop: Shop) -> dict[str, State]:
    """All of them, by name."""
    home = State(
        "kiosk-1", "s", "zh", language, shop=equipped(shop), lost_since_s=None, touched_at_s=NOW_S, awake=True
    )
    return _cart_states(home) | _pay_states(home) | _end_states(home) | _game_states(home)
