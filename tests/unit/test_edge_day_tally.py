"""A report is a sum of facts: whatever facts there are, it says what a plain recount of their JSON says."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_sync.protocol import day_facts, facts, handover_facts
from cloud_sync.protocol.money import format_minor
from edge_agent.domain.day import paper
from edge_agent.domain.day.report import Report
from edge_agent.domain.day.tally import Before, Tally
from tests import recount

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
AT = "2026-05-01T12:00:00.000000Z"
METHODS = ("counter", "card", "alipay", "wechat", "signed", "sandbox", "none")


def placed(dice: random.Random, order: str) -> facts.OrderPlaced:
    """An order of lines in several tax groups, with reductions, by every way of handing over."""
    lines = []
    for number in range(1, dice.randrange(2, 5)):
        price = dice.randrange(0, 9_999)
        adjustments = [
            facts.Adjustment(kind=kind, id="p", amount_minor=-dice.randrange(1, 300))
            for kind in dice.sample(("discount", "coupon", "bundle", "member", "points"), dice.randrange(3))
        ]
        lines.append(
            facts.OrderLine(
                line=number,
                sku=f"s{number}",
                qty=dice.randrange(1, 4),
                list_price_minor=price,
                price_minor=price,
                tax_rate_bp=dice.choice((0, 600, 1300)),
                device="vm-1",
                slot="1",
                handover=dice.choice(handover_facts.WAYS),
                tax_minor=price // dice.randrange(7, 20),
                tax_group=dice.choice(("", "food", "standard")),
                adjustments=adjustments,
            )
        )
    total = sum(line.qty * line.price_minor for line in lines)
    return facts.OrderPlaced(
        order=order, channel="kiosk", device="", currency="CNY", total_minor=total, lines=lines, expires_at=AT
    )


def happened(dice: random.Random, p: facts.OrderPlaced) -> list[facts.Fact]:
    """What became of an order: some of it may still be under way."""
    method, c = dice.choice(METHODS), "CNY"
    names: dict[str, Any] = {"payment": f"{p.order}-P1", "order": p.order}
    out: list[facts.Fact] = [
        facts.PaymentPaid(**names, method=method, amount_minor=p.total_minor, currency=c)
    ]
    for line in p.lines:
        amount = line.qty * line.price_minor
        end = dice.random()
        if end < 0.15:
            continue
        if end < 0.3:
            refund: dict[str, Any] = {
                "refund": f"{p.order}-R{line.line}",
                **names,
                "amount_minor": amount,
                "currency": c,
            }
            out.append(facts.RefundRequested(**refund, reason="failed"))
            by = dice.choice(("ref", "paid out by staff"))
            if dice.random() < 0.7:
                out.append(facts.PaymentRefunded(**refund, method=method, provider_ref=by))
        elif line.handover in handover_facts.BY_MACHINE:
            for unit in range(1, line.qty + 1):
                name: dict[str, Any] = {
                    "vend": f"{p.order}-{line.line}-{unit}",
                    "order": p.order,
                    "sku": line.sku,
                    "currency": c,
                }
                sold: dict[str, Any] = {
                    "device": "vm-1",
                    "slot": "1",
                    "price_minor": line.price_minor,
                    "sold_at": AT,
                }
                out.append(facts.VendDispensed(**name, **sold, line=line.line, drop_confirmed=True))
                if dice.random() < 0.2:
                    out.append(facts.SaleReversed(**name, **sold, by="staff"))
        else:
            handed: dict[str, Any] = {
                "handover": f"{p.order}-{line.line}",
                "order": p.order,
                "line": line.line,
                "sku": line.sku,
            }
            sold_all: dict[str, Any] = {"qty": line.qty, "amount_minor": amount, "currency": c, "sold_at": AT}
            out.append(handover_facts.HandedOver(**handed, **sold_all, how=line.handover))
            if dice.random() < 0.2:
                out.append(handover_facts.HandoverReversed(**handed, **sold_all))
    return [*out, facts.OrderClosed(order=p.order, state=dice.choice(("completed", "refunded")))]


def as_row(fact: facts.Fact) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(msgspec.json.encode(fact))
    return {"type": fact.TYPE.split(".", 1)[1][:-3], "at": AT, **body}


def tallied(new: list[facts.Fact], before: list[facts.OrderPlaced]) -> Report:
    known = {p.order: p.lines for p in before}
    tally = Tally(Before(), "Asia/Shanghai", "CNY", lambda order: known.get(order, ()))
    for fact in new:
        tally.add(fact, AT)
    return tally.report(NOW, 0)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_any_facts_of_a_day_add_up_to_the_fen(seed: int) -> None:
    dice = random.Random(seed)
    orders = [placed(dice, f"o{n}") for n in range(8)]
    # Some were placed before the last Z and go on after it.
    before, today = orders[:3], orders[3:]
    new: list[facts.Fact] = [*today]
    for p in orders:
        new += happened(dice, p)
    for n in range(dice.randrange(6)):
        kind = dice.choice(day_facts.KINDS)
        minor = dice.randrange(1, 99_999)
        drawer = dice.choice(("counter", "bar"))
        moved = day_facts.CashMoved(
            move=f"m{n}", drawer=drawer, kind=kind, amount_minor=minor, currency="CNY"
        )
        new.append(moved)
    report = tallied(new, before)
    rows = [as_row(fact) for fact in new]
    counted = recount.recount(rows, [as_row(p) for p in before] + rows)
    recount.same(json.loads(msgspec.json.encode(report)), counted)


def test_a_drawer_that_nobody_counted_leaves_the_whole_count_open() -> None:
    moves: list[facts.Fact] = [
        day_facts.CashMoved(move=drawer, drawer=drawer, kind="float", amount_minor=100, currency="CNY")
        for drawer in ("counter", "bar")
    ]
    counts = [
        day_facts.DrawerCounted(
            count=drawer, drawer=drawer, counted_minor=90, expected_minor=100, over_minor=-10, currency="CNY"
        )
        for drawer in ("counter", "bar")
    ]
    assert tallied([*moves, counts[0]], []).cash.counted_minor is None
    assert tallied([*moves, *counts], []).cash.over_minor == -20


def test_a_report_on_paper_says_everything_in_both_languages() -> None:
    dice = random.Random(7)
    p = placed(dice, "o1")
    report = tallied([p, *happened(dice, p)], [])
    zh, en = paper.rows(report, "zh"), paper.rows(report, "en")
    assert len(zh) == len(en)
    assert ("Takings", format_minor(report.takings_minor, "CNY")) in en
    assert zh[0] == ("X 报表（未日结）", "")
