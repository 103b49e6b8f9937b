"""Pure: what a person does with goods. A deed is posted by one tap and can be taken back for a while where an exact
opposite exists; where none does, it is asked about before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from edge_agent.domain import commands
from edge_agent.entrypoints.staff.plain import RETURN_REASONS, WASTE_REASONS
from edge_agent.entrypoints.staff.sheets import DIGITS, Sheet, Tap, Told
from edge_agent.entrypoints.staff.shop import BUCKETS, Entity, Shop
from edge_agent.services.brain import Answer

TAKE_BACK_FOR: Final = timedelta(seconds=20)
MAX_DIGITS: Final = 4
MAX_TEXT: Final = 64
SLIP: Final = "wrong_before"
"""The reason of a count that takes a slip of the finger back."""

ReceiptKind = Literal["supplier", "transfer", "delivery"]
Pressed = tuple[Sheet, commands.Command | None]


@dataclass(frozen=True, kw_only=True)
class Product(Sheet):
    """One product: how many are where, and what can be done with it."""

    sku: str


@dataclass(frozen=True, kw_only=True)
class Deed(Sheet):
    """The root of what is done with a number of units of one SKU. `sure` is set where it was asked about before."""

    sku: str
    typed: str = ""
    sure: bool = False
    subject: str = ""
    """What the command made: a transfer's number."""
    until: datetime | None = None
    """It can be taken back before this time."""
    taking_back: bool = False

    def qty(self, shop: Shop) -> int:
        """The figure on the sheet."""
        return int(self.typed or "0")

    def ready(self, shop: Shop) -> bool:
        """Tell whether everything that must be said was said."""
        return self.qty(shop) > 0

    @property
    def asks_before(self) -> bool:
        """Whether there is no exact opposite, so that it is asked about before."""
        return False

    def command(self, shop: Shop) -> commands.Command:
        """What is asked for."""
        raise KeyError(type(self).__name__)

    def opposite(self, shop: Shop) -> commands.Command | None:
        """What takes it back; None where nothing does."""
        return None

    def can_take_back(self, shop: Shop) -> bool:
        """Tell whether it is not too late, and the goods are still where they were put."""
        in_time = self.until is not None and shop.now < self.until and not self.working
        return in_time and self.opposite(shop) is not None

    @property
    def can_be_put_right(self) -> bool:
        """Whether nothing was posted yet, so that the figures may still be changed."""
        return self.told is None or (self.told.refusal is not None and not self.taking_back)

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("undo",):
                back = self.opposite(shop)
                if back is None or not self.can_take_back(shop):
                    return self, None
                return replace(self, taking_back=True)._asks(back)
            case ("yes",) if self.told is not None or not self.ready(shop):
                return self, None
            case ("yes",) if self.asks_before and not self.sure:
                return replace(self, sure=True), None
            case ("yes",):
                asked = replace(self, typed=str(self.qty(shop)))
                return asked._asks(asked.command(shop))
            case ("back",) if self.can_be_put_right:
                return replace(self, sure=False, told=None), None
            case ("digit" | "erase" | "step", *_) if self.told is None and not self.sure:
                return self._typing(tap, shop), None
        return super().press(tap, shop)

    def _typing(self, tap: Tap, shop: Shop) -> Sheet:
        now = self.typed or str(self.qty(shop))
        match tap:
            case ("digit", digit) if digit in DIGITS:
                return replace(self, typed=str(int(self.typed + digit))[:MAX_DIGITS])
            case ("erase",):
                return replace(self, typed=now[:-1] or "0")
            case ("step", "1" | "-1" as by):
                return replace(self, typed=str(min(10**MAX_DIGITS - 1, max(0, int(now) + int(by)))))
        raise KeyError(tap)

    def heard(self, answer: Answer, shop: Shop) -> Sheet:
        if answer.refusal is not None:
            return replace(self, working=False, told=Told(refusal=answer.refusal), until=None)
        if self.taking_back:
            return replace(self, working=False, told=Told("undone"), until=None)
        done = replace(self, working=False, subject=answer.subject)
        until = None if done.opposite(shop) is None else shop.now + TAKE_BACK_FOR
        return replace(done, told=done._done(shop), until=until)

    @property
    def _back_id(self) -> str:
        return f"{self._id}:undo"


@dataclass(frozen=True, kw_only=True)
class Receive(Deed):
    """Goods came into the stock room."""

    kind: ReceiptKind = "supplier"
    transfer: str = ""
    document: str = ""

    def ready(self, shop: Shop) -> bool:
        return super().ready(shop) and (self.kind != "transfer" or self.transfer != "")

    @property
    def asks_before(self) -> bool:
        return self.kind == "transfer"

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("kind", "supplier" | "transfer" | "delivery" as kind):
                return replace(self, kind=kind), None
            case ("text", "transfer", said):
                return replace(self, transfer=said.strip().upper()[:MAX_TEXT]), None
            case ("text", "document", said):
                return replace(self, document=said.strip()[:MAX_TEXT]), None
        return super().press(tap, shop)

    def command(self, shop: Shop) -> commands.Command:
        transfer = self.transfer if self.kind == "transfer" else ""
        return commands.ReceiveStock(self._id, self.sku, self.qty(shop), self.kind, transfer, self.document)

    def opposite(self, shop: Shop) -> commands.Command | None:
        product, qty = shop.product(self.sku), self.qty(shop)
        if product is None or self.kind == "transfer":
            return None
        if self.kind == "delivery":
            return commands.SendStock(self._back_id, self.sku, qty, "collected")
        left = int(product["room"]["available"]) - qty
        if not product["counted_in"] or left < 0:
            return None
        # Sent back it would be on its way for ever: a count says that it never came.
        return commands.CountStock(self._back_id, self.sku, "available", left, SLIP)

    def _done(self, shop: Shop) -> Told:
        return Told("done_receive", (self.qty(shop),))


@dataclass(frozen=True, kw_only=True)
class Send(Deed):
    """Goods leave the stock room: to a store, to headquarters, or fetched by headquarters."""

    way: Literal["store", "hq", "collected"] = "store"
    to: str = ""

    def ready(self, shop: Shop) -> bool:
        return super().ready(shop) and (self.way != "store" or self.to != "")

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("kind", "store" | "hq" | "collected" as way):
                return replace(self, way=way), None
            case ("text", "to", said):
                return replace(self, to=said.strip().lower()[:MAX_TEXT]), None
        return super().press(tap, shop)

    def command(self, shop: Shop) -> commands.Command:
        kind = "collected" if self.way == "collected" else "transfer"
        to = self.to if self.way == "store" else ""
        return commands.SendStock(self._id, self.sku, self.qty(shop), kind, to)

    def opposite(self, shop: Shop) -> commands.Command | None:
        if self.way == "collected":
            return commands.ReceiveStock(self._back_id, self.sku, self.qty(shop), "delivery")
        return commands.ReceiveStock(self._back_id, self.sku, self.qty(shop), "transfer", self.subject)

    def _done(self, shop: Shop) -> Told:
        return Told("done_send", (self.qty(shop),))


@dataclass(frozen=True, kw_only=True)
class TakeReturn(Deed):
    """A shopper brought units back."""

    condition: Literal["available", "damaged"] = "available"
    reason: str = ""

    def ready(self, shop: Shop) -> bool:
        return super().ready(shop) and self.reason != ""

    @property
    def asks_before(self) -> bool:
        return True

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("kind", "available" | "damaged" as condition):
                return replace(self, condition=condition), None
            case ("why", reason) if reason in RETURN_REASONS:
                return replace(self, reason=reason), None
        return super().press(tap, shop)

    def command(self, shop: Shop) -> commands.Command:
        return commands.ReturnStock(self._id, self.sku, self.qty(shop), self.condition, reason=self.reason)

    def _done(self, shop: Shop) -> Told:
        return Told("done_return", (self.qty(shop),))


@dataclass(frozen=True, kw_only=True)
class Move(Deed):
    """Units in the stock room change what they are good for."""

    source: str = "available"
    target: str = "damaged"

    def ready(self, shop: Shop) -> bool:
        return super().ready(shop) and self.source != self.target

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("source", bucket) if bucket in BUCKETS:
                other = next(b for b in ("damaged", "available") if b != bucket)
                return replace(
                    self, source=bucket, target=self.target if self.target != bucket else other
                ), None
            case ("target", bucket) if bucket in BUCKETS and bucket != self.source:
                return replace(self, target=bucket), None
        return super().press(tap, shop)

    def command(self, shop: Shop) -> commands.Command:
        return commands.MoveStock(self._id, self.sku, self.qty(shop), self.source, self.target)

    def opposite(self, shop: Shop) -> commands.Command | None:
        return commands.MoveStock(self._back_id, self.sku, self.qty(shop), self.target, self.source)

    def _done(self, shop: Shop) -> Told:
        return Told("done_move", (self.qty(shop),))


@dataclass(frozen=True, kw_only=True)
class Waste(Deed):
    """Units are thrown away."""

    bucket: str = "available"
    reason: str = ""

    def ready(self, shop: Shop) -> bool:
        return super().ready(shop) and self.reason != ""

    @property
    def asks_before(self) -> bool:
        return True

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("source", bucket) if bucket in BUCKETS:
                return replace(self, bucket=bucket), None
            case ("why", reason) if reason in WASTE_REASONS:
                return replace(self, reason=reason), None
        return super().press(tap, shop)

    def command(self, shop: Shop) -> commands.Command:
        return commands.WasteStock(self._id, self.sku, self.qty(shop), self.bucket, self.reason)

    def _done(self, shop: Shop) -> Told:
        return Told("done_waste", (self.qty(shop),))


@dataclass(frozen=True, kw_only=True)
class Fill(Deed):
    """Units go from the stock room into a slot, or out of it."""

    device: str = ""
    slot: str = ""
    out: bool = False

    def chosen(self, shop: Shop) -> Entity | None:
        """The slot: the one that was tapped, else the emptiest of this product."""
        slots = shop.slots_of(self.sku)
        if self.slot:
            return next((s for s in slots if (s["device"], s["slot"]) == (self.device, self.slot)), None)
        return min(slots, key=lambda s: int(s["count"]) - int(s["capacity"]), default=None)

    def qty(self, shop: Shop) -> int:
        """As typed; else what fits and is there."""
        slot, product = self.chosen(shop), shop.product(self.sku)
        if self.typed or slot is None or product is None:
            return super().qty(shop)
        if self.out:
            return max(0, int(slot["count"]) - int(slot["held"]))
        return max(0, min(int(slot["capacity"]) - int(slot["count"]), int(product["room"]["available"])))

    def ready(self, shop: Shop) -> bool:
        return super().ready(shop) and self.chosen(shop) is not None

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("place", device, slot):
                return replace(self, device=device, slot=slot, typed=""), None
            case ("kind", "in" | "out" as way):
                return replace(self, out=way == "out", typed=""), None
            case ("yes",) if not self.slot and (found := self.chosen(shop)) is not None:
                return replace(self, device=found["device"], slot=found["slot"]).press(tap, shop)
        return super().press(tap, shop)

    def _moved(self, shop: Shop) -> int:
        return -self.qty(shop) if self.out else self.qty(shop)

    def command(self, shop: Shop) -> commands.Command:
        return commands.FillSlot(self._id, self.device, self.slot, self._moved(shop))

    def opposite(self, shop: Shop) -> commands.Command | None:
        return commands.FillSlot(self._back_id, self.device, self.slot, -self._moved(shop))

    def _done(self, shop: Shop) -> Told:
        return Told("done_take_out" if self.out else "done_fill", (self.qty(shop),))


@dataclass(frozen=True, kw_only=True)
class HandOver(Sheet):
    """Whoever reserved online gets the units, or they are sent off."""

    reservation: str
    sku: str
    qty: int
    how: str
    code: str

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        if tap == ("yes",):
            return self._asks(commands.HandOverPinned(self._id, self.reservation, self.how))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_hand_over", (self.qty,))
