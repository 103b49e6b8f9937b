"""Pure: which sheet a tap opens."""

from __future__ import annotations

from typing import Final

from edge_agent.entrypoints.staff.audit_sheet import SettleAudit
from edge_agent.entrypoints.staff.counting_sheets import BlindCount, CountIn
from edge_agent.entrypoints.staff.day_sheets import open_day_sheet
from edge_agent.entrypoints.staff.food_sheet import ReleaseFood
from edge_agent.entrypoints.staff.handover_sheet import FailLine, HandOverLine, PickUp
from edge_agent.entrypoints.staff.parts import money
from edge_agent.entrypoints.staff.payment_sheet import open_payment_sheet
from edge_agent.entrypoints.staff.receipt_sheet import opened
from edge_agent.entrypoints.staff.sheets import (
    Block,
    Count,
    GiveBack,
    OrderCard,
    PayOut,
    Settle,
    Sheet,
    Tap,
    Unblock,
)
from edge_agent.entrypoints.staff.shop import BUCKETS, Entity, Place, Shop
from edge_agent.entrypoints.staff.stock_sheets import (
    Fill,
    HandOver,
    Move,
    Product,
    Receive,
    Send,
    TakeReturn,
    Waste,
)

ON_PRODUCT: Final = {
    "product": Product,
    "receive": Receive,
    "send": Send,
    "take_return": TakeReturn,
    "move": Move,
    "waste": Waste,
    "fill": Fill,
}
"""Sheets that need nothing but the product's SKU."""


def open_sheet(tap: Tap, shop: Shop, key: str) -> Sheet | None:
    """The sheet a tap opens; None when what it was about is gone. Raises KeyError for a tap nobody knows."""
    match tap:
        case ("settle", vend, "yes" | "no" as said):
            case = shop.case(vend)
            return None if case is None else _settle(case, key, dispensed=said == "yes")
        case ("pay_out", refund):
            found = shop.refund(refund)
            if found is None:
                return None
            return PayOut(key=key, refund=refund, amount=money(found["amount_minor"], found["currency"]))
        case ("settle_audit", audit):
            differs = shop.audit(audit)
            return None if differs is None else SettleAudit(key=key, case=differs)
        case ("release_food", device):
            warm = shop.device(device)
            return None if warm is None or not warm["food_stopped"] else ReleaseFood(key=key, device=device)
        case ("hand_over_line" | "fail_handover" as way, handover):
            line = shop.handover(handover)
            if line is None:
                return None
            if way == "fail_handover":
                return FailLine(key=key, handover=handover)
            return HandOverLine(key=key, handover=handover, order=line["order"])
        case ("pick_up", order):
            return PickUp(key=key, order=order)
        case ("order", order):
            return OrderCard(key=key, order=order)
        case ("print", receipt):
            return opened(shop, receipt, key)
        case ("give_back", order):
            return GiveBack(key=key, order=order)
        case ("slot", device, slot):
            return Count(key=key, device=device, slot=slot)
        case ("block", device, slot):
            return Block(key=key, device=device, slot=slot)
        case ("unblock", device, slot):
            return Unblock(key=key, device=device, slot=slot)
    if tap and tap[0].startswith("day_"):
        return open_day_sheet(tap, shop, key)
    if tap and tap[0].startswith("payment_"):
        return open_payment_sheet(tap, shop, key)
    return _of_stock(tap, shop, key)


def _settle(case: Entity, key: str, *, dispensed: bool) -> Settle:
    return Settle(
        key=key,
        vend=case["id"],
        order=case["order"],
        device=case["device"],
        slot=case["slot"],
        sku=case["sku"],
        name_zh=case["name_zh"] or "",
        name_en=case["name_en"] or "",
        price=money(case["price_minor"], case["currency"]),
        dispensed=dispensed,
    )


def _of_stock(tap: Tap, shop: Shop, key: str) -> Sheet | None:
    match tap:
        case ("hand_over", reservation):
            pin = shop.pin(reservation)
            return None if pin is None else _hand_over(pin, key)
        case ("count_in", *skus) if skus:
            waiting = tuple(row["sku"] for row in shop.to_count if row["sku"] in skus)
            return CountIn(key=key, skus=waiting) if waiting else None
        case ("count_in",):
            absent = tuple(row["sku"] for row in shop.absent)
            return CountIn(key=key, skus=absent) if absent else None
        case ("take_out", sku):
            return None if shop.product(sku) is None else Fill(key=key, sku=sku, out=True)
        case ("blind" | "count_for_good", _, _, _):
            return _count_blind(tap, shop, key)
        case (deed, sku) if deed in ON_PRODUCT:
            return None if shop.product(sku) is None else ON_PRODUCT[deed](key=key, sku=sku)
    raise KeyError(tap)


def _count_blind(tap: Tap, shop: Shop, key: str) -> Sheet | None:
    what, sku, device, name = tap
    place = Place(device, name)
    if shop.product(sku) is None:
        return None
    if place not in shop.places_of(sku) and (device or name not in BUCKETS):
        raise KeyError(tap)
    return BlindCount(key=key, sku=sku, place=place, for_good=what == "count_for_good")


def _hand_over(pin: Entity, key: str) -> HandOver:
    return HandOver(
        key=key,
        reservation=pin["reservation"],
        sku=pin["sku"],
        qty=int(pin["qty"]),
        how=pin["how"],
        code=pin["for_whom"],
    )
