"""The shape of an X or Z report: what `popshop report --json` prints and `DayClosed.figures` keeps.

All amounts are minor units. Money: takings = paid − refunded + cash_machine. Goods: takings = goods + open, where
`open` is by how much more is paid and not handed over, and owed back and not through, than when the day began.
"""

from __future__ import annotations

import msgspec

from cloud_sync.protocol.day_facts import LateSale


class ByMethod(msgspec.Struct):
    """One way of paying: amounts, and how many payments and refunds."""

    paid_minor: int = 0
    paid: int = 0
    refunded_minor: int = 0
    refunded: int = 0


class Taxed(msgspec.Struct):
    """Goods of one tax group and rate that were handed over, less those taken back. Tax is contained in `gross`."""

    group: str
    rate_bp: int
    gross_minor: int = 0
    tax_minor: int = 0


class Open(msgspec.Struct):
    """How what is under way grew in this period (below 0: it shrank)."""

    to_hand_over_minor: int = 0
    """Paid, not asked back, and not handed over. Staff giving money back while the goods stay gone lowers it."""
    owed_back_minor: int = 0
    """Asked back, and not through."""


class Cash(msgspec.Struct):
    """The drawers since the last Z. Expected = float + sales − refunds + paid in − paid out − drops.

    `counted_minor` and `over_minor` are None while a drawer is not counted, or cash moved since it was.
    """

    float_minor: int = 0
    sales_minor: int = 0
    refunds_minor: int = 0
    paid_in_minor: int = 0
    paid_out_minor: int = 0
    drops_minor: int = 0
    expected_minor: int = 0
    counted_minor: int | None = None
    over_minor: int | None = None


class Points(msgspec.Struct):
    """Members' points."""

    earned: int = 0
    spent: int = 0
    returned: int = 0


class Carried(msgspec.Struct):
    """What this computer goes on from: the last Z of an earlier one (0: none), and the takings carried over from it."""

    z: int
    minor: int


class Report(msgspec.Struct):
    """An X report (so far) or a Z report (final). `z` of an X is the number that the next Z will have."""

    kind: str
    z: int
    day: str
    opened_at: str | None
    closed_at: str | None
    currency: str
    takings_minor: int
    paid_minor: int
    refunded_minor: int
    cash_machine_minor: int
    by_method: dict[str, ByMethod]
    goods_minor: int
    units: int
    open: Open
    tax: list[Taxed]
    adjustments: dict[str, int]
    orders: dict[str, int]
    cash: Cash
    receipts: dict[str, tuple[int, int]]
    points: Points
    late: list[LateSale]
    grand_total_minor: int
    open_cases: int
    carried: list[Carried] = []
    """What was carried over since the last Z; it is in the grand total and not in the takings."""
    timezone: str = "UTC"
    """The store's, when the report was made; all times in here are UTC."""
    made_at: str = ""
