"""The cashless reader's side of the bus, a conversation for each branch of its state machine (MDB/ICP 4.3 §7)."""

from __future__ import annotations

import pytest

from hardware.vending.mdb import port
from hardware.vending.mdb.profile import Profile
from tests.mdb_words import APPROVED, ASKED, IN_SESSION, SET_UP, Talk, command

# ── setting up ──────────────────────────────────────────────────────────────────────────────────────


def test_after_reset_it_says_so_once_and_is_set_up_and_enabled() -> None:
    Talk().read("""
        vmc: RESET                        | 10 10
        us: ACK                           | 00
        state: INACTIVE
        vmc: POLL                         | 12 12
        us: JUST RESET                    | 00 00
        vmc: POLL
        us: ACK
        vmc: SETUP CONFIG level 3         | 11 00 03 10 02 01 27
        us: READER CONFIG level 3         | 01 03 11 56 01 02 0A 09 81
        vmc: SETUP PRICES 0.50 to 5.00    | 11 01 01 F4 00 32 39
        us: ACK
        state: DISABLED
        vmc: READER ENABLE                | 14 01 15
        us: ACK
        state: ENABLED
        vmc: READER DISABLE               | 14 00 14
        us: ACK
        then: StateIs DISABLED, StateIs ENABLED, StateIs DISABLED
    """)


def test_at_power_up_it_says_that_it_was_reset_until_that_is_confirmed() -> None:
    Talk().read("""
        vmc: POLL
        us: JUST RESET
        vmc: NAK
        vmc: POLL
        us: JUST RESET
        vmc: (nothing)
        vmc: CASH SALE 1.00 item 1
        us: ACK
        vmc: POLL
        us: JUST RESET
        vmc: POLL
        us: ACK
        then: SoldForCash 1.00 item 1
    """)


def test_a_controller_that_sends_no_prices_may_enable_it_all_the_same() -> None:
    Talk().read("""
        vmc: SETUP CONFIG level 1
        us: READER CONFIG level 1
        vmc: READER ENABLE
        us: ACK
        state: ENABLED
    """)


def test_enabling_before_anything_is_set_up_is_out_of_sequence() -> None:
    Talk().read("""
        vmc: POLL
        us: JUST RESET
        vmc: READER ENABLE
        us: ACK
        vmc: POLL
        us: OUT OF SEQUENCE               | 0B 0B
        state: INACTIVE
    """)


def test_who_it_is_depends_on_the_level() -> None:
    talk = Talk(Profile(serial="42", version=123))
    talk.read("""
        vmc: SETUP CONFIG level 1
        us: READER CONFIG level 1
        vmc: REQUEST ID
        us: PERIPHERAL ID
    """)
    first = bytes(word & 0xFF for word in talk.last)[:-1]
    assert first == b"\x09POP" + b"          42" + b"popshop     " + b"\x01\x23"
    talk.read("""
        vmc: SETUP CONFIG level 3
        us: READER CONFIG level 3
        vmc: REQUEST ID
        us: PERIPHERAL ID
    """)
    third = bytes(word & 0xFF for word in talk.last)[:-1]
    assert third == first + b"\x00\x00\x00\x22", "32-bit money and always idle are offered"


@pytest.mark.parametrize(
    ("level", "octets"),
    [(1, "03 00 96 99"), (2, "03 00 96 FF FF FF FF 00 00 00 95"), (3, "03 00 96 FF FF FF FF 00 00 00 95")],
)
def test_a_session_begins_with_what_the_level_knows(level: int, octets: str) -> None:
    Talk().read(f"""
        vmc: SETUP CONFIG level {level}
        us: READER CONFIG level {level}
        vmc: READER ENABLE
        us: ACK
        shop: begin 1.50
        vmc: POLL
        us: BEGIN SESSION 1.50            | {octets}
    """)


def test_a_device_of_level_1_stays_one_with_any_controller() -> None:
    Talk(Profile(level=1)).read("""
        vmc: SETUP CONFIG level 3
        us: READER CONFIG level 1
        vmc: ENABLE OPTIONS 0x02
        us: ACK
        vmc: POLL
        us: OUT OF SEQUENCE
    """)


def test_with_32_bit_money_every_amount_is_wide() -> None:
    Talk().read("""
        vmc: SETUP CONFIG level 3
        us: READER CONFIG level 3
        vmc: ENABLE OPTIONS 0x06          | 17 04 00 00 00 06 21
        us: ACK
        vmc: SETUP PRICES 0.50 to 5.00    | 11 01 00 00 01 F4 00 00 00 32 11 56 A0
        us: ACK
        vmc: READER ENABLE
        us: ACK
        shop: begin 700.00
        vmc: POLL
        us: BEGIN SESSION 700.00          | 03 00 01 11 70 FF FF FF FF 00 00 00 65 6E 11 56 00 BB
        vmc: VEND REQUEST 700.00 item 3   | 13 00 00 01 11 70 00 03 98
        us: ACK
        shop: approve
        vmc: POLL
        us: VEND APPROVED 700.00          | 05 00 01 11 70 87
        vmc: VEND SUCCESS item 3
        us: ACK
        vmc: CASH SALE 2.00 item 4        | 13 05 00 00 00 C8 00 04 11 56 4B
        us: ACK
    """)


def test_another_address_is_another_device() -> None:
    talk = Talk(Profile(address=0x60)).read("vmc: RESET | 60 60\nus: ACK")
    talk.hear(0x110, 0x10)
    talk.hear(0x108, 0x08, 0x00)
    assert talk.said == []


# ── selling ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_paid_selection_is_approved_and_dispensed() -> None:
    Talk().read(
        SET_UP
        + """
        shop: begin 1.50
        vmc: POLL
        us: BEGIN SESSION 1.50            | 03 00 96 FF FF FF FF 00 00 00 95
        state: SESSION_IDLE
        vmc: VEND REQUEST 1.50 item 3     | 13 00 00 96 00 03 AC
        us: ACK
        state: VEND
        vmc: POLL
        us: ACK
        shop: approve
        vmc: POLL
        us: VEND APPROVED 1.50            | 05 00 96 9B
        vmc: POLL
        us: ACK
        vmc: VEND SUCCESS item 3          | 13 02 00 03 18
        us: ACK
        state: SESSION_IDLE
        vmc: SESSION COMPLETE             | 13 04 17
        us: END SESSION                   | 07 07
        state: ENABLED
    """
    )


def test_the_shop_is_told_of_every_step() -> None:
    Talk().read(
        APPROVED
        + """
        vmc: VEND SUCCESS item 3
        us: ACK
        vmc: SESSION COMPLETE
        us: END SESSION
        then: Dispensed, StateIs SESSION_IDLE, SessionEnded, StateIs ENABLED
    """
    )


def test_a_failed_vend_is_the_shops_to_refund() -> None:
    Talk().read(
        APPROVED
        + """
        vmc: VEND FAILURE                 | 13 03 16
        us: ACK
        vmc: SESSION COMPLETE
        us: END SESSION
        then: NotDispensed, StateIs SESSION_IDLE, SessionEnded, StateIs ENABLED
    """
    )


def test_a_denied_selection_leaves_the_session_open_for_another() -> None:
    Talk().read(
        ASKED
        + """
        shop: deny
        vmc: POLL
        us: VEND DENIED                   | 06 06
        state: SESSION_IDLE
        vmc: VEND REQUEST 1.00 item 4
        us: ACK
        then: Withdrawn, StateIs SESSION_IDLE, StateIs VEND, Selected 1.00 item 4
    """
    )


def test_a_selection_taken_back_before_the_answer_is_denied_and_nothing_fell() -> None:
    Talk().read(
        ASKED
        + """
        vmc: VEND CANCEL                  | 13 01 14
        us: VEND DENIED
        state: SESSION_IDLE
        shop: approve
        vmc: POLL
        us: ACK
        then: Withdrawn, StateIs SESSION_IDLE
    """
    )


def test_a_selection_taken_back_while_the_yes_waits_to_be_said_is_denied() -> None:
    Talk().read(
        ASKED
        + """
        shop: approve
        vmc: VEND CANCEL
        us: VEND DENIED
        vmc: POLL
        us: ACK
        then: Withdrawn, StateIs SESSION_IDLE
    """
    )


def test_a_selection_taken_back_because_the_yes_was_not_understood_did_not_fall() -> None:
    Talk().read(
        ASKED
        + """
        shop: approve
        vmc: POLL
        us: VEND APPROVED 1.50
        vmc: NAK
        vmc: VEND CANCEL
        us: VEND DENIED
        vmc: POLL
        us: ACK
        then: ApprovalSent, NotDispensed, StateIs SESSION_IDLE
    """
    )


def test_a_selection_taken_back_after_a_confirmed_yes_is_out_of_sequence_and_the_reset_settles_it() -> None:
    Talk().read(
        APPROVED
        + """
        vmc: VEND CANCEL
        us: ACK
        vmc: POLL
        us: OUT OF SEQUENCE in VEND       | 0B 05 10
        vmc: RESET
        us: ACK
        then: StateIs INACTIVE, Dispensed by reset, SessionEnded
    """
    )


def test_a_second_yes_is_never_said() -> None:
    Talk().read(
        APPROVED
        + """
        shop: approve
        vmc: POLL
        us: ACK
        vmc: VEND SUCCESS item 3
        us: ACK
        shop: approve
        vmc: POLL
        us: ACK
        then: Dispensed, StateIs SESSION_IDLE
    """
    )


def test_a_yes_that_is_late_is_a_no() -> None:
    Talk().read(
        ASKED
        + """
        shop: approve within 2
        wait: 3 s
        vmc: POLL
        us: VEND DENIED
        then: Withdrawn, StateIs SESSION_IDLE
    """
    )


def test_a_shop_that_does_not_decide_in_time_denies_and_says_why() -> None:
    Talk().read(
        ASKED
        + """
        wait: 4.9 s
        vmc: POLL
        us: ACK
        wait: 4.9 s
        vmc: POLL
        us: ACK
        wait: 0.3 s
        vmc: POLL
        us: VEND DENIED
        vmc: POLL
        us: MALFUNCTION                   | 0A 40 4A
        then: Withdrawn, StateIs SESSION_IDLE
    """
    )


# ── sessions ────────────────────────────────────────────────────────────────────────────────────────


def test_a_shopper_who_gives_up_ends_the_session() -> None:
    Talk().read(
        IN_SESSION
        + """
        vmc: SESSION COMPLETE
        us: END SESSION
        then: SessionEnded, StateIs ENABLED
    """
    )


def test_a_controller_that_missed_the_end_of_a_session_is_told_again() -> None:
    Talk().read(
        IN_SESSION
        + """
        vmc: SESSION COMPLETE
        us: END SESSION
        vmc: (nothing)
        wait: 2 s
        vmc: SESSION COMPLETE
        us: END SESSION
        state: ENABLED
    """
    )


def test_the_shop_ends_a_session_by_asking_until_it_ends() -> None:
    Talk().read(
        IN_SESSION
        + """
        shop: end
        vmc: POLL
        us: SESSION CANCEL REQUEST        | 04 04
        vmc: POLL
        us: ACK
        wait: 5 s
        vmc: POLL
        us: SESSION CANCEL REQUEST
        vmc: SESSION COMPLETE
        us: END SESSION
        then: BusQuiet, BusTalks, SessionEnded, StateIs ENABLED
    """
    )


def test_a_session_that_nobody_uses_in_time_is_asked_to_end() -> None:
    Talk().read(
        SET_UP
        + """
        shop: begin 1.50 within 4
        vmc: POLL
        us: BEGIN SESSION 1.50
        wait: 4 s
        vmc: POLL
        us: SESSION CANCEL REQUEST
    """
    )


def test_a_session_that_lingers_after_its_vend_is_asked_to_end() -> None:
    Talk().read(
        APPROVED
        + """
        vmc: VEND SUCCESS item 3
        us: ACK
        wait: 4 s
        vmc: POLL
        us: ACK
        wait: 1 s
        vmc: POLL
        us: SESSION CANCEL REQUEST
    """
    )


def test_an_offer_that_is_late_or_withdrawn_or_cancelled_never_begins() -> None:
    Talk().read(
        SET_UP
        + """
        shop: begin 1.50 within 2
        wait: 2 s
        vmc: POLL
        us: ACK
        shop: begin 1.50
        shop: end
        vmc: POLL
        us: ACK
        shop: begin 1.50
        vmc: READER CANCEL                | 14 02 16
        us: CANCELLED                     | 08 08
        vmc: POLL
        us: ACK
        then: SessionEnded
        state: ENABLED
    """
    )


def test_an_offer_waits_until_it_is_enabled() -> None:
    Talk().read(
        SET_UP
        + """
        vmc: READER DISABLE
        us: ACK
        shop: begin 1.50
        vmc: POLL
        us: ACK
        vmc: READER ENABLE
        us: ACK
        vmc: POLL
        us: BEGIN SESSION 1.50
    """
    )


def test_disabling_lets_what_is_under_way_go_on_to_its_end() -> None:
    Talk().read(
        APPROVED
        + """
        vmc: READER DISABLE
        us: ACK
        state: VEND
        vmc: VEND SUCCESS item 3
        us: ACK
        vmc: SESSION COMPLETE
        us: END SESSION
        state: DISABLED
    """
    )


# ── always idle ─────────────────────────────────────────────────────────────────────────────────────

ALWAYS_IDLE = """
    vmc: SETUP CONFIG level 3
    us: READER CONFIG level 3
    vmc: ENABLE OPTIONS 0x20
    us: ACK
    vmc: READER ENABLE
    us: ACK
    then: StateIs INACTIVE always idle, StateIs ENABLED always idle
"""


def test_always_idle_takes_a_selection_without_a_session() -> None:
    Talk().read(
        ALWAYS_IDLE
        + """
        vmc: VEND REQUEST 1.50 item 3
        us: ACK
        shop: approve
        vmc: POLL
        us: VEND APPROVED 1.50
        vmc: VEND SUCCESS item 3
        us: ACK
        vmc: SESSION COMPLETE
        us: END SESSION
        state: ENABLED
    """
    )


def test_always_idle_returns_by_itself_where_the_controller_ends_nothing() -> None:
    Talk().read(
        ALWAYS_IDLE
        + """
        vmc: VEND REQUEST 1.50 item 3
        us: ACK
        shop: deny
        vmc: POLL
        us: VEND DENIED
        wait: 4.9 s
        vmc: POLL
        us: ACK
        state: SESSION_IDLE
        wait: 0.2 s
        vmc: POLL
        us: ACK
        state: ENABLED
    """
    )


def test_without_always_idle_a_selection_without_a_session_is_out_of_sequence() -> None:
    Talk().read(
        SET_UP
        + """
        vmc: VEND REQUEST 1.50 item 3
        us: ACK
        vmc: POLL
        us: OUT OF SEQUENCE in ENABLED    | 0B 03 0E
    """
    )


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


def test_behind_an_adapter_that_polls_by_itself_answers_are_handed_over_once() -> None:
    wire = port.Wire(confirms=False, polled=False, sets_up=True)
    talk = Talk(wire=wire)
    talk.put()
    talk.read("""
        then: StateIs DISABLED always idle
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
