"""Which reductions to take where they exclude each other: every way to combine them is worked out, and the one that
costs the shopper least is taken. Few are weighed at a time, so that the work has a limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final, TypeVar

from edge_agent.domain.pricing.bundles import bundle
from edge_agent.domain.pricing.reductions import (
    fitting,
    reached,
    reduce_basket,
    reduce_coupons,
    reduce_items,
    reduce_points,
)
from edge_agent.domain.pricing.rules import BasketDiscount, Bundle, Coupon, Promotion
from edge_agent.domain.pricing.tax import taxed
from edge_agent.domain.pricing.units import Terms, Unit

MAX_WEIGHED: Final = 4
"""Bundles, and basket discounts, weighed against each other in one basket: the first by id of those that it is
enough for."""
MAX_COUPONS: Final = 3
"""Of one order."""

_T = TypeVar("_T")


def reduced(units: Sequence[Unit], terms: Terms) -> list[Unit]:
    """The units with everything taken off, the cheapest way; of ways that cost the same the one with fewest rules."""
    in_force = sorted((x for x in terms.promotions if x.in_force(terms.now)), key=lambda x: x.promotion)
    best = _cheapest(
        [_by_rules(units, bundles, basket, in_force, terms) for bundles, basket in _ways(units, in_force)],
        terms,
    )
    coupons = sorted(terms.coupons, key=lambda each: each.coupon)[:MAX_COUPONS]
    if coupons:
        best = _cheapest([_with_coupons(best, some) for some in _together(coupons)], terms)
    reduce_points(best, terms)
    return best


def _ways(
    units: Sequence[Unit], in_force: Sequence[Promotion]
) -> list[tuple[tuple[Promotion, ...], Promotion | None]]:
    """Every set of bundles, with each basket discount or none; the smallest sets first."""
    bundles = []
    for each in in_force:
        if isinstance(each.rule, Bundle):
            tried = [unit.copy() for unit in units]
            bundle(tried, each)
            if any(unit.bundled for unit in tried):
                bundles.append(each)
    baskets: list[Promotion | None] = [None]
    for each in in_force:
        if isinstance(each.rule, BasketDiscount) and reached(units, each.rule) and fitting(units, each.rule):
            baskets.append(each)
    return [(some, basket) for some in _sets(bundles[:MAX_WEIGHED]) for basket in baskets[: MAX_WEIGHED + 1]]


def _by_rules(
    units: Sequence[Unit],
    bundles: Sequence[Promotion],
    basket: Promotion | None,
    in_force: Sequence[Promotion],
    terms: Terms,
) -> list[Unit]:
    out = [unit.copy() for unit in units]
    for each in bundles:
        bundle(out, each)
    reduce_items(out, in_force, terms.tier)
    if basket is not None:
        reduce_basket(out, basket)
    return out


def _together(coupons: Sequence[Coupon]) -> list[tuple[Coupon, ...]]:
    """Coupons that may be used in one order: one that stands alone goes with no other."""
    return [some for some in _sets(coupons) if len(some) < 2 or not any(each.rule.alone for each in some)]


def _with_coupons(units: Sequence[Unit], coupons: Sequence[Coupon]) -> list[Unit]:
    out = [unit.copy() for unit in units]
    reduce_coupons(out, coupons)
    return out


def _sets(some: Sequence[_T]) -> list[tuple[_T, ...]]:
    return [chosen for many in range(len(some) + 1) for chosen in combinations(some, many)]


def _cheapest(ways: Sequence[list[Unit]], terms: Terms) -> list[Unit]:
    if len(ways) == 1:
        return ways[0]
    return min(ways, key=lambda units: sum(x for x, _ in taxed(units, inclusive=terms.tax == "inclusive")))
