"""Every rule of the protocol is needed: with one taken out, the simulation notices within a stated number of seeds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from popshop.simulate import farm
from popshop.simulate.mutants import MUTANTS
from popshop.simulate.plan import draw
from popshop.simulate.run import play

PAGE = Path(__file__).resolve().parents[2] / "docs/simulation.md"


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_the_simulation_notices_that_a_rule_is_missing(mutant):
    found = farm.hunt(mutant.name, mutant.within)
    assert found.caught, f"{found.seeds_tried} seeds noticed nothing"
    assert play(draw(found.seed)).violation == "", "with the rule in place that seed is fine"


def test_the_page_lists_every_mutant_with_the_seeds_it_needs():
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \| (\d+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [(name, rule) for name, rule, _ in rows] == [(m.name, m.rule) for m in MUTANTS]
    assert all(int(seeds) <= mutant.within for (_, _, seeds), mutant in zip(rows, MUTANTS, strict=True))
