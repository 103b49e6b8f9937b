"""What a check is and what came of it: the words of the report. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from hardware.conformance.bench import Bench

Outcome = Literal["passed", "failed", "not_tried"]
Need = Literal["answers", "line", "power", "vend"]

RULES: Final = {
    1: "Number your reports: a new boot id at every start, then 1, 2, 3 … without a hole; the first is booted.",
    2: "Write it down, then send it: a report is in flash before it leaves; in order, oldest first.",
    3: "Only our ack counts, not MQTT's PUBACK: what is not acknowledged is kept, whatever happens.",
    4: "Send again after every reconnect and when no ack comes for 2 (4, 8, at most 10) seconds: the same bytes.",
    5: "Run a command once: its id is in flash before it begins, the last 1,000 are known across restarts.",
    6: "Never guess, never repeat a motor: after a power cut nothing is said about the vend that was under way.",
}
"""The six rules of docs/device-makers.md."""


def rule(number: int) -> str:
    """One of the six rules, quoted."""
    return f"rule {number}: {RULES[number]}"


PRESENCE: Final = "section Presence"
REPORTS: Final = "section Reports"
COMMANDS: Final = "section Commands"
TOPICS: Final = "section The five topics"


class Verdict(msgspec.Struct, frozen=True):
    """What came of a check. `seen` is what the device did, or why the check was not tried."""

    outcome: Outcome
    seen: str = ""


def passed(seen: str = "") -> Verdict:
    """The device did what is expected."""
    return Verdict("passed", seen)


def failed(seen: str) -> Verdict:
    """The device did this instead."""
    return Verdict("failed", seen)


def not_tried(why: str) -> Verdict:
    """Nobody knows: the check could not be made."""
    return Verdict("not_tried", why)


def judged(wrong: str, right: str = "") -> Verdict:
    """Failed when there is something wrong, passed otherwise."""
    return failed(wrong) if wrong else passed(right)


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a device must do."""

    name: str
    """`group.what`; a group is asked for by its name alone."""
    rule: str
    expected: str
    advice: str
    run: Callable[[Bench], Verdict]
    kinds: tuple[str, ...] = ()
    """Kinds of devices that it concerns; all when empty."""
    needs: tuple[Need, ...] = ("answers",)
    after: tuple[str, ...] = ()
    """Checks without which this one would say nothing new: not tried when one of them failed."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A check and what came of it, for the report."""

    check: str
    outcome: Outcome
    rule: str
    expected: str
    seen: str
    advice: str = ""


class Conformance(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was found about one device."""

    store: str
    device: str
    kind: str
    model: str
    findings: list[Finding]

    def count(self, outcome: Outcome) -> int:
        """How many checks came out like this."""
        return sum(finding.outcome == outcome for finding in self.findings)
