"""Rights follow demand: who is given more, who is asked to give back, and that nothing goes to and fro."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_sync.hq.rules.planner import ANY, Held, Policy, for_buyer, nearest, plan, share, velocity

ALL = Policy(ANY, ANY, cover_days=2, minimum=1, ceiling=100)


def told(policies, stocks, pool):
    return {(p.store, p.kind): p.qty for p in plan(policies, stocks, {"tea": pool})}


def test_a_store_below_its_cover_is_given_what_it_lacks_and_told_why():
    [proposal] = plan(
        [Policy("a", "tea", cover_days=1.5, minimum=0, ceiling=9)],
        [Held("a", "tea", hold=1, per_day=4.2)],
        {"tea": 50},
    )
    assert (proposal.kind, proposal.qty, proposal.target) == ("grant", 6, 7)
    assert proposal.why == "sold 4.2 a day, cover 1.5 days, wants 7, has 1"


def test_minimum_and_ceiling_bound_what_a_store_should_have():
    policy = Policy("a", "tea", cover_days=10, minimum=3, ceiling=20)
    assert (policy.target(0), policy.target(1), policy.target(99)) == (3, 10, 20)


def test_a_store_without_a_policy_is_left_to_people():
    assert (
        plan([Policy("b", ANY, 2, 5, 9)], [Held("a", "tea", 0, 9), Held("c", "tea", 500)], {"tea": 50}) == []
    )


def test_the_nearest_policy_counts():
    both, sku, store, every = (
        Policy("a", "tea", 1, 1, 1),
        Policy(ANY, "tea", 2, 2, 2),
        Policy("a", ANY, 3, 3, 3),
        Policy(ANY, ANY, 4, 4, 4),
    )
    policies = [every, store, sku, both]
    assert nearest(policies, "a", "tea") == both
    assert nearest(policies, "b", "tea") == sku
    assert nearest(policies, "a", "milk") == store
    assert nearest(policies, "b", "milk") == every
    assert nearest([both], "b", "milk") is None


def test_a_short_pool_goes_first_to_those_that_ran_out_then_by_days_left():
    stocks = [Held("slow", "tea", 1, 2), Held("out", "tea", 0, 1), Held("fast", "tea", 1, 20)]
    policies = [Policy(ANY, "tea", 2, 1, 100)]
    assert told(policies, stocks, 1) == {("out", "grant"): 1}
    assert told(policies, stocks, 2) == {("out", "grant"): 1, ("fast", "grant"): 1}


def test_what_lies_idle_is_recalled_and_what_is_a_little_more_is_left():
    assert told([ALL], [Held("a", "tea", 13, per_day=5)], 0) == {}
    assert told([ALL], [Held("a", "tea", 30, per_day=5)], 0) == {("a", "recall"): 20}


def test_while_others_are_short_even_a_little_more_is_recalled_as_much_as_they_lack():
    stocks = [Held("rich", "tea", 13, 5), Held("out", "tea", 0, 1)]
    assert told([ALL], stocks, 0) == {("rich", "recall"): 2}
    assert told([ALL], stocks, 2) == {("out", "grant"): 2}


def test_nothing_more_is_asked_while_a_recall_is_unanswered():
    assert plan([ALL], [Held("a", "tea", 50, 1, asked=True)], {"tea": 0}) == []
    assert for_buyer([ALL], [Held("a", "tea", 50, 1, asked=True)], 5) == []


def test_for_a_buyer_online_stores_keep_their_minimum_and_the_richest_is_asked_first():
    stocks = [Held("a", "tea", 4, 0), Held("b", "tea", 9, 0), Held("c", "milk", 9, 0)]
    policies = [Policy(ANY, "tea", 2, 2, 100)]
    assert [(p.store, p.qty) for p in for_buyer(policies, stocks, 30)] == [("b", 7), ("a", 2)]
    assert for_buyer(policies, stocks, 0) == []
    assert for_buyer([], stocks, 8) == []


def test_where_one_buyer_waits_others_are_coming():
    [asked] = for_buyer([ALL], [Held("a", "tea", 90, 0)], 1)
    assert (asked.qty, asked.why) == (20, "buyers wait online; the store keeps at least 1")


def test_recent_sales_count_more_than_old_ones_and_a_new_store_is_not_taken_for_a_slow_one():
    assert velocity({1: 10}, 0.0, 10) > velocity({9: 10}, 0.0, 10)
    assert velocity({0: 5, 1: 10}, 0.5, 1) == pytest.approx(10)
    assert velocity(dict.fromkeys(range(1, 15), 4), 0.0, 30) == pytest.approx(4, rel=0.05)
    assert velocity({}, 0.3, 20) == 0
    assert velocity({0: 1}, 0.001, 0) == 4, "the first sale of a morning is no trend"


@given(st.integers(0, 200), st.lists(st.integers(0, 50), max_size=8))
def test_a_pool_is_shared_whole_and_nobody_gets_more_than_they_need(pool, needs):
    shares = share(pool, needs)
    assert sum(shares) == min(pool, sum(needs))
    assert all(0 <= given <= need for given, need in zip(shares, needs, strict=True))


stores = st.lists(st.tuples(st.integers(0, 60), st.floats(0, 20)), min_size=1, max_size=6)


@settings(max_examples=200)
@given(stores, st.integers(0, 100))
def test_once_carried_out_a_plan_does_not_ask_for_its_own_undoing(entries, pool):
    held = {f"s{n}": Held(f"s{n}", "tea", hold, per_day) for n, (hold, per_day) in enumerate(entries)}
    left = pool
    for _ in range(3):
        proposals = plan([ALL], list(held.values()), {"tea": left})
        for p in proposals:
            sign = 1 if p.kind == "grant" else -1
            old = held[p.store]
            held[p.store] = Held(old.store, old.sku, old.hold + sign * p.qty, old.per_day)
            left -= sign * p.qty
            assert left >= 0
            assert held[p.store].hold >= 0
    assert plan([ALL], list(held.values()), {"tea": left}) == []


def test_what_one_sale_more_or_less_changes_moves_nothing():
    for sold in (4.6, 5.0, 5.4):
        assert told([ALL], [Held("a", "tea", 10, sold)], 100) in ({}, {("a", "grant"): 1})
    assert told([ALL], [Held("a", "tea", 10, 5.4)], 100) == {}
