"""A report as the kit sees it, and what is wrong with its envelope. Pure."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from cloud_sync.protocol.envelope import MAX_EVENT_BYTES, UNREADABLE, parse_sequence
from hardware.messages import REPORT_PREFIX, MessageError, Report, parse_report

RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
SHOWN_BYTES: Final = 240


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One report of the device. `report` is None when its type or data cannot be read (`error` says why)."""

    boot: str
    seq: int
    body: bytes
    report: Report | None
    error: str = ""

    @property
    def place(self) -> tuple[str, int]:
        """Its place in the device's log."""
        return self.boot, self.seq

    @property
    def name(self) -> str:
        """The report's type, empty when it cannot be read."""
        return self.report.NAME if self.report is not None else ""

    @property
    def command_id(self) -> str:
        """The command it answers, empty when it answers none."""
        return str(getattr(self.report, "command_id", ""))


def read_row(body: bytes) -> Row | None:
    """Read a report; None when not even its number can be read."""
    try:
        found = parse_report(body)
    except MessageError:
        return None
    return Row(boot=found.boot, seq=found.seq, body=body, report=found.report, error=found.error)


def complaints(body: bytes, store: str, device: str) -> list[str]:
    """What is wrong with a report's CloudEvents envelope (§Reports of docs/device-makers.md)."""
    if len(body) > MAX_EVENT_BYTES:
        return [f"{len(body)} bytes, over the limit of {MAX_EVENT_BYTES}"]
    try:
        event = msgspec.json.decode(body)
    except UNREADABLE as error:
        return [f"not JSON in UTF-8: {error}"]
    if not isinstance(event, dict):
        return ["not a JSON object"]
    found = [
        f"{name} is {_kind(event.get(name))}, not a string"
        for name in ("specversion", "id", "source", "type", "time", "sequence")
        if not isinstance(event.get(name), str)
    ]
    if not isinstance(event.get("data"), dict):
        found.append(
            f"data is {_kind(event.get('data'))}, not an object (an empty one where there is nothing to say)"
        )
    return found or _wrong_values(event, store, device)


def _wrong_values(event: dict[str, str], store: str, device: str) -> list[str]:
    found = []
    if event["specversion"] != "1.0":
        found.append(f"specversion is {event['specversion'][:20]!r}, not '1.0'")
    try:
        parse_sequence(event["sequence"])
    except ValueError as error:
        found.append(str(error))
    boot, dash, tail = event["id"].rpartition("-")
    if not dash or not boot or tail != event["sequence"] or len(boot) > 64:
        found.append(f"id {event['id'][:100]!r} is not boot id (1–64 characters), hyphen, sequence")
    if event["source"] != f"/popshop/{store}/{device}":
        found.append(f"source is {event['source'][:100]!r}, not '/popshop/{store}/{device}'")
    if not re.fullmatch(re.escape(REPORT_PREFIX) + r"\w+\.v1", event["type"]):
        found.append(f"type {event['type'][:100]!r} is not {REPORT_PREFIX}….v1")
    if RFC3339.fullmatch(event["time"]) is None:
        found.append(f"time {event['time'][:60]!r} is not RFC 3339, as in 2026-11-22T09:31:07.120Z")
    return found


def _kind(value: object) -> str:
    return "missing" if value is None else f"of type {type(value).__name__}"


def shown(body: bytes) -> str:
    """The bytes for a report, shortened, whatever they are."""
    text = body[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
    text = text.encode("unicode_escape").decode("ascii") if not text.isprintable() else text
    return text if len(body) <= SHOWN_BYTES else f"{text}… ({len(body)} bytes)"
