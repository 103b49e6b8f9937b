"""Facts about the cash of a business day and its closing. A day is closed by a Z report, never by a clock.

`drawer` names a till's cash (usually `counter`). Staff are named by the random key of their badge or PIN, or by role.
"""

from __future__ import annotations

import msgspec

from cloud_sync.protocol.fact import Fact

KINDS = ("float", "paid_in", "paid_out", "drop")
"""How cash moves without a sale: change at the opening, money in, money out, and to the safe or the bank."""


class CashMoved(Fact, frozen=True, kw_only=True):
    """Cash came into a drawer or left it without a sale. `amount_minor` is 1 or more; `kind` gives the direction."""

    TYPE = "popshop.day.cash_moved.v1"
    move: str
    drawer: str
    kind: str
    amount_minor: int
    currency: str
    reason: str = ""
    by: str = "staff"


class DrawerCounted(Fact, frozen=True, kw_only=True):
    """Somebody counted a drawer without seeing the book. `over_minor`: counted − expected (below 0: short)."""

    TYPE = "popshop.day.drawer_counted.v1"
    count: str
    drawer: str
    counted_minor: int
    expected_minor: int
    over_minor: int
    currency: str
    denominations: dict[str, int] = msgspec.field(default_factory=dict)
    """How many of each coin and note, by its minor units."""
    by: str = "staff"


class StaffTookOver(Fact, frozen=True, kw_only=True):
    """One staff member hands the till to another; `count` names the count made for it, if any."""

    TYPE = "popshop.day.staff_took_over.v1"
    drawer: str
    from_staff: str
    to_staff: str
    count: str = ""
    note: str = ""


class LateSale(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Takings that belong to a business day that was closed when they arrived."""

    day: str
    units: int
    takings_minor: int


class CarriedOver(Fact, frozen=True, kw_only=True):
    """What an epoch goes on from: headquarters told how far the store's computers had come before it.

    `total_minor` is all that headquarters knew the store to have taken, less what went back. `mine_minor` of it stands
    in this file's own rows already; `carried_minor` is the rest, never below 0, and is in the grand total from here on.
    """

    TYPE = "popshop.day.carried_over.v1"
    down_seq: int
    z: int
    """The highest number of a Z that headquarters has of the store; 0 for none."""
    total_minor: int
    mine_minor: int
    carried_minor: int
    currency: str


class DayClosed(Fact, frozen=True, kw_only=True):
    """A Z report: final, and numbered after the last one of the store's computers, as far as this one was told.

    `figures` are the report as it was printed.

    `grand_total_minor` is all that was ever taken, less all that was given back; it never goes back to zero.
    `first_seq` and `last_seq` are the ledger rows (this epoch's) it covers: from the row after the last Z to the row
    before this one.
    """

    TYPE = "popshop.day.closed.v1"
    z: int
    day: str
    """The business day, of the store's time zone: YYYY-MM-DD."""
    opened_at: str
    closed_at: str
    epoch: int
    first_seq: int
    last_seq: int
    currency: str
    figures: msgspec.Raw
    grand_total_minor: int
    late: list[LateSale] = msgspec.field(default_factory=list)
    by: str = "staff"
