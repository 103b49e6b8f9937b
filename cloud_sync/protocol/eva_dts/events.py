"""What a machine's event code means and what staff should do, in both languages (EVA-DTS 6.1, Annex C).

A code is a family (EJ: goods), a letter (B: dispense motor) and perhaps a part after an underscore (EBJ_2: cup size 2).
One that nobody wrote down still says which part of the machine it speaks of.
"""

from __future__ import annotations

from typing import Final

import msgspec

from cloud_sync.protocol.eva_dts.event_codes import (
    EVENTS,
    FAMILIES,
    NOTE_AND_CALL,
    NOTHING_TO_DO,
    Said,
    Stops,
)

DOOR_OPEN: Final = "EGS"
DISPENSE_MOTOR: Final = "EJB"
HELIX_BLOCKED: Final = "EJC"
HEALTH_TIMER: Final = "EJH"
"""Too warm for too long: food may not be sold."""
DELIVERY_DETECTOR: Final = "EJL"
"""The drop sensor itself is out of order: whether a unit fell is not known."""
DELIVERY_FAILED: Final = "ELA"
"""The machine is certain that nothing fell."""
SOLD_OUT_UNEXPECTEDLY: Final = "ELB"
"""The slot is empty although the count says otherwise."""


class EventMeaning(msgspec.Struct, frozen=True):
    """An event code in plain words: what it is, what to do, and what it stops."""

    code: str
    what: Said
    remedy: Said
    stops: Stops
    known: bool = True
    """False when only the code's family could be told."""


_EVERYWHERE: Final[dict[str, Said]] = {
    "V": ("有改动", "was changed"),
    "W": ("检查过，没有发现故障", "was looked at, and no fault was found"),
    "X": ("被人为损坏", "was damaged by somebody"),
    "Y": ("需要维修", "has to be serviced"),
}
"""Letters that mean the same in every family."""


def meaning(code: str) -> EventMeaning:
    """What a code means: its own sentence, else its family's. Never raises, whatever a machine sends."""
    base = code.partition("_")[0].strip().upper()
    found = EVENTS.get(base)
    if found is None and base.startswith("EK2"):
        found = EVENTS.get(f"EK{base[3:]}")
    if found is not None:
        what, remedy, stops = found
        return EventMeaning(code, what, remedy, stops)
    family = FAMILIES.get(base[:2])
    if family is None:
        return EventMeaning(
            code, ("机器报告故障", "The machine reports a fault"), NOTE_AND_CALL, "nothing", False
        )
    (zh, en), stops = family
    everywhere = _EVERYWHERE.get(base[2:])
    if everywhere is not None:
        return EventMeaning(
            code, (f"{zh}{everywhere[0]}", f"{_capital(en)} {everywhere[1]}"), NOTE_AND_CALL, "nothing"
        )
    if base.startswith("O"):
        # What people did or asked for is no fault of the machine's.
        noted = (f"已记录：{zh}", f"{_capital(en)} was noted")
        return EventMeaning(code, noted, NOTHING_TO_DO, stops, False)
    what = (f"{zh}报告故障", f"{_capital(en)} reports a fault")
    return EventMeaning(code, what, NOTE_AND_CALL, stops, False)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
