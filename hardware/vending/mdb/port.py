"""What the bus tells the machine's driver, and what the driver can have done on the bus.

Happenings are `Input`s of the device's shell; orders are `Act`s, given to the bus after the shell's commit.
Amounts are in the bus's units (`profile.Profile.minor`); `request` numbers a selection, so that an answer which
comes too late meets nobody. Times are monotonic seconds.
"""

from __future__ import annotations

import msgspec

from hardware.behaviour import Act, Input
from hardware.vending.mdb.codes import State
from hardware.vending.mdb.frames import Words

# ── what happens on the bus ─────────────────────────────────────────────────────────────────────────


class Happening(Input, frozen=True):
    """Something on the bus that the driver should know."""


class StateIs(Happening, frozen=True):
    """The reader is in this state now. `always_idle`: selections come without a session of ours."""

    state: State
    always_idle: bool = False


class SessionEnded(Happening, frozen=True):
    """The session is over, or will not begin, whoever wanted that."""


class Selected(Happening, frozen=True):
    """Somebody pressed an item; the machine waits for yes or no."""

    request: int
    price: int
    item: int


class ApprovalSent(Happening, frozen=True):
    """The yes has left: from here on the unit may fall."""

    request: int


class Withdrawn(Happening, frozen=True):
    """The selection is off, and no yes ever left: nothing fell."""

    request: int


class Dispensed(Happening, frozen=True):
    """The machine says it was dispensed; `by_reset`: it started anew instead, which counts as the same (§7.4.1)."""

    request: int
    by_reset: bool = False


class NotDispensed(Happening, frozen=True):
    """The machine says that nothing fell."""

    request: int


class OutcomeUnknown(Happening, frozen=True):
    """The yes has left, and the machine will not say what came of it."""

    request: int


class SoldForCash(Happening, frozen=True):
    """The machine sold without us. `currency` is a numeric ISO 4217 code, 0 where it was not said."""

    price: int
    item: int
    currency: int = 0


class BusQuiet(Happening, frozen=True):
    """The machine's controller stopped talking, or talks again."""

    quiet: bool


class LineLost(Happening, frozen=True):
    """The adapter is gone. What a pending yes led to, nobody will know."""

    reason: str


class LineFound(Happening, frozen=True):
    """The adapter is there."""


# ── what the driver can have done ───────────────────────────────────────────────────────────────────


class Order(Act, frozen=True):
    """Something for the reader to do."""


class BeginSession(Order, frozen=True):
    """Offer these funds at the next poll, unless it is too late by then."""

    funds: int
    until_s: float


class EndSession(Order, frozen=True):
    """Ask for the end of the session, or never begin it."""


class Approve(Order, frozen=True):
    """Yes to a selection, for what it asked, unless it is too late when it can be said."""

    request: int
    until_s: float


class Deny(Order, frozen=True):
    """No to a selection; a session goes on."""

    request: int


class TellState(Order, frozen=True):
    """Say again how line, bus and reader are: the driver may have missed it."""


# ── between the reader and the line ─────────────────────────────────────────────────────────────────


class Heard(msgspec.Struct, frozen=True):
    """Words came from the bus."""

    words: Words


class Silence(msgspec.Struct, frozen=True):
    """No word came for longer than a block allows."""


class LineGone(msgspec.Struct, frozen=True):
    """The line was interrupted: what is said on the bus is unheard from here on."""


ReaderInput = Heard | Silence | LineGone | Order


class Turn(msgspec.Struct, frozen=True):
    """What follows: words for the bus in order, happenings for the driver, and when to ask again (monotonic)."""

    send: tuple[Words, ...] = ()
    happened: tuple[Happening, ...] = ()
    wake_s: float | None = None


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """What an adapter does for itself."""

    confirms: bool = True
    """We see the controller's ACK, NAK and RET, and give ours. Otherwise the adapter does, and repeats."""
    polled: bool = True
    """We see every POLL and answer it. Otherwise answers are handed over when there are any."""
    sets_up: bool = False
    """The adapter went through RESET and SETUP by itself, perhaps before we came."""
