"""The cashless reader when the conversation goes wrong: out of sequence, resets, a bad bus, boxes that hide half of it.

MDB/ICP 4.3 §2.2, §7.2, §7.4.1. The other half of `test_mdb_reader`.
"""

from __future__ import annotations

import pytest

from hardware.vending.mdb import port
from tests.mdb_words import APPROVED, ASKED, IN_SESSION, SET_UP, Talk, command

# ── out of sequence, reset, silence ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (SET_UP, "VEND SUCCESS item 3"),
        (SET_UP, "VEND FAILURE"),
        (SET_UP, "VEND CANCEL"),
        (SET_UP, "REVALUE LIMIT"),
        (SET_UP, "REVALUE 1.00"),
        (IN_SESSION, "SETUP CONFIG level 3"),
        (IN_SESSION, "REQUEST ID"),
        (IN_SESSION, "READER CANCEL"),
        (IN_SESSION, "VEND SUCCESS item 3"),
        (IN_SESSION, "ENABLE OPTIONS 0x02"),
        (ASKED, "VEND SUCCESS item 3"),
        (ASKED, "VEND REQUEST 1.50 item 4"),
        (APPROVED, "VEND REQUEST 1.50 item 3"),
        (APPROVED, "SESSION COMPLETE"),
        (APPROVED, "REVALUE LIMIT"),
    ],
)
def test_what_does_not_fit_the_state_is_out_of_sequence_and_changes_nothing(before: str, said: str) -> None:
    talk = Talk().read(before)
    state = talk.reader.state
    talk.read(f"vmc: {said}\nus: ACK\nvmc: POLL\nus: OUT OF SEQUENCE in {state.name.replace('_', ' ')}")
    assert (talk.reader.state, talk.happened) == (state, [])


@pytest.mark.parametrize(
    ("before", "happens"),
    [
        (SET_UP, "StateIs INACTIVE"),
        (SET_UP + "shop: begin 1.50", "StateIs INACTIVE, SessionEnded"),
        (IN_SESSION, "StateIs INACTIVE, SessionEnded"),
        (ASKED, "StateIs INACTIVE, Withdrawn, SessionEnded"),
        (ASKED + "shop: approve", "StateIs INACTIVE, Withdrawn, SessionEnded"),
        (APPROVED, "StateIs INACTIVE, Dispensed by reset, SessionEnded"),
    ],
)
def test_a_reset_counts_as_success_only_once_the_yes_has_left(before: str, happens: str) -> None:
    Talk().read(before).read(f"vmc: RESET\nus: ACK\nthen: {happens}\nvmc: POLL\nus: JUST RESET")


@pytest.mark.parametrize("lost", ["NAK", "(nothing)"])
def test_a_reset_after_a_yes_that_may_not_have_been_heard_leaves_the_outcome_open(lost: str) -> None:
    Talk().read(
        ASKED
        + f"""
        shop: approve
        vmc: POLL
        us: VEND APPROVED 1.50
        vmc: {lost}
        vmc: RESET
        us: ACK
        then: ApprovalSent, StateIs INACTIVE, OutcomeUnknown, SessionEnded
        vmc: POLL
        us: JUST RESET
    """
    )


def test_a_line_that_was_lost_after_the_yes_says_nothing_of_the_vend_whatever_comes_then() -> None:
    Talk().read(
        APPROVED
        + """
        shop: line lost
        vmc: POLL
        us: JUST RESET
        vmc: RESET
        us: ACK
        then: StateIs INACTIVE
    """
    )


def test_a_controller_that_falls_silent_is_told_of_once_and_when_it_talks_again() -> None:
    Talk().read(
        SET_UP
        + """
        wait: 4.9 s
        wait: 0.1 s
        wait: 60 s
        vmc: POLL
        us: ACK
        then: BusQuiet, BusTalks
    """
    )


# ── what is passed over ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("before", [SET_UP, IN_SESSION, APPROVED])
@pytest.mark.parametrize("said", ["DIAGNOSTICS", "FTL REQUEST TO SEND", "TIME AND DATE", "UNKNOWN COMMAND"])
def test_commands_that_mean_nothing_here_are_acknowledged_and_passed_over(before: str, said: str) -> None:
    talk = Talk().read(before)
    state = talk.reader.state
    talk.read(f"vmc: {said}\nus: ACK\nvmc: POLL\nus: ACK")
    assert (talk.reader.state, talk.happened) == (state, [])


def test_putting_money_back_is_refused() -> None:
    Talk().read(
        IN_SESSION
        + """
        vmc: REVALUE LIMIT                | 15 01 16
        us: REVALUE DENIED                | 0E 0E
        vmc: REVALUE 1.00                 | 15 00 00 64 79
        us: REVALUE DENIED
        state: SESSION_IDLE
    """
    )


def test_a_sale_for_coins_is_told_in_any_state() -> None:
    for before in (SET_UP, IN_SESSION, APPROVED):
        Talk().read(before + "vmc: CASH SALE 2.00 item 4\nus: ACK\nthen: SoldForCash 2.00 item 4")


# ── the bus itself ──────────────────────────────────────────────────────────────────────────────────


def test_a_damaged_command_is_refused_and_its_repetition_taken() -> None:
    Talk().read(
        IN_SESSION
        + """
        vmc: damaged VEND REQUEST 1.50 item 3
        us: NAK                           | FF
        vmc: VEND REQUEST 1.50 item 3
        us: ACK
        then: StateIs VEND, Selected 1.50 item 3
    """
    )


@pytest.mark.parametrize("lost", ["NAK", "(nothing)"])
def test_a_yes_that_was_not_confirmed_is_said_again_until_it_is(lost: str) -> None:
    Talk().read(
        ASKED
        + f"""
        shop: approve
        vmc: POLL
        us: VEND APPROVED 1.50
        vmc: {lost}
        vmc: POLL
        us: VEND APPROVED 1.50
        vmc: RET
        us: VEND APPROVED 1.50
        vmc: ACK
        vmc: POLL
        us: ACK
        then: ApprovalSent
    """
    )


def test_an_outcome_ends_the_repetition_of_a_yes_that_was_heard_after_all() -> None:
    Talk().read(
        ASKED
        + """
        shop: approve
        vmc: POLL
        us: VEND APPROVED 1.50
        vmc: (nothing)
        vmc: VEND SUCCESS item 3
        us: ACK
        vmc: POLL
        us: ACK
        then: ApprovalSent, Dispensed, StateIs SESSION_IDLE
    """
    )


def test_a_command_that_is_repeated_because_our_answer_was_missed_counts_once() -> None:
    Talk().read(
        SET_UP
        + """
        vmc: CASH SALE 2.00 item 4
        us: ACK
        vmc: CASH SALE 2.00 item 4
        us: ACK
        then: SoldForCash 2.00 item 4
        vmc: POLL
        us: ACK
        vmc: CASH SALE 2.00 item 4
        us: ACK
        then: SoldForCash 2.00 item 4
        vmc: SETUP CONFIG level 3
        us: READER CONFIG level 3
        vmc: (nothing)
        vmc: SETUP CONFIG level 3
        us: READER CONFIG level 3
        vmc: POLL
        us: ACK
    """
    )


def test_a_selection_that_is_repeated_between_polls_is_one_selection() -> None:
    Talk().read(
        ASKED
        + """
        vmc: POLL
        us: ACK
        vmc: VEND REQUEST 1.50 item 3
        us: ACK
        shop: approve
        vmc: POLL
        us: VEND APPROVED 1.50
        then: ApprovalSent
    """
    )


def test_a_no_that_was_not_confirmed_does_not_meet_the_next_selection() -> None:
    Talk().read(
        ASKED
        + """
        shop: deny
        vmc: POLL
        us: VEND DENIED
        vmc: (nothing)
        vmc: VEND REQUEST 1.50 item 4
        us: ACK
        vmc: POLL
        us: ACK
        shop: approve
        vmc: POLL
        us: VEND APPROVED 1.50
    """
    )


def test_a_machine_that_says_nothing_of_a_vend_for_minutes_will_not_say_it_any_more() -> None:
    Talk().read(
        APPROVED
        + """
        wait: 299 s
        vmc: POLL
        us: ACK
        state: VEND
        wait: 1 s
        then: BusQuiet, BusTalks, OutcomeUnknown, StateIs SESSION_IDLE
        vmc: VEND SUCCESS item 3
        us: ACK
        vmc: POLL
        us: SESSION CANCEL REQUEST
        vmc: POLL
        us: OUT OF SEQUENCE in SESSION IDLE
        vmc: RESET
        us: ACK
        then: StateIs INACTIVE, SessionEnded
    """
    )


def test_half_a_command_gets_no_answer_and_spoils_nothing() -> None:
    talk = Talk().read(IN_SESSION)
    talk.hear(0x113, 0x00, 0x00)
    talk.put(port.Silence())
    talk.read("vmc: POLL\nus: ACK")
    talk.hear(0x113, 0x00)
    talk.read("vmc: VEND REQUEST 1.50 item 3\nus: ACK\nthen: StateIs VEND, Selected 1.50 item 3")


def test_what_others_on_the_bus_are_told_is_not_for_us() -> None:
    talk = Talk().read(IN_SESSION)
    words = (0x108, 0x08, 0x00, 0x130, *command("VEND REQUEST 1.50 item 3")[1:], 0x12, 0x00)
    talk.hear(*words)
    assert (talk.said, talk.happened) == ([], [])


# ── adapters that do part of it themselves ──────────────────────────────────────────────────────────


BOX = port.Wire(confirms=False, polled=False, sets_up=True)


def test_behind_an_adapter_that_polls_by_itself_answers_are_handed_over_once() -> None:
    talk = Talk(wire=BOX)
    talk.put()
    talk.read("""
        then: StateIs ENABLED
        vmc: READER DISABLE
        state: DISABLED
        vmc: READER ENABLE
        vmc: VEND REQUEST 1.50 item 3
        shop: approve
        us: VEND APPROVED 1.50
        vmc: VEND SUCCESS item 3
        vmc: SESSION COMPLETE
        us: END SESSION
        state: ENABLED
        wait: 3600 s
    """)
    assert not any(isinstance(happening, port.BusQuiet) for happening in talk.happened)


BOXED = """
    vmc: READER ENABLE
    vmc: VEND REQUEST 1.50 item 3
    shop: approve
    us: VEND APPROVED 1.50
    then: StateIs ENABLED, StateIs VEND, Selected 1.50 item 3, ApprovalSent
"""


def test_behind_a_box_that_hides_a_reset_the_next_selection_ends_the_last_one_without_a_word() -> None:
    Talk(wire=BOX).read(
        BOXED
        + """
        vmc: VEND REQUEST 1.00 item 4
        shop: approve
        us: VEND APPROVED 1.00
        then: OutcomeUnknown, StateIs SESSION_IDLE, StateIs VEND, Selected 1.00 item 4, ApprovalSent
    """
    )


def test_behind_a_box_that_hides_a_reset_the_end_of_the_session_ends_the_vend_without_a_word() -> None:
    Talk(wire=BOX).read(
        BOXED
        + """
        vmc: SESSION COMPLETE
        us: END SESSION
        then: OutcomeUnknown, StateIs SESSION_IDLE, StateIs ENABLED
    """
    )


def test_behind_a_box_a_selection_taken_back_has_overtaken_the_yes_and_did_not_fall() -> None:
    Talk(wire=BOX).read(
        BOXED
        + """
        vmc: VEND CANCEL
        us: VEND DENIED
        then: NotDispensed, StateIs SESSION_IDLE
    """
    )
