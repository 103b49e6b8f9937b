"""Pure: the first area. What needs a person, the most pressing first, each with what can be done."""

from __future__ import annotations

from typing import Final

from edge_agent.domain.methods import CARD
from edge_agent.entrypoints.staff import (
    audit_area,
    food_area,
    handover_area,
    label_area,
    parts,
    payment_area,
    receipt_sheet,
    standing_area,
)
from edge_agent.entrypoints.staff.needs import Needs
from edge_agent.entrypoints.staff.parts import button, goods, money, text
from edge_agent.entrypoints.staff.plain import fault, named, why_blocked, why_refund
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import Language, word

SHOWN: Final = 12
"""Of each kind. Nobody works on more at a time, and a tablet need not draw them."""
STATUS_KIND: Final = {"ready": "good", "init": "warn", "faulty": "warn", "alert": "bad", "lost": "bad"}


def render(language: Language, shop: Shop, needs: Needs) -> str:
    """The area's HTML."""
    pressing = (
        standing_area.render(language, shop)
        + _stopped(language, shop, needs)
        + _cases(language, shop, needs.cases)
    )
    cards = (
        "".join(payment_area.collect_card(language, shop, row) for row in needs.to_collect[:SHOWN])
        + "".join(handover_area.card(language, shop, line) for line in needs.handovers[:SHOWN])
        + "".join(payment_area.doubt_card(language, shop, row) for row in needs.payments_in_doubt[:SHOWN])
        + _pay_outs(language, needs.pay_outs)
        + _disputes(language, needs.disputes)
        + "".join(payment_area.difference_card(language, row) for row in needs.differences[:SHOWN])
        + receipt_sheet.card(language, shop)
        + "".join(food_area.card(language, shop, device) for device in needs.food[:SHOWN])
        + _unwell(language, shop, needs.devices)
        + "".join(audit_area.card(language, shop, case) for case in needs.audits[:SHOWN])
        + "".join(label_area.card(language, shop, label) for label in needs.labels[:SHOWN])
        + _blocked(language, needs.blocked + needs.blocked_by_staff)
    )
    if not needs.count:
        pressing = parts.blank(word(language, "nothing_needed"), word(language, "nothing_needed_hint"))
    if cards:
        alone = needs.count and not needs.cases
        pressing += parts.section(word(language, "needs" if alone else "also"), cards)
    return pressing + _more(language, needs) + _quarantine(language, shop)


def _more(language: Language, needs: Needs) -> str:
    listed = (
        needs.cases,
        needs.disputes,
        needs.pay_outs,
        needs.devices,
        needs.food,
        needs.audits,
        needs.labels,
        needs.blocked + needs.blocked_by_staff,
        needs.handovers,
        needs.to_collect,
        needs.payments_in_doubt,
        needs.differences,
    )
    hidden = sum(max(0, len(rows) - SHOWN) for rows in listed)
    return f'<p class="hint more">{word(language, "more", hidden)}</p>' if hidden else ""


def _stopped(language: Language, shop: Shop, needs: Needs) -> str:
    if not needs.stopped:
        return ""
    return f'<div class="notice">{text(shop.store["notice"][f"message_{language}"])}</div>'


def _case_card(language: Language, case: Entity, top: str, told: str, buttons: str) -> str:
    return (
        f'<article class="card case" data-key="{text(case["id"])}"><div class="top">{top}</div>'
        f'<div class="what"><span>{goods(language, case)}</span>'
        f"<span class=amount>{money(case['price_minor'], case['currency'])}</span></div>"
        f'<div class="why">{told}<span class="number">{word(language, "case")} '
        f"<b>{text(case['case_number'])}</b></span></div>"
        f'<div class="buttons">{buttons}</div></article>'
    )


def _kind(language: Language, key: str) -> str:
    return f'<span class="kind">{word(language, key)}</span>'


def _place(language: Language, device: str, slot: str) -> str:
    return f'<span class="place">{text(device)} · {word(language, "slot")} {text(slot)}</span>'


def _cases(language: Language, shop: Shop, cases: list[Entity]) -> str:
    if not cases:
        return ""
    body = "".join(
        _case_card(
            language,
            case,
            f"{_place(language, case['device'], case['slot'])}"
            f'<span class="ago">{parts.ago(language, shop.age_s(case["at"]))}</span>',
            text(named(language, "case", case["code"])),
            button(word(language, "it_dropped"), "settle", case["id"], "yes")
            + button(word(language, "it_did_not"), "settle", case["id"], "no"),
        )
        for case in cases[:SHOWN]
    )
    return parts.section(word(language, "cases"), body, word(language, "cases_hint"))


def _disputes(language: Language, disputes: list[Entity]) -> str:
    return "".join(
        _case_card(
            language,
            case,
            f"{_kind(language, 'disputes')}{_place(language, case['device'], case['slot'])}",
            word(language, "dispute_dispensed" if case["disputed"] == "dispensed" else "dispute_failed"),
            button(word(language, "see_order"), "order", case["order"])
            + button(word(language, "count_again"), "slot", case["device"], case["slot"]),
        )
        for case in disputes[:SHOWN]
    )


def _pay_outs(language: Language, refunds: list[Entity]) -> str:
    return "".join(
        f'<article class="card" data-key="{text(refund["id"])}"><div class="top">{_kind(language, "pay_outs")}</div>'
        f'<div class="what"><span>{text(why_refund(language, refund["reason"]))}</span>'
        f"<span class=amount>{money(refund['amount_minor'], refund['currency'])}</span></div>"
        f'<div class="why">{_how_to_pay_out(language, refund)}<br>'
        f'<span class="number">{word(language, "order")} {text(refund["order"])}</span></div>'
        f'<div class="buttons">{button(word(language, "see_order"), "order", refund["order"])}'
        f"{button(word(language, 'pay_out'), 'pay_out', refund['id'], kind='main')}</div></article>"
        for refund in refunds[:SHOWN]
    )


def _how_to_pay_out(language: Language, refund: Entity) -> str:
    if refund["state"] == "refused":
        return word(language, "refund_refused")
    return word(language, "refund_card" if refund["method"] == CARD else "refund_counter")


def _unwell(language: Language, shop: Shop, devices: list[Entity]) -> str:
    return "".join(
        f'<article class="card" data-key="{text(device["id"])}"><div class="top">{_kind(language, "unwell")}'
        f'<span class="place">{text(device["id"])}</span>'
        f'<span class="ago">{parts.ago(language, shop.age_s(device["last_seen_at"]))}</span></div>'
        f"<div>{status_pill(language, device)}</div>"
        f"{fault_lines(language, device)}"
        f'<div class="buttons">{button(word(language, "see_machine"), "area", "devices")}</div></article>'
        for device in devices[:SHOWN]
    )


def status_pill(language: Language, device: Entity) -> str:
    """How a device is, in its colour."""
    status = "faulty" if device["status"] == "ready" and device["faults"] else device["status"]
    return parts.pill(text(named(language, "status", status)), STATUS_KIND.get(status, ""))


def fault_lines(language: Language, device: Entity) -> str:
    """A device's faults, each with what to do."""
    lines = []
    for code in device["faults"]:
        what, remedy = fault(language, code)
        lines.append(
            f'<div class="fault"><b>{what}</b> <span class="number">{text(code)}</span><br>{remedy}</div>'
        )
    return "".join(lines)


def _blocked(language: Language, blocked: list[tuple[Entity, Entity]]) -> str:
    return "".join(
        f'<article class="card" data-key="{text(device["id"])}/{text(slot["slot"])}"><div class="top">'
        f"{_kind(language, 'blocked_slots')}{_place(language, device['id'], slot['slot'])}</div>"
        f'<div class="what"><span>{goods(language, slot)}</span></div>'
        f'<div class="why">{_who_blocked(language, slot["blocked"])}</div>'
        f'<div class="buttons">{button(word(language, "count_again"), "slot", device["id"], slot["slot"])}'
        f"{button(word(language, 'unblock'), 'unblock', device['id'], slot['slot'])}</div></article>"
        for device, slot in blocked[:SHOWN]
    )


def _who_blocked(language: Language, reason: str) -> str:
    who = "blocked_by_machine" if ":" in reason else "blocked_by_staff"
    return f"{word(language, who)}: {text(why_blocked(language, reason))}"


def _quarantine(language: Language, shop: Shop) -> str:
    if not shop.quarantined:
        return ""
    zone = shop.store["timezone"]
    rows = "".join(
        f'<div class="row" data-key="{row["id"]}"><span class="when">{parts.clock_time(row["at"], zone)}</span>'
        f'<span class="who">{text(row["device"] or "–")}</span><span class="words">{text(row["reason"])}</span>'
        f'<span class="size">{word(language, "bytes", format(row["bytes"], ","))}</span></div>'
        for row in shop.quarantined
    )
    return (
        f'<section><h2>{word(language, "quarantine")}</h2><p class="hint">{word(language, "quarantine_hint")}</p>'
        f'<div class="card rows">{rows}</div></section>'
    )
