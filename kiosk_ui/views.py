"""What can stand on the screen, as plain values that the screens only have to draw.

Amounts are already written for a person; words are keys of `i18n`, except where the agent sent them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kiosk_ui.shop import Language


@dataclass(frozen=True)
class Picture:
    """What an illustration is drawn from: the shape, what its colours follow from, and the word on it."""

    category: str
    seed: str
    word: str = ""


@dataclass(frozen=True)
class Card:
    """One product in the grid."""

    sku: str
    name: str
    brand: str
    price: str
    left: int | None
    """Set when few are left."""
    sold_out: bool
    picture: Picture


@dataclass(frozen=True)
class Attract:
    """Nobody is here: the shop window."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Home:
    """The grid. `cases` are orders of this kiosk that staff are looking into: (order, case number).

    `samples` are campaigns that give one away now: (campaign, name).
    """

    categories: tuple[str, ...]
    category: str
    cards: tuple[Card, ...]
    cases: tuple[tuple[str, str], ...] = ()
    samples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Product:
    """One product, large. `most` is 0 when it is sold out."""

    card: Card
    qty: int
    most: int
    total: str
    can_buy: bool
    placing: bool
    unreachable: bool


@dataclass(frozen=True)
class Sample:
    """A sample, large. `consent` is what the brand asks one to agree to, empty where it asks nothing."""

    campaign: str
    name: str
    brand: str
    picture: Picture
    consent: str
    can_take: bool
    taking: bool
    unreachable: bool


@dataclass(frozen=True)
class Summary:
    """The order in one line."""

    order: str
    name: str
    qty: int
    total: str
    picture: Picture


PayStep = Literal["preparing", "scan", "asking", "failed", "cancelling", "unreachable"]


@dataclass(frozen=True)
class Pay:
    """The code to scan, and how long it is good for."""

    summary: Summary
    step: PayStep
    pay_url: str
    left_s: int | None
    limit_s: int
    can_cancel: bool


@dataclass(frozen=True)
class Unit:
    """One unit on its way out: state is waiting, requested, dispensing, dispensed, failed or unknown."""

    number: int
    name: str
    device: str
    slot: str
    state: str


@dataclass(frozen=True)
class Dispensing:
    """The machine is at work. `refunding`: it is done, and money is on its way back."""

    summary: Summary
    units: tuple[Unit, ...]
    refunding: bool


@dataclass(frozen=True)
class Case:
    """Nobody knows whether a unit dropped: staff decide, by this number."""

    summary: Summary
    units: tuple[Unit, ...]
    cases: tuple[str, ...]


EndKind = Literal["thanks", "not_out", "money_back", "part_money_back", "cancelled", "expired"]


@dataclass(frozen=True)
class Ending:
    """How the order ended. `refunded` is the amount given back, empty when none was."""

    kind: EndKind
    summary: Summary
    units: tuple[Unit, ...]
    refunded: str
    paid: bool
    left_s: int


@dataclass(frozen=True)
class Closed:
    """The kiosk cannot sell: starting, offline, or the store is not selling. `message` is the agent's own.

    `paused`: the store may not sell until staff and headquarters have settled something.
    """

    reason: Literal["starting", "offline", "not_selling", "paused"]
    message: str
    detail: str


Body = Attract | Home | Product | Sample | Pay | Dispensing | Case | Ending | Closed


@dataclass(frozen=True)
class View:
    """One picture: the frame that never changes, and what stands in it."""

    language: Language
    store: str
    body: Body
    can_go_back: bool
    link_lost: bool
    """Shown as a strip while an order is followed."""
    message: str
    """Why the agent said no, in the shopper's language."""
