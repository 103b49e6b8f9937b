"""Guessing the tablet's PIN is slowed down, for one client and for all of them together."""

from __future__ import annotations

from edge_agent.entrypoints.staff.pin_guard import (
    CLIENTS_REMEMBERED,
    FIRST_WAIT_S,
    FREE_TRIES,
    FREE_TRIES_OVERALL,
    LONGEST_WAIT_S,
    OVERALL_WAIT_S,
    PinGuard,
)


def test_a_person_may_mistype_a_few_times_without_waiting():
    guard = PinGuard()
    for _ in range(FREE_TRIES - 1):
        guard.wrong("tablet", now_s=0.0)
    assert guard.wait_s("tablet", now_s=0.0) == 0.0


def test_after_five_wrong_pins_a_client_waits_and_each_further_one_doubles_it():
    guard = PinGuard()
    waits = []
    for _ in range(FREE_TRIES + 8):
        guard.wrong("tablet", now_s=100.0)
        waits.append(guard.wait_s("tablet", now_s=100.0))
    assert waits[FREE_TRIES - 1 : FREE_TRIES + 2] == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S]
    assert max(waits) == LONGEST_WAIT_S
    assert guard.wait_s("another", now_s=100.0) == 0.0
    assert guard.wait_s("tablet", now_s=100.0 + LONGEST_WAIT_S) == 0.0


def test_many_clients_that_guess_together_make_everyone_wait_but_only_briefly():
    guard = PinGuard()
    for number in range(FREE_TRIES_OVERALL):
        guard.wrong(f"stranger-{number}", now_s=0.0)
    assert guard.wait_s("tablet", now_s=0.0) == OVERALL_WAIT_S
    assert guard.wait_s("tablet", now_s=OVERALL_WAIT_S) == 0.0


def test_the_right_pin_starts_afresh():
    guard = PinGuard()
    for _ in range(FREE_TRIES - 1):
        guard.wrong("tablet", now_s=0.0)
    guard.right("tablet")
    guard.wrong("tablet", now_s=0.0)
    assert guard.wait_s("tablet", now_s=0.0) == 0.0


def test_what_is_remembered_of_strangers_is_bounded():
    guard = PinGuard()
    for number in range(CLIENTS_REMEMBERED + 50):
        guard.wrong(f"stranger-{number}", now_s=0.0)
    assert len(guard._clients) == CLIENTS_REMEMBERED
