"""Pure: what a person is doing with the drawer or the day: moving cash, counting it blind, handing over, closing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from edge_agent.domain import commands
from edge_agent.domain.day import commands as day
from edge_agent.domain.day import prints
from edge_agent.domain.day.denominations import DENOMINATIONS
from edge_agent.domain.receipt_commands import PrintReceipt
from edge_agent.entrypoints.staff.parts import money
from edge_agent.entrypoints.staff.sheets import DIGITS, MAX_MONEY_DIGITS, Sheet, Tap, Told
from edge_agent.entrypoints.staff.shop import Shop
from edge_agent.services.brain import Answer

OPPOSITE: Final = {"paid_in": "paid_out", "paid_out": "paid_in", "drop": "paid_in", "float": "paid_out"}
"""What takes back a move of cash."""
MAX_PIECES: Final = 99_999
MAX_TEXT: Final = 64
Pressed = tuple[Sheet, commands.Command | None]


@dataclass(frozen=True, kw_only=True)
class MoveCash(Sheet):
    """Cash in or out; `typed` are minor units, as on a card terminal."""

    kind: str
    typed: str = ""
    reason: str = ""

    @property
    def amount_minor(self) -> int:
        """The figure on the sheet."""
        return int(self.typed or "0")

    @property
    def ready(self) -> bool:
        """Tell whether it can be entered."""
        return self.amount_minor > 0 and (self.kind in ("float", "drop") or bool(self.reason.strip()))

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("digit", digit) if digit in DIGITS and not self.told:
                return replace(self, typed=str(int(self.typed + digit))[:MAX_MONEY_DIGITS]), None
            case ("erase",) if not self.told:
                return replace(self, typed=self.typed[:-1]), None
            case ("reason", said) if not self.told:
                return replace(self, reason=said[:MAX_TEXT]), None
            case ("yes",) if self.ready and not self.told:
                if self.kind == "float":
                    return self._asks(day.OpenDrawer(self._id, self.amount_minor))
                return self._asks(day.MoveCash(self._id, self.kind, self.amount_minor, self.reason.strip()))
            case ("yes",):
                return self, None
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_day_move", (money(self.amount_minor, shop.store["currency"]),))


@dataclass(frozen=True, kw_only=True)
class CountDrawer(Sheet):
    """Blind: pieces of each coin and note, or one amount where the currency has no list."""

    pieces: dict[int, int] = field(default_factory=dict)
    typed: str = ""

    def counted_minor(self, shop: Shop) -> int:
        """What was entered so far."""
        if shop.store["currency"] in DENOMINATIONS:
            return sum(unit * number for unit, number in self.pieces.items())
        return int(self.typed or "0")

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("pieces", unit, said) if not self.told and unit.isdecimal():
                number = min(MAX_PIECES, int(said)) if said.isascii() and said.isdecimal() else 0
                return replace(self, pieces=self.pieces | {int(unit): number}), None
            case ("digit", digit) if digit in DIGITS and not self.told:
                return replace(self, typed=str(int(self.typed + digit))[:MAX_MONEY_DIGITS]), None
            case ("erase",) if not self.told:
                return replace(self, typed=self.typed[:-1]), None
            case ("yes",) if not self.told:
                pieces = {str(unit): number for unit, number in self.pieces.items() if number}
                return self._asks(day.CountDrawer(self._id, self.counted_minor(shop), pieces))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        currency, counted = shop.store["currency"], self.counted_minor(shop)
        found = [] if shop.day is None else shop.day.counts
        over = next((row["over_minor"] for row in found if row["count"] == f"count-{self._id}"), 0)
        key = "done_day_exact" if over == 0 else "done_day_over" if over > 0 else "done_day_short"
        return Told(key, (money(counted, currency), money(abs(over), currency)))


@dataclass(frozen=True, kw_only=True)
class TakeOver(Sheet):
    """Who had the drawer, and who has it now."""

    from_staff: str = ""
    to_staff: str = ""

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("from", said) if not self.told:
                return replace(self, from_staff=said.strip()[:MAX_TEXT]), None
            case ("to", said) if not self.told:
                return replace(self, to_staff=said.strip()[:MAX_TEXT]), None
            case ("yes",) if self.from_staff and self.to_staff and not self.told:
                return self._asks(day.TakeOver(self._id, self.from_staff, self.to_staff))
            case ("yes",):
                return self, None
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_day_take_over", (self.to_staff,))


@dataclass(frozen=True, kw_only=True)
class CloseDay(Sheet):
    """The Z report, after a person confirmed it; without a count only when they say so."""

    z: int = 0

    @property
    def lacks_count(self) -> bool:
        """Whether the day did not close because the drawer is not counted."""
        refusal = None if self.told is None else self.told.refusal
        return refusal is not None and refusal.code == "drawer_uncounted"

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("yes",) if self.told is None:
                return self._asks(day.CloseDay(self._id))
            case ("uncounted",) if self.lacks_count:
                return replace(self, told=None)._asks(day.CloseDay(self._id, uncounted=True))
        return super().press(tap, shop)

    def heard(self, answer: Answer, shop: Shop) -> Sheet:
        if answer.refusal is not None:
            return super().heard(answer, shop)
        return replace(
            self, working=False, z=int(answer.subject), told=Told("done_day_close", (answer.subject,))
        )


@dataclass(frozen=True, kw_only=True)
class ReportSheet(Sheet):
    """A report on the screen: number 0 is the X."""

    number: int

    def press(self, tap: Tap, shop: Shop) -> Pressed:
        match tap:
            case ("yes",) if self.told is None and shop.printer is not None:
                return self._asks(PrintReceipt(self._id, prints.name_of(self.number), "staff"))
            case ("yes",):
                return self, None
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_receipt")


def open_day_sheet(tap: Tap, shop: Shop, key: str) -> Sheet:
    """The sheet that a tap in the day's area opens. Raises KeyError for a tap nobody knows."""
    match tap:
        case ("day_move", "float" | "paid_in" | "paid_out" | "drop" as kind):
            return MoveCash(key=key, kind=kind)
        case ("day_undo", move, reason):
            found = next((m for m in ([] if shop.day is None else shop.day.moves) if m["move"] == move), None)
            if found is not None:
                typed = str(found["amount_minor"])
                return MoveCash(key=key, kind=OPPOSITE[found["kind"]], typed=typed, reason=reason[:MAX_TEXT])
        case ("day_count",):
            return CountDrawer(key=key)
        case ("day_take_over",):
            return TakeOver(key=key)
        case ("day_close",):
            return CloseDay(key=key)
        case ("day_report", number) if number.isascii() and number.isdecimal() and len(number) < 8:
            return ReportSheet(key=key, number=int(number))
    raise KeyError(tap)


def of_report(sheet: Sheet | None) -> int | None:
    """The number of the report that a sheet needs to be read (0: the X); None for none."""
    return sheet.number if isinstance(sheet, ReportSheet) else None
