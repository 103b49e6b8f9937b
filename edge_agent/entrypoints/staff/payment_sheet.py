"""Pure: the sheets on which a person confirms money at the counter, or says what a provider's pages say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from edge_agent.domain import commands
from edge_agent.domain.methods import CARD
from edge_agent.domain.payment_commands import ConfirmPayment, SettleDifference, SettlePayment
from edge_agent.entrypoints.staff.parts import money
from edge_agent.entrypoints.staff.payment_words import SEEN_TO
from edge_agent.entrypoints.staff.sheets import Sheet, Tap, Told
from edge_agent.entrypoints.staff.shop import Entity, Shop

MAX_REFERENCE: Final = 64


@dataclass(frozen=True, kw_only=True)
class Collect(Sheet):
    """A shopper at the counter has paid. `reference` is what a card terminal printed, if anything."""

    payment: str
    order: str
    amount: str
    card: bool
    reference: str = ""

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        match tap:
            case ("reference", said) if self.card and not self.told:
                return replace(self, reference=said.strip()[:MAX_REFERENCE]), None
            case ("yes",) if not self.told:
                return self._asks(ConfirmPayment(self._id, self.payment, self.reference))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_collect", (self.amount,))


@dataclass(frozen=True, kw_only=True)
class LookedUp(Sheet):
    """The money of a payment that nobody could tell about arrived, or it did not."""

    payment: str
    amount: str
    arrived: bool

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        if tap == ("yes",) and not self.told:
            return self._asks(SettlePayment(self._id, self.payment, self.arrived))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_arrived" if self.arrived else "done_not_arrived", (self.amount,))


@dataclass(frozen=True, kw_only=True)
class SeenTo(Sheet):
    """A difference between a provider's book and ours was dealt with, in one of a few ways: never free text."""

    case: str

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        match tap:
            case ("note", note) if note in SEEN_TO and not self.told:
                return self._asks(SettleDifference(self._id, self.case, note))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_difference")


def open_payment_sheet(tap: Tap, shop: Shop, key: str) -> Sheet | None:
    """The sheet that a tap on a payment opens; None when it is dealt with. Raises KeyError for a tap nobody knows."""
    match tap:
        case ("payment_collect", payment):
            due = _of(shop.to_collect, "id", payment)
            return None if due is None else _collect(due, key)
        case ("payment_looked_up", payment, "yes" | "no" as said):
            found = _of(shop.payments_in_doubt, "id", payment)
            if found is None:
                return None
            return LookedUp(key=key, payment=payment, amount=_amount(found), arrived=said == "yes")
        case ("payment_seen_to", case):
            return None if _of(shop.differences, "case", case) is None else SeenTo(key=key, case=case)
    raise KeyError(tap)


def _of(rows: list[Entity], column: str, wanted: str) -> Entity | None:
    return next((row for row in rows if row[column] == wanted), None)


def _collect(row: Entity, key: str) -> Collect:
    card = row["method"] == CARD
    return Collect(key=key, payment=row["id"], order=row["order"], amount=_amount(row), card=card)


def _amount(row: Entity) -> str:
    return money(row["amount_minor"], row["currency"])
