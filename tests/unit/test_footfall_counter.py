"""Who came in, who went out, who turned back: from two light beams, without a camera."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from hardware.behaviour import CommandGiven, Condition, Say, Update
from hardware.footfall.counter import BLOCKED_AFTER_S, DirectionCounter
from hardware.footfall.driver import REPORT_EVERY_S, FootfallDriver
from hardware.footfall.port import BeamMoved, Habits, PersonPassed
from hardware.footfall.simulator import RHYTHM, FootfallSimulator
from hardware.messages import Command, CommandRefused, FaultCleared, FaultRaised, FootfallCounted

NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)


def passages(story: str, step_s: float = 0.2) -> Counter[str]:
    """A story is told in changes of a beam: O and I break the outer and the inner one, o and i free them."""
    counter, now_s, passed = DirectionCounter(), 100.0, Counter[str]()
    for change in story.replace(" ", ""):
        now_s += step_s
        beam = "outer" if change in "Oo" else "inner"
        passed.update(counter.moved(beam, now_s, broken=change.isupper()))  # type: ignore[arg-type]
    return passed


@pytest.mark.parametrize(
    ("story", "entered", "left"),
    [
        ("OIoi", 1, 0),
        ("IOio", 0, 1),
        ("OIoi OIoi IOio", 2, 1),
        ("OIio", 0, 0),  # came half way, and went back to the street
        ("IOoi", 0, 0),  # wanted to leave, and stayed
        ("Oo", 0, 0),  # a hand
        ("Ii Ii Ii", 0, 0),
        ("Oo IOio", 0, 1),  # a hand, and then somebody leaves
        ("OIoO iIoi", 2, 0),  # one steps into the outer beam while the one before is in the inner one
        ("OIoOiIoOiIoi", 3, 0),
        ("IOiIoOio", 0, 2),
        ("OOIIooii", 1, 0),  # the same again is no change
        ("oi OIoi", 1, 0),
    ],
)
def test_a_story_in_two_beams_is_so_many_in_and_so_many_out(story: str, entered: int, left: int) -> None:
    passed = passages(story)
    assert (passed["entered"], passed["left"]) == (entered, left)


def test_what_is_quicker_than_a_body_is_nobody() -> None:
    assert not passages("OIoi", step_s=0.01)


def test_noise_and_crowds_without_end_never_cost_more_than_a_few_waiting_interruptions() -> None:
    dice, counter, now_s = Random(1), DirectionCounter(), 0.0
    counter.moved("inner", now_s, broken=True)
    for _ in range(5_000):
        now_s += dice.random() * 0.01
        counter.moved("outer", now_s, broken=dice.random() < 0.5)
    assert sum(map(len, counter._cuts.values())) <= 32


# ── the device ──────────────────────────────────────────────────────────────────────────────────────


class Hand:
    """Works a counter by hand, and keeps what it said."""

    def __init__(self, device: FootfallDriver | FootfallSimulator | None = None) -> None:
        self.noon = NOON
        self.now_s = 0.0
        self.device = device or FootfallDriver(clock=self.clock, serial="s")
        self.said: list[object] = []
        self.condition = Condition("init")
        self.wake_s: float | None = None

    def clock(self) -> datetime:
        return self.noon + timedelta(seconds=self.now_s)

    def start(self) -> Hand:
        self._take(self.device.start(self.now_s))
        return self

    def put(self, *inputs: BeamMoved | PersonPassed | CommandGiven, at_s: float | None = None) -> None:
        self.now_s = self.now_s if at_s is None else at_s
        self._take(self.device.update(self.now_s, inputs))

    def story(self, changes: str) -> None:
        for change in changes:
            beam = "outer" if change in "Oo" else "inner"
            self.put(BeamMoved(beam, change.isupper()), at_s=self.now_s + 0.2)  # type: ignore[arg-type]

    def run(self, until_s: float) -> Hand:
        """Wake it whenever it wants, as its runner does."""
        while self.wake_s is not None and self.wake_s <= until_s:
            self.put(at_s=max(self.wake_s, self.now_s))
        self.now_s = until_s
        return self

    def _take(self, update: Update) -> None:
        self.wake_s = update.wake_s
        for output in update.outputs:
            if isinstance(output, Say):
                self.said.append(output.report)
            elif isinstance(output, Condition):
                self.condition = output

    @property
    def counted(self) -> list[FootfallCounted]:
        return [report for report in self.said if isinstance(report, FootfallCounted)]


def sums(reports: Sequence[FootfallCounted]) -> tuple[int, int]:
    return sum(report.entered for report in reports), sum(report.left for report in reports)


def test_people_of_a_minute_are_one_report_and_an_empty_hour_is_none() -> None:
    hand = Hand().start().run(3_600)
    assert hand.said == []
    hand.story("OIoiOIoiIOio")
    hand.run(7_200)
    (report,) = hand.counted
    assert (report.entered, report.left) == (2, 1)
    assert report.from_at == "2026-05-01T05:00:00.800000Z", "since somebody came"
    assert report.to_at == "2026-05-01T05:01:00.800000Z"
    assert hand.wake_s is None, "it sleeps until somebody comes"


def test_what_was_not_reported_at_a_power_cut_is_lost_and_nothing_is_made_up() -> None:
    hand = Hand().start()
    hand.story("OIoiOI")
    hand.start().run(600)
    hand.story("oi")
    hand.run(1_200)
    assert hand.counted == []


def test_a_clock_that_is_set_back_never_makes_a_time_that_goes_backwards() -> None:
    hand = Hand().start()
    hand.story("OIoi")
    hand.noon = datetime(1970, 1, 1, tzinfo=UTC)
    hand.run(100)
    (report,) = hand.counted
    assert report.from_at <= report.to_at


def test_something_that_leans_in_a_beam_is_a_fault_until_it_is_gone_and_nobody_is_counted_past_it() -> None:
    hand = Hand().start()
    hand.story("O")
    hand.run(BLOCKED_AFTER_S + 1)
    assert hand.said == [FaultRaised(code="beam_blocked", part="outer")]
    assert hand.condition == Condition("alert", ("beam_blocked",))
    hand.story("IiIi")
    hand.story("o")
    assert hand.said[1:] == [FaultCleared(code="beam_blocked", part="outer")]
    assert hand.condition == Condition()
    hand.story("OIoi")
    hand.run(hand.now_s + REPORT_EVERY_S)
    assert sums(hand.counted) == (1, 0)


def test_it_draws_attention_when_asked_and_refuses_what_no_counter_can_do() -> None:
    hand = Hand().start()
    for kind in ("identify", "vend"):
        hand.put(CommandGiven(Command(id=kind, kind=kind, expires_at="2026-05-01T05:00:00Z"), 1e9))
    assert hand.said == [CommandRefused(command_id="vend", reason="unsupported")]


# ── simulated people ────────────────────────────────────────────────────────────────────────────────


def simulated(seed: int, **habits: float) -> Hand:
    hand = Hand()
    hand.device = FootfallSimulator(rng=Random(seed), clock=hand.clock, habits=Habits(**habits))
    return hand.start()


def test_the_same_seed_brings_the_same_people() -> None:
    days = [simulated(7, arrive_every_s=20).run(7_200).said for _ in range(2)]
    assert days[0] == days[1]
    assert len(days[0]) > 20


def test_whoever_came_in_leaves_and_those_who_turn_back_are_not_counted() -> None:
    hand = simulated(3, arrive_every_s=30, stay_s=60, turn_back_chance=0.3, day_s=3_600).run(36_000)
    entered, left = sums(hand.counted)
    assert 400 < entered < 600, "of 1200 in busy hours, less those of quiet ones and those who turned back"
    assert 0 <= entered - left < 20


def test_evenings_are_busier_than_the_hour_of_opening() -> None:
    hand = simulated(5, arrive_every_s=10, turn_back_chance=0).run(12 * 3_600)
    by_hour = Counter(
        int(report.from_at[11:13]) - 4 for report in hand.counted for _ in range(report.entered)
    )
    assert by_hour[9] > 3 * by_hour[0]
    assert RHYTHM[9] == max(RHYTHM)


def test_somebody_sent_through_by_hand_is_counted() -> None:
    hand = simulated(1)
    hand.put(PersonPassed(inwards=True), PersonPassed(inwards=False), at_s=5)
    hand.run(100)
    assert sum(sums(hand.counted)) >= 1
