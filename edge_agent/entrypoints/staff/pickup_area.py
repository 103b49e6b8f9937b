"""Pure: finding the order that somebody comes for, and its sheet, from which its lines are handed over one by one."""

from __future__ import annotations

from typing import Final

from cloud_sync.protocol.receipts.words import WAYS, both
from edge_agent.domain.pickup import LEAST_TYPED, OVER_THE_COUNTER, standing, typed
from edge_agent.domain.refusals import Refusal, sentences
from edge_agent.entrypoints.staff import orders_area, parts
from edge_agent.entrypoints.staff.parts import button, goods, text
from edge_agent.entrypoints.staff.plain import named
from edge_agent.entrypoints.staff.sheet_parts import search
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import LANGUAGES, Language, word

MAX_CODE_CHARS: Final = 200
"""Typed or wedged into the search: a signed code has about 130."""
KINDS: Final = {"ready": "good", "collected": "warn", "refunded": "warn"}


def finder(language: Language, shop: Shop, find: str) -> str:
    """The search for a pick-up code with what it found, under the codes that were just shown to a scanner."""
    shown = "".join(_shown(language, shop, each) for each in shop.shown)
    field = search(word(language, "find_order"), find, MAX_CODE_CHARS)
    return f'<section class="pickups">{shown}{field}{_found(language, shop, find)}</section>'


def _shown(language: Language, shop: Shop, each: Entity) -> str:
    if each["refusal"] is not None:
        told = f"{word(language, 'code_shown')}: {_why_not(language, each['refusal'])}"
        return f'<div class="notice" data-key="{text(each["scan"])}">{told}</div>'
    return f'<div class="orders" data-key="{text(each["scan"])}">{_row(language, shop, each)}</div>'


def _found(language: Language, shop: Shop, find: str) -> str:
    if not find:
        return ""
    if isinstance(shop.found, Refusal):
        return f'<div class="notice">{_why_not(language, shop.found)}</div>'
    if shop.found:
        return f'<div class="orders">{"".join(_row(language, shop, each) for each in shop.found)}</div>'
    short = len(typed(find)) < LEAST_TYPED
    words = word(language, "find_order_short", LEAST_TYPED) if short else word(language, "find_order_none")
    return f'<p class="hint">{words}</p>'


def _why_not(language: Language, refusal: Refusal) -> str:
    _, zh, en = sentences(refusal)
    said = zh if language == "zh" else en
    # A store's name tells the shopper where to go; why a signature does not fit tells them nothing.
    where = f" ({text(refusal.detail)})" if refusal.code in ("order_code_elsewhere", "unknown_order") else ""
    return text(said) + where


def _row(language: Language, shop: Shop, each: Entity) -> str:
    comma = "、" if language == "zh" else ", "
    what = comma.join(f"{goods(language, line)} × {line['qty']}" for line in each["lines"])
    return (
        f'<button type="button" class="order" data-key="{text(each["order"])}"'
        f" {parts.does('pick_up', each['order'])}><span class=when>{text(each['order'])}</span>"
        f'<span class="words">{what}<br><span class="sub">{_told(language, shop, each)}</span></span>'
        f"{_pill(language, each)}</button>"
    )


def _pill(language: Language, each: Entity) -> str:
    state = each["standing"]
    return parts.pill(text(named(language, "pickup", state)), KINDS.get(state, ""))


def _told(language: Language, shop: Shop, each: Entity) -> str:
    """What there is to say to the shopper."""
    if each["standing"] == "collected":
        when = parts.clock_time(each["at"], shop.store["timezone"])
        return word(language, "pickup_collected", when, text(named(language, "by", each["by"])))
    return word(language, f"pickup_{each['standing']}")


def sheet(language: Language, shop: Shop, order: str) -> tuple[str, str]:
    """The order that somebody came for: its lines at the counter, each with both ways it can end."""
    title = word(language, "handover_code", text(order))
    found = shop.order
    if found is None:
        return title, f'<div class="told bad">{word(language, "gone")}</div>'
    stands = standing(found)
    head = f'<p class="means">{_pill(language, stands)} {_told(language, shop, stands)}</p>'
    lines = "".join(_line(language, found, each) for each in found["handovers"])
    buttons = button(word(language, "see_order"), "order", order) + button(
        word(language, "close"), "close", kind="main"
    )
    body = f'<div class="rows">{lines}</div>' if lines else ""
    return title, f'{head}{body}<div class="buttons">{buttons}</div>'


def _line(language: Language, order: Entity, each: Entity) -> str:
    line = next(line for line in order["lines"] if line["line"] == each["line"])
    how = both(WAYS, each["how"])[LANGUAGES.index(language)]
    state = parts.pill(
        text(named(language, "handed", each["state"])), orders_area.HANDOVER_KIND.get(each["state"], "")
    )
    if each["state"] == "requested" and each["how"] in OVER_THE_COUNTER:
        ends = button(word(language, "cannot_hand_over"), "fail_handover", each["handover"]) + button(
            word(language, "line_out"), "hand_over_line", each["handover"], kind="main"
        )
        state = f'<div class="buttons">{ends}</div>'
    return (
        f'<div class="row" data-key="{text(each["handover"])}"><span class="words">{goods(language, line)} × '
        f'{each["qty"]}<br><span class="sub">{text(how)}</span></span>{state}</div>'
    )
