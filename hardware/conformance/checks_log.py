"""Checks of everything the device reported while it was on the bench: its log, judged as a whole by pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from cloud_sync.protocol.envelope import parse_time
from hardware.conformance.bench import Bench
from hardware.conformance.rows import Row, complaints, shown
from hardware.conformance.verdicts import REPORTS, Check, Verdict, judged, not_tried, passed, rule
from hardware.messages import (
    CashSale,
    CodeScanned,
    Exposure,
    FootfallCounted,
    ItemPickedUp,
    ItemPutBack,
    LabelShown,
    Report,
    SlotCounted,
    SlotSelected,
)

EVERYBODY: Final = frozenset(
    ("booted", "fault_raised", "fault_cleared", "door_opened", "door_closed", "command_refused")
)
MACHINE: Final = frozenset(
    (
        "vend_started",
        "vend_succeeded",
        "vend_failed",
        "cash_sale",
        "slot_selected",
        "slot_counted",
        "audit_read",
    )
)
SHELF: Final = frozenset(
    (
        *("person_sensed", "item_picked_up", "item_put_back", "item_touched", "item_sensed"),
        *("exposure", "label_shown", "label_failed"),
    )
)
OWN: Final = {
    "vending": MACHINE,
    "sampling": MACHINE,
    "shelf": SHELF,
    "scanner": frozenset(("code_scanned",)),
    "footfall": frozenset(("footfall_counted",)),
}
"""What each kind says besides what everybody says."""


def whole_boots(rows: Sequence[Row], old: frozenset[str]) -> dict[str, list[Row]]:
    """First copies per boot, in the order of arrival, of boots that began under our eyes (not in `old`)."""
    boots: dict[str, dict[int, Row]] = {}
    for row in rows:
        if row.boot not in old:
            boots.setdefault(row.boot, {}).setdefault(row.seq, row)
    return {boot: list(found.values()) for boot, found in boots.items()}


def wrong_start(boots: dict[str, list[Row]]) -> str:
    """What is wrong with how boots begin."""
    for boot, rows in boots.items():
        if rows[0].seq == 1 and rows[0].name != "booted":
            return f"boot {boot} begins with {shown(rows[0].body)}"
        for row in rows:
            if row.name == "booted" and row.seq != 1:
                return f"boot {boot}: booted is report {row.seq}"
    return ""


def wrong_numbers(boots: dict[str, list[Row]]) -> str:
    """Where a boot's reports are not 1, 2, 3 …"""
    for boot, rows in boots.items():
        for expected, row in enumerate(rows, start=1):
            if row.seq != expected:
                return f"boot {boot}: after report {expected - 1} came report {row.seq}: {shown(row.body)}"
    return ""


def wrong_copies(rows: Sequence[Row]) -> str:
    """Two reports with one number that are not the same bytes."""
    first: dict[tuple[str, int], bytes] = {}
    for row in rows:
        kept = first.setdefault(row.place, row.body)
        if kept != row.body:
            return f"report {row.seq} of boot {row.boot}: {shown(kept)}, then {shown(row.body)}"
    return ""


def wrong_values(report: Report) -> str:
    """What cannot be in a report's data, although it can be read."""
    match report:
        case (
            CashSale(price_minor=price, currency=currency)
            | SlotSelected(price_minor=price, currency=currency)
        ):
            if price < 0 or not re.fullmatch("[A-Z]{3}", currency):
                return f"price {price} {currency[:20]!r}: minor units, 0 or more, and an ISO 4217 code"
        case SlotCounted(count=count) if count < 0:
            return f"a slot holds {count}"
        case (
            ItemPickedUp(plate=plate, weight_g=weight_g, count=count)
            | ItemPutBack(plate=plate, weight_g=weight_g, count=count)
        ):
            if not plate or weight_g < 0 or count < 1:
                return f"plate {plate[:40]!r}, {weight_g} g, count {count}: a plate, above 0, 1 or more"
        case Exposure(dwell_ms=dwell_ms) if dwell_ms < 0:
            return f"an exposure of {dwell_ms} ms"
        case LabelShown(price_minor=price) if price < 0:
            return f"a price of {price}"
        case CodeScanned(symbology=symbology, text=text):
            if not symbology or not text:
                return "a code without a symbology or without text"
        case FootfallCounted(entered=entered, left=left, from_at=from_at, to_at=to_at):
            begin, end = parse_time(from_at), parse_time(to_at)
            if begin is None or end is None or begin > end or entered < 0 or left < 0:
                return f"{entered} entered, {left} left, from {from_at[:40]!r} to {to_at[:40]!r}"
    return ""


def wrong_data(rows: Sequence[Row], kind: str) -> str:
    """The first report whose type or data cannot be."""
    for row in rows:
        if row.report is None:
            return f"{row.error}: {shown(row.body)}"
        if row.name not in EVERYBODY | OWN[kind]:
            return f"a {kind} device says {row.name}: {shown(row.body)}"
        if wrong := wrong_values(row.report):
            return f"{wrong}: {shown(row.body)}"
    return ""


def _boots(bench: Bench) -> dict[str, list[Row]]:
    return whole_boots(bench.rows(0), bench.old_boots())


def _start(bench: Bench) -> Verdict:
    boots = _boots(bench)
    return (
        judged(wrong_start(boots), f"{len(boots)} boots") if boots else not_tried("no boot began meanwhile")
    )


def _numbers(bench: Bench) -> Verdict:
    boots = _boots(bench)
    count = sum(map(len, boots.values()))
    return judged(wrong_numbers(boots), f"{count} reports") if boots else not_tried("no boot began meanwhile")


def _copies(bench: Bench) -> Verdict:
    rows = bench.rows(0)
    return judged(wrong_copies(rows), f"{len(rows)} messages") if rows else not_tried("no report came")


def _envelope(bench: Bench) -> Verdict:
    seen = bench.received(0, "report")
    for one in seen:
        if wrong := complaints(one.body, bench.store, bench.device):
            return judged(f"{'; '.join(wrong)}: {shown(one.body)}")
    return judged("", shown(seen[-1].body)) if seen else not_tried("no report came")


def _data(bench: Bench) -> Verdict:
    assert bench.describe is not None
    rows = bench.rows(0)
    names = sorted({row.name for row in rows if row.report is not None})
    return (
        judged(wrong_data(rows, bench.describe.kind), ", ".join(names))
        if rows
        else not_tried("no report came")
    )


def _used(bench: Bench) -> Verdict:
    """What the kind is there for: seen only when somebody uses the device meanwhile, and judged with the rest."""
    assert bench.describe is not None
    own = OWN[bench.describe.kind]
    rows = bench.tape.wait(
        lambda: [row for row in bench.rows(0) if row.name in own] or None, bench.pace.watch_s
    )
    if not rows:
        return not_tried("nobody used the device meanwhile: see --watch")
    return passed(shown(rows[0].body))


CHECKS: Final = (
    Check(
        name="reports.used",
        rule=REPORTS,
        expected="used by somebody, the device reports what its kind is there for, in the page's words",
        advice="compare type and data with the table of reports",
        run=_used,
        needs=(),
    ),
    Check(
        name="numbering.booted",
        rule=rule(1),
        expected="every boot's report number 1 is booted, and no other is",
        advice="write booted into the outbox before anything else of the new boot",
        run=_start,
        needs=(),
    ),
    Check(
        name="numbering.sequence",
        rule=rule(1),
        expected="every boot's reports are 1, 2, 3 … without a hole, in order",
        advice="take the number in the same step that writes the report, so that none is taken in vain",
        run=_numbers,
        needs=(),
    ),
    Check(
        name="numbering.bytes",
        rule=rule(4),
        expected="a report that comes again is the same, byte for byte; no number is used for two reports",
        advice="keep the bytes; a boot id must never have been used before, not even after a battery change",
        run=_copies,
        needs=(),
    ),
    Check(
        name="reports.envelope",
        rule=REPORTS,
        expected="a CloudEvents 1.0 event: id boot-sequence, source, type, time (RFC 3339), sequence in digits, data",
        advice="compare the bytes with the page's example, field by field",
        run=_envelope,
        needs=(),
    ),
    Check(
        name="reports.data",
        rule=REPORTS,
        expected="types and data as in the table, and only those of the device's own kind",
        advice="compare type and data with the table of reports; amounts and counts are whole numbers",
        run=_data,
        needs=(),
    ),
)
