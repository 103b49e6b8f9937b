"""The tablet and people who come for their goods: a code that is shown or typed, and the order's sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from edge_agent.domain.refusals import Refusal
from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.handover_sheet import HandOverLine, PickUp
from edge_agent.entrypoints.staff.sheets import of_order
from edge_agent.entrypoints.staff.view import View, answered, called, newest_shown, tapped
from edge_agent.services.brain import Answer
from tests.staff_shop import at, order, shop

LINES = [{"line": 1, "sku": "A1", "name_zh": "可乐", "name_en": "Cola", "qty": 2, "price_minor": 350}]


def handover(number: int = 1, state: str = "requested", by: str = "") -> dict[str, Any]:
    return {
        "handover": f"ORDER-{number}",
        "line": 1,
        "how": "pickup",
        "sku": "A1",
        "qty": 2,
        "state": state,
        "sold_at": at(5) if by else "",
        "by": by,
    }


def row(standing: str = "ready", by: str = "") -> dict[str, Any]:
    done = at(5) if by else ""
    return {"order": "ORDER", "standing": standing, "at": done, "by": by, "lines": LINES, "placed_at": at(9)}


def shown(scan: str, **more: Any) -> dict[str, Any]:
    return row() | {"scan": scan, "refusal": None} | more


@pytest.mark.parametrize("area", ["needs", "orders"])
def test_a_code_that_is_shown_opens_its_order_once(area: str) -> None:
    store = replace(shop(), shown=[shown("s-1")])
    view = called(View(area), store, "k")
    assert isinstance(view.sheet, PickUp)
    assert of_order(view.sheet) == "ORDER", "the order is read for it"
    closed, _ = tapped(view, ("close",), store, "k2")
    assert called(closed, store, "k3").sheet is None
    assert isinstance(called(closed, replace(store, shown=[shown("s-2")]), "k4").sheet, PickUp)
    assert called(View(seen=newest_shown(store)), store, "k5").sheet is None, "a page that is loaded again"


def test_nobody_in_the_middle_of_something_is_interrupted_the_code_waits_above_the_list() -> None:
    store = replace(shop(), shown=[shown("s-1")])
    busy = View(sheet=HandOverLine(key="k", handover="X-1", order="X"))
    assert called(busy, store, "k2").sheet == busy.sheet
    page = frame.page("en", View(), store)
    assert "To be handed over now" in page
    assert isinstance(tapped(View(), ("pick_up", "ORDER"), store, "k")[0].sheet, PickUp)


def test_a_code_that_is_no_good_is_said_and_opens_nothing() -> None:
    refusal = Refusal("order_code_elsewhere", "pop-2")
    store = replace(shop(), shown=[{"scan": "s-1", "refusal": refusal}])
    assert called(View(), store, "k").sheet is None
    assert "another store" in frame.page("en", View(), store)
    assert "另一家门店" in frame.page("zh", View(), store)
    assert "pop-2" in frame.page("en", View(), store)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([row()], "To be handed over now"),
        ([row("collected", "staff")], "handed over by our staff"),
        ([row("refunded")], "The money went back"),
        ([row("unpaid")], "Not paid yet"),
        ([row("cancelled")], "The order was cancelled"),
        ([row("nothing")], "Nothing of this order is handed over"),
        ([], "No order of this store has that code"),
        (Refusal("order_code_elsewhere", "pop-2"), "another store"),
    ],
)
def test_what_is_typed_gets_an_answer(found: Any, said: str) -> None:
    view, _ = tapped(View("orders"), ("find", "9QK2"), shop(), "k")
    assert view.looks_for == "9QK2"
    assert said in frame.page("en", view, replace(shop(), found=found))


def test_less_than_four_characters_are_asked_for_more() -> None:
    assert "at least its last 4" in frame.page("en", View("orders", find=" q k "), shop())
    assert View("stock", find="9QK2").looks_for == "", "there it is products that are looked for"


def test_each_line_at_the_counter_is_handed_over_by_itself_and_the_rest_is_a_tap_away() -> None:
    looked_at = order(handovers=[handover(1), handover(2)])
    store = replace(shop(), order=looked_at)
    view = View(sheet=PickUp(key="k", order="ORDER"))
    assert frame.page("en", view, store).count("Cannot hand over") == 2
    view, _ = tapped(view, ("hand_over_line", "ORDER-1"), store, "k")
    assert isinstance(view.sheet, HandOverLine), "though the list of lines that wait does not have it"
    view, command = tapped(view, ("do", "yes"), store, "k")
    assert command is not None
    rest = replace(shop(), handovers=[{"id": "ORDER-2", "order": "ORDER"}])
    view = answered(view, Answer(), rest)
    assert "More of this order" in frame.page("en", replace(view, area="orders"), rest)
    assert "More of this order" not in frame.page("en", replace(view, area="orders"), shop())


def test_what_was_collected_says_when_and_by_whom_and_has_no_buttons() -> None:
    store = replace(shop(), order=order(handovers=[handover(1, "done", "staff")]))
    page = frame.page("zh", View("health", PickUp(key="k", order="ORDER")), store)
    assert "经手：店员" in page
    assert "hand_over_line" not in page
