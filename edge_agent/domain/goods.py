"""Goods that staff move: into the stock room, out of it, from bucket to bucket, into slots; and counting them.

What goods mean for the right to sell is added by `rights.completed` and said by each fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, cast

from cloud_sync.protocol import stock_facts
from cloud_sync.protocol.fact import Fact
from cloud_sync.protocol.stock_rights import Right
from edge_agent.domain import commands
from edge_agent.domain.order import order_id
from edge_agent.domain.places import Slot
from edge_agent.domain.refusals import Refusal
from edge_agent.domain.rights import Pin
from edge_agent.domain.stock import MAX_COUNT

MAX_QTY: Final = 10_000
"""Of one movement; more is a slip of the finger."""
MAX_COUNTED: Final = 1_000_000
"""In one bucket of the stock room."""
MAX_TEXT: Final = 200
"""Characters of a reason, a document or another name that staff write."""
BUCKETS: Final = ("available", "damaged", "tester")

Outcome = list[Fact] | Refusal


@dataclass(frozen=True, slots=True)
class Stocked:
    """A SKU as its goods and its right stand: `room` by bucket. `known`: it is in the catalogue."""

    known: bool
    right: Right
    room: dict[str, int]
    in_slots: int = 0
    open_vends: int = 0
    """Units a machine was asked for and nobody knows yet whether it dropped them."""

    @property
    def goods(self) -> int:
        """Sellable units in every place of the store."""
        return self.in_slots + self.room.get("available", 0)


def _problem(stocked: Stocked, sku: str, qty: int, *texts: str) -> Refusal | None:
    if any(len(text) > MAX_TEXT for text in texts):
        return Refusal("malformed", f"a text of more than {MAX_TEXT} characters")
    if not stocked.known:
        return Refusal("unknown_item", sku)
    if not 1 <= qty <= MAX_QTY:
        return Refusal("malformed", f"a quantity is 1 to {MAX_QTY}, not {qty}")
    return None


def _short(stocked: Stocked, sku: str, qty: int, bucket: str, *, right_goes: bool) -> Refusal | None:
    """Fewer goods in the room than that, or a right that is promised or not there."""
    if stocked.room.get(bucket, 0) < qty:
        return Refusal("not_enough_stock", sku)
    if right_goes and stocked.right.available < qty:
        return Refusal("not_enough_stock" if stocked.right.counted_in else "not_counted_in", sku)
    return None


def receive(stocked: Stocked, c: commands.ReceiveStock) -> Outcome:
    """Goods came into the stock room."""
    problem = _problem(stocked, c.sku, c.qty, c.transfer, c.document)
    if problem is not None:
        return problem
    if c.kind not in ("supplier", "transfer", "delivery"):
        return Refusal("malformed", f"goods come from a supplier, a transfer or a delivery, not {c.kind!r}")
    if c.kind == "transfer" and not c.transfer:
        return Refusal("malformed", "the number of the transfer is missing; the sender's screen shows it")
    return [
        stock_facts.StockReceived(
            receipt=order_id(c.id),
            sku=c.sku,
            qty=c.qty,
            kind=cast(Literal["supplier", "transfer", "delivery"], c.kind),
            transfer=c.transfer if c.kind == "transfer" else "",
            document=c.document,
        )
    ]


def send(stocked: Stocked, c: commands.SendStock) -> Outcome:
    """Goods leave the stock room; the transfer's number is minted from the command's id."""
    problem = _problem(stocked, c.sku, c.qty, c.to)
    if problem is not None:
        return problem
    if c.kind not in ("transfer", "collected"):
        return Refusal("malformed", f"goods leave as a transfer or are collected, not {c.kind!r}")
    short = _short(stocked, c.sku, c.qty, "available", right_goes=c.kind == "transfer")
    if short is not None:
        return short
    kind = cast(Literal["transfer", "collected"], c.kind)
    return [stock_facts.StockSent(transfer=order_id(c.id), sku=c.sku, qty=c.qty, kind=kind, to=c.to)]


def give_back(stocked: Stocked, c: commands.ReturnStock) -> Outcome:
    """A shopper brought units back."""
    problem = _problem(stocked, c.sku, c.qty, c.order, c.reason)
    if problem is not None:
        return problem
    if c.condition not in ("available", "damaged"):
        return Refusal("malformed", f"what comes back is available or damaged, not {c.condition!r}")
    condition = cast(Literal["available", "damaged"], c.condition)
    return [
        stock_facts.StockReturned(sku=c.sku, qty=c.qty, condition=condition, order=c.order, reason=c.reason)
    ]


def count(stocked: Stocked, c: commands.CountStock) -> Outcome:
    """Somebody counted a bucket blind."""
    problem = _problem(stocked, c.sku, 1, c.reason) or _bucket(c.bucket)
    if problem is not None:
        return problem
    if not 0 <= c.counted <= MAX_COUNTED:
        return Refusal("malformed", f"a bucket holds 0 to {MAX_COUNTED} units, not {c.counted}")
    return [
        stock_facts.StockCounted(
            sku=c.sku,
            bucket=cast(stock_facts.Bucket, c.bucket),
            counted=c.counted,
            delta=c.counted - stocked.room.get(c.bucket, 0),
            reason=c.reason,
        )
    ]


def _bucket(*names: str) -> Refusal | None:
    wrong = [name for name in names if name not in BUCKETS]
    return Refusal("malformed", f"{wrong[0]!r} is none of {', '.join(BUCKETS)}") if wrong else None


def move(stocked: Stocked, c: commands.MoveStock) -> Outcome:
    """Units in the stock room changed what they are good for."""
    problem = _problem(stocked, c.sku, c.qty, c.reason) or _bucket(c.source, c.target)
    if problem is not None:
        return problem
    if c.source == c.target:
        return Refusal("malformed", f"they are {c.source} already")
    short = _short(stocked, c.sku, c.qty, c.source, right_goes=c.source == "available")
    if short is not None:
        return short
    return [
        stock_facts.StockMoved(
            sku=c.sku,
            qty=c.qty,
            source=cast(stock_facts.Bucket, c.source),
            target=cast(stock_facts.Bucket, c.target),
            reason=c.reason,
        )
    ]


def waste(stocked: Stocked, c: commands.WasteStock) -> Outcome:
    """Units were thrown away; promised ones are not: count them, and the shortage is known."""
    problem = _problem(stocked, c.sku, c.qty, c.reason) or _bucket(c.bucket)
    if problem is not None:
        return problem
    if not c.reason:
        return Refusal("malformed", "a reason is missing")
    short = _short(stocked, c.sku, c.qty, c.bucket, right_goes=c.bucket == "available")
    if short is not None:
        return short
    bucket = cast(stock_facts.Bucket, c.bucket)
    return [stock_facts.StockWasted(sku=c.sku, qty=c.qty, bucket=bucket, reason=c.reason)]


def fill(slot: Slot | None, stocked: Stocked | None, c: commands.FillSlot) -> Outcome:
    """Units go from the stock room into a slot, or free ones out of it (`qty` below 0)."""
    if slot is None or stocked is None:
        return Refusal("unknown_slot", f"{c.device} {c.slot}")
    if c.qty == 0 or abs(c.qty) > MAX_QTY or slot.count + c.qty > MAX_COUNT:
        return Refusal("malformed", f"{c.qty} units cannot go into a slot that has {slot.count}")
    if stocked.room.get("available", 0) < c.qty or slot.available < -c.qty:
        return Refusal("not_enough_stock", slot.sku)
    return [stock_facts.SlotFilled(device=slot.device, slot=slot.slot, sku=slot.sku, qty=c.qty)]


def count_in(stocked: dict[str, Stocked], c: commands.CountIn) -> Outcome:
    """Every place of these SKUs is counted: headquarters may give their rights back. Those counted in stay so."""
    unknown = [sku for sku, found in stocked.items() if not found.known]
    if unknown or not stocked:
        return Refusal(
            "unknown_item" if unknown else "malformed", unknown[0] if unknown else "no SKU is named"
        )
    open_vends = [sku for sku, found in stocked.items() if found.open_vends]
    if open_vends:
        # Nobody can say whether such a unit is among those that were counted.
        return Refusal("settle_first", open_vends[0])
    return [
        stock_facts.StockCountedIn(sku=sku, goods=found.goods)
        for sku, found in sorted(stocked.items())
        if not found.right.counted_in
    ]


def hand_over(pin: Pin | None, stocked: Stocked | None, c: commands.HandOverPinned) -> Outcome:
    """Whoever reserved online gets the units out of the stock room."""
    if pin is None or stocked is None:
        return Refusal("unknown_reservation", c.reservation)
    if pin.state != "open":
        return Refusal("reservation_closed", pin.reservation)
    if c.how not in ("picked_up", "shipped"):
        return Refusal("malformed", f"they are picked up or shipped, not {c.how!r}")
    short = _short(stocked, pin.sku, pin.qty, "available", right_goes=False)
    if short is not None:
        return short
    how = cast(Literal["picked_up", "shipped"], c.how)
    return [stock_facts.PinnedHandedOver(reservation=pin.reservation, sku=pin.sku, qty=pin.qty, how=how)]
