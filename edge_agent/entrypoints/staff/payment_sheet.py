"""Pure: the sheets on which a person confirms money at the counter, or says what a provider's pages say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from edge_agent.domain import commands
from edge_agent.domain.methods import BY_HAND, CARD
from edge_agent.domain.order import LIVE_PAYMENTS
from edge_agent.domain.payment_commands import ConfirmPayment, SettleDifference, SettlePayment
from edge_agent.entrypoints.staff.errands import AskProvider, CompareBooks
from edge_agent.entrypoints.staff.parts import money
from edge_agent.entrypoints.staff.payment_words import SEEN_TO
from edge_agent.entrypoints.staff.sheets import Sheet, Tap, Told
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.services.brain import Answer

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


@dataclass(frozen=True, kw_only=True)
class AskAgain(Sheet):
    """The provider is asked about a payment now."""

    payment: str

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        if tap == ("yes",) and not self.told:
            return self._asks(AskProvider(self._id, self.payment))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_ask")


@dataclass(frozen=True, kw_only=True)
class NotPaid(Sheet):
    """No money came for a payment that waits: it is closed where it was asked for, and its order is cancelled."""

    order: str
    amount: str
    by_hand: bool

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        if tap == ("yes",) and not self.told:
            return self._asks(commands.CancelOrder(self._id, self.order))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_not_paid_by_hand" if self.by_hand else "done_not_paid", (self.order,))


@dataclass(frozen=True, kw_only=True)
class DaysBooks(Sheet):
    """Providers' books of one day against ours, and comparing them now."""

    day: str

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        if tap == ("yes",):
            # Asked as often as somebody likes; what came of it last is what the sheet shows.
            return replace(self, told=None)._asks(CompareBooks(self._id, self.day))
        return super().press(tap, shop)

    def heard(self, answer: Answer, shop: Shop) -> Sheet:
        if answer.refusal is not None:
            return super().heard(answer, shop)
        return replace(self, working=False)


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
        case ("payment_ask", payment):
            return AskAgain(key=key, payment=payment)
        case ("payment_not_paid", payment):
            waits = _waiting(shop, payment)
            if waits is None:
                return None
            by_hand = waits["method"] in BY_HAND
            return NotPaid(key=key, order=waits["order"], amount=_amount(waits), by_hand=by_hand)
        case ("payment_books", day):
            return DaysBooks(key=key, day=day)
        case ("payment_seen_to", case):
            return None if _of(shop.differences, "case", case) is None else SeenTo(key=key, case=case)
    raise KeyError(tap)


def _waiting(shop: Shop, payment: str) -> Entity | None:
    """A payment that may still bring money: one that is listed, or the one of the order that is looked at."""
    order = shop.order
    if order is not None and order["payment"] is not None and order["payment"]["id"] == payment:
        if order["payment"]["state"] not in LIVE_PAYMENTS:
            return None
        waits: Entity = order["payment"] | {"order": order["id"], "currency": order["currency"]}
        return waits
    return _of([*shop.to_collect, *shop.payments_in_doubt], "id", payment)


def _of(rows: list[Entity], column: str, wanted: str) -> Entity | None:
    return next((row for row in rows if row[column] == wanted), None)


def _collect(row: Entity, key: str) -> Collect:
    card = row["method"] == CARD
    return Collect(key=key, payment=row["id"], order=row["order"], amount=_amount(row), card=card)


def _amount(row: Entity) -> str:
    return money(row["amount_minor"], row["currency"])
