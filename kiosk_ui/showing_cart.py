"""What the cart shows: its lines, what is taken off, and what there is less of than was wanted. Pure."""

from __future__ import annotations

from cloud_sync.protocol.money import format_minor
from kiosk_ui.answers import Quote, QuotedLine
from kiosk_ui.cart import SAMPLE, WAREHOUSE, most_of, warehouse_away
from kiosk_ui.i18n import say
from kiosk_ui.naming import WAYS, name_of, picture_of, title_of, ways_of
from kiosk_ui.requests import PlaceOrder, Wish
from kiosk_ui.shop import Item, Shop
from kiosk_ui.state import State
from kiosk_ui.views import Basket, CartCoupon, CartRow, Member, Picture


def show_cart(state: State, shop: Shop, member: Member | None) -> Basket:
    """The cart on the screen. Until the agent has told the price, it is the sum of the list prices."""
    price = state.price
    currency = shop.store.currency
    removed = state.cart.removed
    gone = shop.items.get(removed[1].sku) if removed is not None else None
    tax = format_minor(price.tax_minor, currency) if price is not None and price.tax == "exclusive" else ""
    return Basket(
        rows=tuple(
            _row(state, shop, index, line)
            for index, line in enumerate(state.cart.lines)
            if line.sku in shop.items or line.campaign in shop.campaigns
        ),
        units=state.cart.units,
        total=cart_total(state, shop),
        was=taken_off(price),
        tax=tax,
        savings=savings_of(price),
        coupons=_coupons(state, price),
        member=member,
        use_points=state.use_points,
        undo=name_of(gone, state.language) if gone is not None else "",
        short=state.cart.short(shop),
        away=any(line.handover == WAREHOUSE for line in state.cart.lines) and warehouse_away(shop),
        free=bool(state.cart.lines) and all(line.campaign for line in state.cart.lines),
        can_check_out=state.can_check_out,
        placing=state.waits_for(PlaceOrder),
        unreachable=isinstance(state.unsent, PlaceOrder),
    )


def cart_total(state: State, shop: Shop) -> str:
    """What the cart comes to."""
    if state.page == "cart" and state.price is not None:
        return format_minor(state.price.total_minor, shop.store.currency)
    lines = [line for line in state.cart.tidied(shop).lines if not line.campaign]
    total = sum(shop.items[line.sku].price_minor * line.qty for line in lines)
    return format_minor(total, shop.store.currency)


def _row(state: State, shop: Shop, index: int, line: Wish) -> CartRow:
    if line.campaign:
        return _sample_row(state, shop, index, line)
    item: Item = shop.items[line.sku]
    most = most_of(shop, line)
    list_minor = item.price_minor * line.qty
    # The agent may split a line by price; its lines come in the cart's order.
    quoted = [each for each in (state.price.lines if state.price is not None else ()) if _is_of(each, line)]
    told = [each.handover for each in quoted]
    now_minor = sum(each.price_minor * each.qty for each in quoted) if quoted else list_minor
    return CartRow(
        index=index,
        name=name_of(item, state.language),
        picture=picture_of(item),
        qty=line.qty,
        most=max(most, 1),
        price=format_minor(now_minor, item.currency),
        was=format_minor(list_minor, item.currency) if now_minor < list_minor else "",
        ways=ways_of(item),
        way=next(iter([way for way in (line.handover, *told, *ways_of(item)) if way in WAYS]), ""),
        left=most if most < line.qty else None,
        away=line.handover == WAREHOUSE and warehouse_away(shop),
    )


def _is_of(told: QuotedLine, line: Wish) -> bool:
    return told.sku == line.sku and (told.handover == SAMPLE) == bool(line.campaign)


def _sample_row(state: State, shop: Shop, index: int, line: Wish) -> CartRow:
    """A free sample among what is bought: one of it, or none."""
    campaign, item = shop.campaigns[line.campaign], shop.items.get(line.sku)
    return CartRow(
        index=index,
        name=title_of(campaign, state.language),
        picture=Picture(SAMPLE, campaign.brand, campaign.brand) if item is None else picture_of(item),
        qty=1,
        most=1,
        price=say(state.language, "cart.free"),
        was="",
        ways=(SAMPLE,),
        way=SAMPLE,
        left=None if most_of(shop, line) else 0,
    )


def _coupons(state: State, price: Quote | None) -> tuple[CartCoupon, ...]:
    """Coupons in the order in which they were shown; the agent answers in that order."""
    told = price.coupons if price is not None else ()
    return tuple(
        CartCoupon(coupon, told[index].ok, told[index].why)
        if index < len(told)
        else CartCoupon(coupon, True, "")
        for index, coupon in enumerate(state.coupons)
    )


def savings_of(price: Quote | None) -> tuple[tuple[str, str], ...]:
    """What is taken off, by its kind: (kind, amount)."""
    if price is None:
        return ()
    sums: dict[str, int] = {}
    for line in price.lines:
        for adjustment in line.adjustments:
            sums[adjustment.kind] = sums.get(adjustment.kind, 0) - adjustment.amount_minor * line.qty
    return tuple((kind, format_minor(amount, price.currency)) for kind, amount in sums.items() if amount > 0)


def taken_off(price: Quote | None) -> str:
    """What it would cost without what is taken off; empty where nothing is."""
    if price is None:
        return ""
    off = -sum(each.amount_minor * line.qty for line in price.lines for each in line.adjustments)
    return format_minor(price.total_minor + off, price.currency) if off > 0 else ""
