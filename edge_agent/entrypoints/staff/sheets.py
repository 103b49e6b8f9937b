"""Pure: what a person is in the middle of doing. A sheet takes taps, asks for one command, and hears its answer.

A sheet carries a key of its own from when it was opened: tapped twice, or sent again, its deed happens once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from edge_agent.domain import commands
from edge_agent.domain.refund import with_shopper
from edge_agent.domain.refusals import Refusal
from edge_agent.entrypoints.staff.needs import must_be_handed_over, refundable_minor
from edge_agent.entrypoints.staff.parts import money, signed
from edge_agent.entrypoints.staff.plain import BLOCK_REASONS, REFUND_REASONS
from edge_agent.entrypoints.staff.shop import Shop
from edge_agent.services.brain import Answer

UNDO_FOR: Final = timedelta(seconds=10)
MAX_COUNT_DIGITS: Final = 4
MAX_MONEY_DIGITS: Final = 8
DIGITS: Final = tuple("0123456789")

Tap = tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """The last word on a deed: words of ours with their values, or a refusal."""

    key: str = ""
    values: tuple[object, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The root of all sheets. `told` ends the asking; `working` keeps a second finger off."""

    key: str
    working: bool = False
    told: Told | None = None

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        """What a tap changes, and the command it asks for."""
        raise KeyError(tap)

    def heard(self, answer: Answer, shop: Shop) -> Sheet:
        """The command's answer, and the store after it."""
        told = self._done(shop) if answer.refusal is None else Told(refusal=answer.refusal)
        return replace(self, working=False, told=told)

    def _done(self, shop: Shop) -> Told:
        raise KeyError(type(self).__name__)

    def _asks(self, command: commands.Command) -> tuple[Sheet, commands.Command]:
        return replace(self, working=True), command

    @property
    def _id(self) -> str:
        return f"tablet:{self.key}"


@dataclass(frozen=True, kw_only=True)
class Settle(Sheet):
    """It dropped, or it did not."""

    vend: str
    order: str
    device: str
    slot: str
    sku: str
    name_zh: str
    name_en: str
    price: str
    dispensed: bool

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        if tap == ("yes",):
            return self._asks(commands.SettleVend(self._id, self.vend, self.dispensed))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        if self.dispensed:
            return Told("done_dropped")
        by_hand = any(r["order"] == self.order and must_be_handed_over(r) for r in shop.refunds)
        return Told("done_not_by_hand" if by_hand else "done_not", (self.price,))


@dataclass(frozen=True, kw_only=True)
class PayOut(Sheet):
    """The money of a refund was handed over."""

    refund: str
    amount: str

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        if tap == ("yes",):
            return self._asks(commands.PayOutRefund(self._id, self.refund))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_pay_out", (self.amount,))


@dataclass(frozen=True)
class Undo:
    """A count that can still be taken back: by how much, and until when."""

    delta: int
    until: datetime
    asked: int | None = None


@dataclass(frozen=True, kw_only=True)
class Count(Sheet):
    """How many units a slot holds. `typed` is empty until somebody types: then the book's figure stands."""

    device: str
    slot: str
    typed: str = ""
    posted: int = 0
    delta: int = 0
    undo: Undo | None = None

    def counted(self, shop: Shop) -> int:
        """The figure on the sheet."""
        return int(self.typed) if self.typed else self.booked(shop)

    def booked(self, shop: Shop) -> int:
        """What the book says now."""
        slot = shop.slot(self.device, self.slot)
        return 0 if slot is None else int(slot["count"])

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        match tap:
            case ("digit", digit) if digit in DIGITS and not self.told:
                return replace(self, typed=str(int(self.typed + digit))[:MAX_COUNT_DIGITS]), None
            case ("erase",) if not self.told:
                return replace(self, typed=self.typed[:-1] or "0"), None
            case ("step", "1" | "-1" as by) if not self.told:
                most = 10**MAX_COUNT_DIGITS - 1
                return replace(self, typed=str(min(most, max(0, self.counted(shop) + int(by))))), None
            case ("post",) if not self.told:
                count = self.counted(shop)
                asking = replace(self, posted=count, delta=count - self.booked(shop))
                return asking._asks(commands.CountSlot(self._id, self.device, self.slot, count))
            case ("undo",) if (
                self.undo is not None and self.undo.asked is None and shop.now < self.undo.until
            ):
                # By the difference, not back to the old figure: what was sold since stays sold.
                back = max(0, self.booked(shop) - self.undo.delta)
                asking = replace(self, undo=replace(self.undo, asked=back))
                return asking._asks(commands.CountSlot(f"{self._id}:undo", self.device, self.slot, back))
            case ("undo",):
                return self, None
        return super().press(tap, shop)

    def heard(self, answer: Answer, shop: Shop) -> Sheet:
        if answer.refusal is not None:
            return super().heard(answer, shop)
        if self.undo is not None:
            return replace(self, working=False, told=Told("done_undo", (self.undo.asked,)), undo=None)
        undo = Undo(self.delta, shop.now + UNDO_FOR) if self.delta else None
        told = Told("done_count", (self.posted, signed(self.delta)))
        return replace(self, working=False, told=told, undo=undo)


@dataclass(frozen=True, kw_only=True)
class Block(Sheet):
    """Take a slot out of sale, for one of the reasons listed."""

    device: str
    slot: str

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        match tap:
            case ("why", reason) if reason in BLOCK_REASONS:
                return self._asks(commands.BlockSlot(self._id, self.device, self.slot, reason))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_block")


@dataclass(frozen=True, kw_only=True)
class Unblock(Sheet):
    """Put a slot back on sale, after somebody looked."""

    device: str
    slot: str

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        if tap == ("yes",):
            return self._asks(commands.UnblockSlot(self._id, self.device, self.slot))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_unblock")


@dataclass(frozen=True, kw_only=True)
class OrderCard(Sheet):
    """One order to look at."""

    order: str


@dataclass(frozen=True, kw_only=True)
class GiveBack(Sheet):
    """Staff gives money back: for `lines` (their units by number), or what is typed, or all that is left.

    `typed` are minor units, as on a card terminal; it and the lines put each other out.
    """

    order: str
    typed: str = ""
    lines: dict[int, int] = field(default_factory=dict)
    reason: str = ""

    def left_minor(self, shop: Shop) -> int:
        """What may be given back at most."""
        return refundable_minor(shop.order)

    @staticmethod
    def held(shop: Shop) -> Counter[int]:
        """How many units of each line the shopper has."""
        found: Counter[int] = Counter()
        for each in [] if shop.decided is None else with_shopper(shop.decided):
            found[each.line] += each.units
        return found

    def amount_minor(self, shop: Shop) -> int:
        """The figure on the sheet."""
        if self.lines and shop.order is not None:
            prices = {line["line"]: int(line["price_minor"]) for line in shop.order["lines"]}
            return min(self.left_minor(shop), sum(prices[line] * n for line, n in self.lines.items()))
        return int(self.typed) if self.typed else self.left_minor(shop)

    def _with_line(self, shop: Shop, line: int, step: int) -> GiveBack:
        units = min(self.held(shop)[line], max(0, self.lines.get(line, 0) + step))
        lines = {number: n for number, n in {**self.lines, line: units}.items() if n}
        return replace(self, lines=lines, typed="")

    def ready(self, shop: Shop) -> bool:
        """Tell whether the amount and the reason will do."""
        return 1 <= self.amount_minor(shop) <= self.left_minor(shop) and self.reason != ""

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        match tap:
            case ("digit", digit) if digit in DIGITS:
                return replace(self, typed=str(int(self.typed + digit))[:MAX_MONEY_DIGITS], lines={}), None
            case ("erase",):
                shown = self.typed or str(self.amount_minor(shop))
                return replace(self, typed=shown[:-1] or "0", lines={}), None
            case ("all",):
                return replace(self, typed="", lines={}), None
            case ("line", line, "1" | "-1" as step) if line.isascii() and line.isdecimal():
                return self._with_line(shop, int(line), int(step)), None
            case ("why", reason) if reason in REFUND_REASONS:
                return replace(self, reason=reason), None
            case ("yes",) if self.ready(shop):
                amount_minor = self.amount_minor(shop)
                asking, lines = replace(self, typed=str(amount_minor)), tuple(sorted(self.lines.items()))
                return asking._asks(
                    commands.RefundOrder(self._id, self.order, amount_minor, self.reason, lines)
                )
            case ("yes",):
                return self, None
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_refund", (money(int(self.typed), shop.store["currency"]),))


def of_order(sheet: Sheet | None) -> str:
    """The order a sheet needs to be read; '' for none."""
    return sheet.order if isinstance(sheet, OrderCard | GiveBack) else ""
