"""Pure: the page of all stores, drawn from what the queries found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, word
from cloud_sync.hq.database.queries import StoreState


@dataclass(frozen=True)
class Overview:
    """What the page shows. `days` are sales per day in `currency`, the oldest first, the last one today.

    `urgent` is the card of alerts, drawn already; empty when there are none.
    """

    stores: Sequence[StoreState]
    currency: str
    days: Sequence[tuple[date, int]]
    urgent: str = ""


def render(language: Language, model: Overview) -> str:
    """The page's HTML below its bar."""
    if not model.stores:
        return parts.page(_no_store(language))
    cards = "".join(_store_card(language, store) for store in model.stores)
    chart = parts.day_chart(language, model.days, model.days[-1][0], model.currency)
    heading = f"{word(language, 'sales_by_day')} · {word(language, 'all_stores')}"
    return parts.page(
        f'{_figures(language, model)}<div class="gap"></div>{model.urgent}<div class="stores">{cards}</div>'
        f'<div class="gap"></div>{parts.card(heading, chart)}',
    )


def _no_store(language: Language) -> str:
    return (
        f'<div class="card blank"><h1>{word(language, "no_store_yet")}</h1>'
        f"<p>{word(language, 'no_store_hint')}</p><code>popshop hq enrol shop-1</code></div>"
    )


def _figures(language: Language, model: Overview) -> str:
    takings: dict[str, int] = {}
    for store in model.stores:
        takings[store.currency] = takings.get(store.currency, 0) + store.takings_today_minor
    main = parts.money(takings.pop(model.currency, 0), model.currency)
    others = " · ".join(parts.money(minor, currency) for currency, minor in sorted(takings.items()))
    online = sum(store.status == "online" for store in model.stores)
    logs = [log for store in model.stores for log in store.logs]
    gaps, waiting = sum(log.gaps for log in logs), sum(log.waiting for log in logs)
    units = sum(store.units_today for store in model.stores)
    counted = [store.visitors_today for store in model.stores if store.visitors_today is not None]
    came = parts.visitors(language, sum(counted) if counted else None)
    verdict = word(language, "incomplete" if gaps else "complete")
    waits = f"{word(language, 'rows_waiting')} {waiting:,} {word(language, 'rows')}" if waiting else verdict
    return (
        '<div class="figures">'
        + "".join(
            [
                parts.figure(word(language, "takings_today"), main, others, "lead"),
                parts.figure(
                    word(language, "units_today"), f"{units:,}<small>{word(language, 'units')}</small>", came
                ),
                parts.figure(
                    word(language, "stores_online"), f"{online}<small>/ {len(model.stores)}</small>"
                ),
                parts.figure(word(language, "rows_missing"), f"{gaps:,}", waits),
            ]
        )
        + "</div>"
    )


def _store_card(language: Language, store: StoreState) -> str:
    tags = ""
    if store.unresolved_vends:
        tags += f'<span class="tag warn">{word(language, "unresolved")} {store.unresolved_vends}</span> '
    quarantined = sum(log.quarantined for log in store.logs)
    if quarantined:
        tags += f'<span class="tag">{word(language, "quarantine")} {quarantined}</span>'
    told = parts.visitors(language, store.visitors_today)
    came = f" · {told}" if told else ""
    return (
        f'<a class="card store" href="/stores/{parts.text(store.store)}">'
        f'<div class="row"><div class="title">{parts.text(store.name)}</div>'
        f'<div class="push">{parts.status_pill(language, store)}</div></div>'
        f'<div class="id">{parts.text(store.store)} · {parts.text(store.timezone)}</div>'
        f'<div class="big">{parts.money(store.takings_today_minor, store.currency)}'
        f"<small>{store.units_today:,} {word(language, 'units')}{came}</small></div>"
        f'<div class="tags">{tags}</div>'
        f'<div class="proof">{parts.proof_lines(language, store.logs) or _no_log(language)}</div></a>'
    )


def _no_log(language: Language) -> str:
    return f'<div class="line">{word(language, "last_sync")}: {word(language, "never")}</div>'
