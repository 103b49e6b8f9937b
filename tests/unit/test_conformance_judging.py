"""The pure part of the conformance kit: what it reads on a line, and what it finds wrong with what a device said."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.conformance.bench import Pace
from hardware.conformance.checks_commands import wrong_refusal
from hardware.conformance.checks_delivery import judge_resend, wrong_repeat
from hardware.conformance.checks_log import whole_boots, wrong_copies, wrong_data, wrong_numbers, wrong_start
from hardware.conformance.checks_presence import has_unit, wrong_capabilities
from hardware.conformance.checks_vending import judge_vend
from hardware.conformance.packets import Connect, Disconnect, PacketError, PacketReader, Publish, Subscribe
from hardware.conformance.rows import Row, complaints, read_row, shown
from hardware.conformance.tape import Received
from hardware.messages import (
    CashSale,
    CommandRefused,
    Describe,
    Report,
    VendFailed,
    VendStarted,
    VendSucceeded,
    build_report,
)

AT = "2026-11-22T09:31:07.120000Z"
BOOTED = build_report("pop-1", "vm-1", "b1", 1, AT, VendStarted(command_id="c", slot="1"))

# CONNECT with a retained will of QoS 1, SUBSCRIBE, PUBLISH, DISCONNECT (MQTT 3.1.1 §3).
STREAM = (
    b"\x10\x16\x00\x04MQTT\x04\xac\x00\x0f\x00\x02vm\x00\x01t\x00\x01w\x00\x00"
    b"\x82\x06\x00\x01\x00\x01a\x01"
    b"\x33\x08\x00\x02ab\x00\x01{}"
    b"\xe0\x00"
)
PACKETS = [
    Connect(
        client_id="vm",
        clean_session=False,
        keep_alive_s=15,
        will_topic="t",
        will_body=b"w",
        will_qos=1,
        will_retained=True,
    ),
    Subscribe((("a", 1),)),
    Publish(topic="ab", body=b"{}", qos=1, retained=True),
    Disconnect(),
]


@given(st.lists(st.integers(min_value=0, max_value=len(STREAM)), max_size=12))
def test_packets_are_read_however_the_line_cuts_them_into_pieces(cuts: list[int]) -> None:
    reader = PacketReader()
    places = [0, *sorted(cuts), len(STREAM)]
    found = [packet for begin, end in itertools.pairwise(places) for packet in reader.feed(STREAM[begin:end])]
    assert found == PACKETS


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16\x03\x01\x02\x00" + b"x" * 500,
        b"\x10\xff\xff\xff\xff\xff",
        b"\x10\x0a\x00\x06MQIsdp\x03\x02",
        b"\x82\x03\x00\x01\x00",
    ],
)
def test_what_is_not_mqtt_is_said_to_be_so(rubbish: bytes) -> None:
    with pytest.raises(PacketError):
        PacketReader().feed(rubbish)


@given(st.binary(max_size=300))
def test_no_bytes_on_a_line_do_more_than_that(noise: bytes) -> None:
    try:
        PacketReader().feed(noise)
    except PacketError as error:
        assert str(error)


def event(**other: Any) -> bytes:
    return json.dumps({**json.loads(BOOTED), **other}).encode()


def test_a_report_as_the_page_has_it_has_nothing_wrong() -> None:
    assert complaints(BOOTED, "pop-1", "vm-1") == []


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (event(specversion="0.3"), "specversion is '0.3'"),
        (event(id="b1-2"), "is not boot id"),
        (event(id="-1", sequence="1"), "is not boot id"),
        (event(sequence=1), "sequence is of type int, not a string"),
        (event(sequence="01x", id="b1-01x"), "is not a number from 1 up"),
        (event(source="/popshop/pop-1/vm-2"), "not '/popshop/pop-1/vm-1'"),
        (event(type="com.acme.vend"), "is not popshop.report.….v1"),
        (event(time="22.11.2026 09:31"), "is not RFC 3339"),
        (event(data=None), "data is missing"),
        (event(data=[]), "data is of type list"),
        (b"[1]", "not a JSON object"),
        (b"\xff", "not JSON in UTF-8"),
        (b"[" * 100_000, "over the limit"),
        (b"[" * 5_000, "not JSON"),
    ],
)
def test_what_is_wrong_with_a_report_is_named(body: bytes, complaint: str) -> None:
    assert any(complaint in one for one in complaints(body, "pop-1", "vm-1"))


@given(st.binary(max_size=400))
def test_bytes_are_shown_on_one_line_whatever_they_are(body: bytes) -> None:
    assert "\n" not in shown(body)
    assert shown(body).isprintable()


def row(boot: str, seq: int, report: Report, body: bytes | None = None) -> Row:
    found = read_row(body or build_report("pop-1", "vm-1", boot, seq, AT, report))
    assert found is not None
    return found


def refused(seq: int, command_id: str = "c1", reason: str = "expired", boot: str = "b1") -> Row:
    return row(boot, seq, CommandRefused(command_id=command_id, reason=reason))


def test_a_hole_a_wrong_start_and_two_reports_of_one_number_are_found() -> None:
    rows = [refused(1), refused(2), refused(4), refused(2, "other")]
    boots = whole_boots(rows, frozenset())
    assert "begins with" in wrong_start(boots)
    assert "after report 2 came report 4" in wrong_numbers(boots)
    assert "report 2 of boot b1" in wrong_copies(rows)
    assert whole_boots(rows, frozenset(["b1"])) == {}


def test_a_refusal_comes_once_for_the_right_reason() -> None:
    assert wrong_refusal([refused(2), refused(2)], "c1", "expired") == ""
    assert "no command_refused" in wrong_refusal([], "c1", "expired")
    assert "2 times" in wrong_refusal([refused(2), refused(3)], "c1", "expired")
    assert "refused as 'busy'" in wrong_refusal([refused(2, reason="busy")], "c1", "expired")
    started = row("b1", 2, VendStarted(command_id="c1", slot="1"))
    assert "something else" in wrong_refusal([started, refused(3)], "c1", "expired")


def test_a_vend_is_one_start_and_one_outcome() -> None:
    started = row("b1", 2, VendStarted(command_id="c1", slot="1"))
    done = row("b1", 3, VendSucceeded(command_id="c1", slot="1", drop_confirmed=True))
    failed = row("b1", 4, VendFailed(command_id="c1", slot="1", code="ELA"))
    assert judge_vend([started, started, done, done], "c1", "1") == ""
    assert judge_vend([done], "c1", "1") == "it said vend_succeeded"
    assert judge_vend([started], "c1", "1") == "it said vend_started"
    assert "vend_succeeded, vend_failed" in judge_vend([started, done, failed], "c1", "1")
    assert "another slot" in judge_vend([started, done], "c1", "2")


def arrived(at_s: float, one: Row) -> Received:
    return Received(at_s=at_s, leaf="report", body=one.body, qos=1, retained=False, row=one)


def test_what_comes_again_is_the_same_in_the_same_order_and_not_too_soon() -> None:
    first, second = refused(1), refused(2, "c2")
    pace = Pace()
    whole = [arrived(0, first), arrived(0.1, second)]
    again = [arrived(2.1, first), arrived(2.2, second)]
    assert judge_resend([*whole, *again], [first, second], pace) == ""
    soon = [arrived(0.4, first), arrived(0.5, second)]
    assert "after 0.4 s" in judge_resend([*whole, *soon], [first, second], pace)
    late = [arrived(2.0, second), arrived(2.1, first), arrived(2.2, second)]
    assert wrong_repeat(late, [first, second]) == "", "the end of an earlier round came before the oldest"
    other = row("b1", 1, refused(1).report or first.report, refused(1, "changed").body)  # type: ignore[arg-type]
    assert "other bytes" in wrong_repeat([arrived(2, other)], [first])


def test_a_report_of_another_kind_or_with_impossible_values_is_found() -> None:
    sale = row("b1", 2, CashSale(slot="1", price_minor=300, currency="CNY"))
    assert wrong_data([sale], "vending") == ""
    assert "a shelf device says cash_sale" in wrong_data([sale], "shelf")
    dear = row("b1", 2, CashSale(slot="1", price_minor=-1, currency="yuan"))
    assert "ISO 4217" in wrong_data([dear], "vending")


@pytest.mark.parametrize(
    ("kind", "capabilities", "wrong"),
    [
        ("vending", {"slots": [{"slot": "1", "capacity": 8}]}, ""),
        ("vending", {}, "capabilities.slots is not a list"),
        ("sampling", {"slots": [{"slot": "1", "capacity": 8}, {"slot": "1", "capacity": 8}]}, "twice"),
        ("vending", {"slots": [{"slot": "1", "capacity": "8"}]}, "capacity"),
        ("vending", {"slots": ["1"]}, "not a text"),
        ("shelf", {"plates": [{"plate": "p"}, {"plate": "p"}], "labels": []}, ""),
        ("shelf", {}, "plates or labels"),
        ("shelf", {"labels": [{"label": "l"}]}, "not a text"),
        ("scanner", {"symbologies": []}, "symbologies"),
        ("footfall", {}, ""),
    ],
)
def test_capabilities_fit_the_kind(kind: str, capabilities: dict[str, Any], wrong: str) -> None:
    what = Describe(kind=kind, model="m", serial="s", firmware="f", boot="b", capabilities=capabilities)
    found = wrong_capabilities(what)
    assert (wrong in " ".join(found)) if wrong else found == []


def test_a_readings_name_ends_in_its_unit() -> None:
    assert has_unit("temperature_c")
    assert has_unit("battery_l1_percent")
    assert not has_unit("temperature")
    assert not has_unit("_c")
