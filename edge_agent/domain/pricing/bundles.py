"""Bundles: several units for one price. A unit is in one bundle at most; the dearest go in first."""

from __future__ import annotations

from collections.abc import Sequence

from edge_agent.domain.pricing.rules import BuyAndGet, Promotion, SetForPrice, SomeForPrice
from edge_agent.domain.pricing.units import Unit, spread


def bundle(units: Sequence[Unit], promotion: Promotion) -> None:
    """Make as many bundles of a promotion as there are units for and as save something.

    The bundle's price is shared out to its units in proportion to their list prices, so that each has its own part of
    the reduction when it comes back.
    """
    while True:
        chosen, price_minor = _next(units, promotion)
        before = [unit.left_minor for unit in chosen]
        if not chosen or price_minor >= sum(before):
            return
        for unit, share in zip(chosen, spread(price_minor, before), strict=True):
            unit.bundled = True
            unit.reduce("bundle", promotion.promotion, promotion.version, unit.left_minor - share)


def _next(units: Sequence[Unit], promotion: Promotion) -> tuple[list[Unit], int]:
    """The units of the next bundle, and its price; none where there are too few."""
    rule = promotion.rule
    free = [unit for unit in units if not unit.bundled]
    if isinstance(rule, SetForPrice):
        return _one_of_each(free, rule.skus), rule.price_minor
    if not isinstance(rule, SomeForPrice | BuyAndGet):
        return [], 0
    fitting = [unit for unit in free if rule.match.fits(unit.of.sku, unit.of.brand, unit.of.category)]
    many = rule.units if isinstance(rule, SomeForPrice) else rule.buy + rule.free
    if len(fitting) < many:
        return [], 0
    chosen = fitting[:many]
    if isinstance(rule, SomeForPrice):
        return chosen, rule.price_minor
    return chosen, sum(unit.left_minor for unit in chosen[: rule.buy])


def _one_of_each(free: Sequence[Unit], skus: Sequence[str]) -> list[Unit]:
    chosen: list[Unit] = []
    for sku in skus:
        found = next(
            (unit for unit in free if unit.of.sku == sku and all(unit is not x for x in chosen)), None
        )
        if found is None:
            return []
        chosen.append(found)
    return chosen
