"""The simulation itself: many seeds without a violation, one seed twice the same, and short histories of failures."""

from __future__ import annotations

import pytest

from popshop.simulate import farm
from popshop.simulate.mutants import by_name, without
from popshop.simulate.plan import draw
from popshop.simulate.real_books import databases
from popshop.simulate.run import play
from popshop.simulate.shrink import shrink
from popshop.simulate.trouble import FAULTS

SEEDS = 160
REAL_SEEDS = range(1, 13)

REGRESSIONS = {
    51: "a machine sells for cash what had been recalled and not fetched",
    221: "an old disk is put back, without the row that took a delivery in",
    372: "a store dies before it told of a delivery",
    590: "a clock is put back while a machine has not answered",
    1725: "a sale is told again to a restored headquarters before the row that brings its unit back",
    3851: "a store dies before it told of what was fetched",
    6913: "a reservation that had ended before the restore gives its units back after it",
    160: "what an order waits for is thrown away, and staff hand it over all the same",
    519: "an old disk writes as many rows as headquarters has, and other ones",
}


def test_nothing_is_oversold_lost_or_doubled_whatever_goes_wrong():
    summary = farm.run(range(1, SEEDS + 1), FAULTS, jobs=2, done=lambda _: None)
    assert [outcome.violation for outcome in summary.failures] == []
    assert summary.seeds == SEEDS
    never = [fault for fault, count in summary.faults.items() if not count]
    assert never == [], "a fault that never strikes proves nothing"


def test_files_and_a_real_database_tell_the_same_history_as_memory(postgres_server):
    with databases(postgres_server) as place:
        real = list(farm.outcomes(REAL_SEEDS, FAULTS, 2, place))
    assert [outcome.violation for outcome in real if outcome.violation] == []
    assert sorted(real, key=lambda outcome: outcome.seed) == [play(draw(seed)) for seed in REAL_SEEDS]


@pytest.mark.parametrize("seed", REGRESSIONS, ids=[REGRESSIONS[seed] for seed in REGRESSIONS])
def test_what_went_wrong_once_does_not_go_wrong_again(seed):
    assert play(draw(seed)).violation == ""


def test_a_seed_plays_the_same_bit_for_bit():
    once, twice = play(draw(7)), play(draw(7))
    assert once.digest
    assert once == twice
    assert play(draw(8)).digest != once.digest


def test_faults_that_are_not_asked_for_do_not_strike():
    outcome = play(draw(12, ("reply_lost",)), ("reply_lost",))
    assert outcome.violation == ""
    assert set(outcome.faults) <= {"reply_lost"}


def test_a_failing_seed_is_told_with_a_short_history():
    mutant = by_name("recall-as-revoke")
    assert mutant is not None
    with without(mutant):
        plans = map(draw, range(1, 50))
        plan, found = next((plan, found) for plan in plans if (found := play(plan)).violation)
        short = shrink(plan, found, play)
        assert play(short).rule == found.rule
    assert len(short.decisions) < len(plan.decisions) / 4
    assert play(short).violation == "", "with the rule in place the same history is fine"
