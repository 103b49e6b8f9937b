"""Pure: what stands in rows that were kept aside, in words, so that a person can decide what to do about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, word
from cloud_sync.hq.database.stock_queries import KeptRow
from cloud_sync.hq.rules.accept import read_row
from cloud_sync.protocol import facts, handover_facts
from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.fact import Fact
from cloud_sync.protocol.numbered_log import GENESIS
from cloud_sync.protocol.stock_facts import StockCounted, StockCountedIn


@dataclass
class Summary:
    """What the rows of one log say; money by currency, in minor units."""

    rows: int = 0
    orders: int = 0
    handed_over: int = 0
    counts: int = 0
    other: int = 0
    unreadable: int = 0
    paid: dict[str, int] = field(default_factory=dict)
    refunded: dict[str, int] = field(default_factory=dict)
    cash: dict[str, int] = field(default_factory=dict)
    times: list[datetime] = field(default_factory=list)


def summarise(rows: Sequence[KeptRow]) -> Summary:
    """Read the rows and add up what a person asks for first: orders, money, goods."""
    found = Summary()
    for kept in rows:
        found.rows += 1
        row = read_row(kept.seq, bytes(kept.body), GENESIS)
        if row.event is not None and (at := parse_time(row.event.time)) is not None:
            found.times.append(at)
        if row.fact is None:
            found.unreadable += 1
        else:
            _add(found, row.fact)
    return found


def _add(found: Summary, fact: Fact) -> None:
    match fact:
        case facts.OrderPlaced():
            found.orders += 1
        case facts.PaymentPaid():
            _more(found.paid, fact.currency, fact.amount_minor)
        case facts.PaymentRefunded():
            _more(found.refunded, fact.currency, fact.amount_minor)
        case facts.CashSold():
            _more(found.cash, fact.currency, fact.price_minor)
        case facts.VendDispensed():
            found.handed_over += 1
        case handover_facts.HandedOver():
            found.handed_over += fact.qty
        case facts.SlotCounted() | StockCounted() | StockCountedIn():
            found.counts += 1
        case _:
            found.other += 1


def _more(sums: dict[str, int], currency: str, minor: int) -> None:
    sums[currency] = sums.get(currency, 0) + minor


def render(language: Language, rows: Sequence[KeptRow], zone: str) -> str:
    """A line per epoch and stream that has rows kept aside."""
    if not rows:
        return parts.empty(word(language, "kept_none"))
    lines = []
    for (epoch, stream), group in groupby(rows, key=lambda row: (row.epoch, row.stream)):
        listed = list(group)
        place = f"{word(language, stream)} · {word(language, 'epoch', epoch)}"
        span = f"{listed[0].seq:,} – {listed[-1].seq:,}"
        lines.append((f'{place}<div class="sub">{span}</div>', _in_words(language, listed, zone)))
    headings = [(word(language, "stream"), "tight"), ("", "")]
    return f'<p class="sub">{word(language, "kept_hint")}</p>{parts.table(headings, lines)}'


def _in_words(language: Language, rows: Sequence[KeptRow], zone: str) -> str:
    found = summarise(rows)
    told = [
        word(language, key, f"{number:,}")
        for key, number in (
            ("kept_orders", found.orders),
            ("kept_handed_over", found.handed_over),
            ("kept_counts", found.counts),
            ("kept_other", found.other),
            ("kept_unreadable", found.unreadable),
        )
        if number
    ]
    told += [
        word(language, key, parts.money(minor, currency))
        for key, sums in (
            ("kept_paid", found.paid),
            ("kept_refunded", found.refunded),
            ("kept_cash", found.cash),
        )
        for currency, minor in sorted(sums.items())
    ]
    when = ""
    if found.times:
        first, last = (parts.clock_time(at, zone) for at in (min(found.times), max(found.times)))
        when = f'<div class="sub">{word(language, "kept_from_to", first, last)}</div>'
    return f"<b>{word(language, 'kept_rows', f'{found.rows:,}')}</b>: {' · '.join(told)}{when}"
