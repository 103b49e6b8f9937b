"""What a finger on the glass does to the kiosk. Pure."""

from __future__ import annotations

from dataclasses import replace

from kiosk_ui.events import (
    Bought,
    CampaignChosen,
    CancelOrder,
    CancelTapped,
    CategoryChosen,
    Event,
    LanguageChosen,
    OrderOpened,
    PaymentRetried,
    PlaceOrder,
    ProductChosen,
    QuantityChosen,
    RequestPayment,
    SampleTaken,
    TakeSample,
    WentBack,
)
from kiosk_ui.state import State, Step


def tap(state: State, event: Event, now_s: float) -> Step:
    """The state after a tap, and the requests it leads to."""
    match event:
        case LanguageChosen(language=language):
            return replace(state, language=language, awake=True), ()
        case CategoryChosen(category=category):
            return replace(state, category=category), ()
        case ProductChosen(sku=sku):
            return (state if state.order else replace(state.at_home(), sku=sku, awake=True)), ()
        case QuantityChosen(qty=qty):
            return _choose_quantity(state, qty), ()
        case Bought():
            return _buy(state)
        case CampaignChosen(campaign=campaign):
            return (state if state.order else replace(state.at_home(), campaign=campaign, awake=True)), ()
        case SampleTaken():
            return _take_sample(state)
        case PaymentRetried():
            return _retry_payment(state)
        case CancelTapped():
            return _cancel(state)
        case WentBack():
            return _go_back(state), ()
        case OrderOpened(order=order):
            known = state.shop is not None and order in state.shop.orders
            return (replace(state.at_home(), order=order, order_since_s=now_s) if known else state), ()
        case _:
            return replace(state, awake=True), ()


def _choose_quantity(state: State, qty: int) -> State:
    """Another quantity is another wish: what was not answered so far is forgotten."""
    qty = max(1, min(qty, state.most_units))
    return state if qty == state.qty else replace(state, qty=qty, unsent=None, refusal=None)


def _buy(state: State) -> Step:
    if not state.can_buy:
        return state, ()
    if isinstance(state.unsent, PlaceOrder):
        return state.sending(state.unsent)
    state, key = state.with_key("order")
    return state.sending(PlaceOrder(key, state.sku, state.qty))


def _take_sample(state: State) -> Step:
    campaign = state.chosen_campaign
    if campaign is None or not state.can_take:
        return state, ()
    if isinstance(state.unsent, TakeSample):
        return state.sending(state.unsent)
    state, key = state.with_key("sample")
    agreed = campaign.consent.version if campaign.consent is not None else ""
    return state.sending(TakeSample(key, campaign.campaign, state.visit, agreed))


def _retry_payment(state: State) -> Step:
    order = state.current_order
    if order is None or order.over or state.waits_for(RequestPayment):
        return state, ()
    if isinstance(state.unsent, RequestPayment):
        return state.sending(state.unsent)
    return state.asking_for_money(order)


def _cancel(state: State) -> Step:
    if not state.can_cancel:
        return state, ()
    if isinstance(state.unsent, CancelOrder):
        return state.sending(state.unsent)
    state, key = state.with_key("cancel")
    return state.sending(CancelOrder(key, state.order))


def _go_back(state: State) -> State:
    """Leave the screen, unless the shopper still has something to wait for on it."""
    if state.campaign and state.waits_for(TakeSample):
        return state
    return state if state.current_order is not None and state.stays_s is None else state.at_home()
