"""What the tablet says of food that was too warm for too long, and what staff can answer."""

from __future__ import annotations

import pytest

from edge_agent.domain.food import OUTCOMES
from edge_agent.domain.food_commands import ReleaseFood
from edge_agent.domain.refusals import Refusal
from edge_agent.entrypoints.staff import frame, plain
from edge_agent.entrypoints.staff.needs import needs_of
from edge_agent.entrypoints.staff.view import View, answered, tapped
from edge_agent.services.brain import Answer
from tests.staff_shop import at, device, shop, slot

WARM = {"code": "EJH", "reason": "temperature", "since": at(40), "at": at(10)}


def warm(name="vm-1", **more):
    slots = [slot("1-01", 5, food=True), slot("1-02", 3)]
    return device(name, **{"food_stopped": WARM, "readings": {"temperature_c": 9.04}, "slots": slots} | more)


def test_a_machine_whose_food_is_stopped_is_a_need_that_says_why_and_what_to_do():
    store = shop(devices=[warm()])
    assert needs_of(store).count == 1
    english, chinese = frame.page("en", View(), store), frame.page("zh", View(), store)
    assert "It was too warm for too long (EJH), since 05-01 11:20. Now 9.0 °C." in english
    assert "温度过高太久（EJH），自 05-01 11:20 起。 现在 9.0 °C。" in chinese
    assert "Getting cold again does not change that" in english


def test_a_machine_that_stopped_by_itself_is_said_so():
    store = shop(devices=[warm(food_stopped=WARM | {"reason": "machine", "since": ""}, readings={})])
    assert "The machine says that it was too warm for too long (EJH)." in frame.page("en", View(), store)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_can_be_tapped_once_and_names_the_slots_it_is_about(outcome):
    store = shop(devices=[warm()])
    view, command = tapped(View(), ("release_food", "vm-1"), store, "key")
    assert command is None
    page = frame.page("en", view, store)
    assert plain.named("en", "food", outcome) in page
    assert "Slot 1-01 · Cola: 5" in page
    assert "Slot 1-02 · Cola" not in page, "it is no food"
    view, command = tapped(view, ("do", "outcome", outcome), store, "key")
    assert command == ReleaseFood("tablet:key", "vm-1", outcome)
    assert tapped(view, ("do", "outcome", outcome), store, "key") == (view, None)
    said = {"fine": "Food sells again", "thrown_away": "these slots are empty now"}[outcome]
    view = answered(view, Answer(), shop())
    assert said in frame.page("en", view, shop())


def test_a_machine_that_is_still_too_warm_says_what_to_do():
    store = shop(devices=[warm()])
    view, _ = tapped(View(), ("release_food", "vm-1"), store, "key")
    view, _ = tapped(view, ("do", "outcome", "fine"), store, "key")
    view = answered(view, Answer(Refusal("still_too_warm")), store)
    assert "Let it get cold, open and close its door" in frame.page("en", view, store)


def test_what_somebody_else_released_opens_nothing_any_more():
    assert tapped(View(), ("release_food", "vm-1"), shop(devices=[device()]), "key") == (View(), None)
