"""A scanner that types like a keyboard: what it types is the code, the whole code, or no code at all."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardware.scanner.sources import us_keyboard as keys
from hardware.scanner.sources.source import Happening, Scan, Unreadable
from hardware.scanner.sources.wedge import Wedge

ENTER, TAB, KEYPAD_ENTER, CAPS = 28, 15, 96, 58
SHIFT, CTRL, ALT = 42, 29, 56
GS = "\x1d"


class Typist:
    """Types into a wedge as a scanner does: a key every two milliseconds."""

    def __init__(self, **how: bool) -> None:
        self.wedge = Wedge(**how)
        self.now_s = 100.0
        self.happened: list[Happening] = []

    def press(self, *codes: int, holding: int = 0) -> Typist:
        if holding:
            self.event(holding, True)
        for code in codes:
            self.event(code, True)
            self.event(code, False)
        if holding:
            self.event(holding, False)
        return self

    def event(self, code: int, is_down: bool) -> None:
        self.now_s += 0.002
        self.happened += self.wedge.key(code, is_down, self.now_s)

    def type(self, text: str) -> Typist:
        for character in text:
            plain = {keys.character(code, shifted=False, caps_lock=False): code for code in range(58)}
            shifted = {keys.character(code, shifted=True, caps_lock=False): code for code in range(58)}
            if character in plain:
                self.press(plain[character])
            else:
                self.press(shifted[character], holding=SHIFT)
        return self

    def alt(self, digits: str) -> Typist:
        keypad = {digit: code for code, digit in keys.KEYPAD_DIGITS.items()}
        return self.press(*(keypad[digit] for digit in digits), holding=ALT)

    def wait(self, seconds: float) -> Typist:
        self.now_s += seconds
        self.happened += self.wedge.tick(self.now_s)
        return self

    def enter(self) -> list[Happening]:
        return self.press(ENTER).happened


def texts(happened: list[Happening]) -> list[str]:
    return [each.text for each in happened if isinstance(each, Scan)]


def test_every_character_that_a_us_keyboard_has_comes_through():
    ascii_ = "".join(map(chr, range(32, 127)))
    assert texts(Typist().type(ascii_).enter()) == [ascii_]


@pytest.mark.parametrize("end", [ENTER, TAB, KEYPAD_ENTER])
def test_a_code_ends_with_enter_or_tab(end):
    assert Typist().type("6901234567892").press(end).happened == [Scan(text="6901234567892")]


def test_the_keypad_s_digits_are_digits_whatever_num_lock_says():
    typist = Typist().press(69)
    for digit in "6901234567892":
        typist.press(next(code for code, known in keys.KEYPAD_DIGITS.items() if known == digit))
    assert texts(typist.press(69).enter()) == ["6901234567892"]


def test_caps_lock_turns_letters_over_and_leaves_digits_alone():
    assert texts(Typist(caps_lock=True).type("aB1!").enter()) == ["Ab1!"]
    typist = Typist().press(CAPS).type("ab").press(CAPS).type("ab")
    assert texts(typist.enter()) == ["ABab"]


def test_a_group_separator_comes_as_control_bracket_or_as_alt_and_its_number():
    by_control = Typist().type("]C10106901234567892").press(27, holding=CTRL).type("17261231").enter()
    by_alt = Typist().type("]C10106901234567892").alt("029").type("17261231").enter()
    by_long_alt = Typist().type("]C10106901234567892").alt("0029").type("17261231").enter()
    wanted = [Scan(text=f"0106901234567892{GS}17261231", aim="]C1")]
    assert by_control == by_alt == by_long_alt == wanted


@pytest.mark.parametrize(
    ("digits", "character"),
    [("0233", "é"), ("130", "é"), ("65", "A"), ("20013", "中"), ("128512", "😀"), ("0128", "€")],
)
def test_alt_and_a_number_is_a_character(digits, character):
    assert texts(Typist().type("x").alt(digits).enter()) == [f"x{character}"]


@pytest.mark.parametrize("digits", ["0", "55296", "1114112", "0129"])
def test_alt_and_a_number_that_is_no_character_spoils_the_code(digits):
    (happened,) = Typist().type("x").alt(digits).enter()
    assert isinstance(happened, Unreadable)


def test_a_key_that_is_no_character_spoils_its_code_and_not_the_next():
    happened = Typist().type("69").press(59).type("01").press(ENTER).type("ok").enter()
    assert happened == [Unreadable("key 59 stands for no character"), Scan(text="ok")]


def test_enter_alone_is_nothing():
    assert Typist().press(ENTER, ENTER, TAB).happened == []


def test_a_code_that_breaks_off_is_unreadable_and_its_rest_is_not_taken_for_a_code():
    typist = Typist().type("690123").wait(1.1)
    assert typist.happened == [Unreadable("no end of the code came")]
    assert len(typist.type("4567892").enter()) == 1
    assert texts(typist.type("6901234567892").enter()) == ["6901234567892"]


def test_after_a_code_that_broke_off_and_a_rest_the_next_is_read():
    typist = Typist().type("690123").wait(1.1).wait(2.1)
    assert texts(typist.type("6901234567892").enter()) == ["6901234567892"]


def test_keys_that_were_lost_on_the_way_spoil_the_code_they_were_in():
    typist = Typist().type("6901")
    typist.wedge.spoil("keys were lost on the way")
    assert typist.type("892").enter() == [Unreadable("keys were lost on the way")]
    assert texts(typist.type("ok").enter()) == ["ok"]


def test_a_modifier_whose_release_was_lost_is_let_go_after_a_pause():
    typist = Typist()
    typist.event(SHIFT, True)
    assert texts(typist.wait(1.1).type("12").enter()) == ["12"]


def test_ten_kilobytes_are_the_limit_and_what_is_longer_is_one_unreadable():
    assert texts(Typist().type("7" * 10_000).enter()) == ["7" * 10_000]
    typist = Typist().type("7" * 10_050)
    (happened,) = typist.enter()
    assert isinstance(happened, Unreadable)
    assert texts(typist.type("ok").enter()) == ["ok"]


def test_what_is_being_typed_while_we_come_is_the_end_of_something():
    typist = Typist()
    typist.wedge = Wedge(opened_s=typist.now_s)
    assert len(typist.type("4567892").enter()) == 1
    assert texts(typist.happened) == []
    assert texts(typist.type("6901234567892").enter()) == ["6901234567892"]


@example([(100, True, 0.0)])  # The right Alt key, whose release got lost.
@given(st.lists(st.tuples(st.integers(0, 255), st.booleans(), st.floats(0, 3)), max_size=60))
def test_whatever_keys_come_a_scanner_goes_on(events):
    typist = Typist()
    for code, is_down, pause_s in events:
        typist.wait(pause_s)
        typist.event(code, is_down)
    typist.wait(1.1).wait(2.1)
    typist.happened.clear()
    caps_lock = sum(1 for code, is_down, _ in events if code == CAPS and is_down) % 2 == 1
    assert texts(typist.type("ok").enter()) == ["OK" if caps_lock else "ok"]
