"""The kiosk's mind: `step(state, event, now_s)` gives the next state and what to ask of the agent.

Pure. `now_s` is any steady clock in seconds. What the state looks like is said in `views`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from kiosk_ui import addressing
from kiosk_ui.answers import NOT_THERE, AddressAsked, Drawn, Quote, ScanUsed
from kiosk_ui.cart import Cart
from kiosk_ui.events import (
    Answered,
    ChangesArrived,
    Event,
    LinkLost,
    Refused,
    SnapshotArrived,
    Ticked,
    Told,
    Unreachable,
)
from kiosk_ui.orders import Order
from kiosk_ui.requests import (
    AskAddress,
    AskPrice,
    CancelOrder,
    ForgetAddress,
    LeaveMember,
    OrderRequest,
    PlaceOrder,
    PlayGame,
    PrintReceipt,
    Request,
    TakeSample,
    UseScan,
)
from kiosk_ui.scanning import scanned
from kiosk_ui.shop import AddressState, Item, Member, Refusal, Scan, Shop, Sync
from kiosk_ui.state import State, Step
from kiosk_ui.taps import address_given, left_order, tap

MAX_COUPONS: Final = 3
"""Coupons in one cart; of more, the newest count."""
FRESH_S: Final = 30
"""For so long an order may be missing in a snapshot that was on its way when the order was placed."""


def step(state: State, event: Event, now_s: float) -> Step:
    """The state after the event, and the requests to send."""
    before = state
    match event:
        case SnapshotArrived() | ChangesArrived() | LinkLost():
            state, requests = _link(state, event, now_s)
        case Answered() | Told() | Refused() | Unreachable():
            state, requests = _reply(state, event, now_s)
        case Ticked():
            state, requests = _tick(state, now_s), ()
        case _:
            state, requests = tap(replace(state, touched_at_s=now_s, hint=""), event, now_s)
    after, asked = _priced(_followed(state, now_s))
    return after, (*_goodbye(before, after), *requests, *asked)


def _goodbye(before: State, after: State) -> tuple[Request, ...]:
    """The agent, too, forgets a member who has left this screen, and an address that nobody here needs any more."""
    left = before.member is not None and after.member is None
    leaves: tuple[Request, ...] = (LeaveMember(f"{before.login}-leave"),) if left else ()
    kept = after.address.id if after.address is not None else ""
    if before.address is not None and before.address.id != kept:
        leaves = (*leaves, ForgetAddress(f"{before.address.id}-forget", before.address.id))
    return leaves


def _link(state: State, event: SnapshotArrived | ChangesArrived | LinkLost, now_s: float) -> Step:
    if isinstance(event, LinkLost):
        since_s = now_s if state.lost_since_s is None else state.lost_since_s
        return replace(state, lost_since_s=since_s, lost_reason=event.reason), ()
    first = state.shop is None
    if isinstance(event, SnapshotArrived):
        shop = _with_fresh_order(state, event.shop, now_s)
    else:
        shop = (state.shop or Shop()).with_changes(event.seq, event.changes)
        state = _repriced(state, event)
    state = replace(state, shop=shop, lost_since_s=None, lost_reason="")
    if first:
        return _resume(state, shop, now_s)
    requests: tuple[Request, ...] = ()
    if isinstance(event, ChangesArrived):
        for change in event.changes:
            if isinstance(change.value, Scan):
                state, more = scanned(state, change.value, now_s)
                requests = (*requests, *more)
            elif change.kind == "member" and change.key == state.device and state.member is not None:
                state = _member_told(state, change.value)
            elif isinstance(change.value, AddressState) and change.key == state.device:
                state, more = _address_told(state, change.value, now_s)
                requests = (*requests, *more)
    return state, requests


def _address_told(state: State, told: AddressState, now_s: float) -> Step:
    waited, state = state.addressing, addressing.heard(state, told, now_s)
    return address_given(state) if waited and not state.addressing else (state, ())


def _member_told(state: State, told: object) -> State:
    """What the agent says of who is here: their newest points, or that they are here no more."""
    if isinstance(told, Member):
        return replace(state, member=told) if told.visit == state.login else state
    if state.order:
        return replace(state, member=None)
    cart = state.cart if state.shop is None else state.cart.without_samples_of("member", state.shop)
    return replace(state.forgotten(), cart=cart)


def _repriced(state: State, event: ChangesArrived) -> State:
    """Ask again what it costs where a price changed, or where nobody answered so far."""
    before = state.shop.items if state.shop is not None else {}
    for change in event.changes:
        old = before.get(change.key)
        if isinstance(change.value, Item) and old is not None and _price_of(change.value) != _price_of(old):
            return replace(state, asked=None)
    return state if state.price is not None else replace(state, asked=None)


def _price_of(item: Item) -> tuple[int, int]:
    return item.price_minor, item.price_version


def _priced(state: State) -> Step:
    """Ask for the price of what stands on the screen, one question at a time."""
    basket = state.basket
    if basket is None or basket == state.asked or not state.quotes or state.waits_for(AskPrice):
        return state, ()
    if state.lost_since_s is not None:
        return state, ()
    request = AskPrice(basket)
    return replace(state, asked=basket, waiting=(*state.waiting, request)), (request,)


def _with_fresh_order(state: State, shop: Shop, now_s: float) -> Shop:
    """A snapshot taken just before our order was placed may arrive just after its answer."""
    order = state.current_order
    fresh = order is not None and now_s - state.order_since_s < FRESH_S
    return shop.with_order(order) if order is not None and fresh and order.id not in shop.orders else shop


def _resume(state: State, shop: Shop, now_s: float) -> Step:
    """After a restart: go on with the order this kiosk was at, so that nobody who paid is left alone."""
    ours = (o for o in shop.orders.values() if o.device == state.device)
    mine = [o for o in ours if not o.over and not o.cases and not o.arranged]
    if not mine:
        return state, ()
    return _show_order(state, shop, max(mine, key=lambda order: order.placed_at), now_s)


def _show_order(state: State, shop: Shop, order: Order, now_s: float, whole: bool = False) -> Step:
    """Put the order on the screen, and ask for its money when nobody has yet and there is one way only."""
    state = replace(
        state.at_home(),
        shop=shop.with_order(order),
        awake=True,
        order=order.id,
        whole=whole,
        order_since_s=now_s,
        touched_at_s=now_s,
    )
    asks = order.state == "open" and order.payment is None
    if asks and (len(state.pay_methods) == 1 or not order.total_minor):
        return state.asking_for_money(order)
    return state, ()


def _followed(state: State, now_s: float) -> State:
    """Notice that the order on the screen came to rest, goes on, or is no longer spoken of."""
    if not state.order:
        return state
    order = state.current_order
    if order is None:
        return state.at_home()
    if state.whole and order.paid_minor:
        # What was in the cart is the shopper's now; a coupon is spent, and points are.
        state = replace(state, cart=Cart(), coupons=(), use_points=False, whole=False)
    quiet = state.stays_s is not None
    if quiet == (state.quiet_since_s is not None):
        return state
    return replace(state, quiet_since_s=now_s if quiet else None)


def _reply(state: State, event: Answered | Told | Refused | Unreachable, now_s: float) -> Step:
    request = event.request
    wanted = _is_wanted(state, request)
    state = replace(state, waiting=tuple(other for other in state.waiting if other != request))
    match event:
        case Answered(request=asked, order=order):
            return _order_came(state, asked, order, wanted, now_s)
        case Told():
            return (_told(state, event, now_s) if wanted else state), ()
        case Refused(refusal=refusal):
            return (_refused(state, request, refusal) if wanted else state), ()
        case Unreachable():
            passing = isinstance(request, AskPrice | PrintReceipt | UseScan)
            return (replace(state, unsent=request) if wanted and not passing else state), ()


def _refused(state: State, request: Request, refusal: Refusal) -> State:
    """The agent said no. A coupon or points that do not count are put aside, so that the rest can be bought."""
    if isinstance(request, AskPrice) and refusal.code == NOT_THERE:
        return replace(state, quotes=False)
    if isinstance(request, AskPrice | PlaceOrder):
        if refusal.code.startswith("coupon_") and state.coupons:
            return replace(state, coupons=state.coupons[:-1], refusal=refusal)
        if refusal.code.startswith("points_") and state.use_points:
            return replace(state, use_points=False, refusal=refusal)
    if refusal.code == "address_missing" and state.address is not None:
        # What was typed is gone, as after a restart of the agent: the next try asks for it again.
        return replace(state, address=None, refusal=refusal)
    if refusal.code == "warehouse_offline" and state.shop is not None:
        # The store has just noticed, and its line's entity says so in a moment.
        offline = replace(state.shop, sync=Sync("offline"))
        return replace(state, shop=offline, refusal=refusal)
    # Of a price alone nothing is said: ordering will say what is wrong.
    return state if isinstance(request, AskPrice) else replace(state, refusal=refusal)


def _order_came(state: State, request: OrderRequest, order: Order, wanted: bool, now_s: float) -> Step:
    if not wanted:
        return _let_go(state, request, order)
    shop = state.shop or Shop()
    if isinstance(request, PlaceOrder | TakeSample):
        whole = isinstance(request, PlaceOrder) and request.whole
        return _show_order(state, shop, shop.orders.get(order.id, order), now_s, whole)
    # The feed may have overtaken the answer: only an end cannot be older than what it told.
    return (replace(state, shop=shop.with_order(order)) if order.over else state), ()


def _told(state: State, event: Told, now_s: float) -> State:
    """An answer that is no order."""
    request, answer = event.request, event.answer
    match answer:
        case Quote():
            return replace(state, quote=(request.basket, answer)) if isinstance(request, AskPrice) else state
        case ScanUsed():
            return _scan_used(state, answer)
        case AddressAsked():
            return addressing.asked(state, answer, now_s)
        case Drawn():
            coupons = (*state.coupons, answer.coupon.code) if answer.coupon is not None else state.coupons
            return replace(
                state, drawn=answer, played=(*state.played, state.game), coupons=coupons, touched_at_s=now_s
            )
        case _:
            return replace(state, printed=request.receipt) if isinstance(request, PrintReceipt) else state


def _scan_used(state: State, used: ScanUsed) -> State:
    """A member who is here, an order to collect, or a coupon for this shopper's cart; of a payment the feed tells."""
    if used.member is not None:
        return replace(state, member=used.member)
    if used.pickup is not None and used.order is not None and state.shop is not None and not state.order:
        shop = state.shop.with_order(used.order)
        return replace(state.at_home(), shop=shop, page="pickup", pickup=used.pickup)
    if used.coupon and used.coupon not in state.coupons:
        state = replace(state, coupons=(*state.coupons, used.coupon)[-MAX_COUPONS:])
        return state if state.sku or state.order else replace(state.at_home(), page="cart")
    return state


def _is_wanted(state: State, request: Request) -> bool:
    """Whether the shopper who asked is still at this."""
    match request:
        case PlaceOrder() | TakeSample() | AskPrice():
            # A sample cannot be called back: it drops, so whoever is there sees it.
            return request in state.waiting
        case UseScan(visit=visit, order=order):
            return visit == state.login and order in ("", state.order)
        case PlayGame(game=game):
            return request in state.waiting and game == state.game
        case PrintReceipt():
            return bool(state.order)
        case AskAddress():
            return state.addressing and request in state.waiting
        case LeaveMember() | ForgetAddress():
            return False
        case _:
            return state.order == request.order


def _let_go(state: State, request: OrderRequest, order: Order) -> Step:
    """An order came after its shopper had left: give the units back at once."""
    if not isinstance(request, PlaceOrder) or order.over:
        return state, ()
    state, key = state.with_key("leave")
    return state, (CancelOrder(key, order.id),)


def _tick(state: State, now_s: float) -> State:
    if state.order:
        over = state.quiet_since_s is not None and state.left_s(now_s) <= 0
        return left_order(state) if over else state
    state = addressing.ticked(state, now_s)
    if state.addressing and state.address is not None and state.address.opened and not state.address.void:
        return state
    if state.refusal is not None and state.paused_by and now_s - state.touched_at_s >= state.timings.notice_s:
        # Told to this shopper; the store may have been put right since, so the next one may try.
        return state.at_home()
    if state.awake and now_s - state.touched_at_s >= state.timings.idle_s:
        return replace(
            state.forgotten(),
            awake=False,
            played=(),
            visits=state.visits + 1,
            category="",
            language=state.default_language,
        )
    return state
