"""What to show for a state: `show(state, now_s)`. Pure."""

from __future__ import annotations

import math
from typing import Final

from cloud_sync.protocol.money import format_minor
from kiosk_ui.cart import WAREHOUSE, warehouse_away
from kiosk_ui.i18n import say
from kiosk_ui.naming import WAYS, card_of, picture_of, title_of, ways_of
from kiosk_ui.requests import AskAddress, PlaceOrder, PlayGame, TakeSample, UseScan
from kiosk_ui.shop import Campaign, Game, Item, Prize, Shop
from kiosk_ui.showing_cart import cart_total, savings_of, show_cart, taken_off
from kiosk_ui.showing_order import show_collect, show_order
from kiosk_ui.state import State
from kiosk_ui.views import (
    AddressPage,
    AddressStep,
    Attract,
    Basket,
    Body,
    Card,
    Closed,
    Collect,
    Home,
    Member,
    MemberPage,
    Pay,
    Picture,
    Play,
    Product,
    Sample,
    View,
    Won,
)

LEFT_BY_BACK: Final = (Product, Basket, Sample, MemberPage, Collect, AddressPage, Play)
MOST_OFFERS: Final = 2
"""Campaigns, and games, offered above the grid; nobody reads more of them."""
MOST_FIELDS: Final = 8
"""Fields of a wheel."""
_WON: Final[dict[str, Won]] = {"sku": "sku", "coupon": "coupon", "points": "points", "nothing": "nothing"}


def show(state: State, now_s: float) -> View:
    """What the kiosk shows now."""
    body = _body(state, now_s)
    busy = isinstance(body, Product | Basket) and body.placing
    busy = busy or (isinstance(body, Sample) and body.taking) or (isinstance(body, Play) and body.drawing)
    return View(
        language=state.language,
        store=state.shop.store.name if state.shop is not None else "",
        body=body,
        can_go_back=isinstance(body, LEFT_BY_BACK) and not busy,
        link_lost=_lost(state, now_s),
        message=_message(state, body),
    )


def _message(state: State, body: Body) -> str:
    """Why the agent said no, or what the kiosk has to say about a scan."""
    if not isinstance(body, Home | Product | Basket | Sample | MemberPage | Play | Pay):
        return ""
    if state.refusal is not None:
        return state.refusal.message_zh if state.language == "zh" else state.refusal.message_en
    if isinstance(body, Product) and body.away:
        return say(state.language, "product.away")
    return say(state.language, state.hint) if state.hint else ""


def _lost(state: State, now_s: float) -> bool:
    return state.lost_since_s is not None and now_s - state.lost_since_s >= state.timings.lost_grace_s


def _body(state: State, now_s: float) -> Body:
    shop = state.shop
    if shop is None:
        return Closed("offline" if _lost(state, now_s) else "starting", "", state.lost_reason)
    order = state.current_order
    if order is not None:
        return show_order(state, shop, order, now_s)
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
    return _browsing(state, shop, now_s)


def _browsing(state: State, shop: Shop, now_s: float) -> Body:
    """Nothing is ordered: what the shopper looks at."""
    if state.addressing:
        return _address(state, now_s)
    if state.sku in shop.items:
        return _product(state, shop, shop.items[state.sku])
    campaign, game = state.chosen_campaign, state.chosen_game
    if campaign is not None:
        return _sample(state, shop, campaign)
    if game is not None:
        return _play(state, game)
    if state.page == "cart":
        return show_cart(state, shop, member_of(state))
    if state.page == "member":
        url = shop.store.phone_url
        join = f"{url.rstrip('/')}/m/join" if url else ""
        return MemberPage(member_of(state), join, state.has_scanner, state.waits_for(UseScan))
    collected = None if state.pickup is None else shop.orders.get(state.pickup.order)
    if state.pickup is not None and collected is not None:
        return show_collect(state, shop, collected, state.pickup)
    if not state.awake:
        return Attract(tuple(c for c in _cards(state, shop) if not c.sold_out)[:24])
    return _home(state, shop)


def member_of(state: State) -> Member | None:
    """Who is here."""
    known = state.member
    return Member(known.tier, known.points_here, known.points_total) if known is not None else None


def _cards(state: State, shop: Shop) -> tuple[Card, ...]:
    """In stock first; else as the catalogue has them. What is only given away is not among them."""
    given_away = {sku for campaign in shop.campaigns.values() for sku in campaign.skus}
    sold = (item for item in shop.items.values() if item.available or item.sku not in given_away)
    cards = [card_of(shop, item, state.language) for item in sold]
    return tuple(sorted(cards, key=lambda card: (card.sold_out, card.sent, card.sku)))


def _home(state: State, shop: Shop) -> Home:
    cards = _cards(state, shop)
    categories = tuple(dict.fromkeys(card.picture.category for card in cards))
    category = state.category if state.category in categories else ""
    cases = tuple(
        (order.id, order.cases[0])
        for order in shop.orders.values()
        if order.device == state.device and not order.over and order.cases
    )
    games = tuple(
        (each.game, "scratch" if each.kind == "scratch" else "wheel", title_of(each, state.language))
        for each in state.games[:MOST_OFFERS]
    )
    offline = shop.sync.state == "offline" and shop.store.payment_methods is not None
    return Home(
        categories=categories if len(categories) > 1 else (),
        category=category,
        cards=tuple(card for card in cards if category in ("", card.picture.category)),
        cases=cases,
        samples=tuple(
            (each.campaign, title_of(each, state.language)) for each in state.samples[:MOST_OFFERS]
        ),
        games=games,
        cart_units=state.cart.units,
        cart_total=cart_total(state, shop) if state.cart.lines else "",
        members=bool(shop.store.phone_url),
        member=member_of(state),
        offline=state.pay_methods if offline else None,
    )


def _address(state: State, now_s: float) -> AddressPage:
    """Typed on a phone: the way there, and how long it lasts."""
    address = state.address
    if address is None:
        lost = isinstance(state.unsent, AskAddress) or not state.waits_for(AskAddress)
        return AddressPage("unreachable" if lost else "preparing", "", None, 0)
    step: AddressStep = "void" if address.void else "typing" if address.opened else "scan"
    left_s = max(0, math.ceil(address.until_s - now_s))
    return AddressPage(step, address.url, left_s, int(address.limit_s))


def _sample(state: State, shop: Shop, campaign: Campaign) -> Sample:
    item = next((shop.items[sku] for sku in campaign.skus if sku in shop.items), None)
    asked = campaign.consent
    text = "" if asked is None else asked.text_zh if state.language == "zh" else asked.text_en
    return Sample(
        campaign=campaign.campaign,
        name=title_of(campaign, state.language),
        brand=campaign.brand,
        picture=Picture("sample", campaign.brand, campaign.brand) if item is None else picture_of(item),
        consent=text,
        can_take=state.can_take,
        taking=state.waits_for(TakeSample),
        unreachable=isinstance(state.unsent, TakeSample),
        can_add=state.sample_wish is not None,
        added=state.cart.sample is not None,
        at_once=campaign.per == "visit",
    )


def _product(state: State, shop: Shop, item: Item) -> Product:
    list_minor = item.price_minor * state.qty
    price = state.price
    total_minor = list_minor if price is None else price.total_minor
    return Product(
        card=card_of(shop, item, state.language),
        qty=state.qty,
        most=state.most_units,
        total=format_minor(total_minor, item.currency),
        can_buy=state.can_buy,
        placing=state.waits_for(PlaceOrder),
        unreachable=isinstance(state.unsent, PlaceOrder),
        was=taken_off(price),
        savings=savings_of(price),
        tax=format_minor(price.tax_minor, item.currency)
        if price is not None and price.tax == "exclusive"
        else "",
        way=_way(state, item),
        can_add=state.can_buy and state.cart.added(state.wish, state.most_units) != state.cart,
        away=state.wish.handover == WAREHOUSE and warehouse_away(shop),
    )


def _way(state: State, item: Item) -> str:
    """How it will come: as the price was told for, else the first way there is."""
    told = [line.handover for line in state.price.lines] if state.price is not None else []
    found = [way for way in (*told, *ways_of(item)) if way in WAYS]
    return found[0] if found else "vend"


def _play(state: State, game: Game) -> Play:
    drawn = state.drawn
    fields = game.prizes[:MOST_FIELDS]
    names = tuple(title_of(prize, state.language) for prize in fields)
    prize, field = "", 0
    if drawn is not None:
        field = next((index for index, each in enumerate(fields) if each.prize == drawn.prize), 0)
        named = Prize(drawn.prize, drawn.kind, drawn.name_zh, drawn.name_en)
        known = next((each for each in game.prizes if each.prize == drawn.prize), named)
        prize = title_of(named, state.language) or title_of(known, state.language)
    return Play(
        game=game.game,
        kind="scratch" if game.kind == "scratch" else "wheel",
        name=title_of(game, state.language),
        fields=names,
        drawing=state.waits_for(PlayGame),
        unreachable=isinstance(state.unsent, PlayGame),
        won=_won(drawn.kind) if drawn is not None else "",
        prize=prize,
        field=field,
        coupon=drawn.coupon.code if drawn is not None and drawn.coupon is not None else "",
        points=drawn.points if drawn is not None else 0,
    )


def _won(kind: str) -> Won:
    """A kind of prize that this kiosk has not heard of is shown by its name."""
    return _WON.get(kind, "sku")
