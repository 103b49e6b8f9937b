"""A cloud shelf as a device: labels, screen, tags, what its line says, its planogram; and the simulated one."""

from __future__ import annotations

from pathlib import Path
from random import Random

import msgspec
import pytest

from hardware.behaviour import Act, Behaviour, CommandGiven, Condition, Input, Output, Say
from hardware.messages import (
    Command,
    CommandRefused,
    Exposure,
    FaultCleared,
    FaultRaised,
    ItemPickedUp,
    ItemSensed,
    LabelFailed,
    LabelShown,
    PersonSensed,
    Report,
)
from hardware.shelf.driver import ShelfDriver
from hardware.shelf.planogram import read_planogram
from hardware.shelf.port import (
    Habits,
    Identify,
    LabelAnswered,
    Light,
    Plate,
    ShopperCame,
    ShopperLeft,
    ShowContent,
    TagRead,
    TareOrdered,
    Weighed,
    WireBack,
    WireLost,
    WriteLabel,
)
from hardware.shelf.simulated.geometry import read_places
from hardware.shelf.simulator import ShelfSimulator
from hardware.shelf.tags import sgtin_gtin14
from hardware.shelf.wire import Lines, WireError, act_line, read_line

GEOMETRY = Path(__file__).parents[2].parent / "shared" / "data" / "shelf_events"
PLATES = [
    Plate(plate="p1", item="TEA", weight_g=120.0, label="l1"),
    Plate(plate="p2", item="CUP", weight_g=310.0, label="l2"),
]
PRICE = LabelShown(label="l1", item="TEA", price_minor=450, version=7)
EPC = "3074257BF7194E4000001A85"
"""The example of the GS1 EPC Tag Data Standard: urn:epc:id:sgtin:0614141.812345.6789."""


def driver() -> ShelfDriver:
    shelf = ShelfDriver(PLATES, tags={EPC: "TEA", "10614141123459": "CUP"}, serial="S1")
    shelf.start(0.0)
    return shelf


def follows(device: Behaviour, now_s: float, *inputs: Input) -> list[Output]:
    return [out for out in device.update(now_s, inputs).outputs if not isinstance(out, Condition)]


def condition(device: Behaviour, now_s: float) -> Condition:
    (how,) = [out for out in device.update(now_s, []).outputs if isinstance(out, Condition)]
    return how


def order(**fields: object) -> CommandGiven:
    return CommandGiven(Command(id="c1", expires_at="", **fields), 99.0)  # type: ignore[arg-type]


def price(version: int = 7, price_minor: int = 450) -> CommandGiven:
    return order(kind="set_label", label="l1", item="TEA", price_minor=price_minor, version=version)


def says(*reports: Report) -> list[Output]:
    return [Say(report) for report in reports]


# ── labels ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_price_is_shown_once_the_label_has_confirmed_it() -> None:
    shelf = driver()
    assert follows(shelf, 1.0, price()) == [WriteLabel("l1", "TEA", 450, 7)]
    assert follows(shelf, 1.5, LabelAnswered("l1", 6)) == [], "an answer to something older says nothing"
    assert follows(shelf, 2.0, LabelAnswered("l1", 7, 81.0)) == says(PRICE)
    assert condition(shelf, 2.0).readings == (("battery_l1_percent", 81.0),)


def test_a_label_that_never_answers_is_tried_three_times_and_has_failed_then() -> None:
    shelf = driver()
    seen: list[Output] = []
    update = shelf.update(0.0, [price()])
    while update.wake_s is not None:
        seen += [out for out in update.outputs if not isinstance(out, Condition)]
        update = shelf.update(update.wake_s, [])
    seen += [out for out in update.outputs if not isinstance(out, Condition)]
    failed = LabelFailed(label="l1", item="TEA", version=7, reason="no_answer")
    assert seen == [WriteLabel("l1", "TEA", 450, 7)] * 3 + says(failed)


def test_a_newer_price_replaces_one_that_is_on_its_way_and_an_older_one_does_not() -> None:
    shelf = driver()
    follows(shelf, 1.0, price(8))
    assert follows(shelf, 1.1, price(7)) == []
    assert follows(shelf, 1.2, price(9)) == [WriteLabel("l1", "TEA", 450, 9)]
    assert follows(shelf, 1.3, LabelAnswered("l1", 8)) == []
    (shown,) = follows(shelf, 1.4, LabelAnswered("l1", 9))
    assert follows(shelf, 2.0, price(8, 400)) == [shown], "the label keeps what it has"


def test_labels_nobody_planned_are_refused_or_ignored() -> None:
    shelf = driver()
    assert follows(shelf, 1.0, order(kind="set_label", label="nowhere")) == says(
        CommandRefused(command_id="c1", reason="unknown_slot")
    )
    assert follows(shelf, 1.0, LabelAnswered("nowhere", 3, 50.0)) == []


# ── screen, lights, tags ────────────────────────────────────────────────────────────────────────────


def test_an_exposure_says_what_was_shown_and_for_how_long_somebody_stood_there() -> None:
    shelf = driver()
    assert follows(shelf, 10.0, ShopperCame()) == says(PersonSensed())
    assert follows(shelf, 12.0, order(kind="show", content="spring")) == [
        *says(Exposure(content="welcome", dwell_ms=2_000)),
        ShowContent("spring"),
    ]
    assert follows(shelf, 15.5, ShopperLeft()) == says(Exposure(content="spring", dwell_ms=3_500))
    assert follows(shelf, 16.0, ShopperLeft()) == [], "nobody was there any more"


def test_whoever_only_passes_by_has_seen_nothing() -> None:
    shelf = driver()
    follows(shelf, 10.0, ShopperCame())
    assert follows(shelf, 10.2, ShopperLeft()) == []


def test_a_shelf_lights_a_plate_and_shows_itself_and_refuses_the_rest() -> None:
    shelf = driver()
    assert follows(shelf, 1.0, order(kind="light", plate="p2")) == [Light("p2")]
    assert follows(shelf, 1.0, order(kind="identify")) == [Identify()]
    for fields, reason in (
        ({"kind": "light", "plate": "p9"}, "unknown_slot"),
        ({"kind": "vend", "slot": "p1"}, "unsupported"),
    ):
        assert follows(shelf, 1.0, order(**fields)) == says(CommandRefused(command_id="c1", reason=reason))


def test_a_tag_is_told_once_while_it_is_heard_and_again_after_it_was_gone() -> None:
    shelf = driver()
    sensed = says(ItemSensed(item="TEA", tag=EPC))
    seen = [follows(shelf, at_s, TagRead(EPC.lower())) for at_s in (1.0, 1.1, 1.2, 2.0, 9.0, 9.1)]
    assert seen == [[], sensed, [], [], [], sensed]


def test_a_tag_heard_once_or_rarely_is_an_echo() -> None:
    shelf = driver()
    assert [follows(shelf, at_s, TagRead(EPC)) for at_s in (1.0, 3.0, 5.0)] == [[], [], []]


def test_an_sgtin_belongs_to_its_gtin() -> None:
    assert sgtin_gtin14(EPC) == "80614141123458"
    for wrong in ("", "00" * 12, "30" + "F" * 22, EPC[:-1], "3" * 24, "x" * 24):
        with pytest.raises(ValueError, match=r"SGTIN|invalid literal"):
            sgtin_gtin14(wrong)


# ── plates and their line ───────────────────────────────────────────────────────────────────────────


def lying(shelf: ShelfDriver, from_s: float, seconds: float, **grams: float) -> list[Output]:
    rng = Random(5)
    samples = tuple(
        (from_s + number / 60, plate, load + rng.gauss(0, 0.4))
        for number in range(round(seconds * 60))
        for plate, load in grams.items()
    )
    return follows(shelf, from_s, Weighed(samples))


def test_weights_become_reports_and_a_restart_of_the_plates_begins_anew() -> None:
    shelf = driver()
    assert lying(shelf, 50.0, 1.0, p1=900.0, p2=500.0, unplanned=1.0) == []
    (said,) = lying(shelf, 51.0, 1.0, p1=780.0, p2=500.0)
    assert isinstance(said, Say)
    assert isinstance(said.report, ItemPickedUp)
    assert (said.report.item, said.report.count, said.report.plate) == ("TEA", 1, "p1")
    assert lying(shelf, 0.0, 2.0, p1=300.0, p2=100.0) == [], "their clock began anew: nothing was seen"
    assert lying(shelf, 99.0, 2.0, p1=900.0, p2=50.0) == [], "they were away for long: nothing was seen"


def test_a_line_that_was_quiet_for_a_moment_is_no_fault_of_its_plates_and_what_left_is_known() -> None:
    shelf = driver()
    assert lying(shelf, 50.0, 1.0, p1=900.0, p2=500.0) == []
    (said,) = lying(shelf, 54.0, 1.0, p1=780.0, p2=500.0)
    assert isinstance(said, Say)
    assert isinstance(said.report, ItemPickedUp)


def test_samples_a_little_out_of_order_are_no_restart() -> None:
    shelf = driver()
    lying(shelf, 50.0, 1.0, p1=900.0, p2=500.0)
    follows(shelf, 51.0, Weighed(((51.02, "p1", 900.0), (51.0, "p2", 500.0))))
    assert len(lying(shelf, 51.04, 1.0, p1=780.0, p2=500.0)) == 1


def test_a_tare_is_nobodys_doing() -> None:
    shelf = driver()
    lying(shelf, 0.0, 1.0, p1=900.0, p2=500.0)
    follows(shelf, 1.0, TareOrdered())
    assert lying(shelf, 1.0, 2.0, p1=2_100.0, p2=500.0) == []


def test_a_line_that_is_pulled_out_is_a_fault_until_it_is_back() -> None:
    shelf = driver()
    assert follows(shelf, 1.0, WireLost(), WireLost()) == says(FaultRaised(code="ECF", part="plates"))
    assert condition(shelf, 1.0).faults == ("ECF",)
    assert follows(shelf, 2.0, WireBack()) == says(FaultCleared(code="ECF", part="plates"))


def test_a_line_on_which_only_noise_comes_is_a_fault_until_a_sample_comes() -> None:
    shelf = driver()
    shelf.update(1.0, [WireBack()])
    assert shelf.update(5.9, []).wake_s == 6.0
    assert follows(shelf, 6.0) == says(FaultRaised(code="ECF", part="plates"))
    assert follows(shelf, 7.0, Weighed(((1.0, "p1", 900.0),))) == says(
        FaultCleared(code="ECF", part="plates")
    )


def test_a_line_of_text_is_a_sample_or_something_else_that_happened() -> None:
    assert read_line(b"1.5,p1,900.25\r\n") == [(1.5, "p1", 900.25)]
    assert read_line(b'{"t": 1.5, "grams": {"p1": 1.0, "p2": 2}}') == [(1.5, "p1", 1.0), (1.5, "p2", 2.0)]
    assert read_line(b'{"t": 1.5, "plate": "p1", "grams": 9}') == [(1.5, "p1", 9.0)]
    assert read_line(b'{"person": true}') == ShopperCame()
    assert read_line(b'{"person": false}') == ShopperLeft()
    assert read_line(b'{"tag": "30", "rssi_dbm": -50}') == TagRead("30", -50.0)
    assert read_line(b'{"label": "l1", "version": 7}') == LabelAnswered("l1", 7)
    ((_, _, nothing),) = read_line(b"1.5,p1,")  # type: ignore[misc]
    assert nothing != nothing


@pytest.mark.parametrize(
    "line",
    [b"", b"1,2", b"x,p1,3", b"-1,p1,3", b"inf,p1,3", b"1,,3", b"{}", b'{"t": "x"}', b"{", b"\xff,p,\xfe"],
)
def test_a_line_that_cannot_be_read_is_left_out_and_counted(line: bytes) -> None:
    with pytest.raises(WireError):
        read_line(line)
    lines = Lines()
    assert lines.feed(line + b"\n1,p1,2\n") == [Weighed(((1.0, "p1", 2.0),))]
    assert lines.unreadable == (1 if line else 0)


def test_lines_come_in_pieces_and_noise_without_an_end_is_thrown_away() -> None:
    lines = Lines()
    assert lines.feed(b"1,p1,") == []
    assert lines.feed(b"2\n1,p2,3\n") == [Weighed(((1.0, "p1", 2.0), (1.0, "p2", 3.0)))]
    assert lines.feed(b"\x00" * 70_000) == []
    assert lines.feed(b"noise\n2,p1,5\n") == [Weighed(((2.0, "p1", 5.0),))]


def test_the_controller_is_told_in_lines_of_json() -> None:
    acts: list[Act] = [WriteLabel("l1", "TEA", 450, 7), Light("p1"), ShowContent("spring"), Identify()]
    told = [msgspec.json.decode(act_line(act)) for act in acts]
    assert told == [
        {"write_label": {"label": "l1", "item": "TEA", "price_minor": 450, "version": 7}},
        {"light": "p1"},
        {"show": "spring"},
        {"identify": True},
    ]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"[]", "1 to"),
        (b"nonsense", "no planogram"),
        (b'[{"plate": "", "item": "A", "weight_g": 1}]', "no name"),
        (b'[{"plate": "p", "item": "A", "weight_g": 0}]', "weight_g"),
        (b'[{"plate": "p", "item": "A", "weight_g": 1, "spread_percent": 90}]', "spread_percent"),
        (
            b'[{"plate": "p", "item": "A", "weight_g": 1}, {"plate": "p", "item": "A", "weight_g": 1}]',
            "twice",
        ),
    ],
)
def test_a_planogram_one_cannot_weigh_with_is_refused_with_its_reason(body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_planogram(body)


def test_a_planogram_may_have_tags_beside_its_rows() -> None:
    row = {"plate": "p1", "item": "TEA", "weight_g": 120}
    read = read_planogram(msgspec.json.encode({"plates": [row], "tags": {"30ab": "TEA"}}))
    assert read.tags == {"30AB": "TEA"}
    assert read_planogram(msgspec.json.encode([row])).plates == read.plates


# ── the simulated shelf ─────────────────────────────────────────────────────────────────────────────


def test_an_empty_shop_asks_for_nothing_and_a_visit_is_weighed_sample_by_sample() -> None:
    shelf = ShelfSimulator(PLATES, rng=Random(4), habits=Habits(pick_up_chance=1.0, put_back_chance=0.0))
    assert shelf.start(0.0).wake_s is None
    update = shelf.update(5.0, [ShopperCame()])
    picked: list[ItemPickedUp] = []
    while update.wake_s is not None:
        assert update.wake_s <= 60
        update = shelf.update(update.wake_s, [])
        reports = [out.report for out in update.outputs if isinstance(out, Say)]
        picked += [report for report in reports if isinstance(report, ItemPickedUp)]
    assert [one.item for one in picked] in (["TEA"], ["CUP"])


def test_a_simulated_label_can_be_dead() -> None:
    shelf = ShelfSimulator(PLATES, rng=Random(4), dead_labels={"l1"})
    shelf.start(0.0)
    assert [follows(shelf, at_s, *given) for at_s, given in ((0.0, [price()]), (5.0, []), (10.0, []))] == [
        [],
        [],
        [],
    ]
    failed = LabelFailed(label="l1", item="TEA", version=7, reason="no_answer")
    assert follows(shelf, 15.0) == says(failed)


@pytest.mark.skipif(not GEOMETRY.exists(), reason="needs ../shared/data/shelf_events")
def test_a_stores_measured_geometry_is_read_board_by_board() -> None:
    places = read_places((GEOMETRY / "Plates.json").read_bytes())
    assert len(places) == 306
    assert [place.plate for place in places[:3]] == ["g1-s1-p1", "g1-s1-p2", "g1-s1-p3"]
    assert len({place.board for place in places}) == 30


@pytest.mark.parametrize("body", [b"", b"{}", b'{"plates": []}', b'{"plates": [{"id": 1}]}'])
def test_a_geometry_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="geometry"):
        read_places(body)
