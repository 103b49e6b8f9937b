"""The cashless reader's side of the bus, a conversation for each branch of its state machine (MDB/ICP 4.3 §7)."""

from __future__ import annotations

import pytest

from hardware.vending.mdb.profile import Profile
from tests.mdb_words import APPROVED, ASKED, SET_UP, Talk

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
