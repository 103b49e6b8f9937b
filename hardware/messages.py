"""The device contract's messages, built and parsed here only.

A report is one fact in a CloudEvents envelope (`cloud_sync.protocol.envelope`), numbered per boot.
Unknown fields are ignored, unknown report types are refused by name. Times are RFC 3339; amounts minor units.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import msgspec

from cloud_sync.protocol import envelope

KINDS: Final = ("vending", "sampling", "shelf", "scanner", "footfall")
STATUSES: Final = ("init", "ready", "sleeping", "alert", "disconnected", "lost")
"""Homie's device states. `lost` is the last will's word."""

REPORT_PREFIX: Final = "popshop.report."
MAX_TEXT: Final = 4_096


class MessageError(ValueError):
    """The message does not follow the contract; the text says where."""


# ── presence ────────────────────────────────────────────────────────────────────────────────────────


class Describe(msgspec.Struct, frozen=True, kw_only=True):
    """Birth: what the device is. `boot` is new at every start and numbers its reports."""

    kind: str
    model: str
    serial: str
    firmware: str
    boot: str
    capabilities: dict[str, Any] = {}
    """For a vending machine: `{"slots": [{"slot": "1-01", "capacity": 8}, …]}`."""


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Presence, retained; also the last will with status `lost`."""

    status: str
    boot: str = ""
    faults: list[str] = []
    """EVA-DTS event codes that are active now."""
    readings: dict[str, float] = {}
    at: str = ""


# ── reports ─────────────────────────────────────────────────────────────────────────────────────────


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A report's `data`. `NAME` is its type without the prefix and version."""

    NAME: ClassVar[str] = ""


class Booted(Report, frozen=True, kw_only=True):
    """First report of every boot."""

    NAME = "booted"


class FaultRaised(Report, frozen=True, kw_only=True):
    """An EVA-DTS event code (EJB motor, EJC helix blocked, EJL drop sensor, EGS door …)."""

    NAME = "fault_raised"
    code: str
    part: str = ""


class FaultCleared(Report, frozen=True, kw_only=True):
    """The fault is gone."""

    NAME = "fault_cleared"
    code: str
    part: str = ""


class DoorOpened(Report, frozen=True, kw_only=True):
    NAME = "door_opened"


class DoorClosed(Report, frozen=True, kw_only=True):
    NAME = "door_closed"


class CommandRefused(Report, frozen=True, kw_only=True):
    """Reasons in use: expired, unknown_slot, busy, door_open, empty, unsupported, malformed, locked."""

    NAME = "command_refused"
    command_id: str
    reason: str


class VendStarted(Report, frozen=True, kw_only=True):
    NAME = "vend_started"
    command_id: str
    slot: str


class VendSucceeded(Report, frozen=True, kw_only=True):
    NAME = "vend_succeeded"
    command_id: str
    slot: str
    drop_confirmed: bool


class VendFailed(Report, frozen=True, kw_only=True):
    """The unit stayed inside, for certain. `code` is an EVA-DTS event code."""

    NAME = "vend_failed"
    command_id: str
    slot: str
    code: str


class CashSale(Report, frozen=True, kw_only=True):
    """The machine sold for cash by itself."""

    NAME = "cash_sale"
    slot: str
    price_minor: int
    currency: str


class SlotCounted(Report, frozen=True, kw_only=True):
    """The machine (or the person filling it) says how many units the slot holds."""

    NAME = "slot_counted"
    slot: str
    count: int


class AuditRead(Report, frozen=True, kw_only=True):
    NAME = "audit_read"
    dex: str


class PersonSensed(Report, frozen=True, kw_only=True):
    NAME = "person_sensed"


class ItemPickedUp(Report, frozen=True, kw_only=True):
    """`count` units of one SKU left a plate; `item` is empty when the weight fits nothing that is planned."""

    NAME = "item_picked_up"
    plate: str
    item: str = ""
    weight_g: float = 0.0
    """What the plate changed by, above 0."""
    count: int = 1


class ItemPutBack(Report, frozen=True, kw_only=True):
    """Units came onto a plate; `misplaced` when the planogram has them elsewhere."""

    NAME = "item_put_back"
    plate: str
    item: str = ""
    weight_g: float = 0.0
    count: int = 1
    misplaced: bool = False


class ItemSensed(Report, frozen=True, kw_only=True):
    """A tagged unit (RFID) is in somebody's hands. `tag` is its EPC, which never reaches the journal."""

    NAME = "item_sensed"
    item: str
    tag: str = ""


class ItemTouched(Report, frozen=True, kw_only=True):
    NAME = "item_touched"
    item: str


class Exposure(Report, frozen=True, kw_only=True):
    NAME = "exposure"
    content: str
    item: str = ""
    dwell_ms: int


class LabelShown(Report, frozen=True, kw_only=True):
    NAME = "label_shown"
    label: str
    item: str
    price_minor: int
    version: int


class LabelFailed(Report, frozen=True, kw_only=True):
    """A label did not take a price: it shows what it showed before, or nothing."""

    NAME = "label_failed"
    label: str
    item: str
    version: int
    reason: str = ""
    """In use: no_answer, battery, broken."""


class SlotSelected(Report, frozen=True, kw_only=True):
    """Somebody pressed a slot's button that nobody had paid for; the machine asked for `price_minor`."""

    NAME = "slot_selected"
    slot: str
    price_minor: int
    currency: str


class FootfallCounted(Report, frozen=True, kw_only=True):
    """How many came in and went out between two instants of the device's clock (RFC 3339)."""

    NAME = "footfall_counted"
    entered: int
    left: int
    from_at: str
    to_at: str


class CodeScanned(Report, frozen=True, kw_only=True):
    NAME = "code_scanned"
    symbology: str
    text: str


REPORTS: Final[dict[str, type[Report]]] = {cls.NAME: cls for cls in Report.__subclasses__()}
_data_decoders = {report_type: msgspec.json.Decoder(cls) for report_type, cls in REPORTS.items()}


def report_type(report: Report) -> str:
    """The CloudEvents type of a report."""
    return f"{REPORT_PREFIX}{report.NAME}.v1"


def build_report(store: str, device: str, boot: str, seq: int, at: str, report: Report) -> bytes:
    """A report's bytes as the device sends (and resends) them. `at` is the device's clock."""
    return envelope.encode(
        envelope.Event(
            specversion="1.0",
            id=f"{boot}-{seq}",
            source=f"/popshop/{store}/{device}",
            type=report_type(report),
            time=at,
            sequence=str(seq),
            data=envelope.data_bytes(report),
        )
    )


class ReceivedReport(msgspec.Struct, frozen=True):
    """A report whose place in the device's log is known. `report` is None when its data could not be read."""

    boot: str
    seq: int
    at: str
    report: Report | None
    error: str = ""


def parse_report(body: bytes) -> ReceivedReport:
    """Read a report.

    Raises MessageError when not even its number can be read. When only its type or data are wrong,
    the number is still returned, with `report` None and `error` saying why, so that the log can go on.
    """
    try:
        event = envelope.decode(body)
        seq = event.seq
    except envelope.EnvelopeError as error:
        raise MessageError(str(error)) from None
    boot, dash, tail = event.id.rpartition("-")
    if not dash or not boot or tail != event.sequence or len(boot) > 64:
        raise MessageError(f"id {event.id[:80]!r} is not boot-sequence")
    name = event.type.removeprefix(REPORT_PREFIX).removesuffix(".v1")
    decoder = _data_decoders.get(name)
    if decoder is None or event.type != f"{REPORT_PREFIX}{name}.v1":
        return ReceivedReport(boot, seq, event.time, None, f"unknown report type {event.type[:80]!r}")
    try:
        return ReceivedReport(boot, seq, event.time, decoder.decode(event.data))
    except envelope.UNREADABLE as error:
        return ReceivedReport(boot, seq, event.time, None, f"{name}: {error}")


# ── to the device ───────────────────────────────────────────────────────────────────────────────────


class Ack(msgspec.Struct, frozen=True, kw_only=True):
    """The agent has committed this boot's reports up to `upto`; the device may forget them."""

    boot: str
    upto: int


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One instruction. A device runs an `id` once for ever and refuses it after `expires_at`.

    Kinds and their fields: `vend{slot, order_line}` `show{content}`
    `set_label{label, item, price_minor, version}` `light{plate}` `lock` `unlock` `identify` `restart`.
    """

    id: str
    kind: str
    expires_at: str
    slot: str = ""
    order_line: str = ""
    content: str = ""
    label: str = ""
    item: str = ""
    price_minor: int = 0
    version: int = 0
    plate: str = ""


COMMAND_KINDS: Final = ("vend", "show", "set_label", "light", "lock", "unlock", "identify", "restart")

encode = msgspec.json.encode
_describe = msgspec.json.Decoder(Describe)
_state = msgspec.json.Decoder(State)
_ack = msgspec.json.Decoder(Ack)
_command = msgspec.json.Decoder(Command)


def _parse(decoder: msgspec.json.Decoder[Any], what: str, body: bytes) -> Any:
    if len(body) > envelope.MAX_EVENT_BYTES:
        raise MessageError(f"{what}: {len(body)} bytes, over the limit of {envelope.MAX_EVENT_BYTES}")
    try:
        return decoder.decode(body)
    except envelope.UNREADABLE as error:
        raise MessageError(f"{what}: {error}") from None


def parse_describe(body: bytes) -> Describe:
    """Read a birth message. Raises MessageError."""
    message: Describe = _parse(_describe, "describe", body)
    if message.kind not in KINDS:
        raise MessageError(f"describe: unknown kind {message.kind[:40]!r}")
    return message


def parse_state(body: bytes) -> State:
    """Read a presence message. Raises MessageError."""
    message: State = _parse(_state, "state", body)
    if message.status not in STATUSES:
        raise MessageError(f"state: unknown status {message.status[:40]!r}")
    return message


def parse_ack(body: bytes) -> Ack:
    """Read an acknowledgement. Raises MessageError."""
    message: Ack = _parse(_ack, "ack", body)
    return message


def parse_command(body: bytes) -> Command:
    """Read a command. Raises MessageError."""
    message: Command = _parse(_command, "command", body)
    return message
