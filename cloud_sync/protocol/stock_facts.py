"""Facts about goods and the rights to sell them, as a store writes them into its ledger.

Goods are things in a place: a slot, or the stock room. A right is the permission to sell one unit of a SKU; it
sits in one account at a time (see `stock_rights`), so that nobody can sell a unit twice. Most of what moves goods
moves rights by the same number; where it does not, the fact says so.

Quantities are units, 1 or more, unless a field says that it may be negative.
"""

from __future__ import annotations

from typing import Final, Literal

from cloud_sync.protocol.fact import Fact

Bucket = Literal["available", "damaged", "tester"]
"""What a unit in the stock room is good for: to be sold, nothing, or to be tried out."""
TRANSFER: Final = "transfer"
DELIVERY: Final = "delivery"
COLLECTED: Final = "collected"


# ── rights, as headquarters moves them ──────────────────────────────────────────────────────────────


class RightsGranted(Fact, frozen=True, kw_only=True):
    """The store took a grant from the down log: it may sell `qty` more. Headquarters posted it when it granted."""

    TYPE = "popshop.stock.rights_granted.v1"
    grant: str
    down_seq: int
    sku: str
    qty: int
    source: str
    """The account it came from: `pool`, or `limbo` after a count."""


class RightsReleased(Fact, frozen=True, kw_only=True):
    """The store's answer to a recall: `qty` (0 and up, never more than `asked`) may be sold by headquarters now."""

    TYPE = "popshop.stock.rights_released.v1"
    recall: str
    down_seq: int
    sku: str
    asked: int
    qty: int


class RightsWanted(Fact, frozen=True, kw_only=True):
    """The store ran out of the right to sell this, and asks for more."""

    TYPE = "popshop.stock.rights_wanted.v1"
    sku: str


class StockPinned(Fact, frozen=True, kw_only=True):
    """Units in this store are put aside for an online reservation. `qty` 0: there were none to spare.

    A second row of a reservation says how many are put aside by then, and moves nothing. `how` and `for_whom` (a
    pick-up code, never a name) are headquarters' words for staff.
    """

    TYPE = "popshop.stock.pinned.v1"
    reservation: str
    down_seq: int
    sku: str
    asked: int
    qty: int
    how: str = ""
    for_whom: str = ""


class StockUnpinned(Fact, frozen=True, kw_only=True):
    """The reservation is off: its units are the shop's to sell again (`qty` 0: they were handed over already)."""

    TYPE = "popshop.stock.unpinned.v1"
    reservation: str
    down_seq: int
    sku: str
    qty: int


class PinnedHandedOver(Fact, frozen=True, kw_only=True):
    """Whoever reserved online got the units here, or they were sent off from here."""

    TYPE = "popshop.stock.pinned_handed_over.v1"
    reservation: str
    sku: str
    qty: int
    how: Literal["picked_up", "shipped"]


class ShortageFound(Fact, frozen=True, kw_only=True):
    """Headquarters compared a count with what the store holds: `qty` units of it stand for no goods.

    `rights` (0 or below) is what the right to sell changes by, `deficit` (0 and up) what the shortage does.
    """

    TYPE = "popshop.stock.shortage_found.v1"
    claim: str
    down_seq: int
    sku: str
    qty: int
    rights: int
    deficit: int


class DownRowSkipped(Fact, frozen=True, kw_only=True):
    """A row of headquarters' log that this store cannot read: it has no effect, the rows behind it go on."""

    TYPE = "popshop.sync.down_row_skipped.v1"
    down_seq: int
    type: str
    reason: str


# ── goods ───────────────────────────────────────────────────────────────────────────────────────────


class StockReceived(Fact, frozen=True, kw_only=True):
    """Goods came into the stock room.

    `kind`: `supplier` (new goods, the right to sell comes with them), `transfer` (another store's, with their right;
    `transfer` names it) or `delivery` (headquarters' warehouse sends what it granted before: no right comes with it).
    """

    TYPE = "popshop.stock.received.v1"
    receipt: str
    sku: str
    qty: int
    kind: Literal["supplier", "transfer", "delivery"]
    transfer: str = ""
    document: str = ""
    by: str = "staff"


class StockSent(Fact, frozen=True, kw_only=True):
    """Goods left the stock room.

    `kind`: `transfer` (to the store `to`, or to headquarters when that is empty; the right goes along) or
    `collected` (headquarters fetches what it had recalled: the right had gone before).
    """

    TYPE = "popshop.stock.sent.v1"
    transfer: str
    sku: str
    qty: int
    kind: Literal["transfer", "collected"]
    to: str = ""
    by: str = "staff"


class StockReturned(Fact, frozen=True, kw_only=True):
    """A shopper brought units back; sellable ones may be sold again, others lie in the stock room as damaged."""

    TYPE = "popshop.stock.returned.v1"
    sku: str
    qty: int
    condition: Literal["available", "damaged"]
    order: str = ""
    reason: str = ""
    by: str = "staff"


class StockCounted(Fact, frozen=True, kw_only=True):
    """Somebody counted a bucket of the stock room blind. `delta` (may be negative) is what the book changes by.

    For the `available` bucket `rights` is what the right to sell changes by and `deficit` what the shortage does, so
    that `delta` = `rights` − `deficit`: what was lost beyond what could be given up is owed until a promised unit
    comes free.
    """

    TYPE = "popshop.stock.counted.v1"
    sku: str
    bucket: Bucket
    counted: int
    delta: int
    rights: int = 0
    deficit: int = 0
    reason: str = ""
    by: str = "staff"


class StockMoved(Fact, frozen=True, kw_only=True):
    """Units in the stock room changed what they are good for."""

    TYPE = "popshop.stock.moved.v1"
    sku: str
    qty: int
    source: Bucket
    target: Bucket
    reason: str = ""
    by: str = "staff"


class StockWasted(Fact, frozen=True, kw_only=True):
    """Units were thrown away: broken, expired, stolen."""

    TYPE = "popshop.stock.wasted.v1"
    sku: str
    qty: int
    bucket: Bucket
    reason: str
    by: str = "staff"


class SlotFilled(Fact, frozen=True, kw_only=True):
    """Units went from the stock room into a slot (`qty` negative: out of it). No right changes."""

    TYPE = "popshop.stock.slot_filled.v1"
    device: str
    slot: str
    sku: str
    qty: int
    by: str = "staff"


class StockFound(Fact, frozen=True, kw_only=True):
    """There are units that no right covers, so one is made for each. `into`: what may be sold, or what is promised.

    `reason`: `sold_without_right` (a machine sold for cash what was not ours to sell: headquarters looks into it) or
    `order_under_way` (a new epoch began while an order's units stood promised; taken out of limbo where it has any).
    """

    TYPE = "popshop.stock.found.v1"
    sku: str
    qty: int
    into: Literal["available", "held"]
    reason: Literal["sold_without_right", "order_under_way"]
    order: str = ""


class DeficitSettled(Fact, frozen=True, kw_only=True):
    """Promised units that came free make up for units that a count had found missing."""

    TYPE = "popshop.stock.deficit_settled.v1"
    sku: str
    qty: int


class RightsSetAside(Fact, frozen=True, kw_only=True):
    """Promised units came free before anybody has counted: their right goes back to limbo until somebody has."""

    TYPE = "popshop.stock.rights_set_aside.v1"
    sku: str
    qty: int


class StockCountedIn(Fact, frozen=True, kw_only=True):
    """After a new epoch: so many sellable units of this SKU stand in the store (slots and stock room together).

    It moves no right by itself: headquarters answers with a grant out of limbo, or tells of a shortage.
    """

    TYPE = "popshop.stock.counted_in.v1"
    sku: str
    goods: int
    """0 and up."""
    by: str = "staff"
