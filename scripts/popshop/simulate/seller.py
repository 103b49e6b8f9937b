"""An online seller: reserves, confirms and cancels over a faulty network, and remembers what it was told.

It asks again with the same id, and tells a restored headquarters again what had been confirmed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from cloud_sync.hq.rules import online
from cloud_sync.hq.rules.books import WAREHOUSE, Books, Reservation
from cloud_sync.hq.rules.rights import RightsRefused
from popshop.simulate.goods import Goods
from popshop.simulate.head_office import HeadOffice
from popshop.simulate.trouble import Strikes

TTL_S: Final = 120


@dataclass
class Wish:
    """One buyer's wish as the seller sees it."""

    id: str
    sku: str
    qty: int
    how: str
    store: str
    state: str = "asked"
    """asked, reserved, paying, sold, off."""
    shipped: bool = False

    @property
    def in_debt(self) -> bool:
        """Sold from the warehouse, and not sent yet."""
        return self.state == "sold" and self.how == WAREHOUSE and not self.shipped


@dataclass
class Seller:
    """The online channel."""

    hq: HeadOffice
    goods: Goods
    strikes: Strikes
    wishes: dict[str, Wish] = field(default_factory=dict)

    def reserve(self, name: str, sku: str, qty: int, how: str, store: str, fate: str) -> None:
        """A buyer wants something, or asks again."""
        wish = self.wishes.setdefault(name, Wish(name, sku, qty, how, store))
        answer = self._ask(lambda books: online.reserve(books, self._wanted(wish), self.hq.clock.now()), fate)
        if isinstance(answer, Reservation):
            wish.state = "reserved" if answer.state in ("reserved", "pinning") else "off"
        elif isinstance(answer, RightsRefused):
            wish.state = "off"

    def confirm(self, wish: Wish, fate: str) -> None:
        """The buyer pays. Whatever is not answered is asked again until it is."""
        wish.state = "paying"
        answer = self._ask(lambda books: online.confirm(books, wish.id, self.hq.clock.now()), fate)
        if isinstance(answer, Reservation):
            wish.state = "sold"
        elif isinstance(answer, RightsRefused):
            wish.state = "reserved" if answer.code == "not_yet" else "off"

    def cancel(self, wish: Wish, fate: str) -> None:
        """The buyer changed their mind."""
        answer = self._ask(lambda books: online.cancel(books, wish.id, self.hq.clock.now()), fate)
        if isinstance(answer, Reservation):
            wish.state = "sold" if answer.confirmed else "off"
        elif isinstance(answer, RightsRefused) and answer.code == "unknown_reservation":
            wish.state = "off"

    def restate(self) -> None:
        """Headquarters was restored: tell it every sale that was confirmed."""
        for wish in self.wishes.values():
            if wish.state == "sold" and wish.how == WAREHOUSE:
                self.hq.act(
                    lambda books, wish=wish: online.restate(books, self._wanted(wish), self.hq.clock.now())  # type: ignore[misc]
                )

    def ship(self) -> int:
        """Send off what was sold from the warehouse, as far as goods stand there; returns what could not be."""
        missing = 0
        for wish in self.wishes.values():
            if not wish.in_debt:
                continue
            if self.goods.warehouse[wish.sku] >= wish.qty:
                self.goods.warehouse[wish.sku] -= wish.qty
                wish.shipped = True
            else:
                missing += wish.qty
        return missing

    def in_state(self, *states: str) -> list[Wish]:
        """Wishes in these states, in order of their names."""
        return [wish for wish in self.wishes.values() if wish.state in states]

    def _wanted(self, wish: Wish) -> Reservation:
        until = self.hq.clock.now() + timedelta(seconds=TTL_S)
        return Reservation(wish.id, wish.sku, wish.qty, wish.how, wish.store, "", until)

    def _ask(self, work: Callable[[Books], Reservation], fate: str) -> Reservation | RightsRefused | None:
        if fate == "request_lost":
            self.strikes(fate)
            return None
        if fate == "doubled":
            self.strikes(fate)
            self.hq.act(work)
        answer = self.hq.act(work)
        if fate == "reply_lost":
            self.strikes(fate)
            return None
        return answer
