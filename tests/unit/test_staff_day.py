"""The drawer and the day on the tablet: counted before anything is shown, closed after it was confirmed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_agent.domain.day import commands as day
from edge_agent.domain.refusals import Refusal
from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.shop import Day, Shop
from edge_agent.entrypoints.staff.view import View, answered, tapped
from edge_agent.services.brain import Answer
from tests.staff_shop import at, shop

MOVE = {
    "move": "move-1",
    "drawer": "counter",
    "kind": "paid_out",
    "amount_minor": 250,
    "reason": "<milk>",
    "by": "staff",
    "at": at(5),
}


def a_day(**more):
    empty = Day(moves=[MOVE], counts=[], holders=[], closed=[], report=None)
    return replace(shop(), day=replace(empty, **more))


def press(view: View, store: Shop, *taps):
    command = None
    for tap in taps:
        view, command = tapped(view, tap, store, "key")
    return view, command


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_area_shows_what_moved_and_escapes_what_was_typed(language):
    page = frame.page(language, View("day"), a_day())
    assert "¥2.50" in page
    assert "&lt;milk&gt;" in page


def test_cash_is_entered_with_a_reason():
    view, _ = press(View("day"), a_day(), ("day_move", "paid_in"), ("do", "digit", "7"), ("do", "digit", "5"))
    assert press(view, a_day(), ("do", "yes"))[1] is None
    _, command = press(view, a_day(), ("do", "reason", "change"), ("do", "yes"))
    assert command == day.MoveCash("tablet:key", "paid_in", 75, "change")


def test_a_mistake_is_taken_back_by_its_opposite():
    _, command = press(View("day"), a_day(), ("day_undo", "move-1", "taken back: Paid out"), ("do", "yes"))
    assert command == day.MoveCash("tablet:key", "paid_in", 250, "taken back: Paid out")


def test_the_drawer_is_counted_blind_and_told_afterwards():
    view, _ = press(
        View("day"), a_day(), ("day_count",), ("do", "pieces", "10000", "2"), ("do", "pieces", "50", "3")
    )
    page = frame.page("en", view, a_day())
    assert "¥201.50" in page
    assert "expected" not in page.lower()
    view, command = press(view, a_day(), ("do", "yes"))
    assert command == day.CountDrawer("tablet:key", 20_150, {"10000": 2, "50": 3})
    counted = {
        "count": "count-tablet:key",
        "over_minor": -10,
        "counted_minor": 20_150,
        "by": "staff",
        "at": at(0),
    }
    view = answered(view, Answer(), a_day(counts=[counted]))
    assert "¥0.10 short" in frame.page("en", view, a_day(counts=[counted]))


def test_the_day_closes_after_a_confirmation_and_without_a_count_only_on_request():
    view, command = press(View("day"), a_day(), ("day_close",))
    assert command is None
    view, command = press(view, a_day(), ("do", "yes"))
    assert command == day.CloseDay("tablet:key")
    view = answered(view, Answer(Refusal("drawer_uncounted")), a_day())
    view, command = press(view, a_day(), ("do", "uncounted"))
    assert command == day.CloseDay("tablet:key", uncounted=True)
    view = answered(view, Answer(subject="4"), a_day())
    assert "Z 4" in frame.page("en", view, a_day())
    assert press(view, a_day(), ("day_report", "4"))[0].sheet is not None


def test_the_drawer_is_handed_over_by_badge_numbers():
    view, _ = press(View("day"), a_day(), ("day_take_over",), ("do", "from", "7"), ("do", "to", "9"))
    assert press(view, a_day(), ("do", "yes"))[1] == day.TakeOver("tablet:key", "7", "9")
