"""A provider's book of a day held against ours, payment by payment and refund by refund, and when that is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from cloud_sync.protocol import facts
from cloud_sync.protocol.payment_facts import Difference, DifferenceSettled, StatementCompared
from edge_agent.domain.methods import ALIPAY, SIGNED, WECHAT
from edge_agent.domain.payment_commands import SettleDifference, StatementRead
from edge_agent.domain.refusals import Refusal

MORNING: Final = time(11)
"""On the store's clock: from then on the book of the day before is whole. Alipay's trade bill is there by 9 as a rule,
WeChat Pay's is made after 10."""
LATE: Final = timedelta(days=1)
"""Both warn that a bill may be late, and answer for it as for a day without money: so long after the morning such an
answer is not believed where our journal has money."""
OUT_NEXT_DAY: Final = frozenset({ALIPAY, WECHAT})
"""Providers that give no book of a day before the next morning; the others' can be read while the day goes on."""
WITHOUT_BOOK: Final = frozenset({SIGNED})
"""Headquarters knows a signed receipt as spent by our journal alone: there is no second book to hold against it."""
MOST_DAYS: Final = 31
"""Days back that are made up for by themselves, by a store that was away for long."""

MOST: Final = 500
"""Differences that one comparison names; a book that differs more than this is the wrong book."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that moved by our journal on the day, or that the provider may book there or not (`near`)."""

    payment: str
    refund: str
    amount_minor: int
    near: bool = False


Book = dict[tuple[str, str], int]


def wanted_since(
    method: str, day: str, closings: Iterable[datetime], now: datetime, zone: tzinfo
) -> datetime | None:
    """Since when a day's book is to be compared: its newest Z, and again the next morning; None before either."""
    morning = whole_from(day, zone)
    moments = [morning] if method in OUT_NEXT_DAY else [*closings, morning]
    return max((moment for moment in moments if moment <= now), default=None)


def not_out(method: str, day: str, now: datetime, zone: tzinfo, *, money: bool) -> bool:
    """Whether a book without a line is one that is still to be made. `money`: some moved on that day by our journal."""
    believed = whole_from(day, zone) + (LATE if money else timedelta())
    return method in OUT_NEXT_DAY and now < believed


def whole_from(day: str, zone: tzinfo) -> datetime:
    """When every provider's book of a day is whole."""
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), MORNING, zone)


def compare(read: StatementRead, ours: Sequence[Moved], currency: str) -> StatementCompared:
    """What the two books say differently. What they took and gave back without our knowing differs in nothing."""
    theirs = _book((payment, refund, minor) for payment, refund, minor, _ in read.booked)
    here = _book((m.payment, m.refund, m.amount_minor) for m in ours)
    due = {(m.payment, m.refund) for m in ours if not m.near}
    odd = {(p, r): minor for p, r, minor, code in read.booked if code != currency}
    taken_back = {p for p, _ in theirs if _net(theirs, p) == 0 and not any(q == p for q, _ in here)}
    found: list[Difference] = []
    for key in sorted(theirs.keys() | due):
        payment, refund = key
        if payment in taken_back:
            continue
        kind = _kind(theirs.get(key), here.get(key), refund, wrong_money=key in odd)
        if kind:
            found.append(
                Difference(
                    case=f"{read.method}-{refund or payment}",
                    kind=kind,
                    payment=payment,
                    refund=refund,
                    ours_minor=here.get(key, 0),
                    theirs_minor=theirs.get(key, 0),
                )
            )
    return StatementCompared(
        method=read.method,
        day=read.day,
        currency=currency,
        ours_minor=sum(-m.amount_minor if m.refund else m.amount_minor for m in ours if not m.near),
        theirs_minor=sum(-minor if refund else minor for (_, refund), minor in theirs.items()),
        lines=len(read.booked),
        differences=found[:MOST],
        more=max(0, len(found) - MOST),
    )


def _book(lines: Iterable[tuple[str, str, int]]) -> Book:
    book: Book = {}
    for payment, refund, minor in lines:
        book[payment, refund] = book.get((payment, refund), 0) + minor
    return book


def _net(book: Book, payment: str) -> int:
    return sum(-minor if refund else minor for (whose, refund), minor in book.items() if whose == payment)


def _kind(theirs: int | None, ours: int | None, refund: str, *, wrong_money: bool) -> str:
    if ours is None:
        return "refund_missing_here" if refund else "missing_here"
    if theirs is None:
        return "refund_missing_there" if refund else "missing_there"
    return "amount_differs" if theirs != ours or wrong_money else ""


def settle(standing: bool | None, command: SettleDifference) -> list[facts.Fact] | Refusal:
    """A person saw to it; `standing` is whether the difference is open, None when there is none."""
    if standing is None:
        return Refusal("unknown_difference", command.case)
    if not standing:
        return Refusal("difference_settled", command.case)
    return [DifferenceSettled(case=command.case, note=command.note[:200])]
