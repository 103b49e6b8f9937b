"""What goes wrong in a simulation: the faults that are made on purpose, and the violations that must never be found."""

from __future__ import annotations

from collections import Counter
from typing import Final

FAULTS: Final = (
    "request_lost",
    "reply_lost",
    "doubled",
    "delayed",
    "reordered",
    "partition",
    "store_crash_before_commit",
    "store_crash_after_commit",
    "hq_crash_before_commit",
    "hq_crash_after_commit",
    "agent_restart",
    "image_restored",
    "witness_lost",
    "clone",
    "store_dead",
    "hq_restored",
    "hq_witness_lost",
    "store_clock_wrong",
    "hq_clock_wrong",
    "report_doubled",
    "report_delayed",
    "motor_jam",
    "unreadable_row",
    "unreadable_down_row",
    "join_reply_lost",
    "theft",
)
"""Each can be asked for by name, and is counted when it strikes."""


class Violation(Exception):
    """Something happened that the rules say cannot. `rule` names the invariant, the text says what was seen."""

    def __init__(self, rule: str, seen: str) -> None:
        super().__init__(f"{rule}: {seen}")
        self.rule = rule


class Crash(BaseException):
    """A process dies here and now. Not an Exception: nothing may catch it and go on."""


class Strikes(Counter[str]):
    """How often each fault struck."""

    def __call__(self, fault: str) -> None:
        self[fault] += 1
