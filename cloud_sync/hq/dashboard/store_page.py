"""Pure: the page of one store, drawn from what the queries found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from cloud_sync.hq.dashboard import day_card, kept, limits_card, parts, phone_card, store_care, visits_card
from cloud_sync.hq.dashboard.store_care import Care
from cloud_sync.hq.dashboard.words import Language, named, word
from cloud_sync.hq.database.queries import Device, Quarantined, Slot, StoreState, UnresolvedVend
from cloud_sync.hq.database.reports import LastSale
from cloud_sync.hq.database.takings import ClosedDay
from cloud_sync.hq.database.visits import Exposure, VisitDay
from cloud_sync.hq.offline_limits import StoreLimits
from cloud_sync.hq.rules.accept import UNKNOWN_TYPE
from cloud_sync.hq.rules.phone_standing import PhonePayment

SHOWN_PROBLEMS = 20
"""More rows than this nobody reads; the API gives them all."""
_SHORT: Final = re.compile(r"stock: (\S+) has (\d+) of (.+), not (\d+)")


@dataclass(frozen=True)
class StorePage:
    """What the page shows, as of `now`."""

    store: StoreState
    days: Sequence[tuple[date, int]]
    visits: Sequence[VisitDay]
    exposures: Sequence[Exposure]
    slots: Sequence[Slot]
    devices: Sequence[Device]
    last_sales: Sequence[LastSale]
    unresolved: Sequence[UnresolvedVend]
    quarantine: Sequence[Quarantined]
    closed: Sequence[ClosedDay]
    limits: StoreLimits
    payments: Sequence[PhonePayment]
    payment_totals: phone_card.Totals
    care: Care
    now: datetime


def render(language: Language, model: StorePage) -> str:
    """The page's HTML below its bar."""
    store = model.store
    care = model.care
    chart = parts.day_chart(language, model.days, store.today, store.currency)
    left = [
        parts.card(word(language, "sales_by_day"), chart),
        parts.card(word(language, "visitors"), visits_card.render(language, model.visits)),
        parts.card(word(language, "stock"), _stock(language, model)),
        parts.card(word(language, "payments"), _payments(language, model)),
        parts.card(word(language, "limits"), limits_card.render(language, model.limits, store.timezone)),
        parts.card(word(language, "proof"), store_care.proof(language, store, care)),
        parts.card(word(language, "quarantine"), _quarantine(language, model)),
    ]
    if care.kept:
        left.append(
            parts.card(word(language, "kept_aside"), kept.render(language, care.kept, store.timezone))
        )
    right = [
        parts.card(word(language, "unresolved"), _unresolved(language, model)),
        parts.card(word(language, "devices"), _devices(language, model)),
        parts.card(word(language, "rights"), store_care.rights(language, store, care)),
        parts.card(word(language, "care"), store_care.care_card(language, store, care)),
        parts.card(word(language, "exposures"), visits_card.exposures(language, model.exposures)),
        parts.card(word(language, "last_sales"), _last_sales(language, model)),
        parts.card(word(language, "z_reports"), day_card.render(language, model.closed)),
    ]
    return parts.page(
        f'{_head(language, store, care)}{_figures(language, store)}<div class="gap"></div>'
        f'<div class="columns"><div class="stack">{"".join(left)}</div>'
        f'<div class="stack">{"".join(right)}</div></div>',
    )


def _head(language: Language, store: StoreState, care: Care) -> str:
    return (
        f'<div class="head"><div class="crumb"><a href="/">‹ {word(language, "all_stores")}</a></div>'
        f"<h1>{parts.text(store.name)}</h1>{parts.status_pill(language, store)}"
        f"{store_care.state_tag(language, care.state)}"
        f'<span class="sub">{parts.text(store.store)} · {parts.text(store.timezone)} · '
        f"{word(language, 'clock_offset')} {_clock(language, store.clock_offset_ms)}</span></div>"
    )


def _clock(language: Language, offset_ms: int | None) -> str:
    if offset_ms is None:
        return "–"
    if abs(offset_ms) < parts.CLOCK_OFFSET_SHOWN_MS:
        return word(language, "clock_right")
    seconds = abs(offset_ms) // 1000
    shown = f"{seconds} s" if seconds < 7200 else f"{seconds // 3600} h"
    return word(language, "clock_fast" if offset_ms > 0 else "clock_slow", shown)


def _figures(language: Language, store: StoreState) -> str:
    takings = [parts.money(m.takings_minor, m.currency) for m in store.money]
    proof = parts.proof_lines(language, store.logs)
    skipped = sum(log.skipped for log in store.logs)
    again = f"{word(language, 'sent_again')} {skipped:,}" if skipped else ""
    proof_card = (
        f'<div class="card figure"><div class="label">{word(language, "last_sync")} · '
        f'{parts.ago(language, store.last_sync_age_s)}</div><div class="proof">{proof}'
        f'<div class="sub">{again}</div></div></div>'
    )
    today = parts.money(store.takings_today_minor, store.currency)
    units = f"{store.units_today:,}<small>{word(language, 'units')}</small>"
    return (
        '<div class="figures of-store">'
        + parts.figure(word(language, "takings_today"), today, f"{store.today:%Y-%m-%d}", "lead")
        + parts.figure(word(language, "units_today"), units, parts.visitors(language, store.visitors_today))
        + parts.figure(
            word(language, "takings_all"),
            "<br>".join(takings) or parts.money(0, store.currency),
            word(language, "takings_how"),
        )
        + proof_card
        + "</div>"
    )


def _payments(language: Language, model: StorePage) -> str:
    zone, state = model.store.timezone, model.care.state
    return phone_card.render(language, model.payments, model.payment_totals, state, zone, model.now)


def _stock(language: Language, model: StorePage) -> str:
    if not model.slots:
        return parts.empty(word(language, "stock_none"))
    machines = []
    for device, slots in groupby(model.slots, key=lambda slot: slot.device):
        listed = list(slots)
        total = sum(slot.count for slot in listed)
        machines.append(
            f'<div class="machine">{parts.text(device)}<span class="sub">{total:,} '
            f"{word(language, 'units')}</span></div>"
            f'<div class="slots">{"".join(_slot(language, slot) for slot in listed)}</div>'
        )
    return "".join(machines)


def _slot(language: Language, slot: Slot) -> str:
    name = (slot.name_zh if language == "zh" else slot.name_en) or slot.sku
    par = slot.par_level or slot.capacity
    share = min(100, max(0, slot.count) * 100 // par) if par > 0 else (100 if slot.count > 0 else 0)
    if slot.count <= 0:
        kind, tag = "out", f'<span class="tag">{word(language, "empty")}</span>'
    elif par > 0 and slot.count * 3 <= par:
        kind, tag = "low", f'<span class="tag warn">{word(language, "low")}</span>'
    else:
        kind, tag = "", ""
    if slot.blocked:
        tag += f' <span class="tag" title="{parts.text(slot.blocked)}">{word(language, "blocked")}</span>'
    return (
        f'<div class="slot"><div class="top"><span class="code">{parts.text(slot.slot)}</span>'
        f'<span class="what">{parts.text(name)} {tag}</span>'
        f'<span class="left">{slot.count}<span> / {par}</span></span></div>'
        f'<div class="fill {kind}"><div style="width:{share}%"></div></div></div>'
    )


def _devices(language: Language, model: StorePage) -> str:
    if not model.devices:
        return parts.empty(word(language, "devices_none"))
    return parts.table(
        [(word(language, "device"), ""), ("", "number")],
        (
            (_device_name(language, device, model.now), _device_status(language, device))
            for device in model.devices
        ),
    )


def _device_name(language: Language, device: Device, now: datetime) -> str:
    kind = named(language, "kind", device.kind) if device.kind else ""
    age_s = None if device.seen_at is None else max(0, int((now - device.seen_at).total_seconds()))
    told = " · ".join(filter(None, [kind, device.model, parts.ago(language, age_s)]))
    return f'{parts.text(device.device)}<div class="sub">{parts.text(told)}</div>'


def _device_status(language: Language, device: Device) -> str:
    kind = {"ready": "good", "init": "warn", "alert": "bad", "lost": "bad"}.get(device.status, "")
    words = parts.text(named(language, "status", device.status) or "–")
    faults = "".join(
        f'<div class="sub">{parts.text(named(language, "fault", code))}</div>' for code in device.faults
    )
    return f'<span class="pill {kind}">{words}</span>{faults}'


def _last_sales(language: Language, model: StorePage) -> str:
    if not model.last_sales:
        return parts.empty(word(language, "no_sales_yet"))
    names = {slot.sku: slot.name_zh if language == "zh" else slot.name_en for slot in model.slots}
    zone = model.store.timezone
    rows = []
    for sale in model.last_sales:
        cash = f' <span class="tag plain">{word(language, "cash")}</span>' if sale.cash else ""
        place = f'<div class="sub">{parts.text(sale.device)} {parts.text(sale.slot)}</div>'
        rows.append(
            (
                parts.clock_time(sale.at, zone),
                f"{parts.text(names.get(sale.sku) or sale.sku or '–')}{cash}{place}",
                parts.money(sale.price_minor, sale.currency),
            )
        )
    headings = [
        (word(language, "time"), "tight"),
        (word(language, "item"), ""),
        (word(language, "price"), "number"),
    ]
    return parts.table(headings, rows)


def _unresolved(language: Language, model: StorePage) -> str:
    if not model.unresolved:
        return parts.empty(word(language, "unresolved_none"))
    headings = [
        (word(language, "case"), "tight"),
        (word(language, "reason"), ""),
        (word(language, "since"), "tight"),
    ]
    return parts.table(
        headings,
        (
            (
                f"<b>{parts.text(vend.case)}</b>",
                f"{parts.text(named(language, 'vend', vend.reason))}"
                f'<div class="sub">{parts.text(vend.device)} {parts.text(vend.slot)}</div>',
                parts.clock_time(vend.since, model.store.timezone),
            )
            for vend in model.unresolved[:SHOWN_PROBLEMS]
        ),
    )


def _quarantine(language: Language, model: StorePage) -> str:
    if not model.quarantine:
        return parts.empty(word(language, "quarantine_none"))
    headings = [
        (word(language, "row"), "tight"),
        (word(language, "reason"), ""),
        (word(language, "since"), "tight"),
    ]
    return parts.table(
        headings,
        (
            (
                f"{word(language, row.stream)} {row.seq:,}"
                f'<div class="sub">{word(language, "epoch", row.epoch)}</div>',
                f'{_reason(language, row.reason)}<div class="sub">{parts.text(row.type)}</div>',
                f"{parts.clock_time(row.at, model.store.timezone)}"
                f'<div class="sub">{parts.ago(language, _age_s(row.at, model.now))}</div>',
            )
            for row in model.quarantine[:SHOWN_PROBLEMS]
        ),
    )


def _reason(language: Language, reason: str) -> str:
    """Why a row's effect waits; what a program said is left as it is."""
    if reason.startswith(UNKNOWN_TYPE):
        return parts.text(word(language, "reason.unknown_type", reason.removeprefix(UNKNOWN_TYPE).strip()))
    short = _SHORT.fullmatch(reason)
    return parts.text(reason if short is None else word(language, "reason.stock", *short.groups()))


def _age_s(at: datetime, now: datetime) -> int:
    return max(0, int((now - at).total_seconds()))
