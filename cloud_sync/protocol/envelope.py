"""The envelope every fact travels in: a CloudEvents 1.0 JSON event.

Devices report in it and the journal keeps it. The bytes are what is chained and kept: whoever receives
an event stores the bytes it got and never re-encodes them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec

MAX_EVENT_BYTES: Final = 64 * 1024
"""A larger event is refused unread (and quarantined by whoever got it)."""


UNREADABLE: Final = (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError)
"""What reading hostile JSON can raise; the last one by thousands of brackets inside each other."""


class EnvelopeError(ValueError):
    """The bytes are not a CloudEvents event that we can take; the text says why."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One CloudEvents 1.0 event.

    `time` is RFC 3339 by the writer's own clock. `sequence` is the row's number in its log, as the
    CloudEvents sequence extension has it (a string). The other extensions are ours:
    `cause` is the id of the command that led to the fact; `devicetime` is what the device's clock said;
    `offsetms` is store clock minus device clock in milliseconds, measured when the device last said hello.
    """

    specversion: str
    id: str
    source: str
    type: str
    time: str
    sequence: str
    datacontenttype: str = ""
    cause: str = ""
    devicetime: str = ""
    offsetms: int | None = None
    data: msgspec.Raw

    @property
    def seq(self) -> int:
        """The row's number. Raises EnvelopeError when it is not a positive decimal."""
        return parse_sequence(self.sequence)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Event)


def parse_sequence(text: str) -> int:
    """Read a sequence number: plain ASCII digits, 1 or more, at most 18 of them."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18) or int(text) < 1:
        raise EnvelopeError(f"sequence {text[:40]!r} is not a number from 1 up")
    return int(text)


def encode(event: Event) -> bytes:
    """The event's JSON bytes, UTF-8."""
    return _encoder.encode(event)


def decode(body: bytes | bytearray | memoryview) -> Event:
    """Read an event. Raises EnvelopeError with a sentence for a person on anything we cannot take."""
    if len(body) > MAX_EVENT_BYTES:
        raise EnvelopeError(f"{len(body)} bytes, over the limit of {MAX_EVENT_BYTES}")
    try:
        event = _decoder.decode(body)
    except UNREADABLE as error:
        raise EnvelopeError(f"not a CloudEvents JSON event: {error}") from None
    if event.specversion != "1.0":
        raise EnvelopeError(f"CloudEvents version {event.specversion[:20]!r}, we read 1.0")
    return event


def data_bytes(data: object) -> msgspec.Raw:
    """Encode an event's `data` once, so that it is embedded as it is."""
    return msgspec.Raw(_encoder.encode(data))


def rfc3339(at: datetime) -> str:
    """An aware time as RFC 3339 in UTC with microseconds, always the same width."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be written down")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> datetime | None:
    """Read an RFC 3339 time as aware UTC; None when it is not one."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
