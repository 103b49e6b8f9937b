"""The tax of a basket: per group and rate of the whole order, rounded half up once, then shared out to the units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from edge_agent.domain.pricing.rules import WHOLE
from edge_agent.domain.pricing.units import Unit, half_up, spread


def taxed(units: Sequence[Unit], *, inclusive: bool) -> list[tuple[int, int]]:
    """Price (all taxes in it) and tax of each unit, in minor units.

    A fixed price contains its tax whatever the shop's list prices do.
    """
    out = [(unit.left_minor, 0) for unit in units]
    groups: dict[tuple[str, int, bool], list[int]] = defaultdict(list)
    for n, unit in enumerate(units):
        contained = inclusive or unit.of.fixed_price_minor is not None
        groups[unit.of.tax_group, unit.of.tax_rate_bp, contained].append(n)
    for (_, rate_bp, contained), members in groups.items():
        before = [units[n].left_minor for n in members]
        tax = half_up(sum(before), rate_bp, WHOLE + rate_bp if contained else WHOLE)
        for n, minor, share in zip(members, before, spread(tax, before), strict=True):
            out[n] = (minor if contained else minor + share, share)
    return out
