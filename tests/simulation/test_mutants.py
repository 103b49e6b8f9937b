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


def stated() -> list[tuple[str, str, int]]:
    """Each mutant of the page: its name, the rule that it lacks, and the first seed that notices."""
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \| (\d+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return [(name, rule, int(seed)) for name, rule, seed in rows]


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_the_simulation_notices_that_a_rule_is_missing(mutant):
    first = next((seed for name, _, seed in stated() if name == mutant.name), 1)
    found = farm.hunt(mutant.name, mutant.within, first)
    assert found.caught, f"{found.seeds_tried} seeds noticed nothing"
    assert play(draw(found.seed)).violation == "", "with the rule in place that seed is fine"


def test_the_page_lists_every_mutant_with_the_seeds_it_needs():
    assert [(name, rule) for name, rule, _ in stated()] == [(m.name, m.rule) for m in MUTANTS]
    assert all(seed <= mutant.within for (*_, seed), mutant in zip(stated(), MUTANTS, strict=True))
