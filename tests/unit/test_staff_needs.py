"""What the tablet calls a need, and what each area says of it."""

from __future__ import annotations

import pytest

from edge_agent.entrypoints.staff import frame, parts
from edge_agent.entrypoints.staff.needs import needs_of, refundable_minor
from edge_agent.entrypoints.staff.shop import StreamState
from edge_agent.entrypoints.staff.view import AREAS, View
from tests.staff_shop import at, case, device, label, order, refund, shop, slot


def test_a_calm_store_needs_nobody_and_says_so():
    assert needs_of(shop()).count == 0
    assert "All is well" in frame.page("en", View(), shop())


def test_every_unknown_vend_is_a_case_with_both_answers_to_tap():
    page = frame.page("en", View(), shop(cases=[case()]))
    assert needs_of(shop(cases=[case()])).count == 1
    assert "The machine did not answer" in page
    assert "ORDER-1-1" in page
    assert "3 min ago" in page
    assert page.count("settle") == 2


def test_more_than_anybody_can_work_on_is_told_as_a_number():
    cases = [case(f"ORDER-{n}-1") for n in range(40)]
    page = frame.page("en", View(), shop(cases=cases))
    assert page.count("<article") == 12
    assert "28 more" in page
    assert needs_of(shop(cases=cases)).count == 40


def test_a_dispute_is_shown_for_a_day_and_says_what_the_machine_said():
    fresh = case(state="failed", disputed="dispensed", at=at(60))
    assert "it was settled as not dropped" in frame.page("en", View(), shop(cases=[fresh])).lower()
    assert needs_of(shop(cases=[fresh | {"at": at(25 * 60)}])).count == 0


@pytest.mark.parametrize(
    ("state", "method", "needed"),
    [("requested", "counter", 1), ("refused", "sandbox", 1), ("requested", "sandbox", 0)],
)
def test_money_is_handed_back_by_a_person_only_when_no_provider_will(state, method, needed):
    owing = shop(refunds=[refund(state=state, method=method)])
    assert needs_of(owing).count == needed


def test_a_device_that_is_lost_or_has_a_fault_is_a_need_one_switched_off_is_not():
    devices = [
        device("a", status="lost"),
        device("b", faults=["EJC"]),
        device("c", status="disconnected"),
        device("d"),
    ]
    assert [found["id"] for found in needs_of(shop(devices=devices)).devices] == ["a", "b"]
    assert "free the unit" in frame.page("en", View(), shop(devices=devices))


def test_a_slot_stopped_by_failures_is_counted_one_stopped_by_staff_only_shown():
    slots = [slot("1", blocked="repeated_failures:EJC"), slot("2", blocked="cleaning")]
    needs = needs_of(shop(devices=[device(slots=slots)]))
    assert needs.count == 1
    assert [found["slot"] for _, found in needs.blocked_by_staff] == ["2"]


def test_a_full_disk_is_a_need_with_what_to_do():
    notice = {"code": "disk_full", "message_zh": "磁盘满", "message_en": "The disk is full"}
    stopped = shop()
    stopped.store.update(selling=False, notice=notice)
    page = frame.page("en", View(), stopped)
    assert needs_of(stopped).count == 1
    assert "The disk is full" in page
    assert "Not selling" in page


def test_what_is_left_to_refund_is_the_payment_less_every_refund_promised():
    assert refundable_minor(order()) == 700
    assert refundable_minor(order(refunds=[refund(amount_minor=300)])) == 400
    assert refundable_minor(order(state="fulfilling")) == 0
    assert refundable_minor(order(payment=None)) == 0
    assert refundable_minor(None) == 0


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("area", AREAS)
def test_nothing_from_outside_becomes_markup(area, language):
    evil = '<img src=x onerror="x">'
    told = {"id": 1, "device": evil, "topic": "report", "reason": evil, "bytes": 70_000, "at": at(1)}
    hostile = shop(
        devices=[
            device(
                evil, model=evil, faults=[evil], slots=[slot(evil, name_zh=evil, name_en=evil, blocked=evil)]
            )
        ],
        cases=[case(evil, device=evil, slot=evil, code=evil, name_zh=evil, name_en=evil)],
        refunds=[refund(evil, reason=evil, order=evil)],
        orders=[order(id=evil, state=evil)],
        quarantined=[told],
    )
    hostile.store.update(name=evil)
    hostile.sync.update(state="offline", message=evil)
    assert "<img" not in frame.page(language, View(area), hostile)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "never"),
        (3, "just now"),
        (37, "30 s ago"),
        (150, "2 min ago"),
        (7300, "2 h ago"),
        (200_000, "2 days ago"),
    ],
)
def test_time_is_told_in_the_largest_unit_that_makes_sense(seconds, said):
    assert parts.ago("en", seconds) == said


def test_a_clock_is_mentioned_only_when_it_is_wrong():
    assert parts.offset("en", 1_500) == ""
    assert parts.offset("en", 90_000) == "clock 90 s slow"
    assert parts.offset("en", -86_400_000) == "clock 24 h fast"


def test_what_headquarters_lacks_is_told_per_stream_with_its_age():
    behind = shop(streams=(StreamState("ledger", 120, 100, 480), StreamState("interactions", 5, 5, 0)))
    behind.sync.update(
        state="offline", waiting=20, oldest_waiting_s=480, message="no answer: ConnectionError"
    )
    page = frame.page("en", View("health"), behind)
    assert "HQ offline · 20 rows wait · oldest 8 min ago" in page
    assert "8 min ago" in page
    assert "Go on selling" in page
    assert "All sent" in page


# ── labels and people counted ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "an old price: ¥6.00, the kiosk says ¥5.50"),
        ({"shown": None}, "does not answer; the kiosk says ¥5.50"),
        ({"shown": {"item": "A1", "price_minor": 550, "version": 2, "at": at(9)}}, "does not answer"),
        (
            {"shown": {"item": "<B>", "price_minor": 1, "version": 7, "at": at(9)}},
            "another product (&lt;B&gt;)",
        ),
        ({"state": "failed", "reason": "battery"}, "Reason: its battery is empty"),
        ({"state": "shown", "since": "", "battery_percent": 9.0, "battery_low": True}, "at 9 %: change it"),
    ],
)
def test_a_label_that_needs_a_person_says_what_is_wrong_and_what_to_do(more, said):
    amiss = shop(labels=[label(**more)])
    assert needs_of(amiss).count == 1
    page = frame.page("en", View(), amiss)
    assert said in page
    assert "shelf-1 · l1" in page
    assert "标价签" in frame.page("zh", View(), amiss)


def test_a_label_that_is_being_set_or_is_right_needs_nobody():
    assert needs_of(shop(labels=[label(state="waiting"), label(state="shown")])).count == 0


def test_a_shelf_lists_its_labels_and_a_people_counter_who_came_today():
    devices = [device("shelf-1", kind="shelf", slots=[]), device("door-1", kind="footfall", slots=[])]
    labels = [label(f"l{n}", state="shown") for n in range(70)]
    floor = shop(devices=devices, labels=labels, visitors={"door-1": {"entered": 1234, "left": 1200}})
    page = frame.page("en", View("devices"), floor)
    assert page.count("Up to date") == 60
    assert "10 more" in page
    assert "Came in today: 1,234 · went out: 1,200" in page
    assert "Came in today: 0" in frame.page("en", View("devices"), shop(devices=devices))
