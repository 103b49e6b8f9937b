"""Sessions of the cashless reader: how they begin and end; machines that are always idle (MDB/ICP 4.3 §7.2, §7.4)."""

from __future__ import annotations

from tests.mdb_words import APPROVED, IN_SESSION, SET_UP, Talk

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
