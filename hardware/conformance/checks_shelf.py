"""Checks of cloud shelves: labels keep the newest price, the screen and the lights obey."""

from __future__ import annotations

from typing import Any, Final

from hardware.conformance.bench import Bench
from hardware.conformance.rows import Row, shown
from hardware.conformance.verdicts import COMMANDS, Check, Verdict, failed, judged, not_tried, passed
from hardware.messages import LabelFailed, LabelShown

PRICE_MINOR: Final = 100


def _labels(bench: Bench) -> Verdict:
    """Whatever version the label has, two more; then one in between, which came late."""
    assert bench.describe is not None
    labels = bench.describe.capabilities.get("labels")
    if not labels:
        return not_tried("the shelf has no labels")
    label = str(labels[0])
    first = _set(bench, label, 1)
    if first is None or isinstance(first.report, LabelFailed):
        return _no_label(first)
    start = first.report.version if isinstance(first.report, LabelShown) else 1
    newest = _set(bench, label, start + 2)
    if newest is None or not isinstance(newest.report, LabelShown):
        return _no_label(newest)
    wanted = LabelShown(label=label, item="check", price_minor=PRICE_MINOR + start + 2, version=start + 2)
    if newest.report != wanted:
        return failed(f"version {start + 2} was set, the label shows {shown(newest.body)}")
    late = _set(bench, label, start + 1)
    if late is not None and isinstance(late.report, LabelShown) and late.report != wanted:
        return failed(f"version {start + 1} came after {start + 2}, and the label shows {shown(late.body)}")
    return passed(f"version {start + 2} stays")


def _no_label(row: Row | None) -> Verdict:
    if row is None:
        return failed("neither label_shown nor label_failed came")
    if isinstance(row.report, LabelFailed):
        return not_tried(f"the label did not take the price: {shown(row.body)}")
    return failed(f"it said {shown(row.body)}")


def _set(bench: Bench, label: str, version: int) -> Row | None:
    """Set a label and return what is said about it."""
    mark = bench.tape.mark()
    price_minor = PRICE_MINOR + version
    command_id = bench.command(
        "set_label", label=label, item="check", price_minor=price_minor, version=version
    )

    def about(row: Row) -> bool:
        return row.command_id == command_id or getattr(row.report, "label", "") == label

    return bench.wait_row(mark, about, bench.pace.label_s)


def _show(bench: Bench) -> Verdict:
    return _obeys(bench, "show", content="welcome")


def _light(bench: Bench) -> Verdict:
    assert bench.describe is not None
    plates = bench.describe.capabilities.get("plates")
    if not plates:
        return not_tried("the shelf has no plates")
    return _obeys(bench, "light", plate=plates[0]["plate"])


def _obeys(bench: Bench, kind: str, **fields: Any) -> Verdict:
    """Send a command that says nothing when it is done, and see that it is not refused."""
    mark = bench.tape.mark()
    command_id = bench.command(kind, **fields)
    # The answer to the next command says that this one was dealt with.
    bench.alive()
    said = [row for row in bench.rows(mark) if row.command_id == command_id]
    return judged(shown(said[0].body) if said else "")


CHECKS: Final = (
    Check(
        name="shelf.labels",
        rule=COMMANDS,
        expected="label_shown says what the label shows then; an older version never replaces a newer one",
        advice="compare version with the one shown; when it is older, say label_shown with what stands there",
        run=_labels,
        kinds=("shelf",),
    ),
    Check(
        name="shelf.show",
        rule=COMMANDS,
        expected="show is not refused",
        advice="take any content name; one you do not have yet is shown when it arrives",
        run=_show,
        kinds=("shelf",),
    ),
    Check(
        name="shelf.light",
        rule=COMMANDS,
        expected="light for a plate of the shelf is not refused",
        advice="take every plate that you name in capabilities",
        run=_light,
        kinds=("shelf",),
    ),
)
