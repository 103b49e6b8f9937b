"""The drawer and the day on the tablet: counted before anything is shown, closed after it was confirmed."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from edge_agent.domain.day import commands as day
from edge_agent.domain.day.tally import Before, Tally
from edge_agent.domain.receipt_commands import PrintReceipt
from edge_agent.domain.refusals import Refusal
from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.shop import Day, Shop
from edge_agent.entrypoints.staff.view import View, answered, tapped
from edge_agent.services.brain import Answer
from tests.staff_shop import NOW, at, shop

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


def a_closed_day(begun=0, **more):
    report = Tally(Before(z=3), "Asia/Shanghai", "CNY", lambda order: []).report(NOW, 0, closed_at=at(0))
    row = {
        "z": 4,
        "day": report.day,
        "closed_at": at(0),
        "currency": "CNY",
        "takings_minor": 0,
        "units": 0,
        "over_minor": None,
        "grand_total_minor": 0,
        "begun": begun,
    }
    return replace(a_day(closed=[row], report=report), **more)


@pytest.mark.parametrize(
    ("language", "first", "again"), [("zh", "打印", "标明副本"), ("en", "Print", "marked as a copy")]
)
def test_a_z_is_printed_from_its_sheet_and_the_second_time_as_a_copy(language, first, again):
    store = a_closed_day(printer="")
    view, command = press(View("day"), store, ("day_report", "4"))
    assert command is None
    page = frame.page(language, view, store)
    assert first in page
    assert again not in page
    assert again in frame.page(language, view, a_closed_day(begun=1, printer=""))
    view, command = press(view, store, ("do", "yes"))
    assert command == PrintReceipt("tablet:key", "report:z:4", "staff")
    done = answered(view, Answer(), store)
    assert {"zh": "已交给打印机", "en": "The printer has it next"}[language] in frame.page(
        language, done, store
    )
    assert press(done, store, ("do", "yes"))[1] is None, "one press, one print"


def test_without_a_printer_a_report_has_no_button_and_a_full_printer_says_why():
    view, _ = press(View("day"), a_closed_day(), ("day_report", "4"))
    assert "Print" not in frame.page("en", view, a_closed_day())
    assert press(view, a_closed_day(), ("do", "yes"))[1] is None
    view, _ = press(view, a_closed_day(printer=""), ("do", "yes"))
    refused = answered(view, Answer(Refusal("printer_backlog", "50")), a_closed_day(printer=""))
    assert "See to the printer first" in frame.page("en", refused, a_closed_day(printer=""))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_report_has_the_stores_own_time_and_an_x_has_no_closing_time(language):
    store = a_closed_day()
    view, _ = press(View("day"), store, ("day_report", "4"))
    page = frame.page(language, view, store)
    assert f"{NOW.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M}" in page
    assert "Asia/Shanghai (UTC+08:00)" in page
    x = Tally(Before(z=3), "Asia/Shanghai", "CNY", lambda order: []).report(NOW, 0)
    page = frame.page(language, view, a_day(report=x))
    assert {"zh": "X 报表", "en": "X report"}[language] in page
    assert {"zh": "<span>日结</span>", "en": "<span>Closed</span>"}[language] not in page
