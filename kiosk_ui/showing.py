"""What to show for a state: `show(state, now_s)`. Pure."""

from __future__ import annotations

import math
from typing import Final

from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.money import format_minor
from kiosk_ui.events import CancelOrder, PlaceOrder, RequestPayment, TakeSample
from kiosk_ui.shop import Campaign, Item, Language, Line, Order, Shop
from kiosk_ui.state import State
from kiosk_ui.views import (
    Attract,
    Body,
    Card,
    Case,
    Closed,
    Dispensing,
    Ending,
    EndKind,
    Home,
    Pay,
    PayStep,
    Picture,
    Product,
    Sample,
    Summary,
    Unit,
    View,
)

MOST_SAMPLES: Final = 2
"""Campaigns offered above the grid; nobody reads more of them."""
FEW: Final = 3
"""From here down a card says how many are left."""


def show(state: State, now_s: float) -> View:
    """What the kiosk shows now."""
    body = _body(state, now_s)
    refusal = state.refusal
    message = ""
    if refusal is not None and isinstance(body, Product | Sample | Pay):
        message = refusal.message_zh if state.language == "zh" else refusal.message_en
    return View(
        language=state.language,
        store=state.shop.store.name if state.shop is not None else "",
        body=body,
        can_go_back=(isinstance(body, Product) and not body.placing)
        or (isinstance(body, Sample) and not body.taking),
        link_lost=_lost(state, now_s),
        message=message,
    )


def _lost(state: State, now_s: float) -> bool:
    return state.lost_since_s is not None and now_s - state.lost_since_s >= state.timings.lost_grace_s


def _body(state: State, now_s: float) -> Body:
    shop = state.shop
    if shop is None:
        return Closed("offline" if _lost(state, now_s) else "starting", "", state.lost_reason)
    order = state.current_order
    if order is not None:
        return _order_body(state, shop, order, now_s)
    if _lost(state, now_s):
        return Closed("offline", "", state.lost_reason)
    if state.paused_by:
        return Closed("paused", "", state.paused_by)
    if not shop.store.selling:
        notice = shop.store.notice
        if notice is None:
            return Closed("not_selling", "", "")
        message = notice.message_zh if state.language == "zh" else notice.message_en
        return Closed("not_selling", message, notice.code)
    if state.sku in shop.items:
        return _product(state, shop.items[state.sku])
    campaign = state.chosen_campaign
    if campaign is not None:
        return _sample(state, shop, campaign)
    if not state.awake:
        return Attract(tuple(c for c in _cards(state, shop) if not c.sold_out)[:24])
    return _home(state, shop)


def _card(item: Item, language: Language) -> Card:
    sold_out = not item.sellable or item.available < 1
    return Card(
        sku=item.sku,
        name=_name(item, language),
        brand=item.brand,
        price=format_minor(item.price_minor, item.currency),
        left=item.available if 0 < item.available <= FEW and not sold_out else None,
        sold_out=sold_out,
        picture=_picture(item),
    )


def _picture(item: Item) -> Picture:
    """Products of one brand and category share a picture; without a brand each has its own colours."""
    return Picture(item.category, item.brand or item.sku, item.brand)


def _name(thing: Item | Line, language: Language) -> str:
    """The name in the shopper's language, or the one there is."""
    first, second = thing.name_zh, thing.name_en
    if language == "en":
        first, second = second, first
    return first or second or thing.sku


def _cards(state: State, shop: Shop) -> tuple[Card, ...]:
    """In stock first; else as the catalogue has them. What is only given away is not among them."""
    given_away = {sku for campaign in shop.campaigns.values() for sku in campaign.skus}
    sold = (item for item in shop.items.values() if item.available or item.sku not in given_away)
    items = sorted(sold, key=lambda item: (not item.sellable or item.available < 1, item.sku))
    return tuple(_card(item, state.language) for item in items)


def _home(state: State, shop: Shop) -> Home:
    cards = _cards(state, shop)
    categories = tuple(dict.fromkeys(card.picture.category for card in cards))
    category = state.category if state.category in categories else ""
    cases = tuple(
        (order.id, order.cases[0])
        for order in shop.orders.values()
        if order.device == state.device and not order.over and order.cases
    )
    return Home(
        categories=categories if len(categories) > 1 else (),
        category=category,
        cards=tuple(card for card in cards if category in ("", card.picture.category)),
        cases=cases,
        samples=tuple((each.campaign, _title(each, state.language)) for each in state.samples[:MOST_SAMPLES]),
    )


def _title(campaign: Campaign, language: Language) -> str:
    first, second = campaign.name_zh, campaign.name_en
    return (second or first) if language == "en" else (first or second)


def _sample(state: State, shop: Shop, campaign: Campaign) -> Sample:
    item = next((shop.items[sku] for sku in campaign.skus if sku in shop.items), None)
    asked = campaign.consent
    text = "" if asked is None else asked.text_zh if state.language == "zh" else asked.text_en
    return Sample(
        campaign=campaign.campaign,
        name=_title(campaign, state.language),
        brand=campaign.brand,
        picture=Picture("sample", campaign.brand, campaign.brand) if item is None else _picture(item),
        consent=text,
        can_take=state.can_take,
        taking=state.waits_for(TakeSample),
        unreachable=isinstance(state.unsent, TakeSample),
    )


def _product(state: State, item: Item) -> Product:
    return Product(
        card=_card(item, state.language),
        qty=state.qty,
        most=state.most_units,
        total=format_minor(item.price_minor * state.qty, item.currency),
        can_buy=state.can_buy,
        placing=state.waits_for(PlaceOrder),
        unreachable=isinstance(state.unsent, PlaceOrder),
    )


# ── an order ────────────────────────────────────────────────────────────────────────────────────────


def _order_body(state: State, shop: Shop, order: Order, now_s: float) -> Body:
    summary = _summary(state, shop, order)
    if order.cases and not order.over:
        return Case(summary, _units(state, order), order.cases)
    if order.state in ("open", "awaiting_payment"):
        return _pay(state, order, summary, now_s)
    if order.over:
        return _ending(state, order, summary, now_s)
    units = _units(state, order)
    refunding = order.settled and any(unit.state == "failed" for unit in units)
    return Dispensing(summary, units, refunding)


def _summary(state: State, shop: Shop, order: Order) -> Summary:
    line = order.lines[0] if order.lines else Line(0, "", 0, 0)
    item = shop.items.get(line.sku)
    return Summary(
        order=order.id,
        name=_name(line, state.language) if line.name_zh or item is None else _name(item, state.language),
        qty=sum(each.qty for each in order.lines),
        total=format_minor(order.total_minor, order.currency),
        picture=_picture(item) if item is not None else Picture("", line.sku),
    )


def _pay(state: State, order: Order, summary: Summary, now_s: float) -> Pay:
    limit_s = _limit_s(order)
    left_s = None if limit_s is None else max(0, math.ceil(limit_s - (now_s - state.order_since_s)))
    payment = order.payment
    return Pay(
        summary=summary,
        step=_pay_step(state, order),
        pay_url=payment.pay_url if payment is not None and payment.state == "pending" else "",
        left_s=left_s,
        limit_s=int(limit_s or 0),
        can_cancel=state.can_cancel,
    )


def _pay_step(state: State, order: Order) -> PayStep:
    payment = order.payment
    if state.waits_for(CancelOrder):
        return "cancelling"
    if payment is not None and payment.state == "unknown":
        return "asking"
    if isinstance(state.unsent, RequestPayment | CancelOrder):
        return "unreachable"
    if payment is not None and payment.state == "pending" and payment.pay_url:
        return "scan"
    if state.waits_for(RequestPayment):
        return "preparing"
    if state.refusal is not None or (payment is not None and payment.state == "closed"):
        return "failed"
    return "preparing"


def _limit_s(order: Order) -> float | None:
    """How long the order was given, by the agent's clock at both ends."""
    placed, expires = parse_time(order.placed_at), parse_time(order.expires_at)
    return (expires - placed).total_seconds() if placed and expires else None


def _units(state: State, order: Order) -> tuple[Unit, ...]:
    """Every unit of the order, with its vend where there is one."""
    vends = {line.line: [v for v in order.vends if v.line == line.line] for line in order.lines}
    units: list[Unit] = []
    for line in order.lines:
        name = _name(line, state.language)
        for index in range(max(line.qty, len(vends[line.line]))):
            vend = vends[line.line][index] if index < len(vends[line.line]) else None
            device, slot = (vend.device, vend.slot) if vend else (line.device, line.slot)
            units.append(Unit(len(units) + 1, name, device, slot, vend.state if vend else "waiting"))
    return tuple(units)


_END_KINDS: Final[dict[str, EndKind]] = {
    "completed": "thanks",
    "refunded": "money_back",
    "part_refunded": "part_money_back",
    "cancelled": "cancelled",
    "expired": "expired",
}


def _ending(state: State, order: Order, summary: Summary, now_s: float) -> Ending:
    kind = _END_KINDS[order.state]
    return Ending(
        # Of what was given away no money comes back.
        kind="not_out" if kind == "money_back" and not order.total_minor else kind,
        summary=summary,
        units=_units(state, order),
        refunded=format_minor(order.refunded_minor, order.currency) if order.refunded_minor else "",
        paid=order.paid_minor > 0,
        left_s=math.ceil(state.left_s(now_s)),
    )
