"""What it does to the kiosk when something is held in front of its scanner. Pure."""

from __future__ import annotations

from dataclasses import replace

from kiosk_ui.cart import most_of, wish_of
from kiosk_ui.orders import Order
from kiosk_ui.requests import UseScan
from kiosk_ui.shop import Scan
from kiosk_ui.state import State, Step


def scanned(state: State, scan: Scan, now_s: float) -> Step:
    """The state after a scan, and what to ask the agent to make of it. One of another scanner is none of ours."""
    if (
        state.lost_since_s is not None
        or scan.device not in state.scanners
        or scan.id == state.last_scan
        or state.shop is None
        or state.addressing
    ):
        return state, ()
    state = replace(state, last_scan=scan.id, touched_at_s=now_s, awake=True)
    order = state.current_order
    unpaid = order is not None and order.state in ("open", "awaiting_payment")
    match scan.meaning:
        case "product":
            return _product(state, scan), ()
        case "receipt" | "payment_code":
            return (
                _use(state, scan, order if unpaid else None)
                if unpaid
                else (_say(state, "scan.nothing_to_pay"), ())
            )
        case "coupon" | "member" | "order":
            return _use(state, scan, None) if order is None else (state, ())
        case _:
            return _say(state, "scan.unknown"), ()


def _use(state: State, scan: Scan, order: Order | None) -> Step:
    if scan.meaning == "member":
        state = replace(state, member=None, use_points=False, logins=state.logins + 1)
    state, key = state.with_key("scan")
    wish = UseScan(key, scan.id, scan.meaning, state.login, order.id if order is not None else "")
    return state.sending(wish)


def _say(state: State, hint: str) -> State:
    return replace(state, refusal=None, hint=hint)


def _product(state: State, scan: Scan) -> State:
    """On the screen, or one more of it in the cart where the cart is open."""
    item = state.shop.items.get(scan.sku) if state.shop is not None else None
    if state.order or state.shop is None or item is None:
        return state if state.order else _say(state, "scan.unknown")
    if state.page == "cart" and not state.sku:
        wish = wish_of(state.shop, item.sku, 1)
        cart = state.cart.added(wish, most_of(state.shop, wish))
        return replace(state, cart=cart, refusal=None, unsent=None)
    return replace(state.at_home(), sku=item.sku)
