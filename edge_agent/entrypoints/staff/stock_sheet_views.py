"""Pure: what stands on the sheets about goods. The book of a count is not shown before somebody has counted."""

from __future__ import annotations

import math
from typing import Final

from edge_agent.entrypoints.staff.counting_sheets import BlindCount, CountIn
from edge_agent.entrypoints.staff.parts import button, goods, signed, text
from edge_agent.entrypoints.staff.plain import COUNT_REASONS, RETURN_REASONS, WASTE_REASONS, named
from edge_agent.entrypoints.staff.sheet_parts import choice, choices, confirm, keypad, last_word, typed_in
from edge_agent.entrypoints.staff.sheets import Sheet
from edge_agent.entrypoints.staff.shop import BUCKETS, Entity, Place, Shop
from edge_agent.entrypoints.staff.stock_sheets import (
    Deed,
    Fill,
    HandOver,
    Move,
    Product,
    Receive,
    Send,
    TakeReturn,
    Waste,
)
from edge_agent.entrypoints.staff.words import Language, word

TITLES: Final[dict[type[Deed], str]] = {
    Receive: "receive",
    Send: "send",
    TakeReturn: "take_return",
    Move: "change_bucket",
    Waste: "waste",
    Fill: "fill_slot",
}


def render(language: Language, sheet: Sheet, shop: Shop) -> tuple[str, str]:
    """A sheet's title and body."""
    match sheet:
        case HandOver():
            return _hand_over(language, sheet, shop)
        case CountIn():
            return _count_in(language, sheet, shop)
        case Product() | Deed():
            product = shop.product(sheet.sku)
            if product is None:
                return text(sheet.sku), f'<div class="told bad">{word(language, "gone")}</div>'
            if isinstance(sheet, Product):
                return goods(language, product), _product(language, product, shop)
            if isinstance(sheet, BlindCount):
                return _blind_title(language, sheet), _blind(language, sheet, product, shop)
            title = f"{word(language, TITLES[type(sheet)])} · {goods(language, product)}"
            return title, _deed(language, sheet, product, shop)
    raise TypeError(f"no view for {type(sheet).__name__}")


# ── a product ───────────────────────────────────────────────────────────────────────────────────────


def figures(language: Language, product: Entity) -> str:
    """How many units may be sold, are promised, and stand where."""
    room = product["room"]
    cells = (
        ("may_sell", product["available"], "strong"),
        ("promised", product["held"], ""),
        ("in_machines", product["in_slots"], ""),
        ("in_room", room["available"], ""),
        ("damaged", room["damaged"], ""),
        ("testers", room["tester"], ""),
    )
    return "".join(
        f'<span class="cell {kind}{"" if value else " none"}"><b>{value:,}</b>'
        f'<span class="label">{word(language, key)}</span></span>'
        for key, value, kind in cells
    )


def differences(language: Language, product: Entity) -> list[str]:
    """Where goods and the right to sell them are not the same number, and what that means."""
    stand = product["in_slots"] + product["room"]["available"]
    may = product["available"] + product["held"]
    told = []
    if product["deficit"]:
        told.append(word(language, "deficit_told", product["deficit"]))
    if not product["counted_in"]:
        return told
    if stand > may:
        told.append(word(language, "goods_without_right", stand - may))
    elif may - product["deficit"] > stand:
        told.append(word(language, "right_without_goods", may - product["deficit"] - stand))
    return told


def _product(language: Language, product: Entity, shop: Shop) -> str:
    sku = product["sku"]
    notices = "".join(f'<div class="notice">{told}</div>' for told in differences(language, product))
    acts = "".join(
        button(word(language, key), tap, sku)
        for key, tap in (
            ("receive", "receive"),
            ("fill_slot", "fill"),
            ("send", "send"),
            ("take_return", "take_return"),
            ("change_bucket", "move"),
            ("waste", "waste"),
        )
    )
    places = [*shop.places_of(sku), Place("", "damaged"), Place("", "tester")]
    counts = "".join(
        button(place_name(language, place), "blind", sku, *place, kind="choice") for place in places
    )
    return (
        f'<p class="means">{text(sku)}</p><div class="cells">{figures(language, product)}</div>{notices}'
        f'<div class="acts">{acts}</div>'
        f'<div class="label">{word(language, "count_what")}</div><div class="choices">{counts}</div>'
    )


def place_name(language: Language, place: Place) -> str:
    """A place as staff call it."""
    if place.device:
        return f"{text(place.device)} · {text(place.name)}"
    return word(language, f"room_{place.name}")


# ── deeds ───────────────────────────────────────────────────────────────────────────────────────────


def _deed(language: Language, sheet: Deed, product: Entity, shop: Shop) -> str:
    if sheet.told is not None or sheet.working:
        return _after(language, sheet, shop)
    if sheet.sure:
        return _are_you_sure(language, sheet, shop)
    match sheet:
        case Receive():
            body = _receive(language, sheet)
        case Send():
            body = _send(language, sheet, product)
        case TakeReturn():
            body = _take_return(language, sheet)
        case Move():
            body = _move(language, sheet, product)
        case Waste():
            body = _waste(language, sheet, product)
        case Fill():
            body = _fill(language, sheet, product, shop)
        case _:
            raise TypeError(f"no view for {type(sheet).__name__}")
    qty = sheet.qty(shop)
    posting = button(
        word(language, "post_qty", qty), "do", "yes", kind="main" if sheet.ready(shop) else "main off"
    )
    back = button(word(language, "back"), "product", sheet.sku)
    left = (
        f'<div class="label">{word(language, "how_many")}</div><div class="stepper">'
        f'{button("−", "do", "step", "-1", kind="step")}<span class="figure">{qty}</span>'
        f"{button('+', 'do', 'step', '1', kind='step')}</div>"
    )
    return (
        f'<div class="halves"><div>{body}</div><div>{left}{keypad()}</div></div>'
        f'<div class="buttons">{back}{posting}</div>'
    )


def _after(language: Language, sheet: Deed, shop: Shop) -> str:
    """What became of it, and for a while the way back."""
    if sheet.working or sheet.told is None:
        return f'<div class="told">{word(language, "working")}</div>'
    told = last_word(language, sheet.told)
    last = not (isinstance(sheet, BlindCount) and sheet.for_good)
    closing = button(word(language, "close"), "close", kind="main" if last else "")
    if sheet.can_be_put_right:
        return f'{told}<div class="buttons">{button(word(language, "back"), "do", "back")}{closing}</div>'
    if isinstance(sheet, Send) and sheet.way != "collected" and not sheet.taking_back:
        told += (
            f'<div class="big"><span class="label">{word(language, "write_on_box")}</span>'
            f"<b>{text(sheet.subject)}</b></div>"
        )
    undo = ""
    if isinstance(sheet, BlindCount) and sheet.for_good:
        return f'{told}<div class="buttons">{closing}{_go_on(language, sheet)}</div>'
    if sheet.can_take_back(shop) and sheet.until is not None:
        left_s = math.ceil((sheet.until - shop.now).total_seconds())
        undo = button(f"{word(language, 'undo')} ({left_s} s)", "do", "undo")
    return f'{told}<div class="buttons">{undo}{closing}</div>'


def _go_on(language: Language, sheet: BlindCount) -> str:
    if sheet.following is None:
        return button(word(language, "all_counted"), "count_in", sheet.sku, kind="main")
    name = place_name(language, sheet.following)
    taps = ("count_for_good", sheet.sku, *sheet.following)
    return button(word(language, "next_place", name), *taps, kind="main")


def _are_you_sure(language: Language, sheet: Deed, shop: Shop) -> str:
    told: list[str] = []
    match sheet:
        case Receive():
            told = [
                word(language, "kind_transfer"),
                f"{word(language, 'transfer_number')} {text(sheet.transfer)}",
            ]
        case TakeReturn():
            told = [
                word(language, f"condition_{sheet.condition}"),
                text(named(language, "why", sheet.reason)),
            ]
        case Waste():
            told = [word(language, f"bucket_{sheet.bucket}"), text(named(language, "why", sheet.reason))]
    qty = sheet.qty(shop)
    return (
        f'<div class="about">{" · ".join(told)}<br><b>{qty} {word(language, "units")}</b></div>'
        f'<p class="means">{word(language, "are_you_sure")}</p>'
        f'<div class="buttons">{button(word(language, "back"), "do", "back")}'
        f"{button(word(language, 'yes_post', qty), 'do', 'yes', kind='main')}</div>"
    )


def _means(language: Language, key: str) -> str:
    return f'<p class="means">{word(language, key)}</p>'


def _receive(language: Language, sheet: Receive) -> str:
    kinds = [
        choice(word(language, f"kind_{kind}"), "kind", kind, on=sheet.kind == kind)
        for kind in ("supplier", "transfer", "delivery")
    ]
    field = (
        typed_in("transfer", word(language, "transfer_number"), sheet.transfer, "text", "transfer")
        if sheet.kind == "transfer"
        else typed_in("document", word(language, "document"), sheet.document, "text", "document")
    )
    return choices(*kinds) + _means(language, f"means_{sheet.kind}") + field


def _send(language: Language, sheet: Send, product: Entity) -> str:
    ways = [
        choice(word(language, f"to_{way}"), "kind", way, on=sheet.way == way)
        for way in ("store", "hq", "collected")
    ]
    field = (
        typed_in("to", word(language, "store_number"), sheet.to, "text", "to") if sheet.way == "store" else ""
    )
    return choices(*ways) + _means(language, f"means_{sheet.way}") + field + _room_has(language, product)


def _room_has(language: Language, product: Entity, bucket: str = "available") -> str:
    return f'<p class="hint">{word(language, "room_has", product["room"][bucket])}</p>'


def _whys(language: Language, reasons: tuple[str, ...], chosen: str) -> str:
    return choices(
        *(choice(text(named(language, "why", why)), "why", why, on=why == chosen) for why in reasons)
    )


def _take_return(language: Language, sheet: TakeReturn) -> str:
    conditions = [
        choice(word(language, f"condition_{one}"), "kind", one, on=sheet.condition == one)
        for one in ("available", "damaged")
    ]
    return (
        choices(*conditions)
        + _means(language, "means_return")
        + f'<div class="label">{word(language, "refund_why")}</div>'
        + _whys(language, RETURN_REASONS, sheet.reason)
    )


def _buckets(language: Language, tap: str, chosen: str, without: str = "") -> str:
    return choices(
        *(
            choice(word(language, f"bucket_{bucket}"), tap, bucket, on=bucket == chosen)
            for bucket in BUCKETS
            if bucket != without
        )
    )


def _move(language: Language, sheet: Move, product: Entity) -> str:
    return (
        f'<div class="label">{word(language, "from")}</div>{_buckets(language, "source", sheet.source)}'
        f"{_room_has(language, product, sheet.source)}"
        f'<div class="label">{word(language, "into")}</div>'
        f"{_buckets(language, 'target', sheet.target, sheet.source)}{_means(language, 'means_move')}"
    )


def _waste(language: Language, sheet: Waste, product: Entity) -> str:
    return (
        _buckets(language, "source", sheet.bucket)
        + _room_has(language, product, sheet.bucket)
        + _means(language, "means_waste")
        + f'<div class="label">{word(language, "refund_why")}</div>'
        + _whys(language, WASTE_REASONS, sheet.reason)
    )


def _fill(language: Language, sheet: Fill, product: Entity, shop: Shop) -> str:
    chosen = sheet.chosen(shop)
    if chosen is None:
        return _means(language, "no_slot_for_it")
    ways = [
        choice(word(language, f"way_{way}"), "kind", way, on=sheet.out == (way == "out"))
        for way in ("in", "out")
    ]
    slots = [
        choice(
            f"{text(slot['device'])} · {text(slot['slot'])}",
            "place",
            slot["device"],
            slot["slot"],
            on=(slot["device"], slot["slot"]) == (chosen["device"], chosen["slot"]),
        )
        for slot in shop.slots_of(sheet.sku)
    ]
    inside = word(language, "slot_holds", chosen["count"], chosen["capacity"])
    return (
        f'{choices(*ways)}{choices(*slots)}<p class="means">{text(chosen["device"])} · {text(chosen["slot"])}: '
        f"{inside}</p>{_room_has(language, product)}"
    )


# ── counting ────────────────────────────────────────────────────────────────────────────────────────


def _blind_title(language: Language, sheet: BlindCount) -> str:
    return f"{word(language, 'count_blind')} · {place_name(language, sheet.place)}"


def _blind(language: Language, sheet: BlindCount, product: Entity, shop: Shop) -> str:
    which = f'<div class="about"><b>{goods(language, product)}</b></div>'
    if sheet.told is not None or sheet.working:
        return which + _after(language, sheet, shop)
    if sheet.checked:
        return which + _difference(language, sheet, shop)
    doing = button(word(language, "check_count"), "do", "check", kind="main" if sheet.typed else "main off")
    leaving = ("close",) if sheet.for_good else ("product", sheet.sku)
    back = button(word(language, "back"), *leaving)
    left = (
        f'<div class="label">{word(language, "i_counted")}</div><div class="stepper">'
        f'{button("−", "do", "step", "-1", kind="step")}<span class="figure">{sheet.typed or "?"}</span>'
        f"{button('+', 'do', 'step', '1', kind='step')}</div>"
        f'<p class="means">{word(language, "count_blind_means")}</p>'
    )
    return f'{which}<div class="halves"><div>{left}</div>{keypad()}</div><div class="buttons">{back}{doing}</div>'


def _difference(language: Language, sheet: BlindCount, shop: Shop) -> str:
    delta = sheet.differs(shop)
    figures = word(language, "you_counted", sheet.qty(shop), shop.booked(sheet.sku, sheet.place))
    why = ""
    if sheet.needs_reason(shop):
        why = (
            f'<div class="label">{word(language, "why_differs")}</div>'
            f"{_whys(language, COUNT_REASONS, sheet.reason)}"
        )
    kind = "main" if sheet.ready(shop) else "main off"
    return (
        f'<div class="delta"><span>{figures}</span><b>{signed(delta)}</b></div>{why}<div class="buttons">'
        f"{button(word(language, 'recount'), 'do', 'recount')}"
        f"{button(word(language, 'post_difference', signed(delta)), 'do', 'yes', kind=kind)}</div>"
    )


def _count_in(language: Language, sheet: CountIn, shop: Shop) -> tuple[str, str]:
    product = shop.product(sheet.skus[0])
    if len(sheet.skus) > 1 or product is None:
        means = word(language, "not_here_means", len(sheet.skus))
        title = word(language, "not_here", len(sheet.skus))
        return title, confirm(language, sheet, means, word(language, "not_here_yes"))
    stand = product["in_slots"] + product["room"]["available"]
    means = word(language, "count_in_means", goods(language, product), stand)
    return word(language, "count_in_title"), confirm(language, sheet, means, word(language, "count_in_yes"))


def _hand_over(language: Language, sheet: HandOver, shop: Shop) -> tuple[str, str]:
    verb = "ship_off" if sheet.how == "shipped" else "hand_over"
    product = shop.product(sheet.sku)
    which = text(sheet.sku) if product is None else goods(language, product)
    about = (
        f'<div class="big"><span class="label">{word(language, "pick_up_code")}</span><b>{text(sheet.code)}</b>'
        f'</div><div class="about"><b>{which} × {sheet.qty}</b></div>'
    )
    if product is not None and sheet.told is None and product["room"]["available"] < sheet.qty:
        taking = button(word(language, "way_out"), "take_out", sheet.sku, kind="main")
        back = button(word(language, "back"), "close")
        about += f'<div class="notice">{word(language, "take_out_first")}</div>'
        return word(language, f"{verb}_title"), f'{about}<div class="buttons">{back}{taking}</div>'
    means = word(language, f"{verb}_means", text(sheet.code), f"{sheet.qty} {word(language, 'units')}")
    asking = confirm(language, sheet, means, word(language, f"{verb}_yes"))
    return word(language, f"{verb}_title"), about + asking
