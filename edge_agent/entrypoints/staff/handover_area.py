"""Pure: paid lines that wait for a person to hand them over, as cards, and the sheets behind them."""

from __future__ import annotations

from cloud_sync.protocol.receipts.words import WAYS
from edge_agent.entrypoints.staff import parts
from edge_agent.entrypoints.staff.handover_sheet import FailLine, HandOverLine
from edge_agent.entrypoints.staff.handover_words import FAIL_REASONS
from edge_agent.entrypoints.staff.parts import button, goods, money, text
from edge_agent.entrypoints.staff.plain import named
from edge_agent.entrypoints.staff.sheet_parts import choice, choices, confirm
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import LANGUAGES, Language, word


def card(language: Language, shop: Shop, line: Entity) -> str:
    """What is to be handed over, to whom, and both ways it can end."""
    how = WAYS[line["how"]][LANGUAGES.index(language)]
    return (
        f'<article class="card" data-key="{text(line["id"])}"><div class="top">'
        f'<span class="kind">{text(how)}</span>'
        f'<span class="place">{word(language, "handover_code", text(line["order"]))}</span>'
        f'<span class="ago">{parts.ago(language, shop.age_s(line["at"]))}</span></div>'
        f'<div class="what"><span>{line["qty"]} × {goods(language, line)}</span>'
        f'<span class="amount">{money(line["amount_minor"], line["currency"])}</span></div>'
        f'<div class="buttons">{button(word(language, "cannot_hand_over"), "fail_handover", line["id"])}'
        f"{button(word(language, 'line_out'), 'hand_over_line', line['id'], kind='main')}</div></article>"
    )


def sheet(language: Language, shown: HandOverLine | FailLine, shop: Shop) -> tuple[str, str]:
    """The sheet's title and body."""
    if isinstance(shown, HandOverLine):
        means = word(language, "line_out_means", text(shown.order))
        asking = confirm(language, shown, means, word(language, "line_out_yes"))
        return word(language, "line_out_title"), asking + _rest(language, shown, shop)
    title, means = word(language, "fail_title"), word(language, "fail_means")
    if shown.told is not None or shown.working:
        return title, confirm(language, shown, means, "")
    found = choices(*(choice(named(language, "handover", each), "reason", each) for each in FAIL_REASONS))
    return title, f'<p class="means">{means}</p>{found}'


def _rest(language: Language, shown: HandOverLine, shop: Shop) -> str:
    """The way back to the same shopper's other lines, once this one is out."""
    if shown.told is None or not any(line["order"] == shown.order for line in shop.handovers):
        return ""
    rest = button(word(language, "line_out_next"), "pick_up", shown.order)
    return f'<div class="buttons">{rest}</div>'
