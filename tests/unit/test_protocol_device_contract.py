"""The device contract: topics and messages, from both ends, and from a device that does not keep to it."""

import json
from typing import get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol.envelope import MAX_EVENT_BYTES
from hardware import messages, topics

AT = "2026-01-01T08:00:00.000000Z"
names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)
leaves = st.sampled_from([*topics.FROM_DEVICE, *topics.TO_DEVICE])
seqs = st.integers(min_value=1, max_value=10**18 - 1)

SIMPLE = {
    str: st.text(max_size=20),
    int: st.integers(-(2**53), 2**53),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
}


@st.composite
def reports(draw):
    cls = draw(st.sampled_from(sorted(messages.REPORTS.values(), key=lambda cls: cls.NAME)))
    hints = get_type_hints(cls)
    return cls(**{field.name: draw(SIMPLE[hints[field.name]]) for field in msgspec.structs.fields(cls)})


# ── topics ──────────────────────────────────────────────────────────────────────────────────────────


@given(names, names, leaves)
def test_a_topic_reads_back_as_what_it_was_built_from(store, device, leaf):
    assert topics.parse(topics.topic(store, device, leaf)) == topics.Topic(store, device, leaf)


@given(names, leaves)
def test_the_subscription_for_all_devices_differs_from_a_topic_in_the_device_only(store, leaf):
    assert topics.every_device(store, leaf) == topics.topic(store, "+", leaf)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "popshop/1/s/d",
        "popshop/1/s/d/report/x",
        "popshop/2/s/d/report",
        "Popshop/1/s/d/report",
        "$SYS/a/b/c/d",
    ],
)
def test_a_topic_that_is_not_ours_reads_as_none(text):
    assert topics.parse(text) is None


# ── reports ─────────────────────────────────────────────────────────────────────────────────────────


@given(reports(), st.from_regex(r"[0-9a-f]{1,64}", fullmatch=True), seqs)
def test_every_report_reads_back_as_the_device_sent_it(report, boot, seq):
    body = messages.build_report("s1", "d1", boot, seq, AT, report)
    assert messages.parse_report(body) == messages.ReceivedReport(boot, seq, AT, report)


@given(reports(), seqs)
def test_a_resent_report_has_the_same_bytes(report, seq):
    built = [messages.build_report("s1", "d1", "b1", seq, AT, report) for _ in range(2)]
    assert built[0] == built[1]


def test_every_report_of_the_contract_is_known():
    contract = {
        *("booted", "fault_raised", "fault_cleared", "door_opened", "door_closed", "command_refused"),
        *("vend_started", "vend_succeeded", "vend_failed", "cash_sale", "slot_counted", "audit_read"),
        *("person_sensed", "item_picked_up", "item_put_back", "item_touched", "exposure", "label_shown"),
        *("label_failed", "item_sensed", "slot_selected", "code_scanned", "footfall_counted"),
    }
    assert contract == set(messages.REPORTS)


def report_body(**changes):
    event = {
        "specversion": "1.0",
        "id": "b1-7",
        "source": "/popshop/s1/d1",
        "type": "popshop.report.slot_counted.v1",
        "time": AT,
        "sequence": "7",
        "data": {"slot": "1-01", "count": 3},
    }
    return json.dumps(event | changes).encode()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"type": "popshop.report.teleported.v1"}, "unknown report type"),
        ({"type": "popshop.report.slot_counted.v2"}, "unknown report type"),
        ({"type": "slot_counted"}, "unknown report type"),
        ({"data": {"slot": "1-01"}}, "missing required field `count`"),
        ({"data": {"slot": "1-01", "count": "3"}}, "Expected `int`"),
        ({"data": None}, "Expected `object`"),
        ({"data": [1]}, "Expected `object`"),
    ],
)
def test_a_report_with_unreadable_content_still_tells_its_number_so_that_the_log_goes_on(changes, says):
    received = messages.parse_report(report_body(**changes))
    assert (received.boot, received.seq, received.report) == ("b1", 7, None)
    assert says in received.error


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "b1"},
        {"id": "-7"},
        {"id": "b1-8"},
        {"id": "b1-07"},
        {"id": "x" * 65 + "-7"},
        {"sequence": "0"},
        {"sequence": "seven"},
        {"specversion": "2.0"},
        {"data": "x" * MAX_EVENT_BYTES},
    ],
)
def test_a_report_whose_number_cannot_be_trusted_is_refused(changes):
    with pytest.raises(messages.MessageError):
        messages.parse_report(report_body(**changes))


def test_a_boot_id_may_itself_hold_hyphens():
    received = messages.parse_report(report_body(id="2026-01-01-7"))
    assert received.boot == "2026-01-01"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_report_or_a_message_error(body):
    with pytest.raises(messages.MessageError):
        messages.parse_report(body)


@given(
    st.dictionaries(
        st.sampled_from(["id", "type", "sequence", "data", "time"]), st.text() | st.integers() | st.none()
    )
)
def test_any_field_gone_wrong_is_a_verdict_and_never_a_crash(changes):
    try:
        received = messages.parse_report(report_body(**changes))
    except messages.MessageError as error:
        assert str(error)
    else:
        assert (received.report is None) == bool(received.error)


# ── presence, acknowledgements, commands ────────────────────────────────────────────────────────────


def test_presence_acknowledgement_and_command_read_back_as_sent():
    describe = messages.Describe(
        kind="vending",
        model="M",
        serial="S",
        firmware="1",
        boot="b",
        capabilities={"slots": [{"slot": "1-01", "capacity": 8}]},
    )
    state = messages.State(status="alert", boot="b", faults=["EJC"], readings={"temperature_c": 4.5}, at=AT)
    ack = messages.Ack(boot="b", upto=12)
    command = messages.Command(id="v1", kind="vend", expires_at=AT, slot="1-01", order_line="o1/1")
    assert messages.parse_describe(messages.encode(describe)) == describe
    assert messages.parse_state(messages.encode(state)) == state
    assert messages.parse_ack(messages.encode(ack)) == ack
    assert messages.parse_command(messages.encode(command)) == command


PARSERS = [messages.parse_describe, messages.parse_state, messages.parse_ack, messages.parse_command]


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize(
    "body", [b"", b"null", b"{}", b"[]", b'"ready"', b"\xff\xfe", b"x" * (MAX_EVENT_BYTES + 1)]
)
def test_what_does_not_follow_the_contract_is_refused_with_a_sentence(parse, body):
    with pytest.raises(messages.MessageError, match=r"\w+: .+"):
        parse(body)


@given(st.sampled_from(PARSERS), st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_message_error(parse, body):
    with pytest.raises(messages.MessageError):
        parse(body)


@pytest.mark.parametrize("status", ["READY", "ok", "", "lost "])
def test_a_status_word_that_homie_does_not_have_is_refused(status):
    with pytest.raises(messages.MessageError, match="unknown status"):
        messages.parse_state(json.dumps({"status": status}).encode())


def test_a_device_of_a_kind_nobody_knows_is_refused():
    body = messages.encode({"kind": "toaster", "model": "", "serial": "", "firmware": "", "boot": "b"})
    with pytest.raises(messages.MessageError, match="unknown kind"):
        messages.parse_describe(body)


def test_a_command_carries_only_the_fields_of_its_kind():
    body = messages.encode(messages.Command(id="c1", kind="lock", expires_at=AT))
    assert json.loads(body) == {"id": "c1", "kind": "lock", "expires_at": AT}
