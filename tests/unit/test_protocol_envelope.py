"""The envelope: CloudEvents 1.0 in JSON, read with care and kept as bytes."""

import json
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol.envelope import (
    MAX_EVENT_BYTES,
    EnvelopeError,
    Event,
    data_bytes,
    decode,
    encode,
    parse_sequence,
    parse_time,
    rfc3339,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def minimal(**changes):
    event = {
        "specversion": "1.0",
        "id": "b1-1",
        "source": "/popshop/s1/d1",
        "type": "popshop.report.booted.v1",
        "time": "2026-01-01T00:00:00Z",
        "sequence": "1",
        "data": {},
    }
    return json.dumps(event | changes).encode()


@given(
    st.text(),
    st.text(),
    st.integers(min_value=1, max_value=10**18 - 1),
    st.none() | st.integers(-(2**53), 2**53),
    json_values,
)
def test_an_event_survives_being_written_and_read(event_id, source, seq, offset_ms, data):
    event = Event(
        specversion="1.0",
        id=event_id,
        source=source,
        type="popshop.test.v1",
        time="2026-01-01T00:00:00.000000Z",
        sequence=str(seq),
        offsetms=offset_ms,
        data=data_bytes(data),
    )
    if len(encode(event)) <= MAX_EVENT_BYTES:
        back = decode(encode(event))
        assert back == event
        assert back.seq == seq
        assert msgspec.json.decode(back.data) == data


@given(json_values)
def test_data_is_carried_byte_for_byte(data):
    spaced = json.dumps(data, indent=2, ensure_ascii=False).encode("utf-8", "surrogatepass")
    body = minimal()[:-3] + spaced + b"}"
    assert bytes(decode(body).data) == spaced


def test_fields_that_are_not_ours_are_ignored():
    assert decode(minimal(traceparent="00-1-2-03", subject="x")).id == "b1-1"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not a CloudEvents JSON event"),
        (b"{}", "missing required field"),
        (b"[1]", "Expected `object`"),
        (b"\xff\xfe{}", "not a CloudEvents JSON event"),
        (minimal(id="x").replace(b'"x"', b'"\xff"'), "not a CloudEvents JSON event"),
        (minimal(id=7), "Expected `str`"),
        (minimal(specversion="0.3"), "version '0.3'"),
        (minimal(data="x" * MAX_EVENT_BYTES), "over the limit"),
        (b"[" * 60_000, "not a CloudEvents JSON event"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(body, says):
    with pytest.raises(EnvelopeError, match=says):
        decode(body)


def test_the_largest_event_is_taken_and_one_byte_more_is_not():
    room = MAX_EVENT_BYTES - len(minimal(data=""))
    assert len(minimal(data="x" * room)) == MAX_EVENT_BYTES
    decode(minimal(data="x" * room))
    with pytest.raises(EnvelopeError):
        decode(minimal(data="x" * (room + 1)))


@given(st.binary(max_size=300))
def test_any_bytes_are_an_event_or_an_envelope_error(body):
    with pytest.raises(EnvelopeError):
        decode(body)


@given(st.integers(min_value=1, max_value=10**18 - 1))
def test_a_sequence_is_plain_decimal(seq):
    assert parse_sequence(str(seq)) == seq


@pytest.mark.parametrize("text", ["", "0", "-1", "+1", "1.0", "1e3", " 1", "１", "²", "x", "1" * 19])
def test_what_is_no_sequence_is_refused(text):
    with pytest.raises(EnvelopeError):
        parse_sequence(text)


zones = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9999, 12, 30), timezones=zones))
def test_a_time_is_written_in_utc_with_one_width_and_read_back(at):
    text = rfc3339(at)
    assert len(text) == len("2026-01-01T00:00:00.000000Z")
    assert parse_time(text) == at


@given(st.lists(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)), min_size=2, max_size=2))
def test_written_times_sort_as_the_times_do(pair):
    assert sorted(pair) == sorted(pair, key=rfc3339)


def test_a_time_without_a_zone_is_not_written():
    with pytest.raises(ValueError, match="zone"):
        rfc3339(datetime(2026, 1, 1))


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_moment_reads_as_none(text):
    assert parse_time(text) is None


@given(st.text(max_size=40))
def test_any_text_reads_as_an_aware_time_or_none(text):
    at = parse_time(text)
    assert at is None or at.tzinfo is UTC
