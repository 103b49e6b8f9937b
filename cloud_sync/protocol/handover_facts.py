"""Facts about goods that reach the shopper by other ways than a machine's motor.

A unit that a machine vends has facts of its own (`facts.VendRequested` …). Here a line is handed over as one.
"""

from __future__ import annotations

from typing import Final

from cloud_sync.protocol.fact import Fact

VEND: Final = "vend"
"""A machine drops it."""
SAMPLE: Final = "sample"
"""A sampling machine drops it, by the rule of a campaign."""
SHELF: Final = "shelf"
"""The shopper takes it from the shelf."""
STAFF: Final = "staff"
"""Staff hand it over now."""
PICKUP: Final = "pickup"
"""It is put aside; the shopper collects it later."""
SHIP_STORE: Final = "ship_store"
"""The store sends it."""
SHIP_WAREHOUSE: Final = "ship_warehouse"
"""The warehouse sends it: units of headquarters' pool, reserved there."""

WAYS: Final = (VEND, SAMPLE, SHELF, STAFF, PICKUP, SHIP_STORE, SHIP_WAREHOUSE)
BY_MACHINE: Final = frozenset({VEND, SAMPLE})
NOT_OURS: Final = frozenset({SHIP_WAREHOUSE})
"""Ways whose units are no units of this store: no right of it is held or used."""


class HandoverRequested(Fact, frozen=True, kw_only=True):
    """A paid line is to reach the shopper. `handover` is `<order>-<line>`; device and slot as in the order's line."""

    TYPE = "popshop.handover.requested.v1"
    handover: str
    order: str
    line: int
    how: str
    sku: str
    qty: int
    device: str = ""
    slot: str = ""


class HandedOver(Fact, frozen=True, kw_only=True):
    """The units are with the shopper, or with the carrier: a sale, at `sold_at`."""

    TYPE = "popshop.handover.done.v1"
    handover: str
    order: str
    line: int
    how: str
    sku: str
    qty: int
    amount_minor: int
    """Of all its units."""
    currency: str
    sold_at: str
    device: str = ""
    slot: str = ""
    document: str = ""
    """A consignment number, where there is one."""
    by: str = "staff"
    """Who says so: staff, shopper, shelf or headquarters."""


class HandoverFailed(Fact, frozen=True, kw_only=True):
    """The units will not reach the shopper: the line's money goes back, and the units may be sold again."""

    TYPE = "popshop.handover.failed.v1"
    handover: str
    order: str
    line: int
    how: str
    sku: str
    qty: int
    reason: str
    device: str = ""
    slot: str = ""
    by: str = "staff"


class HandoverReversed(Fact, frozen=True, kw_only=True):
    """Staff gave the money back for units that had been handed over: the sale no longer counts."""

    TYPE = "popshop.handover.reversed.v1"
    handover: str
    order: str
    line: int
    sku: str
    qty: int
    amount_minor: int
    currency: str
    sold_at: str
    device: str = ""
    by: str = "staff"
