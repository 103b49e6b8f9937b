"""The tablet's words: everything is said in both languages, and every code of the shop has plain words."""

from __future__ import annotations

import re

import pytest

from cloud_sync.protocol.eva_dts.event_codes import EVENTS
from cloud_sync.protocol.payment_facts import DIFFERENCES
from edge_agent.domain.order import ENDED
from edge_agent.entrypoints.staff import plain, words
from edge_agent.entrypoints.staff.device_faults import DEVICE_FAULTS
from edge_agent.entrypoints.staff.handover_words import FAIL_REASONS
from edge_agent.entrypoints.staff.payment_words import SEEN_TO
from hardware import messages

CJK = re.compile(r"[一-鿿]")
PLACES = re.compile(r"\{\d\}")


@pytest.mark.parametrize(("key", "said"), {**words.all_words(), **plain.NAMES}.items())
def test_whatever_is_said_is_said_in_both_languages_with_the_same_blanks_to_fill(key, said):
    zh, en = said
    assert CJK.search(zh), key
    assert en
    assert not CJK.search(en), key
    assert sorted(PLACES.findall(zh)) == sorted(PLACES.findall(en)), key


def test_no_two_rooms_of_the_tablet_call_different_things_by_the_same_key():
    rooms = [keys for name, keys in vars(words).items() if name.endswith("_WORDS") and name != "_WORDS"]
    assert len(rooms) > 5
    said = [key for keys in rooms for key in keys]
    assert sorted(key for key in set(said) if said.count(key) > 1) == []


@pytest.mark.parametrize("code", sorted([*EVENTS, *DEVICE_FAULTS]))
def test_every_fault_says_what_it_is_and_what_to_do(code):
    for language in words.LANGUAGES:
        what, remedy = plain.fault(language, code)
        assert what
        assert remedy
        assert bool(CJK.search(what)) == bool(CJK.search(remedy)) == (language == "zh")


def test_a_fault_nobody_wrote_down_still_tells_staff_to_call_service():
    what, remedy = plain.fault("en", "QQQ")
    assert "fault" in what
    assert "service" in remedy


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("status", messages.STATUSES),
        ("kind", messages.KINDS),
        ("order", [*ENDED, "open", "awaiting_payment", "paid", "fulfilling"]),
        ("payment", ["created", "pending", "paid", "refunded", "closed", "unknown"]),
        ("vend", ["requested", "dispensing", "dispensed", "failed", "unknown"]),
        ("refund", ["requested", "refunded", "refused"]),
        ("handed", ["requested", "done", "failed", "reversed"]),
        ("handover", FAIL_REASONS),
        ("difference", DIFFERENCES),
        ("seen_to", SEEN_TO),
        ("label", ["shown", "waiting", "lagging", "failed"]),
        ("label_reason", ["no_answer", "battery", "broken", "unknown"]),
        ("case", ["no_answer", "machine_restarted", "drop_not_confirmed"]),
        ("why", [*plain.BLOCK_REASONS, *plain.REFUND_REASONS]),
    ],
)
def test_every_state_and_reason_has_plain_words(group, codes):
    assert not [code for code in codes if f"{group}.{code}" not in plain.NAMES]


def test_a_slot_blocked_by_failures_names_the_fault_in_words():
    assert plain.why_blocked("en", "repeated_failures:EJC") == "A slot is jammed (EJC)"
    assert plain.why_blocked("zh", "cleaning") == "清洁或维修"
    assert plain.why_refund("en", "vend_failed:staff") == "Did not drop"
    assert plain.why_refund("zh", "vend_failed:EJB") == "出货电机故障"
