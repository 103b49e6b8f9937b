"""What a finger on the glass does to the kiosk. Pure."""

from __future__ import annotations

from dataclasses import replace

from kiosk_ui import addressing
from kiosk_ui.cart import most_of
from kiosk_ui.events import (
    AddressRetried,
    Bought,
    CampaignChosen,
    CancelTapped,
    CartAdded,
    CartCounted,
    CartOpened,
    CartTidied,
    CartUndone,
    CategoryChosen,
    CheckedOut,
    CouponDropped,
    Event,
    GameOpened,
    LanguageChosen,
    LoggedOut,
    MemberOpened,
    MethodChosen,
    OrderOpened,
    PaymentRetried,
    Played,
    PointsToggled,
    PrintTapped,
    ProductChosen,
    QuantityChosen,
    SampleAdded,
    SampleTaken,
    WayChosen,
    WentBack,
)
from kiosk_ui.requests import (
    CancelOrder,
    PlaceOrder,
    PlayGame,
    PrintReceipt,
    RequestPayment,
    TakeSample,
)
from kiosk_ui.state import State, Step


def tap(state: State, event: Event, now_s: float) -> Step:
    """The state after a tap, and the requests it leads to."""
    match event:
        case Bought():
            return _buy(state)
        case CheckedOut():
            return _check_out(state)
        case SampleTaken():
            return _take_sample(state)
        case AddressRetried():
            return addressing.ask(state, state.whole) if state.addressing else (state, ())
        case MethodChosen(method=method):
            return _choose_method(state, method)
        case PaymentRetried():
            return _retry_payment(state)
        case CancelTapped():
            return _cancel(state)
        case Played():
            return _play(state)
        case PrintTapped():
            return _print(state)
        case OrderOpened(order=order):
            known = state.shop is not None and order in state.shop.orders
            return (replace(state.at_home(), order=order, order_since_s=now_s) if known else state), ()
        case WentBack():
            return _go_back(state), ()
        case _:
            return (_look(state, event) if not state.order else _speak(state, event)), ()


def _speak(state: State, event: Event) -> State:
    """While an order is followed nothing else is opened; only the language may change."""
    match event:
        case LanguageChosen(language=language):
            return replace(state, language=language)
        case CategoryChosen(category=category):
            return replace(state, category=category)
        case _:
            return replace(state, awake=True)


def _look(state: State, event: Event) -> State:
    """Look around: what is on the screen, and what is in the cart. Nothing is asked of the agent."""
    match event:
        case LanguageChosen(language=language):
            return replace(state, language=language, awake=True)
        case CategoryChosen(category=category):
            return replace(state, category=category)
        case ProductChosen(sku=sku):
            return replace(state.at_home(), sku=sku, awake=True)
        case QuantityChosen(qty=qty):
            return _choose_quantity(state, qty)
        case CampaignChosen(campaign=campaign):
            return replace(state.at_home(), campaign=campaign, awake=True)
        case GameOpened(game=game):
            return replace(state.at_home(), game=game, awake=True)
        case CartOpened():
            return replace(state.at_home(), page="cart", awake=True)
        case MemberOpened():
            return replace(state.at_home(), page="member", awake=True)
        case LoggedOut():
            cart = state.cart if state.shop is None else state.cart.without_samples_of("member", state.shop)
            return replace(state.forgotten(), cart=cart)
        case _:
            return _change_cart(state, event)


def _change_cart(state: State, event: Event) -> State:
    """Another cart is another wish: what was not answered so far is forgotten."""
    shop, cart = state.shop, state.cart
    if shop is None or state.waits_for(PlaceOrder):
        return replace(state, awake=True)
    match event:
        case CartAdded() if state.can_buy:
            cart = cart.added(state.wish, state.most_units)
            return replace(state.at_home(), cart=cart) if cart != state.cart else state
        case SampleAdded() if state.sample_wish is not None:
            return replace(state.at_home(), page="cart", cart=cart.added(state.sample_wish, 1))
        case CartCounted(index=index, qty=qty) if index < len(cart.lines):
            most = max(1, most_of(shop, cart.lines[index]))
            cart = cart.counted(index, min(qty, most))
        case CartUndone():
            cart = cart.undone()
        case CartTidied():
            cart = cart.tidied(shop)
        case WayChosen(index=index, way=way):
            cart = cart.sent(index, way)
        case CouponDropped(coupon=coupon):
            kept = tuple(each for each in state.coupons if each != coupon)
            return replace(state, coupons=kept, unsent=None, refusal=None)
        case PointsToggled() if state.member is not None:
            return replace(state, use_points=not state.use_points, unsent=None, refusal=None)
        case _:
            return replace(state, awake=True)
    return replace(state, cart=cart, unsent=None, refusal=None)


def _choose_quantity(state: State, qty: int) -> State:
    """Another quantity is another wish: what was not answered so far is forgotten."""
    qty = max(1, min(qty, state.most_units))
    return state if qty == state.qty else replace(state, qty=qty, unsent=None, refusal=None)


def _buy(state: State) -> Step:
    return _place(state, whole=False) if state.can_buy else (state, ())


def _check_out(state: State) -> Step:
    return _place(state, whole=True) if state.can_check_out and state.page == "cart" else (state, ())


def _place(state: State, whole: bool) -> Step:
    """Order what stands on the screen; without an answer so far, the very same order again."""
    if isinstance(state.unsent, PlaceOrder):
        return state.sending(state.unsent)
    basket = state.basket
    if basket is None:
        return state, ()
    known = state.address is not None and state.address.given
    if basket.is_sent and not known:
        return addressing.ask(state, whole)
    name = state.address.id if state.address is not None and basket.is_sent else ""
    state, key = state.with_key("order")
    return state.sending(PlaceOrder(key, basket, whole, name))


def address_given(state: State) -> Step:
    """The phone is done: go on with the order that waited for it."""
    return _place(state, state.whole)


def _take_sample(state: State) -> Step:
    campaign = state.chosen_campaign
    if campaign is None or not state.can_take:
        return state, ()
    if isinstance(state.unsent, TakeSample):
        return state.sending(state.unsent)
    state, key = state.with_key("sample")
    agreed = campaign.consent.version if campaign.consent is not None else ""
    return state.sending(TakeSample(key, campaign.campaign, state.visit, agreed))


def _choose_method(state: State, method: str) -> Step:
    order = state.current_order
    if order is None or not state.chooses_method or method not in state.pay_methods:
        return state, ()
    return replace(state, choosing=False).asking_for_money(order, method)


def _retry_payment(state: State) -> Step:
    order = state.current_order
    if order is None or order.over or state.waits_for(RequestPayment):
        return state, ()
    if isinstance(state.unsent, RequestPayment):
        return state.sending(state.unsent)
    if len(state.pay_methods) != 1 and order.total_minor:
        return replace(state, choosing=True, refusal=None, unsent=None), ()
    return state.asking_for_money(order)


def _play(state: State) -> Step:
    """Once per visit: a second tap, or a wheel that still turns, draws nothing more."""
    game = state.chosen_game
    if game is None or game not in state.games or state.waits_for(PlayGame) or not state.selling:
        return state, ()
    if isinstance(state.unsent, PlayGame):
        return state.sending(state.unsent)
    state, key = state.with_key("play")
    return state.sending(PlayGame(key, game.game, state.login if game.per == "member" else state.visit))


def _print(state: State) -> Step:
    order = state.current_order
    receipt = order.receipt if order is not None else None
    if receipt is None or state.printed == receipt.receipt or state.waits_for(PrintReceipt):
        return state, ()
    state, key = state.with_key("print")
    return state.sending(PrintReceipt(key, receipt.receipt))


def _cancel(state: State) -> Step:
    if not state.can_cancel:
        return state, ()
    if isinstance(state.unsent, CancelOrder):
        return state.sending(state.unsent)
    state, key = state.with_key("cancel")
    return state.sending(CancelOrder(key, state.order))


def _go_back(state: State) -> State:
    """Leave the screen, unless the shopper still has something to wait for on it."""
    if state.addressing:
        return addressing.left(state)
    if state.campaign and state.waits_for(TakeSample):
        return state
    if state.game and state.waits_for(PlayGame):
        return state
    if state.game and state.drawn is not None and state.drawn.order:
        won = replace(state.at_home(), order=state.drawn.order)
        return won if won.current_order is not None else state.at_home()
    if state.current_order is None:
        return state.at_home()
    return state if state.stays_s is None else left_order(state)


def left_order(state: State) -> State:
    """The order's screen is left. Who has paid is done, and nothing of them stays; who has not may choose again."""
    order = state.current_order
    paid = order is not None and (order.paid_minor > 0 or order.state == "completed")
    return state.forgotten() if paid else state.at_home()
