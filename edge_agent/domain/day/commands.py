"""What can be asked of the day and its drawer. Amounts are minor units of the store's currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from edge_agent.domain.commands import Command

COUNTER_DRAWER: Final = "counter"
"""The till that payments at the counter go into."""


@dataclass(frozen=True, slots=True)
class OpenDrawer(Command):
    """Change is put into a drawer at the beginning of a day."""

    float_minor: int
    drawer: str = COUNTER_DRAWER
    by: str = "staff"


@dataclass(frozen=True, slots=True)
class MoveCash(Command):
    """Cash in or out without a sale: `kind` is paid_in, paid_out or drop. Undone by its opposite, with a reason."""

    kind: str
    amount_minor: int
    reason: str = ""
    drawer: str = COUNTER_DRAWER
    by: str = "staff"


@dataclass(frozen=True, slots=True)
class CountDrawer(Command):
    """Somebody counted a drawer, blind. `denominations`: how many of each coin and note, by its minor units."""

    counted_minor: int
    denominations: Mapping[str, int] = field(default_factory=dict)
    drawer: str = COUNTER_DRAWER
    by: str = "staff"


@dataclass(frozen=True, slots=True)
class TakeOver(Command):
    """One staff member hands a drawer to another. `count` names the count made for it, if any."""

    from_staff: str
    to_staff: str
    count: str = ""
    note: str = ""
    drawer: str = COUNTER_DRAWER


@dataclass(frozen=True, slots=True)
class CloseDay(Command):
    """Make the Z report. `uncounted`: staff say that a drawer stays uncounted."""

    uncounted: bool = False
    by: str = "staff"
