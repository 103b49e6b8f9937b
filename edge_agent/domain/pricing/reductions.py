"""What is taken off units and baskets: item discounts and member prices, basket discounts, coupons, points."""

from __future__ import annotations

from collections.abc import Sequence

from edge_agent.domain.pricing.rules import (
    WHOLE,
    BasketDiscount,
    Coupon,
    CouponRule,
    ItemDiscount,
    MemberPrice,
    Promotion,
)
from edge_agent.domain.pricing.units import Terms, Unit, half_up, spread

POINTS = "points"
"""What an adjustment for points is called, kind and id."""


def fitting(
    units: Sequence[Unit], rule: ItemDiscount | BasketDiscount | CouponRule | MemberPrice
) -> list[Unit]:
    """The units that a rule is about."""
    return [unit for unit in units if rule.match.fits(unit.of.sku, unit.of.brand, unit.of.category)]


def reached(units: Sequence[Unit], rule: ItemDiscount | BasketDiscount | CouponRule) -> bool:
    """Whether there is enough of what a rule is about: at list prices, so that no reduction takes another away."""
    of = fitting(units, rule)
    return len(of) >= rule.from_units and sum(unit.of.list_price_minor for unit in of) >= rule.from_minor


def reduce_items(units: Sequence[Unit], promotions: Sequence[Promotion], tier: str) -> None:
    """Each unit that is in no bundle gets the one item discount or member price that is best for it; of equal ones
    the first by id.
    """
    offers: list[tuple[Promotion, ItemDiscount | MemberPrice]] = []
    for each in promotions:
        rule = each.rule
        if isinstance(rule, MemberPrice):
            holds = tier in rule.tiers
        else:
            holds = isinstance(rule, ItemDiscount) and reached(units, rule)
        if holds and isinstance(rule, ItemDiscount | MemberPrice):
            offers.append((each, rule))
    for unit in units:
        if unit.bundled:
            continue
        of = unit.of
        best = max(
            (
                (_off(unit, rule), each)
                for each, rule in offers
                if rule.match.fits(of.sku, of.brand, of.category)
            ),
            key=lambda offer: offer[0],
            default=None,
        )
        if best is not None:
            off_minor, each = best
            kind = "member" if isinstance(each.rule, MemberPrice) else "discount"
            unit.reduce(kind, each.promotion, each.version, off_minor)


def _off(unit: Unit, rule: ItemDiscount | MemberPrice) -> int:
    if isinstance(rule, MemberPrice) and rule.price_minor is not None:
        return max(0, unit.left_minor - rule.price_minor)
    return min(unit.left_minor, half_up(unit.left_minor, rule.percent_bp, WHOLE) + rule.amount_minor)


def reduce_basket(units: Sequence[Unit], promotion: Promotion) -> None:
    """Take a basket discount off what its units cost by now, in proportion to that."""
    rule = promotion.rule
    if isinstance(rule, BasketDiscount):
        _take_off(units, rule, "discount", promotion.promotion, promotion.version)


def reduce_coupons(units: Sequence[Unit], coupons: Sequence[Coupon]) -> None:
    """Take coupons off: parts before amounts, then by id."""
    for coupon in sorted(coupons, key=lambda each: (each.rule.amount_minor > 0, each.coupon)):
        _take_off(units, coupon.rule, "coupon", coupon.coupon, coupon.version)


def _take_off(
    units: Sequence[Unit], rule: BasketDiscount | CouponRule, kind: str, name: str, version: int
) -> None:
    if not reached(units, rule):
        return
    of = fitting(units, rule)
    left = [unit.left_minor for unit in of]
    off_minor = half_up(sum(left), rule.percent_bp, WHOLE) + rule.amount_minor
    off_minor = min(off_minor, sum(left), rule.most_minor or off_minor)
    for unit, share in zip(of, spread(off_minor, left), strict=True):
        unit.reduce(kind, name, version, share)


def reduce_points(units: Sequence[Unit], terms: Terms) -> None:
    """Take points off the whole basket: only whole points, and no more than it costs."""
    left = [unit.left_minor for unit in units]
    if terms.point_value_minor <= 0:
        return
    used = min(terms.points, sum(left) // terms.point_value_minor)
    for unit, share in zip(units, spread(used * terms.point_value_minor, left), strict=True):
        unit.reduce(POINTS, POINTS, 0, share)
