"""Pure: what stands on each sheet. The consequence first, then the button that brings it about."""

from __future__ import annotations

import math

from edge_agent.entrypoints.staff import (
    audit_area,
    books_area,
    day_area,
    food_area,
    handover_area,
    orders_area,
    parts,
    payment_area,
    pickup_area,
    receipt_sheet,
    refund_area,
    stock_sheet_views,
)
from edge_agent.entrypoints.staff.audit_sheet import SettleAudit
from edge_agent.entrypoints.staff.day_sheets import CloseDay, CountDrawer, MoveCash, ReportSheet, TakeOver
from edge_agent.entrypoints.staff.food_sheet import ReleaseFood
from edge_agent.entrypoints.staff.handover_sheet import FailLine, HandOverLine, PickUp
from edge_agent.entrypoints.staff.needs import refundable_minor
from edge_agent.entrypoints.staff.parts import button, goods, signed, text
from edge_agent.entrypoints.staff.payment_sheet import AskAgain, Collect, DaysBooks, LookedUp, NotPaid, SeenTo
from edge_agent.entrypoints.staff.plain import BLOCK_REASONS, named, why_blocked
from edge_agent.entrypoints.staff.receipt_sheet import PrintOut
from edge_agent.entrypoints.staff.sheet_parts import confirm, keypad, last_word
from edge_agent.entrypoints.staff.sheets import (
    Block,
    Count,
    GiveBack,
    OrderCard,
    PayOut,
    Settle,
    Sheet,
    Unblock,
)
from edge_agent.entrypoints.staff.shop import Shop
from edge_agent.entrypoints.staff.words import Language, word


def render(language: Language, sheet: Sheet, shop: Shop) -> str:
    """The sheet over a dimmed page. A tap beside it closes it."""
    match sheet:
        case Settle():
            title, body = _settle(language, sheet)
        case PayOut():
            title = word(language, "pay_out_title")
            means, yes = (
                word(language, "pay_out_means", sheet.amount),
                word(language, "pay_out_yes", sheet.amount),
            )
            body = confirm(language, sheet, means, yes)
        case Count():
            title, body = _count(language, sheet, shop)
        case Block():
            title, body = f"{word(language, 'block_why')} {_place(sheet)}", _block(language, sheet)
        case Unblock():
            title = f"{word(language, 'unblock_title')} {_place(sheet)}"
            means = word(language, "unblock_means", text(sheet.slot))
            body = confirm(language, sheet, means, word(language, "unblock_yes"))
        case SettleAudit():
            title, body = audit_area.sheet(language, sheet, shop)
        case ReleaseFood():
            title, body = food_area.sheet(language, sheet, shop)
        case HandOverLine() | FailLine():
            title, body = handover_area.sheet(language, sheet, shop)
        case PickUp():
            title, body = pickup_area.sheet(language, shop, sheet.order)
        case Collect() | LookedUp() | AskAgain() | NotPaid() | SeenTo():
            title, body = payment_area.sheet(language, sheet)
        case DaysBooks():
            title, body = books_area.sheet(language, sheet, shop)
        case MoveCash() | CountDrawer() | TakeOver() | CloseDay() | ReportSheet():
            title, body = day_area.sheet(language, sheet, shop)
        case PrintOut():
            title, body = receipt_sheet.sheet(language, sheet)
        case OrderCard():
            title, body = f"{word(language, 'order')} {text(sheet.order)}", _order(language, shop)
        case GiveBack():
            title, body = word(language, "refund_title"), refund_area.give_back(language, sheet, shop)
        case _:
            title, body = stock_sheet_views.render(language, sheet, shop)
    close = button(word(language, "close"), "close", kind="plain")
    return (
        f'<div class="veil" {parts.does("close")} data-key="{text(sheet.key)}"><div class="sheet" data-do="">'
        f'<div class="top"><h1>{title}</h1>{close}</div>{body}</div></div>'
    )


def _place(sheet: Block | Unblock) -> str:
    return f"{text(sheet.device)} {text(sheet.slot)}"


def _settle(language: Language, sheet: Settle) -> tuple[str, str]:
    slot = text(sheet.slot)
    what = "dropped" if sheet.dispensed else "not"
    means = word(language, f"settle_{what}_means", sheet.price, slot)
    place = f"{text(sheet.device)} · {word(language, 'slot')} {slot}"
    which = parts.product(language, sheet.name_zh, sheet.name_en, sheet.sku)
    about = f'<div class="about">{place}<br><b>{which}</b></div>'
    asking = confirm(language, sheet, means, word(language, f"settle_{what}_yes"))
    return word(language, f"settle_{what}"), about + asking


def _count(language: Language, sheet: Count, shop: Shop) -> tuple[str, str]:
    slot = shop.slot(sheet.device, sheet.slot)
    title = f"{text(sheet.device)} · {word(language, 'slot')} {text(sheet.slot)}"
    if slot is None:
        return title, f'<div class="told bad">{word(language, "gone")}</div>'
    sub = (
        f'<p class="means">{goods(language, slot)} · {word(language, "par", slot["par_level"])} · '
        f"{word(language, 'capacity', slot['capacity'])}</p>"
    )
    if slot["blocked"]:
        sub += f'<div class="notice">{word(language, "blocked")}: {text(why_blocked(language, slot["blocked"]))}</div>'
    if sheet.told is not None or sheet.working:
        return title, sub + _counted(language, sheet, shop)
    count, book = sheet.counted(shop), slot["count"]
    delta = signed(count - book) if count != book else word(language, "no_difference")
    over = word(language, "too_many", slot["capacity"]) if 0 < slot["capacity"] < count else ""
    switch = "unblock" if slot["blocked"] else "block"
    left = (
        f'<div class="label">{word(language, "i_counted")}</div><div class="stepper">'
        f'{button("−", "do", "step", "-1", kind="step")}<span class="figure">{count}</span>'
        f"{button('+', 'do', 'step', '1', kind='step')}</div>"
        f'<div class="delta"><span>{word(language, "in_the_book", book)}</span><b>{delta}</b></div>'
        f'<div class="warning">{over}</div>'
    )
    buttons = button(word(language, switch), switch, sheet.device, sheet.slot) + button(
        word(language, "post_count", count), "do", "post", kind="main"
    )
    return (
        title,
        f'{sub}<div class="halves"><div>{left}</div>{keypad()}</div><div class="buttons">{buttons}</div>',
    )


def _counted(language: Language, sheet: Count, shop: Shop) -> str:
    told = f'<div class="told">{word(language, "working")}</div>'
    if sheet.told is not None and not sheet.working:
        told = last_word(language, sheet.told)
    buttons = button(word(language, "close"), "close", kind="main")
    if sheet.undo is not None and shop.now < sheet.undo.until and not sheet.working:
        left_s = math.ceil((sheet.undo.until - shop.now).total_seconds())
        buttons = button(f"{word(language, 'undo')} ({left_s} s)", "do", "undo") + buttons
    return f'{told}<div class="buttons">{buttons}</div>'


def _block(language: Language, sheet: Block) -> str:
    if sheet.told is not None or sheet.working:
        return confirm(language, sheet, word(language, "block_means"), "")
    whys = "".join(
        button(text(named(language, "why", reason)), "do", "why", reason, kind="choice")
        for reason in BLOCK_REASONS
    )
    return f'<p class="means">{word(language, "block_means")}</p><div class="choices">{whys}</div>'


def _order(language: Language, shop: Shop) -> str:
    order = shop.order
    if order is None:
        return f'<div class="told bad">{word(language, "gone")}</div>'
    when = parts.clock_time(order["placed_at"], shop.store["timezone"])
    head = f'<p class="means">{orders_area.state_pill(language, order)} {when}</p>'
    left = refundable_minor(order)
    giving = button(word(language, "refund"), "give_back", order["id"]) if left else ""
    closing = button(word(language, "close"), "close", kind="main")
    told = (
        orders_area.details(language, shop, order)
        + f'<div class="rows">{receipt_sheet.rows(language, shop)}</div>'
    )
    doing = payment_area.order_buttons(language, shop) + receipt_sheet.buttons(language, shop)
    return f'{head}{told}<div class="buttons">{doing}{giving}{closing}</div>'
