"""What a cloud shelf concludes from raw weights. Samples are made by hand; bench measures the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.shelf.port import Plate
from hardware.shelf.weighing.scale import Finding, Moved, PlateFault, Scale

HZ = 60.0
TEA, CUP, JAR = "TEA", "CUP", "JAR"
ROWS = [
    Plate(plate="p1", item=TEA, weight_g=120.0),
    Plate(plate="p2", item=CUP, weight_g=310.0),
    Plate(plate="p3", item=JAR, weight_g=450.0),
    Plate(plate="p4", item=JAR, weight_g=450.0),
]

Curve = Callable[[float], float]
"""Grams on a plate, by the share of the time that has passed."""


class Shelf:
    """Plates that are not zeroed, with noise of our own, and the scale that listens to them."""

    def __init__(self, rows: Sequence[Plate] = ROWS, *, noise_g: float = 0.5, seed: int = 7) -> None:
        self.scale = Scale(rows)
        self.loads = {name: 1_000.0 + 777 * number for number, name in enumerate(self.scale.plates)}
        self.found: list[Finding] = []
        self.now_s = 0.0
        self._rng = Random(seed)
        self._noise_g = noise_g
        self.lie(1.0)

    def lie(self, seconds: float, **curves: Curve) -> Shelf:
        """Let time pass; plates that are named carry a curve on top."""
        samples = round(seconds * HZ)
        for sample in range(1, samples + 1):
            self.now_s += 1 / HZ
            for number, name in enumerate(self.scale.plates):
                curve = curves.get(name)
                grams = self.loads[name] + (curve(sample / samples) if curve else 0.0)
                grams += self._rng.gauss(0, self._noise_g)
                self.found += self.scale.sample(self.now_s, number, grams)
        return self

    def change(self, seconds: float = 0.2, **grams: float) -> Shelf:
        """Goods leave or come, steadily within `seconds`, and stay so."""
        self.lie(seconds, **{name: _ramp(by) for name, by in grams.items()})
        for name, by in grams.items():
            self.loads[name] += by
        return self

    def put_down(self, plate: str, grams: float) -> Shelf:
        """Goods are set down, pressed a little, and let go."""
        self.lie(0.2, **{plate: _ramp(grams + 60)})
        self.loads[plate] += grams
        return self.lie(0.15, **{plate: lambda share: 60 * (1 - share)})

    def told(self) -> list[tuple[str, str, int]]:
        """What was taken and put back, in short."""
        return [(one.what, one.item, one.count) for one in self.found if isinstance(one, Moved)]


def _ramp(by: float) -> Curve:
    return lambda share: by * share


def _hand(grams: float) -> Curve:
    """A hand that comes, trembles, sways and goes within a second or two."""
    return lambda share: (
        grams
        * min(1.0, 8 * share, 8 * (1 - share))
        * (1 + 0.02 * math.sin(60 * share) + 0.06 * math.sin(9 * share))
    )


# ── taking ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_unit_that_leaves_is_known_by_its_weight() -> None:
    shelf = Shelf().change(p1=-121.5).lie(0.5)
    assert shelf.told() == [("picked_up", TEA, 1)]
    (moved,) = shelf.found
    assert isinstance(moved, Moved)
    assert moved.plate == "p1"
    assert moved.weight_g == pytest.approx(121.5, abs=2)


def test_the_answer_comes_within_fifty_milliseconds_of_the_hand_leaving() -> None:
    for seed in range(20):
        shelf = Shelf(seed=seed).change(p2=-309)
        left_s = shelf.now_s
        (moved,) = shelf.lie(0.5).found
        assert moved.at_s - left_s <= 0.0501


def test_three_units_taken_at_once_are_three() -> None:
    assert Shelf().change(p1=-362).lie(0.5).told() == [("picked_up", TEA, 3)]


def test_units_that_lie_across_two_plates_are_weighed_by_both() -> None:
    assert Shelf().change(p3=-170, p4=-283).lie(0.5).told() == [("picked_up", JAR, 1)]


def test_two_shoppers_at_neighbouring_plates_do_not_disturb_each_other() -> None:
    shelf = Shelf().lie(0.1, p1=_ramp(-60))
    shelf.loads["p1"] -= 60
    shelf.lie(0.1, p1=_ramp(-60), p2=_ramp(-310))
    shelf.loads["p1"] -= 60
    shelf.loads["p2"] -= 310
    assert sorted(shelf.lie(0.5).told()) == [("picked_up", CUP, 1), ("picked_up", TEA, 1)]


# ── putting back ────────────────────────────────────────────────────────────────────────────────────


def test_what_was_taken_and_comes_back_is_put_back_even_a_moment_later() -> None:
    shelf = Shelf().change(p1=-119).lie(0.2).put_down("p1", 119).lie(0.5)
    assert shelf.told() == [("picked_up", TEA, 1), ("put_back", TEA, 1)]


def test_of_three_that_were_taken_one_may_come_back() -> None:
    shelf = Shelf().change(p1=-361).lie(1).put_down("p1", 120.5).lie(0.5)
    assert shelf.told() == [("picked_up", TEA, 3), ("put_back", TEA, 1)]


def test_what_comes_back_to_the_wrong_place_is_known_and_said_to_be_misplaced() -> None:
    shelf = Shelf().change(p1=-121).lie(1).put_down("p2", 121).lie(1)
    assert shelf.told() == [("picked_up", TEA, 1), ("put_back", TEA, 1)]
    back = shelf.found[-1]
    assert isinstance(back, Moved)
    assert (back.plate, back.misplaced) == ("p2", True)


def test_what_lies_in_the_wrong_place_is_known_when_it_is_taken_from_there() -> None:
    shelf = Shelf().change(p1=-121).lie(1).put_down("p2", 121).lie(1).change(p2=-121).lie(1)
    assert shelf.told()[-1] == ("picked_up", TEA, 1)


def test_units_that_staff_add_are_known_after_a_while() -> None:
    assert Shelf().put_down("p2", 620).lie(1).told() == [("put_back", CUP, 2)]


# ── hands, bumps, drift ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("grams", [80, 119, 310, 700, 2_500])
def test_a_hand_that_rests_and_leaves_takes_nothing(grams: float) -> None:
    for seed in range(5):
        assert Shelf(seed=seed).lie(1.5, p1=_hand(grams)).lie(2).told() == []


def test_what_is_taken_while_a_hand_rests_is_known_once_it_is_gone() -> None:
    shelf = Shelf().lie(0.5, p2=lambda share: 200 * min(1.0, 8 * share))
    shelf.loads["p2"] -= 310
    shelf.lie(0.3, p2=lambda share: 200 + 310 * (1 - share)).lie(0.1, p2=lambda share: 200 * (1 - share))
    assert shelf.lie(0.5).told() == [("picked_up", CUP, 1)]


def test_goods_that_are_pushed_from_one_plate_to_the_next_are_not_taken() -> None:
    assert Shelf().change(p3=-225, p4=225).lie(3).told() == []


def test_a_bumped_board_takes_nothing() -> None:
    def swing(share: float) -> float:
        return 120 * math.exp(-6 * share) * math.sin(80 * share)

    shelf = Shelf().lie(2, p1=swing, p2=swing, p3=swing, p4=swing).lie(1)
    assert shelf.told() == []


def test_plates_that_drift_for_minutes_are_followed() -> None:
    def drift(share: float) -> float:
        return 40 * share

    shelf = Shelf().lie(120, p1=drift, p2=drift)
    shelf.loads["p1"] += 40
    shelf.loads["p2"] += 40
    assert shelf.change(p1=-120).lie(0.5).told() == [("picked_up", TEA, 1)]


def test_what_a_neighbour_feels_of_a_heavy_thing_is_nobody_taking() -> None:
    assert Shelf().change(p2=-310, p1=-3.5).lie(3).told() == [("picked_up", CUP, 1)]


# ── what cannot be known ────────────────────────────────────────────────────────────────────────────


def test_a_weight_that_fits_nothing_is_told_without_an_item() -> None:
    shelf = Shelf().change(p2=-155).lie(3)
    assert shelf.told() == [("picked_up", "", 1)]
    (moved,) = shelf.found
    assert isinstance(moved, Moved)
    assert moved.weight_g == pytest.approx(155, abs=2)


def test_two_products_of_the_same_weight_on_one_plate_are_never_guessed() -> None:
    rows = [Plate(plate="p1", item=item, weight_g=100.0) for item in ("RED", "BLUE")]
    assert Shelf(rows).change(p1=-100).lie(3).told() == [("picked_up", "", 1)]


def test_what_lies_there_at_the_start_is_nobodys_doing() -> None:
    assert Shelf().lie(5).told() == []


def test_a_tare_on_command_takes_what_lies_there_as_it_is() -> None:
    shelf = Shelf()
    shelf.scale.tare()
    shelf.loads["p1"] += 2_400
    assert shelf.lie(1).told() == []
    assert shelf.change(p1=-120).lie(0.5).told() == [("picked_up", TEA, 1)]


# ── plates that cannot be trusted ───────────────────────────────────────────────────────────────────


def test_a_saturated_plate_is_a_fault_and_says_nothing_until_it_is_sane() -> None:
    shelf = Shelf().lie(1, p1=lambda _: 90_000.0)
    assert shelf.found == [PlateFault(at_s=shelf.found[0].at_s, plate="p1", what="saturated", raised=True)]
    shelf.lie(2)
    assert [(one.what, one.raised) for one in shelf.found if isinstance(one, PlateFault)] == [
        ("saturated", True),
        ("saturated", False),
    ]
    assert shelf.told() == []
    assert shelf.change(p1=-120).lie(1).told() == [("picked_up", TEA, 1)]


def test_what_left_while_a_plate_was_at_its_end_is_known_afterwards() -> None:
    shelf = Shelf().lie(1, p1=lambda _: 90_000.0)
    shelf.loads["p1"] -= 120
    assert shelf.lie(2).told() == [("picked_up", TEA, 1)]


def test_a_plate_gone_silent_is_a_fault_and_the_others_go_on() -> None:
    shelf = Shelf().lie(2, p1=lambda _: math.nan)
    assert [(one.plate, one.what, one.raised) for one in shelf.found if isinstance(one, PlateFault)] == [
        ("p1", "silent", True)
    ]
    assert shelf.change(p2=-310).lie(0.5).told() == [("picked_up", CUP, 1)]
    assert [one.raised for one in shelf.lie(1).found if isinstance(one, PlateFault)] == [True, False]


def test_a_plate_that_was_away_for_long_is_tared_and_not_believed() -> None:
    shelf = Shelf().lie(12, p1=lambda _: math.nan)
    shelf.loads["p1"] -= 500
    assert shelf.lie(2).told() == []
    assert shelf.change(p1=-120).lie(0.5).told() == [("picked_up", TEA, 1)]


def test_single_lost_samples_change_nothing() -> None:
    shelf = Shelf()
    rng = Random(3)
    shelf.lie(2, p1=lambda _: math.nan if rng.random() < 0.1 else 0.0)
    assert shelf.change(p1=-120).lie(0.5).found[-1].plate == "p1"


@settings(max_examples=20, deadline=None)
@given(noise_g=st.floats(0.0, 8.0), seed=st.integers(0, 10_000))
def test_noise_alone_never_invents_anything(noise_g: float, seed: int) -> None:
    assert Shelf(ROWS[:2], noise_g=noise_g, seed=seed).lie(6).found == []


def test_a_facing_with_one_silent_plate_is_still_weighed_by_the_other() -> None:
    shelf = Shelf().lie(2, p4=lambda _: math.nan)
    shelf.lie(0.2, p3=_ramp(-450), p4=lambda _: math.nan)
    shelf.loads["p3"] -= 450
    assert shelf.lie(1, p4=lambda _: math.nan).told() == [("picked_up", JAR, 1)]


def test_a_plate_that_is_at_its_end_from_the_start_is_a_fault_and_weighs_once_it_is_sane() -> None:
    shelf = Shelf(ROWS[:1])
    shelf.scale = Scale(ROWS[:1])
    shelf.lie(1, p1=lambda _: 90_000.0).lie(1)
    assert [one.raised for one in shelf.found if isinstance(one, PlateFault)] == [True, False]
    assert shelf.change(p1=-120).lie(0.5).told() == [("picked_up", TEA, 1)]


def test_plates_that_become_noisier_are_understood_again_after_a_while() -> None:
    rng = Random(9)

    def worse(_: float) -> float:
        return rng.gauss(0, 6)

    shelf = Shelf().lie(15, p2=worse)
    shelf.loads["p2"] -= 310
    assert shelf.lie(5, p2=worse).told() == [("picked_up", CUP, 1)]
