"""The kiosk's mind: `step(state, event, now_s)` gives the next state and what to ask of the agent.

Pure. `now_s` is any steady clock in seconds. What the state looks like is said in `views`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from kiosk_ui.events import (
    Answered,
    CancelOrder,
    ChangesArrived,
    Event,
    LinkLost,
    PlaceOrder,
    Refused,
    Request,
    SnapshotArrived,
    TakeSample,
    Ticked,
    Unreachable,
)
from kiosk_ui.shop import Order, Shop
from kiosk_ui.state import State, Step
from kiosk_ui.taps import tap

FRESH_S: Final = 30
"""For so long an order may be missing in a snapshot that was on its way when the order was placed."""


def step(state: State, event: Event, now_s: float) -> Step:
    """The state after the event, and the requests to send."""
    match event:
        case SnapshotArrived() | ChangesArrived() | LinkLost():
            state, requests = _link(state, event, now_s)
        case Answered() | Refused() | Unreachable():
            state, requests = _reply(state, event, now_s)
        case Ticked():
            state, requests = _tick(state, now_s), ()
        case _:
            state, requests = tap(replace(state, touched_at_s=now_s), event, now_s)
    return _followed(state, now_s), requests


def _link(state: State, event: SnapshotArrived | ChangesArrived | LinkLost, now_s: float) -> Step:
    if isinstance(event, LinkLost):
        since_s = now_s if state.lost_since_s is None else state.lost_since_s
        return replace(state, lost_since_s=since_s, lost_reason=event.reason), ()
    first = state.shop is None
    if isinstance(event, SnapshotArrived):
        shop = _with_fresh_order(state, event.shop, now_s)
    else:
        shop = (state.shop or Shop()).with_changes(event.seq, event.changes)
    state = replace(state, shop=shop, lost_since_s=None, lost_reason="")
    return _resume(state, shop, now_s) if first else (state, ())


def _with_fresh_order(state: State, shop: Shop, now_s: float) -> Shop:
    """A snapshot taken just before our order was placed may arrive just after its answer."""
    order = state.current_order
    fresh = order is not None and now_s - state.order_since_s < FRESH_S
    return shop.with_order(order) if order is not None and fresh and order.id not in shop.orders else shop


def _resume(state: State, shop: Shop, now_s: float) -> Step:
    """After a restart: go on with the order this kiosk was at, so that nobody who paid is left alone."""
    mine = [o for o in shop.orders.values() if o.device == state.device and not o.over and not o.cases]
    if not mine:
        return state, ()
    return _show_order(state, shop, max(mine, key=lambda order: order.placed_at), now_s)


def _show_order(state: State, shop: Shop, order: Order, now_s: float) -> Step:
    """Put the order on the screen, and ask for its money when nobody has yet."""
    state = replace(
        state.at_home(),
        shop=shop.with_order(order),
        awake=True,
        order=order.id,
        order_since_s=now_s,
        touched_at_s=now_s,
    )
    if order.state == "open" and order.payment is None:
        return state.asking_for_money(order)
    return state, ()


def _followed(state: State, now_s: float) -> State:
    """Notice that the order on the screen came to rest, goes on, or is no longer spoken of."""
    if not state.order:
        return state
    if state.current_order is None:
        return state.at_home()
    quiet = state.stays_s is not None
    if quiet == (state.quiet_since_s is not None):
        return state
    return replace(state, quiet_since_s=now_s if quiet else None)


def _reply(state: State, event: Answered | Refused | Unreachable, now_s: float) -> Step:
    request = event.request
    wanted = _is_wanted(state, request)
    state = replace(state, waiting=tuple(other for other in state.waiting if other != request))
    match event:
        case Answered(order=order):
            if not wanted:
                return _let_go(state, request, order)
            shop = state.shop or Shop()
            if isinstance(request, PlaceOrder | TakeSample):
                return _show_order(state, shop, shop.orders.get(order.id, order), now_s)
            # The feed may have overtaken the answer: only an end cannot be older than what it told.
            return (replace(state, shop=shop.with_order(order)) if order.over else state), ()
        case Refused(refusal=refusal):
            return (replace(state, refusal=refusal) if wanted else state), ()
        case Unreachable():
            return (replace(state, unsent=request) if wanted else state), ()


def _is_wanted(state: State, request: Request) -> bool:
    """Whether the shopper who asked is still at this."""
    if isinstance(request, PlaceOrder | TakeSample):
        # A sample cannot be called back: it drops, so whoever is there sees it.
        return request in state.waiting
    return state.order == request.order


def _let_go(state: State, request: Request, order: Order) -> Step:
    """An order came after its shopper had left: give the units back at once."""
    if not isinstance(request, PlaceOrder) or order.over:
        return state, ()
    state, key = state.with_key("leave")
    return state, (CancelOrder(key, order.id),)


def _tick(state: State, now_s: float) -> State:
    if state.order:
        over = state.quiet_since_s is not None and state.left_s(now_s) <= 0
        return state.at_home() if over else state
    if state.refusal is not None and state.paused_by and now_s - state.touched_at_s >= state.timings.notice_s:
        # Told to this shopper; the store may have been put right since, so the next one may try.
        return state.at_home()
    if state.awake and now_s - state.touched_at_s >= state.timings.idle_s:
        return replace(
            state.at_home(),
            awake=False,
            category="",
            language=state.default_language,
            visits=state.visits + 1,
        )
    return state
