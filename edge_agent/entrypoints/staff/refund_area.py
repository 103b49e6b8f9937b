"""Pure: the sheet on which staff give money back: for lines, or an amount, with what it means for who took it."""

from __future__ import annotations

from edge_agent.domain.methods import BY_HAND, CARD
from edge_agent.entrypoints.staff.parts import button, goods, money, text
from edge_agent.entrypoints.staff.plain import REFUND_REASONS, named
from edge_agent.entrypoints.staff.sheet_parts import choice, choices, confirm, keypad
from edge_agent.entrypoints.staff.sheets import GiveBack
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import Language, word


def give_back(language: Language, sheet: GiveBack, shop: Shop) -> str:
    """What comes back, how much that is, and why."""
    order = shop.order
    if sheet.told is not None or sheet.working or order is None:
        return confirm(language, sheet, "", "")
    amount, left = money(sheet.amount_minor(shop), order["currency"]), sheet.left_minor(shop)
    over = " over" if sheet.amount_minor(shop) > left else ""
    at_most = word(language, "refund_left", money(left, order["currency"]))
    whys = (
        choice(text(named(language, "why", reason)), "why", reason, on=reason == sheet.reason)
        for reason in REFUND_REASONS
    )
    figure = (
        f'<div class="stepper"><span class="figure{over}">{amount}</span></div><div class="delta">'
        f"<span>{at_most}</span>{button(word(language, 'refund_all'), 'do', 'all', kind='plain')}</div>"
        f'<div class="label">{word(language, "refund_why")}</div>{choices(*whys)}'
    )
    buttons = button(word(language, "back"), "order", sheet.order) + button(
        word(language, "refund_yes", amount), "do", "yes", kind="main" if sheet.ready(shop) else "main off"
    )
    return (
        f'<p class="means">{_means(language, order)}</p>{_lines(language, sheet, shop, order)}'
        f'<div class="halves"><div>{figure}</div>{keypad()}</div><div class="buttons">{buttons}</div>'
    )


def _means(language: Language, order: Entity) -> str:
    method = "" if order["payment"] is None else order["payment"]["method"]
    if method == CARD:
        return word(language, "refund_means_card")
    return word(language, "refund_means_counter" if method in BY_HAND else "refund_means_provider")


def _lines(language: Language, sheet: GiveBack, shop: Shop, order: Entity) -> str:
    """The lines the shopper has units of, each with how many come back."""
    held = sheet.held(shop)
    rows = "".join(
        f'<div class="row"><span class="words">{goods(language, line)}<br><span class="sub">'
        f"{word(language, 'refund_held', money(line['price_minor'], order['currency']), held[line['line']])}</span>"
        f"</span>{_stepper(sheet.lines.get(line['line'], 0), str(line['line']))}</div>"
        for line in order["lines"]
        if held[line["line"]]
    )
    if not rows:
        return ""
    return f'<div class="label">{word(language, "refund_lines")}</div><div class="rows back">{rows}</div>'


def _stepper(units: int, line: str) -> str:
    less, more = (button(sign, "do", "line", line, by, kind="step") for sign, by in (("−", "-1"), ("+", "1")))
    return f'{less}<b class="units">{units}</b>{more}'
