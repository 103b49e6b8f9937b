"""The worked examples of docs/pricing.md and the listings of docs/promotions.md, run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cloud_sync.protocol.promotion_facts import Prize
from edge_agent.domain import game, odds
from edge_agent.domain.pricing.basket import Terms, Wanted, price, used_points
from edge_agent.domain.pricing.rules import KINDS, Coupon, CouponRule, Promotion, problem, read_rule

DOCS = Path(__file__).resolve().parents[2] / "docs"
_BLOCK = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks(page: str) -> list[Any]:
    return [msgspec.json.decode(block) for block in _BLOCK.findall((DOCS / page).read_text("utf-8"))]


BASKETS = [block for block in _blocks("pricing.md") if "lines" in block]


@pytest.mark.parametrize("example", BASKETS, ids=[each["why"] for each in BASKETS])
def test_a_worked_example_comes_to_what_it_says(example: dict[str, Any]) -> None:
    promotions, coupons = [], []
    for name, rule in example.get("rules", {}).items():
        read = read_rule(msgspec.json.encode(rule))
        assert not problem(read)
        if isinstance(read, CouponRule):
            coupons.append(Coupon(f"{name}.1", 1, read))
        else:
            promotions.append(Promotion(name, 1, "", "9", read))
    terms = Terms(
        "CNY",
        example.get("tax", "inclusive"),
        tuple(promotions),
        example.get("tier", ""),
        tuple(coupons),
        example.get("points", 0),
        example.get("point_value_minor", 0),
        "1",
    )
    priced = price([msgspec.convert(line, Wanted) for line in example["lines"]], terms)
    told = [[example["lines"][x.wanted]["sku"], x.qty, x.price_minor, x.tax_minor] for x in priced]
    assert told == example["units"]
    assert sum(x.qty * x.price_minor for x in priced) == example["total_minor"]
    assert sum(x.qty * x.tax_minor for x in priced) == example.get("tax_minor", 0)
    assert used_points(priced, terms) == example.get("points_used", 0)


def test_every_kind_of_rule_is_shown_and_can_be_meant() -> None:
    rules = [read_rule(msgspec.json.encode(block)) for block in _blocks("pricing.md") if "type" in block]
    assert not any(problem(rule) for rule in rules)
    assert {type(rule) for rule in rules} == set(KINDS)


def test_the_draws_that_the_page_works_out_are_those() -> None:
    (shown,) = [block for block in _blocks("promotions.md") if "draws" in block]
    assert odds.seed_hash(shown["seed"]) == shown["seed_hash"]
    prizes = [msgspec.convert(each, Prize) for each in shown["prizes"]]
    drawn: dict[str, int] = {}
    for number, due in enumerate(shown["draws"], start=1):
        found = odds.draw(shown["seed"], shown["game"], number, odds.still_in(prizes, drawn)).prize
        assert found == due
        drawn[found] = drawn.get(found, 0) + 1
    assert set(game.PRIZES) >= {prize.kind for prize in prizes}
