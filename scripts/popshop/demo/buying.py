"""Shoppers with a basket: what they choose, how they pay, what they do until they have it. Pure and seeded."""

from __future__ import annotations

from collections.abc import Generator
from random import Random
from typing import Any, Final

from popshop.demo import phone
from popshop.demo.steps import JSON, Call, Look, Refused, Step, Visit, Wait

Part = Generator[Step, Any, Any]
"""A part of a visit; it may tell the rest of it something."""

ENDED: Final = frozenset({"completed", "part_refunded", "refunded", "cancelled", "expired"})
UNPAID: Final = frozenset({"open", "awaiting_payment"})
POLL: Final = Wait(0.7, real=True)
PAY_PAGE_POLLS: Final = 30
KIOSK: Final = "kiosk-1"

CHANGES_MIND: Final = 0.05
DECLINES: Final = 0.10
WALKS_AWAY: Final = 0.12
"""Bounds on one roll: below the first they cancel, below the second they decline, below the third they leave."""

BY_HAND: Final = ("shelf", "staff", "pickup")
LIKES_BY_HAND: Final = 0.5
"""This part of the lines comes from the shelf or the stock room where the product is there too."""
BY_CARD: Final = 0.4
PLAYS: Final = 0.65
"""This part of those who come for something free turns the wheel; the others share."""


def pays_by_phone(rng: Random, name: str) -> Visit:
    """Orders at the kiosk and pays on the phone, or doesn't."""
    yield Wait(rng.uniform(0.5, 2.0))
    order = yield from orders(rng, f"{name}-order", {})
    if order is not None:
        yield from _pays_perhaps(rng, order, name)


def pays_at_the_counter(rng: Random, name: str) -> Visit:
    """Orders at the kiosk and pays staff, in cash or by card."""
    yield Wait(rng.uniform(0.5, 2.0))
    order = yield from orders(rng, f"{name}-order", {})
    if order is None:
        return
    method = "card" if rng.random() < BY_CARD else "counter"
    path = f"/api/orders/{order['id']}"
    asked = yield Call(f"{path}/payments", {"method": method}, f"{name}-pay")
    if isinstance(asked, Refused):
        yield Call(f"{path}/cancel", {}, f"{name}-cancel")
    else:
        yield from wait_for_goods(path)


def joins_and_buys(rng: Random, name: str) -> Visit:
    """Becomes a member on the phone, buys at a member's price, and spends the points on the next order."""
    entities = yield Look()
    urls = [store["phone_url"] for store in entities.get("store", {}).values() if store["phone_url"]]
    if not urls:
        return
    code = phone.member_code_of((yield phone.joins(urls[0])))
    yield Wait(rng.uniform(1.0, 3.0))
    visit = f"visit-{rng.getrandbits(64):016x}"
    for turn in (1, 2):
        shown = yield Call("/api/members/show", {"text": code, "visit": visit}, f"{name}-{turn}-show")
        points = 0 if isinstance(shown, Refused) else shown["points_here"]
        # A code that is not good costs a member nothing but the price of everybody else.
        more = {} if isinstance(shown, Refused) else {"visit": visit, "points": points}
        order = yield from orders(rng, f"{name}-{turn}-order", more)
        if order is None:
            return
        yield from pays(order, f"{name}-{turn}")
        yield Wait(rng.uniform(1.0, 3.0))


def wins_or_shares(rng: Random, name: str) -> Visit:
    """Turns the wheel, or shares something; takes the prize, or buys with the coupon."""
    entities = yield Look()
    visit = f"visit-{rng.getrandbits(64):016x}"
    games = sorted(g["game"] for g in entities.get("game", {}).values() if g["open"])
    shares = sorted(
        p["promotion"]
        for p in entities.get("promotion", {}).values()
        if p["open"] and p["rule"].get("given") == "shared"
    )
    if games and (rng.random() < PLAYS or not shares):
        body = {"visit": visit, "device": KIOSK}
        won = yield Call(f"/api/games/{rng.choice(games)}/play", body, f"{name}-play")
    elif shares:
        what = sorted(entities.get("item", {}))
        body = {"what": rng.choice(what), "visit": visit, "device": KIOSK, "promotion": rng.choice(shares)}
        won = yield Call("/api/shares", body, f"{name}-share")
    else:
        return
    if isinstance(won, Refused):
        return
    if won.get("order"):
        yield from wait_for_goods(f"/api/orders/{won['order']}")
    elif won["coupon"]:
        order = yield from orders(rng, f"{name}-order", {"visit": visit, "coupons": [won["coupon"]["code"]]})
        if order is not None:
            yield from pays(order, name)


def orders(rng: Random, key: str, more: JSON) -> Part:
    """Place an order for a basket; nothing when there is nothing to buy, or the shop says no."""
    lines = choose(rng, (yield Look()))
    if not lines:
        return None
    order = yield Call("/api/orders", {"channel": "kiosk", "device": KIOSK, "lines": lines} | more, key)
    return None if isinstance(order, Refused) else order


def choose(rng: Random, entities: JSON) -> list[JSON]:
    """One to three products, 1 to 4 units in all, out of what can be had now, each by one of its ways."""
    items = sorted(
        (item for item in entities.get("item", {}).values() if item["available"] >= 3 and item["ways"]),
        key=lambda item: str(item["sku"]),
    )
    if not items:
        return []
    units = rng.choices((1, 2, 3, 4), weights=(55, 25, 13, 7))[0]
    chosen = rng.sample(items, min(rng.randint(1, min(3, units)), len(items)))
    lines = []
    for place, item in enumerate(chosen):
        line: JSON = {"sku": item["sku"], "qty": units - len(chosen) + 1 if place == 0 else 1}
        by_hand = [way for way in BY_HAND if way in item["ways"]]
        if by_hand and rng.random() < LIKES_BY_HAND:
            line["handover"] = rng.choice(by_hand)
        lines.append(line)
    return lines


def pays(order: JSON, name: str) -> Part:
    """Pay an order by phone, and wait for what comes of it."""
    path = f"/api/orders/{order['id']}"
    pay_url = yield from _pay_page(path, name)
    yield Wait(2.0)
    if pay_url:
        yield from _pays_on(pay_url, path, name)


def _pays_perhaps(rng: Random, order: JSON, name: str) -> Part:
    """As most shoppers do: some change their minds, decline, or walk away without a word."""
    path = f"/api/orders/{order['id']}"
    mood = rng.random()
    if mood < CHANGES_MIND:
        yield Wait(rng.uniform(1.0, 4.0))
        yield Call(f"{path}/cancel", {}, f"{name}-cancel")
        return
    pay_url = yield from _pay_page(path, name)
    yield Wait(rng.uniform(1.0, 3.0))
    if not pay_url:
        return
    if mood < DECLINES:
        yield phone.declines(pay_url)
        yield Call(f"{path}/cancel", {}, f"{name}-cancel")
    elif mood >= WALKS_AWAY:
        yield from _pays_on(pay_url, path, name)


def _pay_page(path: str, name: str) -> Part:
    """Ask to pay by phone and scan the code on the screen; its URL. Nothing when there is nothing to pay any more.

    A store that is offline takes a receipt that headquarters signs.
    """
    asked = yield Call(f"{path}/payments", {"method": "sandbox"}, f"{name}-pay")
    if isinstance(asked, Refused) and asked.code == "offline_limit":
        asked = yield Call(f"{path}/payments", {"method": "signed"}, f"{name}-pay-offline")
    for _ in range(PAY_PAGE_POLLS):
        if isinstance(asked, Refused):
            break
        if asked["state"] not in UNPAID:
            return ""
        if asked["payment"] and asked["payment"]["pay_url"]:
            return asked["payment"]["pay_url"]
        yield POLL
        asked = yield Call(path)
    yield Call(f"{path}/cancel", {}, f"{name}-cancel")
    return ""


def _pays_on(pay_url: str, path: str, name: str) -> Part:
    """Press the button, hold the receipt up where the page answers with one, and wait for the goods."""
    receipt = phone.receipt_of((yield phone.pays(pay_url)))
    if receipt:
        scan = yield Call("/api/scans", {"device": KIOSK, "text": receipt}, f"{name}-scan")
        if not isinstance(scan, Refused):
            yield Call(f"/api/scans/{scan['id']}/use", {}, f"{name}-receipt")
    yield from wait_for_goods(path)


def wait_for_goods(path: str) -> Part:
    """Stand there until the order has ended, with goods or with money back."""
    while True:
        order = yield Call(path)
        if isinstance(order, Refused) or order["state"] in ENDED:
            return
        yield POLL
