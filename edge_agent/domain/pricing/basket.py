"""What a basket costs: every unit with its list price, what was taken off and why, and the tax in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cloud_sync.protocol.facts import Adjustment
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
    for unit in units:
        if unit.of.fixed_price_minor is not None:
            unit.left_minor = unit.of.fixed_price_minor
            if unit.left_minor != unit.of.list_price_minor:
                by_minor = unit.left_minor - unit.of.list_price_minor
                unit.adjustments.append(Adjustment(kind="staff", id="", amount_minor=by_minor))
    return _gathered(units, taxed(units, inclusive=terms.tax == "inclusive"))


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
