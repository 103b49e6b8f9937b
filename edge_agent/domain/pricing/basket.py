"""What a basket costs: every unit with its list price, what was taken off and why, and the tax in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cloud_sync.protocol.facts import Adjustment
from edge_agent.domain.pricing.plans import reduced
from edge_agent.domain.pricing.reductions import POINTS
from edge_agent.domain.pricing.tax import taxed
from edge_agent.domain.pricing.units import Terms as Terms
from edge_agent.domain.pricing.units import Unit, taken_apart
from edge_agent.domain.pricing.units import Wanted as Wanted


@dataclass(frozen=True, slots=True)
class Priced:
    """Units of one wanted line that cost the same; `price_minor` per unit, `tax_minor` contained in it."""

    wanted: int
    qty: int
    list_price_minor: int
    price_minor: int
    tax_minor: int
    tax_rate_bp: int
    tax_group: str
    price_version: int
    adjustments: tuple[Adjustment, ...] = ()


def price(wanted: Sequence[Wanted], terms: Terms) -> list[Priced]:
    """Price a basket. Per line the quantities add up; Σ qty × price is the total to pay, whatever the lines' order."""
    units = taken_apart(wanted)
    fixed = [unit for unit in units if unit.of.fixed_price_minor is not None]
    free = [unit for unit in units if unit.of.fixed_price_minor is None]
    if terms.promotions or terms.coupons or terms.points:
        free = reduced(free, terms)
    for unit in fixed:
        unit.left_minor = unit.of.fixed_price_minor or 0
    every = [*free, *fixed]
    costs = taxed(every, inclusive=terms.tax == "inclusive")
    for unit, (price_minor, tax_minor) in zip(every, costs, strict=True):
        if unit.of.fixed_price_minor is not None:
            before_minor = price_minor if terms.tax == "inclusive" else price_minor - tax_minor
            _explain(unit, before_minor - unit.of.list_price_minor)
    return _gathered(every, costs)


def used_coupons(priced: Sequence[Priced]) -> list[str]:
    """Ids of the coupons that took something off; another one is not used up."""
    return sorted({each.id for one in priced for each in one.adjustments if each.kind == "coupon"})


def used_points(priced: Sequence[Priced], terms: Terms) -> int:
    """The points that took something off."""
    off_minor = sum(one.qty * -x.amount_minor for one in priced for x in one.adjustments if x.kind == POINTS)
    return off_minor // terms.point_value_minor if off_minor else 0


def _explain(unit: Unit, by_minor: int) -> None:
    if by_minor:
        unit.adjustments.append(Adjustment(kind="staff", id="", amount_minor=by_minor))


def _gathered(units: Sequence[Unit], costs: Sequence[tuple[int, int]]) -> list[Priced]:
    """Units that cost the same, together; in the order of the lines, the dearest first."""
    counted: dict[tuple[int, int, int, tuple[Adjustment, ...]], tuple[int, Unit]] = {}
    for unit, (price_minor, tax_minor) in zip(units, costs, strict=True):
        key = (unit.wanted, -price_minor, tax_minor, tuple(unit.adjustments))
        counted[key] = (counted.get(key, (0, unit))[0] + 1, unit)
    return [
        Priced(
            wanted=wanted,
            qty=qty,
            list_price_minor=unit.of.list_price_minor,
            price_minor=-minus_price,
            tax_minor=tax_minor,
            tax_rate_bp=unit.of.tax_rate_bp,
            tax_group=unit.of.tax_group,
            price_version=unit.of.price_version,
            adjustments=adjustments,
        )
        for (wanted, minus_price, tax_minor, adjustments), (qty, unit) in sorted(
            counted.items(), key=lambda each: each[0][:3]
        )
    ]
