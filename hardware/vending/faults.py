"""What can go wrong with a vend, when told to or by seeded chance. Dice are handed in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from random import Random
from typing import Final, Literal, cast, get_args

import msgspec

from hardware.behaviour import Input

FaultKind = Literal[
    "jam",  # the helix is blocked (EJC) until somebody comes
    "motor",  # the dispense motor fails (EJB) until somebody comes
    "no_drop",  # the motor turned and the sensor is certain that nothing fell (ELA)
    "unseen_drop",  # the unit fell and the sensor did not see it
    "sensor",  # the drop sensor fails (EJL) until somebody comes: drops go unseen
    "sold_out",  # nothing in the slot although it was counted (ELB)
    "power_cut",  # the power goes while the motor turns
    "silence",  # the command is taken and nothing is ever said about it
    "double",  # every report about the vend is sent twice
]
FAULT_KINDS: Final[tuple[str, ...]] = get_args(FaultKind)


class Fault(msgspec.Struct, frozen=True):
    """One fault for the next vend of a slot (of any slot when empty)."""

    kind: FaultKind
    slot: str = ""


class FaultOrdered(Input, frozen=True):
    """Somebody wants to see this fault at the next vend it fits."""

    fault: Fault


def parse_fault(text: str) -> Fault:
    """Read `kind` or `kind@slot`. Raises ValueError with the kinds there are."""
    kind, _, slot = text.partition("@")
    if kind not in FAULT_KINDS:
        raise ValueError(f"unknown fault {kind!r}: use one of {', '.join(FAULT_KINDS)}, as in jam@1-01")
    return Fault(cast("FaultKind", kind), slot)


class FaultPlan:
    """Which fault the next vend has: those ordered first, then by chance (0 to 1 per vend and kind)."""

    def __init__(
        self, rng: Random, chances: Mapping[FaultKind, float] | None = None, ordered: Iterable[Fault] = ()
    ) -> None:
        self._rng = rng
        self._chances = dict(chances or {})
        self._ordered = deque(ordered)

    def order(self, fault: Fault) -> None:
        """Have this happen once."""
        self._ordered.append(fault)

    def draw(self, slot: str) -> FaultKind | None:
        """The fault of the vend that begins now."""
        for fault in self._ordered:
            if fault.slot in ("", slot):
                self._ordered.remove(fault)
                return fault.kind
        for kind, chance in self._chances.items():
            if self._rng.random() < chance:
                return kind
        return None

    def fell_before_the_cut(self) -> bool:
        """Whether the unit dropped before the power went: nobody can know."""
        return self._rng.random() < 0.5
