"""The shop's price rules as they stand in `PromotionListed.rule`: JSON of one of these, told apart by `type`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

WHOLE: Final = 10_000
"""100 % in basis points."""
MAX_NAMES: Final = 200
MAX_MINOR: Final = 100_000_000
MAX_BUNDLE_UNITS: Final = 20


class Match(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which goods a rule is about: those that are in each list that is not empty."""

    skus: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def fits(self, sku: str, brand: str, category: str) -> bool:
        """Tell whether goods are meant."""
        return (
            (not self.skus or sku in self.skus)
            and (not self.brands or brand in self.brands)
            and (not self.categories or category in self.categories)
        )


class _Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    match: Match = Match()


class _Less(_Rule, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A reduction by a part or by an amount (one of them), from a sum or a number of fitting goods at list prices."""

    percent_bp: int = 0
    amount_minor: int = 0
    from_minor: int = 0
    from_units: int = 0


class ItemDiscount(
    _Less, frozen=True, kw_only=True, omit_defaults=True, tag="item", forbid_unknown_fields=True
):
    """Every fitting unit costs less."""


class BasketDiscount(
    _Less, frozen=True, kw_only=True, omit_defaults=True, tag="basket", forbid_unknown_fields=True
):
    """All fitting units together cost less, `most_minor` at most (0: no limit)."""

    most_minor: int = 0


class CouponRule(
    _Less, frozen=True, kw_only=True, omit_defaults=True, tag="coupon", forbid_unknown_fields=True
):
    """As a basket discount, for whoever has a coupon of it."""

    most_minor: int = 0
    alone: bool = False
    """It does not go together with another coupon."""
    limit: int = 0
    """Coupons handed out at most, all in all; 0: as many as are wanted."""
    per_subject: int = 1
    """To one member or visit."""
    valid_days: int = 30
    """From when it is handed out; never longer than the promotion."""
    given: Literal["anyone", "staff", "shared", "draw"] = "anyone"
    """Who hands it out: anyone at a kiosk, staff only, or only for sharing or as a prize."""


class MemberPrice(
    _Rule, frozen=True, kw_only=True, omit_defaults=True, tag="member", forbid_unknown_fields=True
):
    """A member of one of the tiers pays less for every fitting unit, or this price where it is less."""

    tiers: tuple[str, ...]
    percent_bp: int = 0
    amount_minor: int = 0
    price_minor: int | None = None


class SomeForPrice(
    _Rule, frozen=True, kw_only=True, omit_defaults=True, tag="n_for", forbid_unknown_fields=True
):
    """`units` fitting units for one price."""

    units: int
    price_minor: int


class BuyAndGet(
    _Rule, frozen=True, kw_only=True, omit_defaults=True, tag="buy_get", forbid_unknown_fields=True
):
    """Of `buy` + `free` fitting units the `free` cheapest cost nothing."""

    buy: int
    free: int


class SetForPrice(msgspec.Struct, frozen=True, kw_only=True, tag="set", forbid_unknown_fields=True):
    """One of each SKU (named twice: two of it) for one price."""

    skus: tuple[str, ...]
    price_minor: int


Bundle = SomeForPrice | BuyAndGet | SetForPrice
Rule = ItemDiscount | BasketDiscount | CouponRule | MemberPrice | Bundle

KINDS: Final[dict[type[Any], str]] = {
    ItemDiscount: "discount",
    BasketDiscount: "discount",
    CouponRule: "coupon",
    MemberPrice: "member",
    SomeForPrice: "bundle",
    BuyAndGet: "bundle",
    SetForPrice: "bundle",
}
"""The kind of a promotion, by its rule."""

_decoder: Final[msgspec.json.Decoder[Rule]] = msgspec.json.Decoder(Rule)


@dataclass(frozen=True, slots=True)
class Promotion:
    """A price rule as listed; times are RFC 3339 UTC."""

    promotion: str
    version: int
    starts_at: str
    ends_at: str
    rule: Rule

    def in_force(self, now: str) -> bool:
        """Tell whether it holds at a time."""
        return self.starts_at <= now < self.ends_at


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon that was found good: its id, and the rule of its promotion."""

    coupon: str
    version: int
    rule: CouponRule


def read_rule(text: bytes | str | msgspec.Raw) -> Rule:
    """The rule in a promotion's JSON. Raises msgspec.DecodeError or ValidationError."""
    return _decoder.decode(text)


def problem(rule: Rule) -> str:
    """Why a rule cannot be meant, or nothing."""
    if isinstance(rule, SetForPrice):
        return _few("SKUs", rule.skus, 2, MAX_BUNDLE_UNITS) or _amount("price_minor", rule.price_minor)
    said = next(
        (
            x
            for names in (rule.match.skus, rule.match.brands, rule.match.categories)
            if (x := _few("names", names))
        ),
        "",
    )
    if said:
        return said
    if isinstance(rule, SomeForPrice):
        return _between("units", rule.units, 2, MAX_BUNDLE_UNITS) or _amount("price_minor", rule.price_minor)
    if isinstance(rule, BuyAndGet):
        return (
            _between("buy", rule.buy, 1, MAX_BUNDLE_UNITS)
            or _between("buy and free together", rule.buy + max(1, rule.free), 2, MAX_BUNDLE_UNITS)
            or _between("free", rule.free, 1, MAX_BUNDLE_UNITS)
        )
    if isinstance(rule, MemberPrice):
        return _few("tiers", rule.tiers, 1) or _one_of(rule)
    return _one_of(rule) or _limits(rule)


def _one_of(rule: ItemDiscount | BasketDiscount | CouponRule | MemberPrice) -> str:
    price = rule.price_minor if isinstance(rule, MemberPrice) else None
    if [rule.percent_bp != 0, rule.amount_minor != 0, price is not None].count(True) != 1:
        return "it needs one of percent_bp and amount_minor (a member price: or price_minor)"
    return (
        _between("percent_bp", rule.percent_bp, 0, WHOLE)
        or _amount("amount_minor", rule.amount_minor)
        or _amount("price_minor", price or 0)
    )


def _limits(rule: ItemDiscount | BasketDiscount | CouponRule) -> str:
    said = _amount("from_minor", rule.from_minor) or _between("from_units", rule.from_units, 0, MAX_NAMES)
    if said or isinstance(rule, ItemDiscount):
        return said
    said = _amount("most_minor", rule.most_minor)
    if said or isinstance(rule, BasketDiscount):
        return said
    return (
        _between("limit", rule.limit, 0, MAX_MINOR)
        or _between("per_subject", rule.per_subject, 1, MAX_NAMES)
        or _between("valid_days", rule.valid_days, 1, 3_650)
    )


def _few(what: str, names: tuple[str, ...], least: int = 0, most: int = MAX_NAMES) -> str:
    return (
        "" if least <= len(names) <= most and all(names) else f"{least} to {most} {what}, none of them empty"
    )


def _amount(what: str, minor: int) -> str:
    return _between(what, minor, 0, MAX_MINOR)


def _between(what: str, value: int, least: int, most: int) -> str:
    return "" if least <= value <= most else f"{what} is from {least} to {most}"
