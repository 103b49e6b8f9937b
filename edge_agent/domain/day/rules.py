"""Moving cash, counting it blind, handing the drawer over, and closing the day: by a person, never by a clock."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from cloud_sync.protocol import day_facts, facts
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.shop_instructions import CarryOver
from edge_agent.domain.day.commands import CloseDay, CountDrawer, MoveCash, OpenDrawer, TakeOver
from edge_agent.domain.day.tally import Tally
from edge_agent.domain.refusals import Refusal

MOST_KINDS: Final = 40
"""Coins and notes on one counting sheet."""


class Covers(NamedTuple):
    """Ledger rows of the present epoch that a Z covers."""

    epoch: int
    first_seq: int
    last_seq: int


def open_drawer(floated: bool, currency: str, c: OpenDrawer) -> list[facts.Fact] | Refusal:
    """Put the change in: once a day and drawer, so that a second float cannot hide a mistake."""
    if floated:
        return Refusal("drawer_open", c.drawer)
    return [_moved("float", c.float_minor, "", c, currency)] if c.float_minor else []


def move(currency: str, c: MoveCash) -> list[facts.Fact] | Refusal:
    """Note cash that came or went without a sale. What the drawer ought to hold is not told to whoever does it."""
    if c.kind not in day_facts.KINDS[1:] or c.amount_minor < 1:
        return Refusal("malformed", c.kind)
    if not c.reason.strip() and c.kind != "drop":
        return Refusal("reason_needed")
    return [_moved(c.kind, c.amount_minor, c.reason.strip(), c, currency)]


def _moved(
    kind: str, amount_minor: int, reason: str, c: OpenDrawer | MoveCash, currency: str
) -> day_facts.CashMoved:
    return day_facts.CashMoved(
        move=f"move-{c.id}",
        drawer=c.drawer,
        kind=kind,
        amount_minor=amount_minor,
        currency=currency,
        reason=reason,
        by=c.by,
    )


def count(tally: Tally, currency: str, c: CountDrawer) -> list[facts.Fact] | Refusal:
    """Hold what was counted against the book."""
    if c.denominations:
        if len(c.denominations) > MOST_KINDS or not all(k.isdecimal() for k in c.denominations):
            return Refusal("malformed", "denominations")
        if sum(int(unit) * number for unit, number in c.denominations.items()) != c.counted_minor:
            return Refusal("count_differs")
    expected_minor = tally.drawer(c.drawer).expected_minor
    counted = day_facts.DrawerCounted(
        count=f"count-{c.id}",
        drawer=c.drawer,
        counted_minor=c.counted_minor,
        expected_minor=expected_minor,
        over_minor=c.counted_minor - expected_minor,
        currency=currency,
        denominations={unit: number for unit, number in c.denominations.items() if number},
        by=c.by,
    )
    return [counted]


def take_over(c: TakeOver) -> list[facts.Fact] | Refusal:
    """Note who has the drawer from here on."""
    if c.from_staff == c.to_staff:
        return Refusal("same_staff")
    taken = day_facts.StaffTookOver(
        drawer=c.drawer, from_staff=c.from_staff, to_staff=c.to_staff, count=c.count, note=c.note.strip()
    )
    return [taken]


def go_on_from(down_seq: int, asked: CarryOver, mine_minor: int, currency: str) -> list[facts.Fact]:
    """Go on from what headquarters knows the store's computers to have done. `mine_minor` of it stands in this file.

    Never takes anything off the grand total: rows of this file that headquarters keeps aside are money that came, too.
    In another currency only the number goes on.
    """
    same = asked.currency == currency
    carried_minor = max(0, asked.total_minor - mine_minor) if same else 0
    return [
        day_facts.CarriedOver(
            down_seq=down_seq,
            z=asked.z,
            total_minor=asked.total_minor,
            mine_minor=mine_minor,
            carried_minor=carried_minor,
            currency=asked.currency,
        )
    ]


def close(
    tally: Tally, covers: Covers, open_cases: int, c: CloseDay, now: datetime
) -> list[facts.Fact] | Refusal:
    """Make the Z: numbered after the last one, over everything since."""
    if not tally.happened:
        return Refusal("day_not_open")
    if not c.uncounted and any(each.counted_minor is None for each in tally.drawers.values()):
        return Refusal("drawer_uncounted")
    report = tally.report(now, open_cases, closed_at=rfc3339(now))
    closed = day_facts.DayClosed(
        z=report.z,
        day=report.day,
        opened_at=report.opened_at or "",
        closed_at=report.closed_at or "",
        epoch=covers.epoch,
        first_seq=covers.first_seq,
        last_seq=covers.last_seq,
        currency=report.currency,
        figures=msgspec.Raw(msgspec.json.encode(report)),
        grand_total_minor=report.grand_total_minor,
        late=report.late,
        by=c.by,
    )
    return [closed]
