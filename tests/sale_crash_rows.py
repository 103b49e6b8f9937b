"""What everybody sees after a crash, for the rows of docs/crash-points.md that tests of several files play."""

from __future__ import annotations

from typing import NamedTuple


class End(NamedTuple):
    """What everybody sees when all is running again."""

    state: str
    """Of the order."""
    units: int
    """That fell out of the machine."""
    paid: int
    refunded: int
    """In cans."""
    shopper: str
    store: str
    headquarters: str


GOODS = End("completed", 1, 1, 0, "the can", "one sale, one payment", "the same sale")
MONEY_BACK = End(
    "refunded", 0, 1, 1, "the money back", "a failed vend, a payment and its refund", "paid and refunded"
)


class CounterRow(NamedTuple):
    """A crash at something that staff do at the counter: where, and what they do."""

    step: str
    place: str
    deed: str
    end: End


_SHIRT = End("completed", 0, 1, 0, "the shirt", "one line handed over, one payment", "the same sale")
_NO_SHIRT = End(
    "refunded", 0, 1, 1, "the money back", "a line given up, a payment and its refund", "paid and refunded"
)
_SHIRT_BACK = End(
    "refunded", 0, 1, 1, "the money back", "a line taken back, a payment and its refund", "paid and refunded"
)
_Z = End("completed", 0, 1, 0, "nothing of it", "one Z report, its number the next", "the same Z report")

COUNTER_ROWS = [
    CounterRow(f"{step}: {when}", f"commit:{fact}:{side}", deed, end)
    for step, fact, deed, end in (
        ("Staff say that a line is handed over", "HandedOver", "done", _SHIRT),
        ("Staff say that a line cannot be handed over", "HandoverFailed", "failed", _NO_SHIRT),
        ("Staff give a line's money back", "HandoverReversed", "refund", _SHIRT_BACK),
        ("Staff close the day", "DayClosed", "close", _Z),
    )
    for side, when in (("before", "before it is written"), ("after", "written, nobody told"))
]
