"""What a basket costs: sums that must hold for any basket and any rules, and each rule by an example."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.domain.pricing.basket import Priced, Terms, Wanted, price, used_coupons, used_points
from edge_agent.domain.pricing.rules import (
    BasketDiscount,
    BuyAndGet,
    Coupon,
    CouponRule,
    ItemDiscount,
    Match,
    MemberPrice,
    Promotion,
    Rule,
    SetForPrice,
    SomeForPrice,
    problem,
    read_rule,
)

NOW = "2026-11-22T12:00:00.000Z"
SKUS = ("BALM", "MASK", "SOAP", "TEA")
_minor = st.integers(0, 3_000)
_match = st.builds(
    Match,
    skus=st.lists(st.sampled_from(SKUS), max_size=2, unique=True).map(tuple),
    brands=st.lists(st.sampled_from(("north", "south")), max_size=1).map(tuple),
)
_less: dict[str, Any] = {"match": _match, "from_minor": st.sampled_from((0, 0, 500, 2_000))}


def _reduction(kind: type[Rule], **more: Any) -> st.SearchStrategy[Any]:
    by_part = st.builds(kind, percent_bp=st.integers(1, 10_000), **more)
    return st.one_of(by_part, st.builds(kind, amount_minor=st.integers(1, 2_000), **more))


_RULES: st.SearchStrategy[Any] = st.one_of(
    _reduction(ItemDiscount, **_less),
    _reduction(BasketDiscount, most_minor=st.sampled_from((0, 300)), **_less),
    st.builds(MemberPrice, tiers=st.just(("T2",)), match=_match, price_minor=_minor),
    st.builds(SomeForPrice, match=_match, units=st.integers(2, 3), price_minor=_minor),
    st.builds(BuyAndGet, match=_match, buy=st.integers(1, 2), free=st.integers(1, 2)),
    st.builds(
        SetForPrice,
        skus=st.lists(st.sampled_from(SKUS), min_size=2, max_size=3).map(tuple),
        price_minor=_minor,
    ),
)


@st.composite
def baskets(draw: st.DrawFn) -> list[Wanted]:
    """A few lines; goods of a SKU have one price, brand and tax."""
    of = {
        sku: Wanted(
            sku, 1, draw(_minor), 1, draw(st.sampled_from((0, 600, 1300))), draw(st.sampled_from("AB")),
            draw(st.sampled_from(("north", "south"))),
        )
        for sku in SKUS
    }  # fmt: skip
    lines = draw(st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 3)), min_size=1, max_size=5))
    return [replace(of[sku], qty=qty) for sku, qty in lines]


@st.composite
def offers(draw: st.DrawFn, tax: str = "") -> Terms:
    """What a shop may have in force at once."""
    rules = draw(st.lists(_RULES, max_size=4))
    coupons = draw(st.lists(_reduction(CouponRule, alone=st.booleans(), **_less), max_size=3))
    return Terms(
        "CNY",
        tax or draw(st.sampled_from(("inclusive", "exclusive"))),
        tuple(_promotion(f"p{n}", rule) for n, rule in enumerate(rules)),
        draw(st.sampled_from(("", "T2"))),
        tuple(Coupon(f"p9.{n}", 1, rule) for n, rule in enumerate(coupons)),
        draw(st.sampled_from((0, 7, 500))),
        3,
        NOW,
    )


def _promotion(name: str, rule: Rule) -> Promotion:
    return Promotion(name, 1, "2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z", rule)


def _total(priced: list[Priced]) -> int:
    return sum(one.qty * one.price_minor for one in priced)


def _priced(*wanted: Wanted, rules: tuple[Rule, ...] = (), **terms: Any) -> list[Priced]:
    promotions = tuple(_promotion(f"p{n}", rule) for n, rule in enumerate(rules))
    return price(wanted, Terms("CNY", promotions=promotions, now=NOW, **terms))


# ── what holds for every basket ─────────────────────────────────────────────────────────────────────


@given(baskets(), offers())
def test_every_unit_is_priced_once_and_none_below_nothing(wanted: list[Wanted], terms: Terms) -> None:
    priced = price(wanted, terms)
    units: Counter[int] = Counter()
    for one in priced:
        units[one.wanted] += one.qty
        assert one.qty > 0
        assert 0 <= one.tax_minor <= one.price_minor
        before = one.price_minor - (one.tax_minor if terms.tax == "exclusive" else 0)
        assert before == one.list_price_minor + sum(each.amount_minor for each in one.adjustments)
        assert all(each.amount_minor < 0 for each in one.adjustments)
    assert units == {n: each.qty for n, each in enumerate(wanted)}


@given(baskets(), offers())
def test_the_tax_of_a_group_is_that_of_its_sum_rounded_once(wanted: list[Wanted], terms: Terms) -> None:
    sums: defaultdict[tuple[str, int], int] = defaultdict(int)
    taxes: defaultdict[tuple[str, int], int] = defaultdict(int)
    for one in price(wanted, terms):
        sums[one.tax_group, one.tax_rate_bp] += one.qty * one.price_minor
        taxes[one.tax_group, one.tax_rate_bp] += one.qty * one.tax_minor
    for (group, rate_bp), gross in sums.items():
        tax = taxes[group, rate_bp]
        of, base = (10_000 + rate_bp, gross) if terms.tax == "inclusive" else (10_000, gross - tax)
        assert abs(2 * (tax * of - base * rate_bp)) <= of


@given(baskets(), offers(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_rules_does_not_matter(wanted: list[Wanted], terms: Terms, dice: Any) -> None:
    total = _total(price(wanted, terms))
    mixed = list(wanted)
    dice.shuffle(mixed)
    turned = replace(terms, promotions=terms.promotions[::-1], coupons=terms.coupons[::-1])
    assert _total(price(mixed, turned)) == total


@given(baskets(), offers())
def test_a_coupon_points_or_a_rule_never_make_it_dearer(wanted: list[Wanted], terms: Terms) -> None:
    total = _total(price(wanted, terms))
    assert total <= _total(price(wanted, replace(terms, points=0)))
    no_points = replace(terms, points=0)
    assert _total(price(wanted, no_points)) <= _total(
        price(wanted, replace(no_points, coupons=terms.coupons[1:]))
    )
    assert total <= _total(price(wanted, Terms("CNY", terms.tax)))


@given(baskets(), offers("inclusive"))
def test_one_more_rule_of_the_shop_never_makes_it_dearer(wanted: list[Wanted], terms: Terms) -> None:
    terms = replace(terms, points=0, coupons=())
    fewer = replace(terms, promotions=terms.promotions[1:])
    assert _total(price(wanted, terms)) <= _total(price(wanted, fewer))


@given(baskets(), offers("inclusive"))
def test_goods_that_no_rule_is_about_change_nothing_for_the_others(
    wanted: list[Wanted], terms: Terms
) -> None:
    kept = [each for each in terms.promotions if not isinstance(each.rule, BasketDiscount | ItemDiscount)]
    kept = [x for x in kept if isinstance(x.rule, SetForPrice) or x.rule.match.skus]
    alone = replace(terms, points=0, coupons=(), promotions=tuple(kept))
    more = [*wanted, Wanted("OTHER", 2, 999, tax_group="O", tax_rate_bp=900)]
    others = [one for one in price(more, alone) if one.wanted < len(wanted)]
    assert others == price(wanted, alone)


@given(baskets(), offers())
def test_the_same_basket_costs_the_same_again_and_what_is_used_up_took_something_off(
    wanted: list[Wanted], terms: Terms
) -> None:
    priced = price(wanted, terms)
    assert priced == price(wanted, terms)
    assert set(used_coupons(priced)) <= {each.coupon for each in terms.coupons}
    assert 0 <= used_points(priced, terms) <= terms.points


# ── each rule by an example ─────────────────────────────────────────────────────────────────────────

BALM = Wanted("BALM", 2, 3_900, 4, 1300, "", "north", "lips")
MASK = Wanted("MASK", 1, 1_900, 2, 1300, "", "south", "face")


def test_without_rules_units_cost_their_list_price_and_tax_is_in_it_or_comes_on_top() -> None:
    assert _total(_priced(BALM, MASK)) == 9_700
    on_top = _priced(BALM, MASK, tax="exclusive")
    assert _total(on_top) == 9_700 + 1_261
    assert sum(one.qty * one.tax_minor for one in on_top) == 1_261


@pytest.mark.parametrize(
    ("rule", "total"),
    [
        (ItemDiscount(match=Match(brands=("north",)), percent_bp=1_000), 8_920),
        (ItemDiscount(match=Match(skus=("MASK",)), amount_minor=2_500), 7_800),
        (ItemDiscount(amount_minor=100, from_units=4), 9_700),
        (BasketDiscount(amount_minor=2_000, from_minor=9_700), 7_700),
        (BasketDiscount(amount_minor=2_000, from_minor=9_701), 9_700),
        (BasketDiscount(percent_bp=5_000, most_minor=1_000), 8_700),
        (SomeForPrice(match=Match(skus=("BALM",)), units=2, price_minor=5_000), 6_900),
        (BuyAndGet(buy=2, free=1), 7_800),
        (SetForPrice(skus=("BALM", "MASK"), price_minor=5_000), 8_900),
        (SetForPrice(skus=("BALM", "MASK"), price_minor=6_000), 9_700),
        (MemberPrice(tiers=("T2",), price_minor=3_000), 7_900),
        (MemberPrice(tiers=("T3",), price_minor=1), 9_700),
        (CouponRule(amount_minor=9), 9_700),
    ],
)
def test_a_rule_takes_off_what_it_says(rule: Rule, total: int) -> None:
    assert not problem(rule)
    assert _total(_priced(BALM, MASK, rules=(rule,), tier="T2")) == total


def test_of_rules_that_exclude_each_other_the_best_for_the_shopper_is_taken() -> None:
    pair = SomeForPrice(match=Match(skus=("BALM",)), units=2, price_minor=7_000)
    half = ItemDiscount(match=Match(skus=("BALM",)), percent_bp=5_000)
    assert _total(_priced(BALM, rules=(pair, half))) == 3_900
    kinds = {each.kind for one in _priced(BALM, rules=(pair, half)) for each in one.adjustments}
    assert kinds == {"discount"}
    small, large = BasketDiscount(amount_minor=100), BasketDiscount(amount_minor=300)
    assert _total(_priced(BALM, rules=(small, large))) == 7_500


def test_coupons_go_together_unless_one_stands_alone_and_points_come_last() -> None:
    ten, part = CouponRule(amount_minor=1_000), CouponRule(percent_bp=2_000)
    both = (Coupon("c.1", 1, ten), Coupon("c.2", 1, part))
    assert _total(_priced(BALM, coupons=both)) == 7_800 - 1_560 - 1_000
    lone = (Coupon("c.1", 1, CouponRule(amount_minor=1_000, alone=True)), both[1])
    priced = _priced(BALM, coupons=lone)
    assert _total(priced) == 7_800 - 1_560
    assert used_coupons(priced) == ["c.2"]
    terms = Terms("CNY", points=900, point_value_minor=10, now=NOW)
    assert _total(price([BALM], terms)) == 0
    assert used_points(price([BALM], terms), terms) == 780


def test_staffs_price_is_left_alone_and_says_so() -> None:
    sample = replace(BALM, fixed_price_minor=0)
    (given_away, mask) = _priced(sample, MASK, rules=(BasketDiscount(percent_bp=1_000),), tax="exclusive")
    assert (given_away.price_minor, given_away.adjustments[0].kind, given_away.adjustments[0].amount_minor) == (
        0, "staff", -3_900,
    )  # fmt: skip
    assert mask.price_minor == 1_710 + 222


def test_a_rule_that_is_over_takes_nothing_off() -> None:
    over = replace(_promotion("p", BasketDiscount(percent_bp=5_000)), ends_at=NOW)
    assert _total(price([BALM], Terms("CNY", promotions=(over,), now=NOW))) == 7_800


@pytest.mark.parametrize(
    "rule",
    [
        '{"type":"item"}',
        '{"type":"item","percent_bp":100,"amount_minor":1}',
        '{"type":"basket","percent_bp":10001}',
        '{"type":"basket","amount_minor":-1}',
        '{"type":"n_for","units":1,"price_minor":1}',
        '{"type":"buy_get","buy":15,"free":15}',
        '{"type":"set","skus":["A"],"price_minor":1}',
        '{"type":"member","tiers":[],"percent_bp":1}',
        '{"type":"coupon","percent_bp":1,"valid_days":0}',
        '{"type":"item","percent_bp":1,"match":{"skus":[""]}}',
    ],
)
def test_a_rule_that_cannot_be_meant_says_why(rule: str) -> None:
    assert problem(read_rule(rule))
