"""A basket taken apart into units, each with what it costs so far and why; and amounts spread over units to the last
minor unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cloud_sync.protocol.facts import Adjustment
from edge_agent.domain.pricing.rules import Coupon, Promotion


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants, with what the catalogue says of it. `fixed_price_minor` (taxes in it) is staff's word, or a
    sample's: no rule changes it.
    """

    sku: str
    qty: int
    list_price_minor: int
    price_version: int = 0
    tax_rate_bp: int = 0
    tax_group: str = ""
    brand: str = ""
    category: str = ""
    fixed_price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a basket is priced. `tax`: list prices contain it (inclusive) or not (exclusive); `now` RFC 3339."""

    currency: str
    tax: str = "inclusive"
    promotions: tuple[Promotion, ...] = ()
    tier: str = ""
    coupons: tuple[Coupon, ...] = ()
    points: int = 0
    point_value_minor: int = 0
    now: str = ""


@dataclass(slots=True)
class Unit:
    """One unit on its way to its price; `left_minor` is what is left of its list price."""

    wanted: int
    of: Wanted
    left_minor: int
    adjustments: list[Adjustment] = field(default_factory=list)
    bundled: bool = False

    def reduce(self, kind: str, name: str, version: int, by_minor: int) -> None:
        """Take an amount off, and say why."""
        if by_minor:
            self.left_minor -= by_minor
            self.adjustments.append(Adjustment(kind=kind, id=name, version=version, amount_minor=-by_minor))

    def copy(self) -> Unit:
        """The same, to be priced another way."""
        return replace(self, adjustments=list(self.adjustments))


def taken_apart(wanted: Sequence[Wanted]) -> list[Unit]:
    """Every unit at its list price, in an order that does not depend on that of the lines: the dearest first, then by
    SKU and what else sets them apart.
    """
    units = [Unit(n, each, each.list_price_minor) for n, each in enumerate(wanted) for _ in range(each.qty)]
    return sorted(units, key=_place)


def _place(unit: Unit) -> tuple[int, str, str, str, str, int, int, int]:
    of = unit.of
    return (
        -of.list_price_minor, of.sku, of.brand, of.category, of.tax_group, of.tax_rate_bp, of.price_version,
        unit.wanted,
    )  # fmt: skip


def half_up(value: int, by: int, of: int) -> int:
    """`value` × `by` / `of`, rounded half up; nothing of it is below 0."""
    return (2 * value * by + of) // (2 * of)


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount shared out in proportion, in whole minor units that add up to it: the largest remainders get one more
    each, of equal ones the first. Without any weight nobody gets anything.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [amount * weight // whole for weight in weights]
    first = sorted(range(len(weights)), key=lambda n: (-(amount * weights[n] % whole), n))
    for n in first[: amount - sum(shares)]:
        shares[n] += 1
    return shares
