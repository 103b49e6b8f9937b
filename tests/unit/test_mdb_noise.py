"""What must never happen on an MDB bus, whatever is heard: a yes that nobody paid for, two for one payment, a crash.

Each rule's check is shown to notice when the rule is taken out.
"""

from __future__ import annotations

from collections import Counter, deque
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.behaviour import Output
from hardware.messages import CommandRefused, VendFailed, VendStarted, VendSucceeded
from hardware.vending.driver import MdbVending
from hardware.vending.mdb import port
from hardware.vending.mdb.codes import Response
from hardware.vending.mdb.dialects import DIALECTS
from hardware.vending.mdb.frames import Words, command_words
from hardware.vending.mdb.profile import Profile
from hardware.vending.mdb.reader import Reader
from hardware.vending.mdb.settings import SettingsError, read_settings
from hardware.vending.mdb.talkers import ReaderTalker
from hardware.vending.mdb.vmc_simulator import Fault, FaultOrdered, GaveUp, PaidCash, Pressed, VmcPlan
from tests.mdb_bench import PRICES, Together, simple, vend
from tests.mdb_words import SIMPLE, command

SAID = [
    *(text for text in SIMPLE if text != "RESET"),
    *("SETUP CONFIG level 3", "SETUP PRICES 0.50 to 5.00", "ENABLE OPTIONS 0x20", "ENABLE OPTIONS 0x22"),
    *("VEND REQUEST 1.50 item 3", "VEND REQUEST 1.50 item 4", "VEND SUCCESS item 3"),
    *("CASH SALE 1.00 item 3", "REVALUE 1.00"),
]
OFTEN = (
    ["POLL"] * 12 + ["VEND REQUEST 1.50 item 3", "VEND SUCCESS item 3", "SESSION COMPLETE"] * 3 + ["RESET"]
)
SET_UP = ("RESET", "SETUP CONFIG level 3", "ENABLE OPTIONS 0x20", "READER ENABLE")
FAULTS: list[Fault] = ["nak", "retransmit", "deaf", "noise", "reset", "jam"]


def approved(words: Words) -> bool:
    return len(words) > 1 and words[0] == Response.VEND_APPROVED


# ── noise ───────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.integers(0, 511), max_size=40), max_size=12), st.booleans())
def test_noise_never_breaks_the_reader_and_never_gets_a_yes(bursts: list[list[int]], seen: bool) -> None:
    reader = Reader(Profile(), port.Wire(confirms=seen, polled=seen, sets_up=not seen))
    for at_s, burst in enumerate(bursts):
        turn = reader.update(float(at_s), [port.Heard(tuple(burst)), port.Silence()])
        assert not any(approved(words) for words in turn.send)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(DIALECTS)), st.lists(st.binary(max_size=60), max_size=12))
def test_noise_on_the_serial_line_never_breaks_any_dialect(dialect: str, bursts: list[bytes]) -> None:
    told: list[port.Happening] = []
    said: list[str] = []
    talker = ReaderTalker(Profile(), DIALECTS[dialect](), told.append, lambda who, text: said.append(text))
    talker.opened(0.0)
    for at_s, burst in enumerate(bursts):
        talker.step(float(at_s), burst, [])
        talker.silence(at_s + 0.5)
    assert not any(text.startswith("VEND APPROVED") for text in said)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_stands_in_a_settings_file_gets_a_sentence(body: bytes) -> None:
    with pytest.raises(SettingsError):
        read_settings(body)


# ── a yes only for the selection it was meant for, once ─────────────────────────────────────────────


def hold_random_talk(reader: Reader, rng: Random, steps: int = 400) -> int:
    """Commands and orders in any order; whatever the reader says and tells is judged. How often it said yes."""
    now_s, newest = 0.0, 0
    allowed: set[int] = set()
    begun: set[int] = set()
    ended: Counter[int] = Counter()
    for _ in range(steps):
        now_s += rng.choice((0.02, 0.02, 0.1, 1.5))
        inputs: list[port.ReaderInput] = []
        if rng.random() < 0.3:
            request = max(0, newest - rng.choice((0, 0, 0, 1, 2)))
            inputs.append(
                rng.choice((port.Approve(request, now_s + 1), port.Deny(request), port.EndSession()))
            )
            if isinstance(inputs[0], port.Approve):
                allowed.add(request)
        if rng.random() < 0.1:
            inputs.append(port.BeginSession(150, now_s + 5))
        text = rng.choice(OFTEN if rng.random() < 0.8 else SAID)
        for said in SET_UP if text == "RESET" or now_s < 0.2 else (text,):
            inputs.append(port.Heard(command_words(command(said, reader.wide))))
        inputs.append(port.Heard(rng.choice(((0x00,), (0x00,), (0xFF,), (0xAA,), ()))))
        turn = reader.update(now_s, inputs)
        for happening in turn.happened:
            match happening:
                case port.Selected(request=newest):
                    pass
                case port.ApprovalSent(request=request):
                    assert request in allowed, "a yes that nobody gave"
                    assert request not in begun, "a second yes"
                    begun.add(request)
                case (
                    port.Dispensed(request=request)
                    | port.NotDispensed(request=request)
                    | port.OutcomeUnknown(request=request)
                ):
                    assert request in begun, "an outcome of what never began"
                    ended[request] += 1
                case port.Withdrawn(request=request):
                    assert request not in begun, "withdrawn although the yes had left"
                    ended[request] += 1
        if any(approved(words) for words in turn.send):
            assert newest in begun - {request for request, times in ended.items() if times > 1}
    assert not [request for request, times in ended.items() if times > 1], "two outcomes of one selection"
    return len(begun)


def test_a_yes_is_said_only_for_the_selection_it_was_given_for_and_once() -> None:
    assert sum(hold_random_talk(Reader(Profile()), Random(seed)) for seed in range(25)) > 50


class SaysYesToAnything(Reader):
    """The rule that an order must name the selection that waits, taken out."""

    def _decides(self, request: int) -> bool:
        return self._vend is not None


def test_that_check_notices_a_reader_that_does_not_look_which_selection_is_meant() -> None:
    def try_all() -> None:
        for seed in range(25):
            hold_random_talk(SaysYesToAnything(Profile()), Random(seed))

    with pytest.raises(AssertionError, match="yes"):
        try_all()


# ── one payment, one unit ───────────────────────────────────────────────────────────────────────────


def live_a_day(shop: Together, rng: Random) -> None:
    """Payments, presses, faults and losses in any order; then the machine is compared with what was paid."""
    paid: Counter[int] = Counter()
    for number in range(80):
        match rng.choice("vvvppppppqclfkrx"):
            case "v":
                slot, item = rng.choice((("1", 11), ("2", 12)))
                paid[item] += 1
                shop.run(0.3, vend(f"c{number}", slot, until_s=shop.now_s + rng.uniform(1, 20)))
            case "p":
                shop.run(0.5, Pressed(rng.choice((11, 12))))
            case "q":
                shop.run(0.5, Pressed(12), Pressed(12))
            case "c":
                shop.run(0.2, GaveUp(), PaidCash(11))
            case "f":
                shop.run(0.1, FaultOrdered(rng.choice(FAULTS)))
            case "l":
                shop.lose_line()
                shop.run(0.3)
                shop.find_line()
            case "k":
                shop.run(0.5, simple("lock"))
                shop.run(0.1, simple("unlock"))
            case "r":
                shop.restart()
            case _:
                shop.run(rng.uniform(0, 3))
    shop.run(25)
    assert Counter(shop.vmc.dispensed) <= paid, "more fell than was paid for"
    ends = Counter(
        report.command_id
        for report in shop.reports
        if isinstance(report, VendSucceeded | VendFailed | CommandRefused)
    )
    assert not [command for command, times in ends.items() if times > 1], "two answers to one command"
    starts = Counter(report.command_id for report in shop.reports if isinstance(report, VendStarted))
    assert max(starts.values(), default=0) <= 1, "one payment, two vends"


PLANS = [VmcPlan(prices=PRICES), VmcPlan(prices=PRICES, always_idle=True)]


@pytest.mark.parametrize("plan", PLANS, ids=["sessions", "always idle"])
@pytest.mark.parametrize("seed", range(8))
def test_no_more_falls_than_was_paid_for_whatever_goes_wrong(plan: VmcPlan, seed: int) -> None:
    live_a_day(Together(plan), Random(seed))


class GivesTwice(MdbVending):
    """The rule that a payment is used up by its yes, taken out."""

    def _select(self, now_s: float, asked: port.Selected) -> list[Output]:
        waiting = list(self._waiting)
        outputs = super()._select(now_s, asked)
        self._waiting = deque(waiting)
        return outputs


class GivesAnything(MdbVending):
    """The rule that the button must be the one that was paid for, taken out."""

    def _paid(self, now_s, selection, price_minor):
        return self._waiting[0] if self._waiting and self._under_way is None else None


@pytest.mark.parametrize("driver", [GivesTwice, GivesAnything])
def test_that_check_notices_a_driver_without_the_rule(driver: type[MdbVending]) -> None:
    def try_all() -> None:
        for seed in range(8):
            live_a_day(Together(PLANS[1], driver=driver), Random(seed))

    with pytest.raises(AssertionError, match=r"paid for|two answers|two vends"):
        try_all()
