"""Pure: audits that differ from the shop's own counts, as cards that need a person and as the sheet behind them."""

from __future__ import annotations

from typing import Final

from edge_agent.domain.audit import VERDICTS
from edge_agent.entrypoints.staff import parts
from edge_agent.entrypoints.staff.audit_sheet import SettleAudit
from edge_agent.entrypoints.staff.parts import button, goods, money, text
from edge_agent.entrypoints.staff.plain import named
from edge_agent.entrypoints.staff.sheet_parts import choice, choices, confirm
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import Language, word

ON_CARD: Final = 4
"""Selections named on the card; the sheet names them all."""


def card(language: Language, shop: Shop, case: Entity) -> str:
    """What differs, and what to do about it."""
    told = _sentences(language, case, ON_CARD)
    return (
        f'<article class="card" data-key="{text(case["audit"])}"><div class="top">'
        f'<span class="kind">{word(language, "audit")}</span><span class="place">{text(case["device"])}</span>'
        f'<span class="ago">{parts.ago(language, shop.age_s(case["at"]))}</span></div>'
        f'<div class="why">{told}<div>{word(language, "audit_hint")}</div></div>'
        f'<div class="buttons">{button(word(language, "see_machine"), "area", "devices")}'
        f"{button(word(language, 'audit_say_why'), 'settle_audit', case['audit'], kind='main')}</div></article>"
    )


def sheet(language: Language, shown: SettleAudit, shop: Shop) -> tuple[str, str]:
    """The sheet's title and body."""
    case = shown.case
    zone = shop.store["timezone"]
    since = parts.clock_time(case["since"], zone), parts.clock_time(case["at"], zone)
    about = f'<div class="about">{word(language, "audit_since", *since)}{_sentences(language, case)}</div>'
    title, means = word(language, "audit_title", text(case["device"])), word(language, "audit_means")
    if shown.told is not None or shown.working:
        return title, about + confirm(language, shown, means, "")
    whys = choices(*(choice(named(language, "verdict", verdict), "why", verdict) for verdict in VERDICTS))
    return title, f'{about}<p class="means">{means}</p>{whys}'


def _sentences(language: Language, case: Entity, most: int | None = None) -> str:
    lines = [f"<div>{_sentence(language, line, case['currency'])}</div>" for line in case["lines"][:most]]
    hidden = len(case["lines"]) - len(lines) + case["more"]
    if hidden:
        lines.append(f"<div>{word(language, 'audit_more', hidden)}</div>")
    return "".join(lines)


def _sentence(language: Language, line: Entity, currency: str) -> str:
    where = _where(language, line)
    machine, own = line["machine_units"], line["own_units"]
    if line["machine_minor"] is None:
        return word(language, "audit_line", where, machine, own)
    paid = money(line["machine_minor"], currency), money(line["own_minor"], currency)
    return word(language, "audit_line_money", where, machine, paid[0], own, paid[1])


def _where(language: Language, line: Entity) -> str:
    if not line["slot"]:
        return word(language, "audit_selection", text(line["selection"]))
    slot = word(language, "audit_slot", text(line["slot"]))
    return f"{slot} · {goods(language, line)}" if line["sku"] else slot
