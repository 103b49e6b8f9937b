"""Goods on the tablet: what a tap does with them, what is shown before, and how a slip is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from edge_agent.domain import commands
from edge_agent.domain.refusals import Refusal
from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.plain import COUNT_REASONS, NAMES, RETURN_REASONS, WASTE_REASONS
from edge_agent.entrypoints.staff.view import View, answered, tapped
from edge_agent.services.brain import Answer
from tests.staff_shop import NOW, device, pin, product, shop, slot

DONE = Answer(subject="K7QTX2MABC")
FIVE = ("do", "digit", "5")
YES = ("do", "yes")


def press(store, *taps, view=None):
    """Tap one after the other; the view and the last command asked for."""
    view, command = view or View("stock"), None
    for tap in taps:
        view, command = tapped(view, tap, store, "key")
    return view, command


def posted(store, *taps, answer=DONE, after=None):
    """Tap, have the command done, and look at the page."""
    view, command = press(store, *taps)
    assert command is not None
    after = after or store
    view = answered(view, answer, after)
    return view, command, frame.page("en", view, after)


# ── the list ────────────────────────────────────────────────────────────────────────────────────────


def names(page):
    return [part.partition("<")[0] for part in page.split('<span class="name">')[1:]]


def test_products_stand_sold_out_first_then_low_then_by_name_and_strangers_last():
    stock = [
        product("A1", name_en="Plenty", available=8),
        product("B1", name_en="Never here", available=0, in_slots=0),
        product("C1", name_en="Low", available=2),
        product("D1", name_en="Gone", available=0),
    ]
    slots = [slot("1", sku="A1"), slot("2", sku="C1"), slot("3", sku="D1")]
    store = shop(stock=stock, devices=[device(slots=slots)])
    page = frame.page("en", View("stock"), store)
    assert names(page) == ["Gone", "Low", "Plenty", "Never here"]
    assert "Sold out" in page


def test_a_product_is_found_by_either_name_or_its_number():
    store = shop(stock=[product("A1"), product("B2", name_zh="饼干", name_en="Biscuits")])
    for typed in ("bisc", "饼", "b2"):
        view, command = press(store, ("find", typed))
        assert command is None
        assert names(frame.page("en", view, store)) == ["Biscuits"]
    view, _ = press(store, ("find", "<b>nothing"))
    page = frame.page("en", view, store)
    assert "&lt;b&gt;nothing" in page
    assert "<b>nothing" not in page


def test_a_list_nobody_can_read_is_cut_and_says_so():
    store = shop(stock=[product(f"S{n:03}") for n in range(100)])
    page = frame.page("en", View("stock"), store)
    assert len(names(page)) == 60
    assert "40 more products" in page


def test_where_goods_and_rights_differ_the_sheet_says_what_that_means():
    def sheet(**more):
        store = shop(stock=[product(**more)])
        view, _ = press(store, ("product", "A1"))
        return frame.page("en", view, store)

    assert "3 of the units here are headquarters" in sheet(available=2)
    assert "2 more than stand here" in sheet(available=7)
    assert "1 promised units are missing" in sheet(held=1, deficit=1)


# ── receiving and sending ───────────────────────────────────────────────────────────────────────────


def test_goods_of_a_supplier_are_received_and_a_slip_is_taken_back_by_a_count():
    store = shop()
    view, command, page = posted(store, ("receive", "A1"), FIVE, YES, after=shop(stock=[product(room=5)]))
    assert command == commands.ReceiveStock("tablet:key", "A1", 5, "supplier")
    assert "5 received" in page
    assert "Undo (20 s)" in page
    some_filled, more_came = shop(stock=[product(room=4)]), shop(stock=[product(room=6)])
    assert "Undo" not in frame.page("en", view, some_filled)
    assert press(some_filled, ("do", "undo"), view=view) == (view, None)
    view, back = press(more_came, ("do", "undo"), view=view)
    assert back == commands.CountStock("tablet:key:undo", "A1", "available", 1, "wrong_before")
    assert "Undone" in frame.page("en", answered(view, Answer(), more_came), more_came)


def test_a_deed_can_be_taken_back_for_twenty_seconds_and_once():
    store = shop(stock=[product(room=9)])
    view, _, _ = posted(store, ("send", "A1"), ("do", "kind", "hq"), FIVE, YES)
    late = replace(store, now=NOW + timedelta(seconds=20))
    assert press(late, ("do", "undo"), view=view) == (view, None)
    undoing, first = press(store, ("do", "undo"), view=view)
    again, second = press(store, ("do", "undo"), view=undoing)
    assert first is not None
    assert (again, second) == (undoing, None)
    undone = answered(undoing, Answer(), store)
    assert press(store, ("do", "undo"), view=undone) == (undone, None)


def test_goods_of_another_store_need_the_number_on_the_box_and_are_asked_about_before():
    store = shop()
    start, _ = press(store, ("receive", "A1"), ("do", "kind", "transfer"), FIVE)
    assert press(store, YES, view=start)[1] is None, "the number is missing"
    named, _ = press(store, ("do", "text", "transfer", " k7qtx2mabc "), view=start)
    sure, command = press(store, YES, view=named)
    assert command is None
    assert "cannot be undone" in frame.page("en", sure, store)
    assert press(store, YES, view=sure)[1] == commands.ReceiveStock(
        "tablet:key", "A1", 5, "transfer", "K7QTX2MABC"
    )
    back, _ = press(store, ("do", "back"), view=sure)
    assert not back.sheet.sure


def test_what_is_sent_to_a_store_shows_its_number_big_and_comes_back_under_it():
    store = shop(stock=[product(room=9)])
    taps = [("send", "A1"), ("do", "text", "to", "SH-Jingan"), FIVE, YES]
    view, command, page = posted(store, *taps)
    assert command == commands.SendStock("tablet:key", "A1", 5, "transfer", "sh-jingan")
    assert "Write this on the box" in page
    assert "<b>K7QTX2MABC</b>" in page
    _, back = press(store, ("do", "undo"), view=view)
    assert back == commands.ReceiveStock("tablet:key:undo", "A1", 5, "transfer", "K7QTX2MABC")


@pytest.mark.parametrize(
    ("taps", "done", "back"),
    [
        (
            [("receive", "A1"), ("do", "kind", "delivery"), FIVE],
            commands.ReceiveStock("tablet:key", "A1", 5, "delivery"),
            commands.SendStock("tablet:key:undo", "A1", 5, "collected"),
        ),
        (
            [("send", "A1"), ("do", "kind", "collected"), FIVE],
            commands.SendStock("tablet:key", "A1", 5, "collected"),
            commands.ReceiveStock("tablet:key:undo", "A1", 5, "delivery"),
        ),
        (
            [("move", "A1"), FIVE],
            commands.MoveStock("tablet:key", "A1", 5, "available", "damaged"),
            commands.MoveStock("tablet:key:undo", "A1", 5, "damaged", "available"),
        ),
        (
            [("move", "A1"), ("do", "source", "tester"), ("do", "target", "available"), FIVE],
            commands.MoveStock("tablet:key", "A1", 5, "tester", "available"),
            commands.MoveStock("tablet:key:undo", "A1", 5, "available", "tester"),
        ),
        (
            [("fill", "A1"), FIVE],
            commands.FillSlot("tablet:key", "vm-1", "1-01", 5),
            commands.FillSlot("tablet:key:undo", "vm-1", "1-01", -5),
        ),
        (
            [("take_out", "A1"), ("do", "digit", "2")],
            commands.FillSlot("tablet:key", "vm-1", "1-01", -2),
            commands.FillSlot("tablet:key:undo", "vm-1", "1-01", 2),
        ),
    ],
)
def test_what_has_an_exact_opposite_is_posted_at_once_and_taken_back_by_it(taps, done, back):
    store = shop(stock=[product(room=9)])
    view, command, _ = posted(store, *taps, YES)
    assert command == done
    assert press(store, ("do", "undo"), view=view)[1] == back


@pytest.mark.parametrize(
    ("taps", "reason", "done"),
    [
        (
            [("waste", "A1"), FIVE],
            "expired_goods",
            commands.WasteStock("tablet:key", "A1", 5, "available", "expired_goods"),
        ),
        (
            [("take_return", "A1"), ("do", "kind", "damaged"), FIVE],
            "damaged",
            commands.ReturnStock("tablet:key", "A1", 5, "damaged", reason="damaged"),
        ),
    ],
)
def test_what_has_no_opposite_needs_its_reason_and_is_asked_about_before(taps, reason, done):
    store = shop(stock=[product(room=9)])
    start, _ = press(store, *taps)
    assert press(store, YES, view=start) == (start, None), "no reason was given"
    view, command = press(store, ("do", "why", reason), YES, view=start)
    assert command is None
    view, command = press(store, YES, view=view)
    assert command == done
    assert "Undo" not in frame.page("en", answered(view, DONE, store), store)
    with pytest.raises(KeyError):
        press(store, ("do", "why", "because Mr Li said so"), view=start)


def test_a_refused_deed_says_why_and_can_be_put_right():
    store = shop(stock=[product(room=2)])
    view, _ = press(store, ("send", "A1"), ("do", "kind", "hq"), FIVE, YES)
    view = answered(view, Answer(Refusal("not_enough_stock", "A1")), store)
    assert "There are not that many in stock" in frame.page("en", view, store)
    view, command = press(store, ("do", "back"), ("do", "erase"), ("do", "digit", "2"), YES, view=view)
    assert command == commands.SendStock("tablet:key", "A1", 2, "transfer")


def test_a_slip_that_can_no_longer_be_taken_back_stays_posted_and_says_why():
    store = shop(stock=[product(room=9)])
    view, _, _ = posted(store, ("fill", "A1"), FIVE, YES)
    view, _ = press(store, ("do", "undo"), view=view)
    view = answered(view, Answer(Refusal("not_enough_stock", "A1")), store)
    page = frame.page("en", view, store)
    assert "There are not that many in stock" in page
    assert "put in" not in page
    with pytest.raises(KeyError):
        press(store, ("do", "back"), view=view)


def test_filling_suggests_what_fits_and_is_there():
    def suggested(room):
        store = shop(stock=[product(room=room)])
        view, _ = press(store, ("fill", "A1"))
        return view.sheet.qty(store)

    assert (suggested(3), suggested(30)) == (3, 5)


# ── blind counts ────────────────────────────────────────────────────────────────────────────────────


def test_whoever_counts_sees_the_book_only_afterwards_and_says_why_it_differs():
    store = shop(stock=[product(room=47)])
    view, _ = press(store, ("blind", "A1", "", "available"))
    assert "47" not in frame.page("en", view, store).partition('class="sheet"')[2]
    view, command = press(store, FIVE, ("do", "check"), view=view)
    assert command is None
    page = frame.page("en", view, store)
    assert "You counted 5, the book says 47" in page
    assert "−42" in page
    assert press(store, YES, view=view)[1] is None, "no reason was given"
    again, _ = press(store, ("do", "recount"), view=view)
    assert again.sheet.typed == ""
    view, command = press(store, ("do", "why", "stolen"), YES, view=view)
    assert command == commands.CountStock("tablet:key", "A1", "available", 5, "stolen")
    after = shop(stock=[product(room=5)])
    view = answered(view, DONE, after)
    assert "Posted: 5 (−42)" in frame.page("en", view, after)
    assert press(after, ("do", "undo"), view=view)[1] == commands.CountStock(
        "tablet:key:undo", "A1", "available", 47, "wrong_before"
    )


def test_a_count_that_agrees_is_posted_without_a_question():
    store = shop(stock=[product(room=5)])
    _, command, page = posted(store, ("blind", "A1", "", "available"), FIVE, ("do", "check"))
    assert command == commands.CountStock("tablet:key", "A1", "available", 5)
    assert "as in the book" in page
    assert "Undo" not in page


def test_a_slot_is_counted_blind_too():
    store = shop()
    view, _ = press(store, ("blind", "A1", "vm-1", "1-01"), ("do", "digit", "4"), ("do", "check"))
    assert press(store, YES, view=view)[1] == commands.CountSlot("tablet:key", "vm-1", "1-01", 4)


def test_nothing_is_posted_before_somebody_typed_a_figure():
    view, command = press(shop(), ("blind", "A1", "", "damaged"), ("do", "check"))
    assert command is None
    assert not view.sheet.checked


# ── reserved online ─────────────────────────────────────────────────────────────────────────────────


def test_what_is_reserved_online_is_listed_with_its_code_and_handed_over_once():
    store = shop(pins=[pin()], stock=[product(room=1)])
    page = frame.page("en", View("stock"), store)
    assert "H7KQ" in page
    assert '<span class="badge">1</span>' in page
    view, command = press(store, ("hand_over", "R-1"), YES)
    assert command == commands.HandOverPinned("tablet:key", "R-1", "picked_up")
    assert "1 handed over" in frame.page("en", answered(view, DONE, store), store)
    assert press(shop(), ("hand_over", "R-1")) == (View("stock"), None)


def test_units_in_a_machine_are_taken_out_before_they_are_handed_over():
    store = shop(pins=[pin(how="shipped")])
    view, _ = press(store, ("hand_over", "R-1"))
    page = frame.page("en", view, store)
    assert "take them out of a slot first" in page
    assert "Yes, sent off" not in page


# ── the count after joining again ───────────────────────────────────────────────────────────────────

AGAIN: dict[str, Any] = {"counted_in": False, "available": 0}


def test_every_place_of_a_product_is_counted_and_then_the_product_is():
    slots = [slot("1-01"), slot("1-02")]
    store = shop(stock=[product(**AGAIN), product("B2")], devices=[device(slots=slots)])
    page = frame.page("en", View("stock"), store)
    assert "1 of 2 products counted" in page
    assert "3 places left to count" in page
    view = View("stock")
    for place in (("vm-1", "1-01"), ("vm-1", "1-02"), ("", "available")):
        view, command = press(store, ("count_for_good", "A1", *place), FIVE, ("do", "check"), view=view)
        assert command is not None, "there is no book to compare with"
        view = answered(view, DONE, store)
    page = frame.page("en", view, store)
    assert "places left" not in page
    assert "All counted" in page
    view, command = press(store, ("count_in", "A1"), YES, view=view)
    assert command == commands.CountIn("tablet:key", ("A1",))
    assert "Told to headquarters" in frame.page("en", answered(view, DONE, store), store)


def test_after_each_place_the_next_one_is_a_tap_away():
    store = shop(stock=[product(**AGAIN)])
    view, _, page = posted(store, ("count_for_good", "A1", "vm-1", "1-01"), FIVE, ("do", "check"))
    assert "Next: Stock room" in page
    assert view.counted


def test_products_that_are_nowhere_in_the_store_are_counted_in_by_one_tap():
    nowhere = [product(sku, in_slots=0, **AGAIN) for sku in ("X1", "X2")]
    store = shop(stock=[product(**AGAIN), *nowhere])
    page = frame.page("en", View("stock"), store)
    assert "Not in this store (2)" in page
    _, command = press(store, ("count_in",), YES)
    assert command == commands.CountIn("tablet:key", ("X1", "X2"))


def test_the_ticks_of_a_count_outlive_a_look_at_another_area():
    store = shop(stock=[product(**AGAIN)])
    view, _, _ = posted(store, ("count_for_good", "A1", "vm-1", "1-01"), FIVE, ("do", "check"))
    away, _ = press(store, ("area", "orders"), ("area", "stock"), view=view)
    assert away.counted == view.counted


# ── in words ────────────────────────────────────────────────────────────────────────────────────────


def test_every_reason_has_plain_words():
    reasons = {*COUNT_REASONS, *WASTE_REASONS, *RETURN_REASONS}
    assert not [reason for reason in reasons if f"why.{reason}" not in NAMES]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "tap",
    [
        ("product", "A1"), ("receive", "A1"), ("send", "A1"), ("take_return", "A1"), ("move", "A1"),
        ("waste", "A1"), ("fill", "A1"), ("take_out", "A1"), ("blind", "A1", "", "tester"), ("hand_over", "R-1"),
    ],
)  # fmt: skip
def test_nothing_from_outside_becomes_markup(tap, language):
    evil = '<img src=x onerror="x">'
    hostile = shop(
        stock=[product(name_zh=evil, name_en=evil)],
        pins=[pin(name_zh=evil, name_en=evil, for_whom=evil)],
        devices=[device(evil, slots=[slot(evil)])],
    )
    view, _ = press(hostile, tap)
    assert view.sheet is not None
    assert "<img" not in frame.page(language, view, hostile)


@pytest.mark.parametrize(
    "tap", [("blind", "A1", "vm-1", "9-99"), ("fly", "A1"), ("blind", "A1"), ("receive",)]
)
def test_a_tap_nobody_knows_is_an_error_not_a_deed(tap):
    with pytest.raises(KeyError):
        press(shop(), tap)


def test_a_product_that_is_gone_opens_nothing():
    assert press(shop(), ("receive", "NONE")) == (View("stock"), None)
